"""TBAN: bans and mutes that end by themselves, and what those read whom they keep out.

Neural is the channel's operator, Nine an ordinary member, Guest stands outside.  The clock begins at
2023-11-14 22:13:20 UTC.
"""

import pytest

from gchat.server.settings import Limits, Server, Settings

NEURAL = ":Neural!~Neural@127.0.0.1"
SERVER = ":gchat.test"


@pytest.fixture
def trio(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    return neural, nine, chat.client("Guest")


def test_a_ban_ends_by_itself(trio, chat):
    neural, nine, guest = trio
    assert neural.ask("TBAN #team 10m Guest :try again later") == [f"{NEURAL} MODE #team +b Guest!*@*"]
    nine.read()
    assert guest.ask("JOIN #team") == [
        f"{SERVER} 474 Guest #team :Cannot join channel (+b): you are banned until"
        " 2023-11-14 22:23:20 UTC: try again later"
    ]
    chat.advance(599)
    assert nine.read() == []
    chat.advance(2)
    assert nine.read() == neural.read() == [f"{SERVER} MODE #team -b Guest!*@*"]
    assert "JOIN" in guest.numerics("JOIN #team")
    chat.advance(700)
    assert nine.read() == [":Guest!~Guest@127.0.0.1 JOIN #team"]


def test_a_mute_ends_by_itself(trio, chat):
    neural, nine, _ = trio
    neural.send("TBAN #team 1h m:Nine :think it over")
    nine.read()
    assert nine.ask("PRIVMSG #team :but") == [
        f"{SERVER} 404 Nine #team :You are muted in this channel until 2023-11-14 23:13:20 UTC: think it over"
    ]
    chat.advance(3601)
    assert nine.ask("PRIVMSG #team :so") == []
    assert neural.read()[-1] == ":Nine!~Nine@127.0.0.1 PRIVMSG #team :so"


def test_a_ban_for_ever_may_have_a_reason(trio, chat):
    neural, nine, guest = trio
    neural.send("TBAN #team 0 Guest :not\x02 here\x03", "TBAN #team 0 Nine")
    assert guest.ask("JOIN #team") == [
        f"{SERVER} 474 Guest #team :Cannot join channel (+b): you are banned (not? here?)"
    ]
    nine.read()
    assert nine.ask("PRIVMSG #team :hi") == [f"{SERVER} 404 Nine #team :You are banned from this channel"]
    chat.advance(10_000)
    assert nine.read() == []


def test_operators_read_the_end_and_the_reason(trio):
    neural, nine, _ = trio
    assert neural.ask("TBAN #team") == [
        f"{SERVER} NOTICE Neural :#team: there are no bans with an end or a reason"
    ]
    neural.send("TBAN #team 1m a!b@c", "TBAN #team 0 d!e@f :why", "MODE #team +b g!h@i")
    by = "Neural!~Neural@127.0.0.1"
    assert neural.ask("MODE #team b") == [
        f"{SERVER} 367 Neural #team a!b@c {by} 1700000000 :until 2023-11-14 22:14:20 UTC",
        f"{SERVER} 367 Neural #team d!e@f {by} 1700000000 (why)",
        f"{SERVER} 367 Neural #team g!h@i {by} 1700000000",
        f"{SERVER} 368 Neural #team :End of channel ban list",
    ]
    assert neural.ask("TBAN #team") == [
        f"{SERVER} NOTICE Neural :#team: a!b@c until 2023-11-14 22:14:20 UTC, by {by}",
        f"{SERVER} NOTICE Neural :#team: d!e@f (why), by {by}",
    ]
    nine.read()
    assert [len(line.split(" ")) for line in nine.ask("MODE #team b")[:3]] == [7, 7, 7]


def test_a_ban_that_is_there_gets_another_end(trio, chat):
    neural, nine, _ = trio
    neural.send("TBAN #team 1m Guest")
    nine.read()
    assert neural.ask("TBAN #team 2m GUEST!*@* :more") == [
        f"{SERVER} NOTICE Neural :#team: Guest!*@* is in the list until 2023-11-14 22:15:20 UTC: more"
    ]
    chat.advance(100)
    assert nine.read() == []
    assert neural.ask("MODE #team +b Guest") == [f"{NEURAL} MODE #team +b Guest!*@*"]
    chat.advance(1000)
    assert nine.read() == [f"{NEURAL} MODE #team +b Guest!*@*"]


def test_what_was_lifted_by_hand_does_not_end_again(trio, chat):
    neural, nine, _ = trio
    neural.send("TBAN #team 1m Guest", "TBAN #team 2m Other", "MODE #team -b Guest")
    nine.read()
    chat.advance(90)
    assert nine.read() == []
    chat.advance(31)
    assert nine.read() == [f"{SERVER} MODE #team -b Other!*@*"]


def test_bans_that_end_together_are_told_together(trio, chat):
    neural, nine, _ = trio
    neural.send(*(f"TBAN #team 1m nick{number}" for number in range(15)))
    nine.read()
    chat.advance(61)
    lines = nine.read()
    assert [line.split(" ")[3] for line in lines] == ["-" + "b" * 12, "-bbb"]


def test_a_channel_that_ended_takes_its_bans_along(trio, chat):
    neural, nine, _ = trio
    neural.send("TBAN #team 1m Guest", "PART #team")
    nine.send("PART #team", "JOIN #team")
    nine.read()
    chat.advance(100)
    assert nine.read() == []
    assert not chat.engine.world.timed


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("TBAN", "461 Neural TBAN :Not enough parameters"),
        ("TBAN #team 10m", "461 Neural TBAN :Not enough parameters"),
        ("TBAN #else 10m Guest", "403 Neural #else :No such channel"),
        ("TBAN #team I:m Guest", None),
        (
            "TBAN #team 10 :a b",
            "696 Neural #team b a_b :A mask is nick!user@host without spaces; * and ? match anything",
        ),
        ("TBAN #team 10 :", "461 Neural TBAN :Not enough parameters"),
    ],
)
def test_what_is_refused(trio, line, answer):
    neural, _, _ = trio
    expected = (
        "FAIL TBAN INVALID_DURATION #team I:m :A duration is written like 10m, 1h30m or 7d; 0 is for ever"
        if answer is None
        else answer
    )
    assert neural.ask(line) == [f"{SERVER} {expected}"]


def test_members_and_strangers_ban_nobody(trio):
    neural, nine, guest = trio
    for client in (nine, guest):
        assert client.numerics("TBAN #team 1h Neural", "TBAN #team") == ["482", "482"]
    neural.send("MODE #team +s")
    assert guest.numerics("TBAN #team 1h Neural") == ["403"]


def test_server_operators_put_things_right(trio, chat):
    _, nine, guest = trio
    chat.op(guest)
    guest.send("TBAN #team 1m Neural")
    assert nine.read() == [":Guest!~Guest@127.0.0.1 MODE #team +b Neural!*@*"]


def test_a_full_list_is_full(make_chat):
    settings = Settings(server=Server(name="gchat.test"), limits=Limits(list_entries=1), throttle=False)
    (neural,) = make_chat(settings).join("#team", "Neural")
    neural.send("TBAN #team 1m one")
    assert neural.numerics("TBAN #team 1m two") == ["478"]
    assert neural.numerics("TBAN #team 5m one") == ["NOTICE"]


def test_the_end_is_in_the_history(past, store):
    neural, _ = past.join("#team", "Neural", "Nine", caps="server-time message-tags")
    neural.send("TBAN #team 1m Guest")
    past.chat.advance(61)
    record = store.records[-1]
    assert (record.command, record.source, record.params) == (
        "MODE",
        "gchat.test",
        ("#team", "-b", "Guest!*@*"),
    )
    assert f"msgid={record.id}" in neural.read()[-1]


def test_the_end_survives_a_restart(past):
    (neural,) = past.join("#team", "Neural", accounts=True)
    neural.send("CS REGISTER #team", "TBAN #team 10m Guest :later")
    past.start()
    guest = past.client("Guest")
    guest.read()
    (refused,) = guest.ask("JOIN #team")
    assert refused.endswith("you are banned until 2023-11-14 22:23:20 UTC: later")
    past.chat.advance(601)
    guest = past.client("Guest")
    assert "JOIN" in guest.numerics("JOIN #team")
    assert not past.engine.world.timed
    past.start()
    assert not past.engine.world.known_channel("#team").lists["b"]


def test_what_was_said_during_the_ban_is_not_read_after_it(past):
    neural, _ = past.join("#team", "Neural", "Nine")
    past.say(neural, "#team", ["before"])
    neural.send("TBAN #team 1m Guest")
    past.say(neural, "#team", ["during"])
    past.chat.advance(61)
    past.say(neural, "#team", ["after"])
    guest = past.client("Guest", "batch draft/chathistory")
    guest.send("JOIN #team")
    guest.read()
    lines = guest.ask("CHATHISTORY LATEST #team * 10")
    assert [line.rpartition(":")[2] for line in lines[1:-1]] == ["after"]
