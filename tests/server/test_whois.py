"""WHOIS, WHOWAS, USERHOST and ISON."""

import pytest

from gchat.irc import limits
from gchat.server.world import WHOWAS_PER_NICK


@pytest.fixture
def pair(chat):
    return chat.join("#team", "Neural", "Nine")


def number_of(line):
    return line.split()[1]


def found(lines, number):
    """The replies with this number, what comes after the asker's nick and the nick asked for."""
    return [line.split(" ", 4)[4] for line in lines if number_of(line) == str(number)]


# WHOIS


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("Neural", "Neural"),
        ("nEURAL", "nEURAL"),
        ("gchat.test Neural", "Neural"),
        ("GCHAT.TEST Neural", "Neural"),
        ("Neural Neural", "Neural"),
        ("nine neural", "neural"),
        ("Neural,Nine", "Neural,Nine"),
        ("Neural Neural and more", "Neural"),
    ],
)
def test_somebody_who_is_here(pair, asked, shown):
    assert pair[1].ask(f"WHOIS {asked}") == [
        ":gchat.test 311 Nine Neural ~Neural 127.0.0.1 * :Neural of gchat",
        ":gchat.test 319 Nine Neural :@#team",
        ":gchat.test 312 Nine Neural gchat.test :a gchat server",
        ":gchat.test 317 Nine Neural 0 1700000000 :seconds idle, signon time",
        f":gchat.test 318 Nine {shown} :End of /WHOIS list",
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["431 Nine :No nickname given"]),
        (":", ["431 Nine :No nickname given"]),
        ("Neural :", ["431 Nine :No nickname given"]),
        ("nobody", ["401 Nine nobody :No such nick/channel", "318 Nine nobody :End of /WHOIS list"]),
        (",", ["401 Nine * :No such nick/channel", "318 Nine , :End of /WHOIS list"]),
        ("N*", ["401 Nine N* :No such nick/channel", "318 Nine N* :End of /WHOIS list"]),
        ("#team", ["401 Nine #team :No such nick/channel", "318 Nine #team :End of /WHOIS list"]),
        (
            "elsewhere Neural",
            ["402 Nine elsewhere :No such server", "318 Nine Neural :End of /WHOIS list"],
        ),
        ("nobody nobody", ["401 Nine nobody :No such nick/channel", "318 Nine nobody :End of /WHOIS list"]),
        (": Neural", ["401 Nine _Neural :No such nick/channel", "318 Nine _Neural :End of /WHOIS list"]),
        (
            "x" * 450,
            [f"401 Nine {'x' * 200} :No such nick/channel", f"318 Nine {'x' * 200} :End of /WHOIS list"],
        ),
    ],
)
def test_nobody(pair, asked, expected):
    assert pair[1].ask(f"WHOIS {asked}") == [f":gchat.test {line}" for line in expected]


def test_what_else_is_told_of_somebody(chat):
    nine = chat.client("Nine")
    neural = chat.client("Neural", secure=True)
    neural.send("AWAY :be {right} back", "MODE Neural +B")
    neural.session.user.account = "neurals"
    chat.op(neural)
    assert nine.ask("WHOIS Neural") == [
        ":gchat.test 311 Nine Neural ~Neural 127.0.0.1 * :Neural of gchat",
        ":gchat.test 312 Nine Neural gchat.test :a gchat server",
        ":gchat.test 313 Nine Neural :is an IRC operator",
        ":gchat.test 335 Nine Neural :is a bot",
        ":gchat.test 330 Nine Neural neurals :is logged in as",
        ":gchat.test 671 Nine Neural :is using a secure connection",
        ":gchat.test 317 Nine Neural 0 1700000000 :seconds idle, signon time",
        ":gchat.test 301 Nine Neural :be {right} back",
        ":gchat.test 318 Nine Neural :End of /WHOIS list",
    ]


def test_addresses_and_modes_are_for_oneself_and_server_operators(chat):
    neural, nine = chat.client("Neural", host="192.0.2.7"), chat.client("Nine", host="192.0.2.9")
    neural.send("MODE Neural +iw")
    private = ("338", "378", "379")
    assert not [line for line in nine.ask("WHOIS Neural") if number_of(line) in private]
    assert [line for line in neural.ask("WHOIS Neural") if number_of(line) in private] == [
        ":gchat.test 378 Neural Neural :is connecting from ~Neural@192.0.2.7 192.0.2.7",
        ":gchat.test 338 Neural Neural ~Neural@192.0.2.7 192.0.2.7 :Is actually using host",
        ":gchat.test 379 Neural Neural :is using modes +iw",
    ]
    chat.op(nine)
    lines = nine.ask("WHOIS Neural")
    assert found(lines, 338) == ["~Neural@192.0.2.7 192.0.2.7 :Is actually using host"]
    assert found(lines, 379) == [":is using modes +iw"]


@pytest.mark.parametrize("asked", ["NickServ", "nickserv", "NickServ NickServ"])
def test_a_service_can_be_asked_for(chat, asked):
    assert chat.client("Nine").ask(f"WHOIS {asked}") == [
        ":gchat.test 311 Nine NickServ NickServ gchat.test * :A service: /msg NickServ HELP",
        ":gchat.test 312 Nine NickServ gchat.test :a gchat server",
        ":gchat.test 335 Nine NickServ :is a bot",
        f":gchat.test 318 Nine {asked.split(' ')[0]} :End of /WHOIS list",
    ]


def test_idle_counts_from_what_was_said_last(pair, chat):
    neural, nine = pair
    chat.advance(50)
    neural.send("PRIVMSG #team :hi")
    chat.advance(9)
    neural.send("WHO #team", "PING x")
    assert found(nine.ask("WHOIS Neural"), 317) == ["9 1700000000 :seconds idle, signon time"]


def test_channels_by_visibility(chat):
    neural, nine = chat.client("Neural"), chat.client("Nine")
    neural.send("JOIN #open", "JOIN #hidden", "MODE #hidden +s", "MODE #open +v Neural")
    assert found(nine.ask("WHOIS Neural"), 319) == [":@#open"]
    assert found(neural.ask("WHOIS Neural"), 319) == [":@#open @#hidden"]
    neural.send("MODE Neural +i")
    assert found(nine.ask("WHOIS Neural"), 319) == []
    nine.send("JOIN #hidden")
    assert found(nine.ask("WHOIS Neural"), 319) == [":@#hidden"]
    nine.send("CAP REQ multi-prefix", "JOIN #open")
    assert found(nine.ask("WHOIS Neural"), 319) == [":@+#open @#hidden"]


def test_many_channels_take_several_lines(chat):
    neural, nine = chat.client("Neural"), chat.client("Nine")
    names = [f"#{number:02}{'x' * 60}" for number in range(20)]
    for name in names:
        neural.send(f"JOIN {name}")
    lines = nine.ask("WHOIS Neural")
    rows = found(lines, 319)
    assert len(rows) > 1
    assert all(len(line) <= limits.LINE - 2 for line in lines)
    assert " ".join(row.removeprefix(":") for row in rows).split() == ["@" + name for name in names]


@pytest.mark.parametrize("line", ["WHOIS Neural", "WHOWAS Neural", "USERHOST Neural", "ISON Neural"])
def test_before_registration_nothing_is_told(chat, line):
    chat.client("Neural")
    assert chat.connect().ask(line) == [":gchat.test 451 * :You have not registered"]


# WHOWAS


def who_was(chat, *users):
    """People who were here one after another, ten seconds each: ``nick/user``."""
    for name in users:
        nick, _, user = name.partition("/")
        client = chat.connect()
        client.send(f"NICK {nick}", f"USER {user} 0 * :{user} of gchat")
        chat.advance(10)
        client.send("QUIT")
        chat.engine.lost(client.session, "")


def test_who_was_here(chat):
    nine = chat.client("Nine")
    who_was(chat, "Neural/one", "neural/two")
    later = [
        ":gchat.test 314 Nine neural ~two 127.0.0.1 * :two of gchat",
        ":gchat.test 312 Nine neural gchat.test :2023-11-14 22:13:40 UTC",
    ]
    earlier = [
        ":gchat.test 314 Nine Neural ~one 127.0.0.1 * :one of gchat",
        ":gchat.test 312 Nine Neural gchat.test :2023-11-14 22:13:30 UTC",
    ]
    end = [":gchat.test 369 Nine NEURAL :End of WHOWAS"]
    for count in ("", " 0", " -1", " 2", " 99", " 9999999999999", " x", " :", " 2 gchat.test"):
        assert nine.ask(f"WHOWAS NEURAL{count}") == [*later, *earlier, *end]
    assert nine.ask("WHOWAS NEURAL 1") == [*later, *end]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["431 Nine :No nickname given"]),
        (":", ["431 Nine :No nickname given"]),
        ("nobody", ["406 Nine nobody :There was no such nickname", "369 Nine nobody :End of WHOWAS"]),
        ("Nine", ["406 Nine Nine :There was no such nickname", "369 Nine Nine :End of WHOWAS"]),
        ("N*", ["406 Nine N* :There was no such nickname", "369 Nine N* :End of WHOWAS"]),
        (
            "x" * 450,
            [f"406 Nine {'x' * 200} :There was no such nickname", f"369 Nine {'x' * 200} :End of WHOWAS"],
        ),
    ],
)
def test_nobody_was_here(chat, asked, expected):
    nine = chat.client("Nine")
    who_was(chat, "Neural/one")
    assert nine.ask(f"WHOWAS {asked}") == [f":gchat.test {line}" for line in expected]


def test_a_nick_that_was_changed_was_here(chat):
    neural = chat.client("Neural")
    neural.session.user.account = "neurals"
    neural.send("NICK Neural2")
    assert [number_of(line) for line in neural.ask("WHOWAS Neural")] == ["314", "330", "312", "369"]


def test_only_the_last_few_are_remembered(chat):
    nine = chat.client("Nine")
    who_was(chat, *(f"Neural/u{number}" for number in range(WHOWAS_PER_NICK + 3)))
    rows = found(nine.ask("WHOWAS Neural"), 314)
    assert len(rows) == WHOWAS_PER_NICK
    assert rows[0].startswith(f"~u{WHOWAS_PER_NICK + 2} ")


# USERHOST and ISON


def test_userhost(pair, chat):
    neural, nine = pair
    neural.send("AWAY :lunch")
    chat.op(neural)
    expected = ":gchat.test 302 Nine :Neural*=-~Neural@127.0.0.1 Nine=+~Nine@127.0.0.1"
    for asked in ("Neural Nine", ":neural nine", "NEURAL nobody Nine", "a b c Neural Nine Zero"):
        assert nine.ask(f"USERHOST {asked}") == [expected]
    for asked in ("nobody", ":", "#team", "a b c d e Nine"):
        assert nine.ask(f"USERHOST {asked}") == [":gchat.test 302 Nine :"]
    assert nine.ask("USERHOST") == [":gchat.test 461 Nine USERHOST :Not enough parameters"]


def test_ison(pair):
    _, nine = pair
    for asked in ("Neural Nine", ":NEURAL nobody nine", "neural NINE nine Neural neural"):
        assert nine.ask(f"ISON {asked}") == [":gchat.test 303 Nine :Neural Nine"]
    for asked in ("nobody", ":", "*"):
        assert nine.ask(f"ISON {asked}") == [":gchat.test 303 Nine :"]
    assert nine.ask("ISON") == [":gchat.test 461 Nine ISON :Not enough parameters"]


def test_long_answers_take_several_lines(chat):
    nicks = [f"{letter * limits.NICKLEN}" for letter in "abcdefghijklmn"]
    clients = [chat.client(nick, host="h" * limits.HOSTLEN) for nick in nicks]
    asker = clients[0]
    lines = asker.ask("USERHOST " + " ".join(nicks))
    assert len(lines) == 2
    assert all(len(line) <= limits.LINE - 2 for line in lines)
    assert sum(line.count("=+") for line in lines) == 5
    lines = asker.ask("ISON " + " ".join(nicks))
    assert all(len(line) <= limits.LINE - 2 for line in lines)
    assert " ".join(line.partition(" :")[2] for line in lines).split() == nicks
