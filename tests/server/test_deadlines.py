"""Deadlines: registration, signs of life, idleness; and the goodbye of a server that ends."""

import pytest

from gchat.irc.wire import IrcWire
from gchat.server.engine import STRIDE
from gchat.server.settings import Limits, Server, Settings

SERVER = ":gchat.test"
LIMITS = Limits(registration_timeout=30.0, ping_interval=120.0, ping_timeout=60.0)


@pytest.fixture
def chat(make_chat):
    return make_chat(Settings(server=Server(name="gchat.test"), limits=LIMITS, throttle=False))


def with_limits(make_chat, **limits):
    return make_chat(Settings(server=Server(name="gchat.test"), limits=Limits(**limits), throttle=False))


# registration


@pytest.mark.parametrize("lines", [[], ["NICK Neural"], ["CAP LS 302", "NICK Neural", "USER a 0 * :a"]])
def test_who_does_not_register_is_ended(chat, lines):
    client = chat.connect("192.0.2.1")
    client.send(*lines)
    client.read()
    chat.advance(29)
    client.send("PING still here")
    chat.advance(1)
    assert not client.ended
    chat.advance(1)
    assert client.ended == "Registration timed out"
    assert client.read()[-1] == "ERROR :Closing link: (192.0.2.1) [Registration timed out]"


def test_who_registers_in_time_stays(chat):
    client = chat.client("Neural")
    chat.advance(60)
    assert not client.ended


def test_of_many_who_never_register_one_is_ended_at_a_time(chat):
    clients = [chat.connect("192.0.2.1") for _ in range(2 * STRIDE + 1)]
    chat.advance(30)
    chat.now += 1.0
    ended = []
    for _ in chat.engine.check_deadlines():
        chat.settle()
        ended += [number for number, client in enumerate(clients) if client.ended and number not in ended]
        assert len(ended) == sum(bool(client.ended) for client in clients)
    assert ended[:6] == [0, STRIDE, 2 * STRIDE, 1, STRIDE + 1, 2]
    assert len(ended) == len(clients)


# signs of life


def test_a_silent_client_is_asked_and_then_ended(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.advance(120)
    assert neural.read() == []
    chat.advance(1)
    assert neural.read() == ["PING :gchat.test"]
    nine.send("PONG gchat.test")
    nine.read()
    chat.advance(60)
    assert not neural.ended
    chat.advance(1)
    assert neural.ended == "Ping timeout: 182 seconds"
    assert neural.read()[-1] == "ERROR :Closing link: (127.0.0.1) [Ping timeout: 182 seconds]"
    assert nine.read() == [":Neural!~Neural@127.0.0.1 QUIT :Ping timeout: 182 seconds"]
    assert not nine.ended


def test_of_many_one_is_asked_at_a_time(chat):
    clients = [chat.client(f"n{number}") for number in range(5)]
    chat.advance(120)
    chat.now += 1.0
    asked = []
    for _ in chat.engine.check_deadlines():
        chat.settle()
        asked.append([client.read() for client in clients].index(["PING :gchat.test"]))
    assert asked == [0, 1, 2, 3, 4]


def test_who_speaks_in_the_meantime_is_not_asked(chat):
    clients = [chat.client(f"n{number}") for number in range(3)]
    chat.advance(120)
    chat.now += 1.0
    steps = chat.engine.check_deadlines()
    next(steps)
    clients[1].send("PING x")
    clients[2].session.closing = "gone"
    list(steps)
    chat.settle()
    assert [client.read() for client in clients] == [
        ["PING :gchat.test"],
        [":gchat.test PONG gchat.test :x"],
        [],
    ]


def test_between_two_steps_the_clock_may_jump(chat):
    clients = [chat.client(f"n{number}") for number in range(3)]
    chat.advance(121)
    steps = chat.engine.check_deadlines()
    next(steps)
    chat.now += 3600.0
    list(steps)
    chat.settle()
    assert not any(client.ended for client in clients)
    chat.advance(61)
    assert all(client.ended for client in clients)


@pytest.mark.parametrize("sign", ["PONG :gchat.test", "PONG", "PRIVMSG", "", "half a li"])
def test_anything_is_a_sign_of_life(chat, sign):
    client = chat.client("Neural")
    chat.advance(121)
    client.send_bytes(sign.encode() + (b"" if sign.startswith("half") else b"\r\n"))
    chat.advance(120)
    assert not client.ended
    client.read()
    chat.advance(1)
    assert len(client.read()) == 1
    chat.advance(61)
    assert client.ended


def test_who_speaks_is_not_asked(chat):
    client = chat.client("Neural")
    for _ in range(10):
        chat.advance(100)
        assert client.numerics("PING x") == ["PONG"]


def test_who_lags_is_not_taken_for_silent(make_chat):
    limits = Limits(command_rate=0.01, command_burst=3, ping_interval=50, ping_timeout=20)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits))
    client = chat.client("Neural")
    client.send("PING a", "PING b", "PING c")
    for _ in range(6):
        chat.advance(45)
        client.send("PONG x")
    assert not client.ended


def test_the_tutorial_s_clients_cannot_be_asked(chat):
    client = chat.plain(IrcWire())
    client.send("NICK Neural", "USER neural 0 * :Neural")
    assert "001" in [line.split(" ")[1] for line in client.read()]
    chat.advance(1000)
    assert not client.ended
    assert client.read() == []


def test_no_interval_is_no_question(make_chat):
    chat = with_limits(make_chat, ping_interval=0.0)
    client = chat.client("Neural")
    chat.advance(1000)
    assert client.read() == []


# idleness


def test_who_says_nothing_for_too_long_is_ended(make_chat):
    chat = with_limits(make_chat, idle_timeout=300.0)
    neural, nine = chat.join("#team", "Neural", "Nine")
    for _ in range(3):
        chat.advance(100)
        neural.send("PING x")
        nine.send("PRIVMSG #team :hi")
    assert not neural.ended
    chat.advance(1)
    assert neural.ended == "Idle for more than 300 seconds"
    assert not nine.ended


def test_nobody_is_ended_for_silence_by_default(chat):
    client = chat.client("Neural")
    for _ in range(100):
        chat.advance(100)
        client.send("PONG x")
    assert not client.ended


# the end of the server


def test_a_server_that_ends_says_so(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    nobody = chat.connect()
    chat.engine.shut_down("Server going down")
    chat.settle()
    for client in (neural, nine, nobody):
        assert client.read() == ["ERROR :Server going down"]
        assert client.ended == "Server going down"
    chat.engine.shut_down("Server going down")
    chat.engine.lost(neural.session, "closed")
    chat.settle()
    assert nine.read() == []
