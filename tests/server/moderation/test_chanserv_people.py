"""ChanServ's BAN, MUTE and PURGE.  Neural is the operator; Nine has an account, Guest has none."""

import pytest

NEURAL = ":Neural!~Neural@127.0.0.1"


@pytest.fixture
def trio(past):
    neural, nine = past.join("#team", "Neural", "Nine", accounts=True)
    guest = past.client("Guest", host="192.0.2.7")
    guest.send("JOIN #team")
    for client in (neural, nine, guest):
        client.read()
    return neural, nine, guest


def tell(client, words):
    return client.ask(f"PRIVMSG ChanServ :{words}")


@pytest.mark.parametrize(
    ("words", "mode", "until", "reason"),
    [
        ("BAN #team Guest", "+b *!*@192.0.2.7", 0, ""),
        ("BAN #team Nine", "+b a:Nine", 0, ""),
        ("BAN #team Nine 1h off you go", "+b a:Nine", 1_700_003_600, "off you go"),
        ("BAN #team Nine off you go", "+b a:Nine", 0, "off you go"),
        ("BAN #team nobody", "+b nobody!*@*", 0, ""),
        ("BAN #team *@bad 1d", "+b *!*@bad", 1_700_086_400, ""),
        ("MUTE #team Nine 10m", "+b m:a:Nine", 1_700_000_600, ""),
        ("mute #team Guest", "+b m:*!*@192.0.2.7", 0, ""),
    ],
)
def test_somebody_is_banned_or_muted(trio, past, store, words, mode, until, reason):
    neural, _, _ = trio
    assert tell(neural, words) == [f"{NEURAL} MODE #team {mode}"]
    (ban,) = past.engine.world.channel("#team").lists["b"].values()
    assert (ban.until, ban.reason) == (until, reason)
    assert len(store.entries) == 1


@pytest.mark.parametrize("who", ["Guest", "*!*@192.0.2.7", "Nine"])
@pytest.mark.parametrize("word", ["BAN", "MUTE"])
def test_and_is_let_in_again(trio, past, who, word):
    neural, _, _ = trio
    tell(neural, f"{word} #team {who}")
    assert len(tell(neural, f"UN{word} #team {who}")) == 1
    assert not past.engine.world.channel("#team").lists["b"]
    (line,) = tell(neural, f"UN{word} #team {who}")
    assert line.endswith(f":There is no such {word.lower()} in #team: MODE #team b lists them")


def test_every_ban_of_a_nick_is_lifted(trio):
    neural, _, _ = trio
    neural.send("MODE #team +bbb Nine a:Nine *!*@127.0.0.1")
    assert tell(neural, "UNBAN #team Nine") == [f"{NEURAL} MODE #team -bbb a:Nine *!*@127.0.0.1 Nine!*@*"]


def test_messages_are_deleted(trio, past, store):
    neural, nine, _ = trio
    past.say(nine, "#team", ["one", "two"])
    assert tell(neural, "PURGE #team Nine 10m no ads")[-1].endswith("2 messages of Nine are deleted")
    assert store.entries[0].reason == "no ads"
    assert not [record for record in store.records if record.command == "PRIVMSG"]
    (line,) = tell(neural, "PURGE #team Nine 10m")
    assert line.endswith("Nothing that Nine said in #team in the last 10 minutes is kept")


@pytest.mark.parametrize("words", ["BAN #team Neural", "UNMUTE #team Neural", "PURGE #team Neural 1h"])
def test_members_may_not(trio, words):
    _, nine, _ = trio
    assert [line.split(" ")[1] for line in tell(nine, words)] == ["482"]


@pytest.mark.parametrize("words", ["BAN #team", "MUTE", "PURGE #team Nine"])
def test_what_is_missing_is_said(trio, words):
    (line,) = tell(trio[0], words)
    assert "It is written " + words.split()[0] in line
