"""Slow mode: +W and a number of seconds.  Neural is the channel's operator, Nine an ordinary member."""

import pytest

SERVER = ":gchat.test"
FULL = "batch draft/multiline message-tags gchat/edit echo-message"


@pytest.fixture
def pair(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    neural.send("MODE #team +W 30")
    assert nine.read() == [":Neural!~Neural@127.0.0.1 MODE #team +W 30"]
    return neural, nine


def refused(wait, seconds=30):
    return [f"{SERVER} 404 Nine #team :Slow mode (+W {seconds}): you can say something here again in {wait}"]


def test_a_member_waits(pair, chat):
    neural, nine = pair
    neural.read()
    assert nine.ask("PRIVMSG #team :one") == []
    assert nine.ask("PRIVMSG #team :two") == refused("30 seconds")
    chat.advance(29.5)
    assert nine.ask("PRIVMSG #team :three") == refused("1 second")
    chat.advance(0.5)
    assert nine.ask("PRIVMSG #team :four") == []
    assert [line[-4:] for line in neural.read()] == [":one", "four"]


def test_several_at_once_are_one_too_many(pair):
    neural, nine = pair
    neural.read()
    assert nine.ask("PRIVMSG #team :one", "PRIVMSG #team :two", "NOTICE #team :three") == refused(
        "30 seconds"
    )
    assert len(neural.read()) == 1


def test_who_has_a_role_does_not_wait(pair):
    neural, nine = pair
    assert neural.ask("PRIVMSG #team :one", "PRIVMSG #team :two") == []
    neural.send("MODE #team +v Nine")
    nine.read()
    assert nine.ask(*["PRIVMSG #team :one"] * 3) == []


def test_it_ends_with_the_mode(pair):
    neural, nine = pair
    nine.send("PRIVMSG #team :one")
    assert neural.ask("MODE #team -W")[-1] == ":Neural!~Neural@127.0.0.1 MODE #team -W"
    nine.read()
    assert nine.ask("PRIVMSG #team :two") == []


def test_another_nick_does_not_help(pair):
    _, nine = pair
    nine.send("PRIVMSG #team :one", "NICK Ten")
    nine.read()
    assert nine.numerics("PRIVMSG #team :two") == ["404"]


def test_typing_and_reactions_are_free(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags")
    neural.send("MODE #team +W 30")
    nine.read()
    assert (
        nine.ask("@+typing=active TAGMSG #team", "PRIVMSG #team :one", "@+draft/react=x TAGMSG #team") == []
    )
    assert nine.numerics("PRIVMSG #team :two") == ["404"]


@pytest.mark.parametrize(
    ("given", "kept"), [("1", "1"), ("5m", "300"), ("6h", "21600"), ("0", ""), ("7h", ""), ("x", "")]
)
def test_which_times_there_are(chat, given, kept):
    (neural,) = chat.join("#team", "Neural")
    answer = neural.ask(f"MODE #team +W {given}")
    if kept:
        assert answer == [f":Neural!~Neural@127.0.0.1 MODE #team +W {kept}"]
        assert neural.ask("MODE #team")[0].endswith(f"+Wnt {kept}")
    else:
        text = "Slow mode has a number of seconds from 1 to 21600, or a time like 5m"
        assert answer == [f"{SERVER} 696 Neural #team W {given} :{text}"]


def test_many_people_are_forgotten_in_time(chat):
    (neural,) = chat.join("#team", "Neural")
    neural.send("MODE #team +W 10")
    channel = chat.engine.world.channel("#team")
    channel.spoke = {f"old-{number}": 0 for number in range(600)}
    nine = chat.client("Nine")
    nine.send("JOIN #team", "PRIVMSG #team :hi")
    assert list(channel.spoke) == [nine.session.user.uid]


def test_an_account_waits_under_every_connection(past):
    (neural,) = past.join("#team", "Neural")
    neural.send("MODE #team +W 30")
    first = past.client("Nine", account="nine")
    first.send("JOIN #team", "PRIVMSG #team :one", "QUIT")
    again = past.client("Nine", account="nine")
    again.send("JOIN #team")
    assert again.numerics("PRIVMSG #team :two") == ["404"]


def test_several_lines_are_one_message_and_an_edit_is_another(past, store):
    neural, nine = past.join("#team", "Neural", "Nine", caps=FULL, accounts=True)
    neural.send("MODE #team +W 30")
    nine.read()
    nine.send("BATCH +a draft/multiline #team", "@batch=a PRIVMSG #team :1", "@batch=a PRIVMSG #team :2")
    assert "BATCH" in nine.numerics("BATCH -a")
    msgid = store.records[-1].id
    (line,) = nine.ask(f"EDIT #team {msgid} :3")
    assert line.endswith("Slow mode (+W 30): you can say something here again in 30 seconds")
    assert "EDIT_FORBIDDEN" in line
    past.chat.advance(30)
    assert "EDIT" in nine.numerics(f"EDIT #team {msgid} :4")
    assert nine.numerics("PRIVMSG #team :5") == ["404"]


def test_two_edits_of_one_moment(past, store):
    neural, nine = past.join("#team", "Neural", "Nine", caps=FULL, accounts=True)
    nine.send("PRIVMSG #team :1")
    msgid = store.records[-1].id
    neural.send("MODE #team +W 30")
    nine.read()
    assert nine.numerics(f"EDIT #team {msgid} :2", f"EDIT #team {msgid} :3") == ["EDIT", "FAIL"]
