"""MONITOR, and what those who watch are told."""

import pytest

from gchat.irc import limits
from gchat.server.settings import Limits, Server, Settings

NINE = "Nine!~Nine@127.0.0.1"


@pytest.fixture
def neural(chat):
    return chat.client("Neural")


def online(*sources, nick="Neural"):
    return f":gchat.test 730 {nick} {','.join(sources)}"


def offline(*nicks, nick="Neural"):
    return f":gchat.test 731 {nick} {','.join(nicks)}"


def list_of(client):
    """What MONITOR L tells."""
    lines = client.ask("MONITOR L")
    assert lines[-1] == f":gchat.test 733 {client.session.nick} :End of MONITOR list"
    return [nick for line in lines[:-1] for nick in line.split()[3].removeprefix(":").split(",")]


def test_somebody_comes_and_goes(neural, chat):
    assert neural.ask("MONITOR + nine") == [offline("nine")]
    nine = chat.client("Nine")
    assert neural.read() == [online(NINE)]
    nine.send("QUIT")
    assert neural.read() == [offline("Nine")]


def test_targets_of_both_kinds(neural, chat):
    chat.client("Nine")
    assert neural.ask("MONITOR + zero,NINE,one") == [online(NINE), offline("zero", "one")]
    assert neural.ask("MONITOR S") == [online(NINE), offline("zero", "one")]
    assert list_of(neural) == ["zero", "NINE", "one"]


def test_a_nick_is_on_the_list_once(neural):
    neural.send("MONITOR + nine,Nine", "MONITOR + NINE")
    assert list_of(neural) == ["Nine"]
    assert neural.ask("MONITOR + nine") == [offline("nine")]
    assert neural.ask("MONITOR - nINE") == []
    assert list_of(neural) == []


def test_nobody_is_told_who_does_not_watch(neural, chat):
    other = chat.client("Other")
    neural.send("MONITOR + nine,zero")
    other.send("MONITOR + nine,zero")
    assert neural.ask("MONITOR - nine,nobody") == []
    assert other.ask("MONITOR C") == []
    assert other.ask("MONITOR S") == []
    chat.client("Nine")
    chat.client("Zero")
    assert neural.read() == [online("Zero!~Zero@127.0.0.1")]
    assert other.read() == []


def test_a_change_of_nick(neural, chat):
    neural.send("MONITOR + nine,zero")
    neural.read()
    nine = chat.client("Nine")
    neural.read()
    nine.send("NICK NINE")
    assert neural.read() == []  # the same nick in other letters
    nine.send("NICK Zero")
    assert neural.read() == [offline("NINE"), online("Zero!~Nine@127.0.0.1")]


def test_one_can_watch_oneself(neural):
    assert neural.ask("MONITOR + neural") == [online("Neural!~Neural@127.0.0.1")]
    assert neural.ask("NICK Other")[-1] == offline("Neural", nick="Other")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("MONITOR", "461 Neural MONITOR :Not enough parameters"),
        ("MONITOR +", "461 Neural MONITOR :Not enough parameters"),
        ("MONITOR - :", "461 Neural MONITOR :Not enough parameters"),
        ("MONITOR + ,,,", "461 Neural MONITOR :Not enough parameters"),
        ("MONITOR x", "461 Neural MONITOR :MONITOR needs +, -, C, L or S"),
        ("MONITOR +nine", "461 Neural MONITOR :MONITOR needs +, -, C, L or S"),
        ("MONITOR :", "461 Neural MONITOR :MONITOR needs +, -, C, L or S"),
        ("MONITOR + *!*@*", "432 Neural *!*@* :Erroneus nickname"),
        ("MONITOR + :two words", "432 Neural two_words :Erroneus nickname"),
        ("MONITOR + 1one", "432 Neural 1one :Erroneus nickname"),
        ("MONITOR + " + "x" * 450, "432 Neural " + "x" * 64 + " :Erroneus nickname"),
        ("MONITOR L and more", "733 Neural :End of MONITOR list"),
        ("MONITOR l", "733 Neural :End of MONITOR list"),
    ],
)
def test_what_cannot_be(neural, line, expected):
    assert neural.ask(line) == [f":gchat.test {expected}"]
    assert neural.session.monitoring == {}


def test_good_targets_stand_beside_bad_ones(neural):
    assert neural.ask("MONITOR + a*,nine,b*") == [
        ":gchat.test 432 Neural a* :Erroneus nickname",
        ":gchat.test 432 Neural b* :Erroneus nickname",
        offline("nine"),
    ]


def test_the_list_has_an_end(make_chat):
    chat = make_chat(
        Settings(server=Server(name="gchat.test"), limits=Limits(monitor_entries=3), throttle=False)
    )
    neural = chat.client("Neural")
    assert neural.ask("MONITOR + one,two,ONE") == [offline("ONE", "two")]
    assert neural.ask("MONITOR + three,four,two,Five") == [
        offline("three", "two"),
        ":gchat.test 734 Neural 3 four,Five :Monitor list is full.",
    ]
    neural.send("MONITOR - one")
    assert neural.ask("MONITOR + four") == [offline("four")]
    assert list_of(neural) == ["two", "three", "four"]


def test_a_long_list_takes_several_lines(neural):
    nicks = [f"n{number:02}" + "x" * 25 for number in range(60)]
    for start in range(0, 60, 10):
        neural.send("MONITOR + " + ",".join(nicks[start : start + 10]))
    neural.read()
    assert list_of(neural) == nicks
    for asked in ("MONITOR L", "MONITOR S"):
        lines = neural.ask(asked)
        assert 4 <= len(lines) <= 6
        assert all(len(line) <= limits.LINE - 2 for line in lines)


def test_who_is_gone_watches_no_more(neural, chat):
    neural.send("MONITOR + nine")
    chat.engine.lost(neural.session, "gone")
    assert list(chat.engine.monitors.watchers("nine")) == []


def test_before_registration(chat):
    assert chat.connect().ask("MONITOR + nine") == [":gchat.test 451 * :You have not registered"]


# extended-monitor


@pytest.mark.parametrize(
    ("caps", "line", "told"),
    [
        ("extended-monitor away-notify", "AWAY :afk", [f":{NINE} AWAY :afk"]),
        ("extended-monitor setname", "SETNAME :new name", [f":{NINE} SETNAME :new name"]),
        ("extended-monitor", "AWAY :afk", []),
        ("extended-monitor", "SETNAME :new name", []),
        ("away-notify setname", "AWAY :afk", []),
        ("away-notify setname", "SETNAME :new name", []),
    ],
)
def test_changes_of_who_is_watched(chat, caps, line, told):
    neural = chat.client("Neural", caps)
    nine = chat.client("Nine", "setname")
    assert neural.ask("MONITOR + nine") == [online(NINE)]
    nine.send(line)
    assert neural.read() == told
