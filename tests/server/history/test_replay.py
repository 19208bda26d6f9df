"""What a device missed is sent to it when it comes back: each line once, with its time."""

import pytest

from gchat.irc import scram
from gchat.server.accounts import Account
from gchat.tutorial.wire import TutorialWire

NEURAL = ":Neural!~Neural@127.0.0.1"
SERVER = ":gchat.test"


@pytest.fixture
def neural(past):
    """Somebody who is in #team all the time and speaks there."""
    return past.join("#team", "Neural")[0]


def back(past, caps="server-time", channel="#team", **who):
    """A device of Nine's; what it is sent up to the end of its JOIN's answer is left to read."""
    client = past.client("Nine", caps, **{"account": "Nine", **who})
    client.send(f"JOIN {channel}")
    return client


def seen(client, tools):
    return tools.texts(client.read())


@pytest.mark.parametrize("caps", ["", "server-time", "server-time batch message-tags"])
def test_each_line_once(past, neural, tools, caps):
    nine = back(past, caps)
    nine.read()
    expected = []
    for turn in range(5):
        live = [f"live {turn} {number}" for number in range(3)]
        past.say(neural, "#team", live)
        nine.send("QUIT" if turn % 2 else "PART #team")
        missed = [f"missed {turn} {number}" for number in range(200)]
        past.say(neural, "#team", missed, 0.001)
        expected += [*live, *missed]
        got = seen(nine, tools)
        if turn % 2:
            nine = back(past, caps)
        else:
            nine.send("JOIN #team")
        got += [text.rpartition("UTC] ")[2] for text in seen(nine, tools)]
        assert got == expected
        expected = []


def test_with_batch_and_time(past, neural, tools):
    back(past).send("QUIT")
    past.say(neural, "#team", ["hi"])
    nine = back(past, "batch server-time")
    lines = [line for line in nine.read() if " 366 " not in line][-3:]
    reference = lines[0].split(" ")[2].removeprefix("+")
    assert lines[0].endswith(f"{SERVER} BATCH +{reference} chathistory #team")
    assert lines[1] == f"@batch={reference};time=2023-11-14T22:13:20.000Z {NEURAL} PRIVMSG #team :hi"
    assert lines[2].endswith(f"{SERVER} BATCH -{reference}")


def test_the_time_is_written_for_who_knows_no_other(past, neural, tools):
    back(past, "").send("QUIT")
    past.say(neural, "#team", ["yesterday", "\x01ACTION waves\x01"])
    past.chat.now += 86_400
    past.say(neural, "#team", ["today"])
    assert seen(back(past, ""), tools) == [
        "[2023-11-14 22:13 UTC] yesterday",
        "\x01ACTION [2023-11-14 22:13 UTC] waves\x01",
        "[22:13 UTC] today",
    ]


def test_who_knows_chathistory_asks_for_it(past, neural, tools):
    back(past).send("QUIT")
    past.say(neural, "#team", ["hi"])
    assert seen(back(past, "batch draft/chathistory"), tools) == []


def test_a_device_that_the_account_never_had_gets_the_last_lines(make_past, tools):
    past = make_past(replay_new=2)
    (neural,) = past.join("#team", "Neural")
    past.say(neural, "#team", "abc")
    nine = back(past)
    assert seen(nine, tools) == ["b", "c"]
    nine.send("QUIT")
    past.say(neural, "#team", "def")
    assert seen(back(past), tools) == ["d", "e", "f"]
    assert seen(back(past, device="phone"), tools) == ["e", "f"]


def test_each_device_has_its_own_position(past, neural, tools):
    for device in ("laptop", "phone"):
        past.say(neural, "#team", [f"before {device}"])
        back(past, device=device).send("QUIT")
    past.say(neural, "#team", ["then"])
    assert seen(back(past, device="laptop"), tools) == ["before phone", "then"]
    past.say(neural, "#team", ["now"])
    assert seen(back(past, device="phone"), tools) == ["then", "now"]


def test_devices_without_a_name_are_told_apart_by_the_user_name(past, neural, tools):
    back(past, user="a").send("QUIT")
    past.say(neural, "#team", ["x"])
    back(past, user="b").send("QUIT")
    past.say(neural, "#team", ["y"])
    assert seen(back(past, user="a"), tools) == ["x", "y"]


def test_each_channel_has_its_own_position(past, neural, tools):
    neural.send("JOIN #other")
    nine = back(past, channel="#team,#other")
    nine.send("QUIT")
    past.say(neural, "#team", ["a"])
    past.say(neural, "#other", ["b"])
    nine = back(past, channel="#other")
    assert seen(nine, tools) == ["b"]
    nine.send("QUIT")
    past.say(neural, "#other", ["c"])
    assert seen(back(past, channel="#team,#other"), tools) == ["a", "c"]


def test_there_is_a_bound(make_past, tools):
    past = make_past(replay=2)
    (neural,) = past.join("#team", "Neural")
    back(past).send("QUIT")
    past.say(neural, "#team", "abc")
    assert seen(back(past), tools) == ["b", "c"]


def test_none_at_all(make_past, tools):
    past = make_past(replay=0, replay_new=0)
    (neural,) = past.join("#team", "Neural")
    back(past).send("QUIT")
    past.say(neural, "#team", "abc")
    assert seen(back(past), tools) == []
    assert not past.chat.work


@pytest.mark.parametrize("limit", [0, 2])
def test_strangers(make_past, tools, limit):
    past = make_past(replay_to_strangers=limit)
    (neural,) = past.join("#team", "Neural")
    past.say(neural, "#team", "abc")
    zed = back(past, account="")
    assert seen(zed, tools) == list("abc"[3 - limit :])
    zed.send("PART #team")
    assert [key for kind, key in past.store.documents if kind == "position"] == []


@pytest.mark.parametrize("limit", [0, 2])
def test_who_logs_in_when_here_gets_what_the_device_missed_until_it_came(make_past, tools, limit):
    """As from nc, where one can only log in by saying so to NickServ."""
    past = make_past(replay_to_strangers=limit)
    past.engine.world.put_account(Account("Nine", verifier=str(scram.make_verifier("sesame", b"salt", 2))))
    (neural,) = past.join("#team", "Neural")
    back(past).send("QUIT")
    past.say(neural, "#team", "abc")
    zed = past.client("Zed", "server-time", user="Nine")
    zed.send("JOIN #team")
    past.say(neural, "#team", "d")
    assert seen(zed, tools) == [*"abc"[3 - limit :], "d"]
    zed.send("PRIVMSG NickServ :IDENTIFY Nine sesame")
    lines = [line for line in zed.read() if " PRIVMSG " in line]
    assert tools.texts(lines) == list("abc"[: 3 - limit])
    zed.send("PRIVMSG NickServ :IDENTIFY Nine sesame")  # once more
    assert not [line for line in zed.read() if " PRIVMSG " in line]


def test_a_connection_that_had_died_missed_what_was_sent_to_it(past, neural, tools):
    nine = back(past)
    past.say(neural, "#team", ["heard"])
    assert nine.ask("PING x")
    past.chat.now += 1
    past.say(neural, "#team", ["unheard"])
    for _ in range(200):
        neural.send("PING x")
        past.chat.advance(1)
    assert nine.ended.startswith("Ping timeout")
    past.engine.lost(nine.session, "")
    assert seen(back(past), tools) == ["unheard"]


def test_a_connection_that_has_died_without_knowing_is_no_device_that_reads(past, neural, tools):
    nine = back(past)
    past.say(neural, "#team", ["heard"])
    nine.send("PING x")
    past.chat.now += 1
    past.say(neural, "#team", ["unheard"])
    again = past.client("Nine", "server-time", "Nine")  # the same user, who is in #team already
    assert seen(again, tools) == ["unheard"]


def test_after_a_crash_nothing_comes_twice_and_nothing_is_missing(past, neural, tools):
    nine = back(past)
    past.say(neural, "#team", ["heard"])
    nine.read()
    past.start()
    past.chat.now += 100
    (neural,) = past.join("#team", "Neural")
    past.say(neural, "#team", ["missed"])
    assert seen(back(past), tools) == ["missed"]


def test_nobody_is_sent_what_they_may_not_read(past, neural, tools):
    nine = back(past)
    neural.send("MODE #team +b Nine!*@*", "KICK #team Nine")
    past.say(neural, "#team", ["secret"])
    neural.send("MODE #team -b Nine!*@*")
    nine.read()
    past.say(neural, "#team", ["open"])
    nine.send("JOIN #team")
    assert seen(nine, tools) == ["open"]


def test_what_is_said_meanwhile_comes_once(past, neural, tools, monkeypatch):
    back(past).send("QUIT")
    past.say(neural, "#team", ["missed"])
    nine = past.client("Nine", "server-time", "Nine")
    work = past.engine._work
    waiting = []
    monkeypatch.setattr(past.engine, "_work", lambda *args: waiting.append(args))
    nine.send("JOIN #team")
    past.say(neural, "#team", ["live"])
    while waiting:
        work(*waiting.pop())
        past.chat.settle()
    assert seen(nine, tools) == ["live", "missed"]


def test_who_left_meanwhile_gets_nothing(past, neural, tools, monkeypatch):
    back(past).send("QUIT")
    past.say(neural, "#team", ["missed"])
    nine = past.client("Nine", "server-time", "Nine")
    work = past.engine._work
    waiting = []
    monkeypatch.setattr(past.engine, "_work", lambda *args: waiting.append(args))
    nine.send("JOIN #team")
    neural.send("KICK #team Nine")
    while waiting:
        work(*waiting.pop())
        past.chat.settle()
    assert seen(nine, tools) == []


# direct messages


def test_direct_messages_that_were_missed(past, tools):
    zed, nine = past.client("Zed", account="Zed"), past.client("Nine", "server-time", "Nine", "phone")
    past.say(zed, "Nine", ["heard"])
    laptop = past.client("Nine", "server-time echo-message", "Nine", "laptop")
    nine.send("QUIT")
    past.say(zed, "Nine", ["missed"])
    past.say(laptop, "Zed", ["answer"])
    nine.read()
    assert seen(past.client("Nine", "server-time", "Nine", "phone"), tools) == ["missed"]
    laptop.send("QUIT")
    laptop.read()
    past.client("Nine", "server-time", "Nine", "phone").send("PRIVMSG Zed :more")
    past.chat.now += 1
    assert seen(past.client("Nine", "server-time echo-message", "Nine", "laptop"), tools) == ["more"]


def test_a_conversation_that_was_missed_has_a_batch_with_its_nick(past, tools):
    guest = past.client("Guest")
    past.client("Nine", "server-time", "Nine").send("QUIT")
    other = past.client("Nine", "", "Nine", "other")
    past.say(guest, "Nine", ["hi"])
    other.send("QUIT")
    lines = past.client("Nine", "batch server-time", "Nine").read()
    assert any(line.endswith(" chathistory Guest") for line in lines)


# clients of the tutorial


@pytest.mark.parametrize("newline", [False, True])
def test_plain_clients(past, neural, newline):
    past.engine.world.put_account(Account("Nine"))

    def come():
        client = past.chat.plain(TutorialWire("#team", newline=newline))
        client.session.account = "Nine"
        client.send_bytes(b"Nine\n" if newline else b"Nine")
        return client

    nine = come()
    past.say(neural, "#team", ["heard"])
    past.engine.lost(nine.session, "gone")
    past.chat.settle()
    past.say(neural, "#team", ["missed"])
    nine.read_bytes()
    shown = come().read_bytes().decode()
    assert shown.count("Neural: [22:13 UTC] missed") == 1
    assert "heard" not in shown


@pytest.mark.parametrize("leap", [3600, -3600])
def test_a_clock_that_jumps_makes_nothing_missing_and_nothing_twice(past, neural, tools, leap):
    nine = back(past)
    past.say(neural, "#team", ["heard"])
    nine.send("PING x")
    nine.read()
    past.chat.now += 1
    past.say(neural, "#team", ["said to a dead connection"])
    past.chat.advance(125)  # Nine is asked for a sign of life, and gives none
    past.chat.now += leap
    past.chat.advance(10)
    past.engine.lost(nine.session, "gone")
    past.chat.settle()
    past.say(neural, "#team", ["missed"])
    assert seen(back(past), tools) == ["said to a dead connection", "missed"]
