"""Whatever anybody sends: no bug, no damage to others, no line that is none, and a world that makes sense."""

import logging
import random
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gchat.irc import limits
from gchat.irc.wire import IrcWire
from gchat.server import dispatch, passwords
from gchat.server.settings import Operator, Server, Settings
from gchat.tutorial.wire import TutorialWire
from tests.server.invariants import check_output, check_world

SETTINGS = Settings(
    server=Server(name="gchat.test", motd="Hello.", admin_email="op@gchat.test"),
    operators=(Operator("root", "not a hash"),),
    throttle=False,
)

# what is sent

LONG = "x" * 350
ABSURD = [
    "",
    ":",
    "x",
    " ".join("x" * 40),
    "* * * * * *",
    "#team",
    "#team #team #team #team",
    "Nine Nine Nine Nine",
    "Nine :",
    "#team :",
    ": : :",
    ", , , ,",
    ",,,,,,,, ,,,,,,,,",
    "#team," * 30,
    "Nine," * 30 + " :text",
    "0",
    "-1 -1 -1",
    "99999999999999999999999999 99999999999999999999",
    "\u0661 \u00b2 \u0b6f",
    "#team -",
    "#team +",
    "#team +" + string.ascii_letters,
    "#team -" + string.ascii_letters,
    "#team +" + string.ascii_letters + " Nine" * 30,
    "#team +bbbbeeeIII a!b@c *!*@* !@ m: m:m: \\* ?",
    "#team +kkk :a b",
    "#team +l -5",
    "#team +l 99999999999999999999999",
    "#team +l \u0663",
    "Nine +iowB",
    f"{LONG} {LONG[:100]}",
    "é" * 120,
    "\U0001f600" * 60,
    "\u202e\u200b\ufeff #\u202e\u200b :\u0000\u0001",
    "\x01VERSION\x01 \x01ACTION",
    "@#team :x",
    "~&@%+#team :x",
    "+ + +",
    "+ " + ",".join(f"n{number}" for number in range(80)),
    "* " * 14 + ":x",
    "%tcuihsnfdlaor,123 %",
    "#team %" + string.ascii_letters,
    ">1,<5,C>1,T<99999999999999999999,!*,*",
    "C>-1 T>x >",
    "LS 302",
    "REQ :" + "-" * 300,
    "{0} {nick} %s %(x)s $x",
]
COMMANDS = [*dispatch.TABLE, "NONSENSE", "JOİN", "001", "*", "$"]


def lines_for(command):
    return [f"{command} {params}".encode() for params in ABSURD] + [
        command.encode(),
        b":x " + command.encode(),
    ]


# what must be true


def unharmed(nine):
    """Somebody who did nothing is as well as before."""
    assert not nine.ended
    check_output(nine)
    nine.send("PING still")
    assert b"PONG gchat.test :still" in check_output(nine)


# every command


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "NOBODY", passwords.hash_password("x", b"salt", n=2))


@pytest.fixture
def chat(make_chat):
    return make_chat(SETTINGS)


@pytest.fixture
def nine(chat):
    client = chat.client("Nine")
    client.send("JOIN #team", "TOPIC #team :ours")
    return client


def newcomer(chat):
    return chat.connect()


def user(chat):
    return chat.client("Neural", caps="server-time message-tags echo-message")


def channel_operator(chat):
    client = user(chat)
    client.send("JOIN #team,#mine")
    world = chat.engine.world
    world.set_roles(client.session.user, world.channel("#team"), "o")
    return client


def plain_user(chat):
    client = chat.plain(IrcWire())
    client.send("NICK Plain", "USER plain 0 * :Plain", "JOIN #team")
    return client


@pytest.mark.parametrize("make", [newcomer, user, channel_operator, plain_user])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_with_absurd_parameters(chat, nine, caplog, command, make):
    client = make(chat)
    for line in lines_for(command):
        if client.ended:
            chat.engine.lost(client.session, "closed")
            client = make(chat)
        client.send_bytes(line + b"\r\n")
        check_output(client)
        check_world(chat.engine)
    if command == "KICK" and make is channel_operator:
        nine.send("JOIN #team")
    unharmed(nine)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "KILL"])
def test_every_command_of_a_server_operator(chat, nine, caplog, command):
    client = user(chat)
    for line in lines_for(command):
        if client.ended:
            chat.engine.lost(client.session, "closed")
            client = user(chat)
        chat.op(client)
        client.send_bytes(line + b"\r\n")
        check_output(client)
    check_world(chat.engine)
    unharmed(nine)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("command", dispatch.TABLE)
def test_every_command_has_one_labeled_answer(chat, nine, command):
    def make():
        return chat.client("Neural", caps="batch labeled-response echo-message message-tags")

    client = make()
    for line in lines_for(command):
        if client.ended:
            chat.engine.lost(client.session, "closed")
            client = make()
        client.session.oper_failures = 0
        answer = client.send_bytes(b"@label=x " + line + b"\r\n") or check_output(client)
        first, *others = [part for part in answer.split(b"\r\n") if part.startswith(b"@label=x")]
        assert not others, line
        opened = b" BATCH +" in first
        assert (answer.count(b" BATCH +"), answer.count(b" BATCH -")) == (opened, opened), line


@pytest.mark.parametrize("newline", [False, True])
def test_every_command_typed_into_the_tutorial_s_client(chat, nine, caplog, newline):
    def make():
        client = chat.plain(TutorialWire("#lobby", newline))
        client.send_bytes(b"Neural\n" if newline else b"Neural")
        assert client.session.user is not None
        return client

    client = make()
    commands = [*dispatch.TABLE, "help", "me", "msg", "rooms", "leave", "mute", "ban", "nick", "op", ""]
    for command in commands:
        for params in ABSURD:
            client.send_bytes(f"/{command.lower()} {params}".encode() + (b"\n" if newline else b""))
            data = client.read_bytes()
            assert newline or data.isascii()
            if client.ended:
                chat.engine.lost(client.session, "closed")
                client = make()
        check_world(chat.engine)
    unharmed(nine)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


# any bytes


def test_ten_megabytes_without_an_end_are_one_error(chat, nine):
    client = chat.client("Neural")
    for _ in range(160):
        chat.engine.receive(client.session, b"x" * 65536)
    chat.settle()
    assert client.read() == [":gchat.test 417 Neural :Input line was too long"]
    assert client.session.wire.pending <= limits.LINE + limits.CLIENT_TAGS
    assert not client.session.inbox
    client.send("", "PING x")
    assert client.read() == [":gchat.test PONG gchat.test :x"]
    unharmed(nine)


@pytest.mark.parametrize("registered", [False, True])
def test_many_random_byte_strings(chat, nine, caplog, registered):
    dice = random.Random(2812)
    client = chat.client("Neural") if registered else chat.connect()
    for _ in range(5000):
        client.send_bytes(dice.randbytes(dice.randrange(1, 40)) + dice.choice([b"", b"\n", b"\r\n"]))
        if client.ended:
            chat.engine.lost(client.session, "closed")
            client = chat.client("Neural")
        check_output(client)
    unharmed(nine)
    check_world(chat.engine)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=60), max_size=20), newline=st.booleans())
def test_any_bytes_from_the_tutorial_s_client(make_chat, chunks, newline):
    chat = make_chat(SETTINGS)
    nine = chat.client("Nine")
    nine.send("JOIN #lobby")
    client = chat.plain(TutorialWire("#lobby", newline))
    for chunk in chunks:
        client.send_bytes(chunk)
        data = client.read_bytes()
        assert newline or data.isascii()
    check_world(chat.engine)
    unharmed(nine)


# any conversation

NAMES = st.sampled_from(
    ["Neural", "neural", "Nine", "Other", "nobody", "#team", "#TEAM", "#two", "#secret", "*", ""]
)
MODES = st.sampled_from(
    ["+o", "-o", "+b", "-b", "+imnst", "-imnst", "+kl", "+v-v+h", "+qa", "+I", "+e", "b", "+iowB"]
)
WORDS = st.one_of(NAMES, NAMES, MODES, st.text(max_size=12), st.integers(-2, 10**12).map(str))
COMMON = ["JOIN", "PART", "MODE", "KICK", "INVITE", "NICK", "TOPIC", "PRIVMSG"]
PARAMS = st.lists(WORDS, max_size=5)
LINES = st.builds(
    lambda command, params, last: f"{command} {' '.join(params)}{last}",
    st.sampled_from([*dispatch.TABLE, *COMMON * 5]),
    PARAMS,
    st.one_of(st.just(""), st.text(max_size=20).map(" :{}".format)),
)
STEPS = st.one_of(
    st.tuples(st.just("send"), st.integers(0, 2), st.lists(LINES, min_size=1, max_size=3)),
    st.tuples(st.just("send"), st.integers(0, 2), st.lists(LINES, min_size=1, max_size=3)),
    st.tuples(st.just("op"), st.integers(0, 2), st.none()),
    st.tuples(st.just("caps"), st.integers(0, 2), st.just("multi-prefix extended-join away-notify setname")),
    st.tuples(st.just("lost"), st.integers(0, 2), st.none()),
    st.tuples(st.just("turn"), st.none(), st.none()),
    st.tuples(st.just("wait"), st.none(), st.integers(1, 200)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
def test_any_conversation_leaves_a_world_that_makes_sense(make_chat, steps):
    chat = make_chat(SETTINGS)
    clients = chat.join("#team", "Neural", "Nine", "Other")
    for what, who, how in steps:
        client = clients[who] if who is not None else clients[0]
        if what == "send":  # without settling: on the later backplane the events of several clients meet
            chat.engine.receive(client.session, "".join(f"{line}\r\n" for line in how).encode())
        elif what == "op" and client.session.user in chat.engine.world.users.values():
            chat.op(client)
        elif what == "caps":
            client.send(f"CAP REQ :{how}")
        elif what == "lost":
            chat.engine.lost(client.session, "Connection reset")
            clients[who] = chat.connect()
            clients[who].send(f"NICK again{who}", "USER again 0 * :again", "JOIN #team")
        elif what == "wait":
            chat.advance(how)
        elif what == "turn":
            chat.settle()
        for one in clients:
            check_output(one)
    chat.settle()
    for one in clients:
        check_output(one)
    check_world(chat.engine)
