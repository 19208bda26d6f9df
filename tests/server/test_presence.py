"""AWAY and SETNAME, and how others learn of a user's changes."""

import pytest

from gchat.irc import limits
from gchat.server.events import HostChanged

SERVER = ":gchat.test"
NEURAL = ":Neural!~Neural@127.0.0.1"
GONE = f"{SERVER} 306 Neural :You have been marked as being away"
BACK = f"{SERVER} 305 Neural :You are no longer marked as being away"


# AWAY


@pytest.mark.parametrize("line", ["AWAY", "AWAY :"])
def test_away_and_back(chat, line):
    neural = chat.client("Neural")
    assert neural.ask("AWAY :I'm not here") == [GONE]
    assert neural.session.user.away == "I'm not here"
    assert neural.ask(line) == [BACK]
    assert neural.ask(line) == [BACK]
    assert neural.session.user.away == ""


def test_a_message_is_cut_between_two_characters(chat):
    neural = chat.client("Neural")
    neural.send("AWAY :x" + "é" * 150)
    assert neural.session.user.away == "x" + "é" * ((limits.AWAYLEN - 1) // 2)


def test_who_writes_to_somebody_away_is_told(chat):
    neural, nine = chat.client("Neural"), chat.client("Nine")
    neural.send("AWAY :gone fishing")
    told = [f"{SERVER} 301 Nine Neural :gone fishing"]
    assert nine.ask("PRIVMSG Neural :hi") == told
    assert neural.read()[-1] == ":Nine!~Nine@127.0.0.1 PRIVMSG Neural :hi"
    assert nine.ask("NOTICE Neural :hi", "@+x=1 TAGMSG Neural") == []
    neural.send("AWAY")
    assert nine.ask("PRIVMSG Neural :hi") == []


def test_those_who_want_to_know_are_told_once(chat):
    neural, nine, old = chat.join("#team", "Neural", "Nine", "Old", caps="away-notify")
    old.send("CAP REQ :-away-notify")
    neural.send("JOIN #two")
    nine.send("JOIN #two")
    nine.read()
    old.read()
    assert neural.ask("AWAY :gone", "AWAY :gone", "AWAY :farther", "AWAY", "AWAY") == [GONE] * 3 + [BACK] * 2
    assert nine.read() == [f"{NEURAL} AWAY :gone", f"{NEURAL} AWAY :farther", f"{NEURAL} AWAY"]
    assert old.read() == []


def test_somebody_away_who_joins(chat):
    nine, old = chat.client("Nine", caps="away-notify"), chat.client("Old")
    nine.send("JOIN #team")
    old.send("JOIN #team")
    neural = chat.client("Neural", caps="away-notify")
    nine.read()
    old.read()
    assert neural.numerics("AWAY :gone", "JOIN #team") == ["306", "JOIN", "353", "366"]
    assert nine.read() == [f"{NEURAL} JOIN #team", f"{NEURAL} AWAY :gone"]
    assert old.read() == [f"{NEURAL} JOIN #team"]


# SETNAME


def test_a_real_name_is_told_to_those_who_understand(chat):
    neural, nine, old = chat.join("#team", "Neural", "Nine", "Old", caps="setname")
    far = chat.client("Far", caps="setname")
    old.send("CAP REQ :-setname")
    old.read()
    assert neural.ask("SETNAME :Neural N. Nine") == [f"{NEURAL} SETNAME :Neural N. Nine"]
    assert nine.read() == [f"{NEURAL} SETNAME :Neural N. Nine"]
    assert old.read() == far.read() == []
    assert neural.session.user.realname == "Neural N. Nine"


def test_without_the_capability_it_happens_silently(chat):
    neural = chat.client("Neural")
    assert neural.ask("SETNAME Bruce") == []
    assert neural.session.user.realname == "Bruce"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "The real name must not be empty"),
        ("   ", "The real name must not be empty"),
        ("é" * 76, f"The real name is too long: {limits.REALNAMELEN} bytes at most"),
    ],
)
def test_an_impossible_real_name_is_refused(chat, name, why):
    neural = chat.client("Neural", caps="setname")
    assert neural.ask(f"SETNAME :{name}") == [f"{SERVER} FAIL SETNAME INVALID_REALNAME :{why}"]
    assert neural.session.user.realname == "Neural of gchat"


def test_the_longest_real_name(chat):
    neural = chat.client("Neural", caps="setname")
    assert neural.ask("SETNAME :" + "é" * 75) == [f"{NEURAL} SETNAME :" + "é" * 75]


def test_setname_alone(chat):
    assert chat.client("Neural").ask("SETNAME") == [f"{SERVER} 461 Neural SETNAME :Not enough parameters"]


# CHGHOST: nothing changes a host yet, but the event is there


def test_another_host_is_told_or_shown_as_a_new_arrival(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="chghost")
    (old,) = chat.join("#team", "Old")
    neural.send("AWAY :gone")
    for client in (neural, nine, old):
        client.read()
    user = neural.session.user
    chat.engine.backplane.commit(HostChanged(user.uid, "neural", "cloak.test"), None)
    chat.settle()
    assert neural.read() == nine.read() == [f"{NEURAL} CHGHOST neural cloak.test"]
    assert old.read() == [
        f"{NEURAL} QUIT :Changing host",
        ":Neural!neural@cloak.test JOIN #team",
        ":gchat.test MODE #team +o Neural",
    ]
    nine.send("PRIVMSG Neural :hi")
    old.send("PRIVMSG Old :me")
    neural.send("PRIVMSG #team :here")
    assert nine.read()[-1] == ":Neural!neural@cloak.test PRIVMSG #team :here"
