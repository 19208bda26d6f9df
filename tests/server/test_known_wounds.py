"""What other chat servers were hurt by, each as a test named after it.

They are from the changelogs and advisories of IRC servers and bouncers; those of the wire are also in
``tests/server/shell/test_wounds_on_the_wire.py``.  The last ones are wounds of servers
that ask others for things: this one asks nobody.
"""

from __future__ import annotations

import ast
import logging
import sqlite3

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, Ping, Pong, TextMessage

from gchat.irc import limits
from gchat.irc.wire import IrcWire
from gchat.server.passwords import hash_password
from gchat.server.settings import Gateway, Limits, Server, Settings
from gchat.server.stores.base import StoreError
from gchat.server.stores.sqlite import SqliteStore
from gchat.server.websocket import WebSocketWire
from tests.server.history.conftest import ListStore, Past
from tests.server.invariants import check_output, check_world
from tests.test_architecture import MODULES

SERVER = Server(name="gchat.test")
HISTORY_CAPS = (
    "batch message-tags server-time draft/chathistory draft/message-redaction draft/metadata-2"
    " draft/read-marker soju.im/search"
)


@pytest.fixture
def past(make_chat):
    return Past(make_chat, Settings(server=SERVER, throttle=False), ListStore())


# --- lines ---------------------------------------------------------------------------------------

FORGED = ":Neural!~Neural@127.0.0.1 QUIT :forged"


@pytest.mark.parametrize("end", ["\r", "\0", "\r\r", "\r\0", "\u2028", "\u0085", "\x0b", "\x0c"])
@pytest.mark.parametrize(
    "line",
    [
        "PRIVMSG #team :hello{}",
        "NOTICE #team :hello{}",
        "TOPIC #team :hello{}",
        "AWAY :hello{}",
        "SETNAME :hello{}",
        "KICK #team Other :hello{}",
        "PART #team :hello{}",
        "INVITE Nine{} #team",
        "MODE #team +k hello{}",
        "MODE #team +b hello{}!*@*",
        "METADATA #team SET url :hello{}",
        "@+draft/reply=hello{} PRIVMSG #team :hello",
        "@label=hello{} PRIVMSG #team :hello",
        "NICK hello{}",
        "QUIT :hello{}",
    ],
)
def test_a_bare_cr_forges_no_line(chat, line, end):
    caps = "message-tags labeled-response batch echo-message draft/metadata-2 setname away-notify"
    neural, nine, _ = chat.join("#team", "Neural", "Nine", "Other", caps=caps)
    neural.send_bytes(line.format(f"{end}{FORGED}{end}").encode() + b"\r\n")
    for client in (neural, nine):
        data = check_output(client)
        for received in data.split(b"\r\n"):
            assert not set(received) & {0, 10, 13}
            # what was forged stands within a line, not at the beginning of one
            assert not received.startswith(FORGED.encode())
    assert chat.engine.world.user("Nine") is not None
    check_world(chat.engine)


def test_a_bare_cr_in_a_tag_s_escape_forges_no_line(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags")
    neural.send(r"@+draft/x=a\r\nQUIT\0b TAGMSG #team")
    (line,) = nine.read()
    assert r"+draft/x=a\r\nQUIT0b" in line


@pytest.mark.parametrize("size", [509, 510, 511, 512, 513, 1023, 1024, 8191, 8192, 8702, 8703, 100_000])
@pytest.mark.parametrize("start", [b"", b"@", b":", b"PRIVMSG #team :", b"@a=b PRIVMSG #team :"])
def test_512_bytes_without_a_newline(chat, size, start):
    neural, nine = chat.join("#team", "Neural", "Nine")
    neural.send_bytes(start + b"x" * (size - len(start)))
    assert neural.session.wire.pending <= limits.LINE + limits.CLIENT_TAGS
    neural.send_bytes(b"\r\nPING after\r\n")
    assert neural.read()[-1] == ":gchat.test PONG gchat.test :after"
    assert all(len(line) <= limits.LINE - 2 for line in nine.read())
    assert not neural.ended


@pytest.mark.parametrize("token", ["x", "x" * 400, "é" * 150, ":", "a b c", "%s%n{0}", "\x7f\x01", "0"])
def test_a_pong_echoes_what_was_sent_and_no_memory(chat, token):
    (neural,) = chat.join("#team", "Neural")
    (answer,) = neural.ask(f"PING :{token}")
    assert answer == f":gchat.test PONG gchat.test :{token}"


@pytest.mark.parametrize("line", ["PING", "PING :", "PONG", "PONG :", "PONG x y z", "PING  "])
def test_a_ping_without_a_token_tells_nothing(chat, line):
    (neural,) = chat.join("#team", "Neural")
    answer = neural.ask(line)
    expected = [":gchat.test 409 Neural :No origin specified"]
    assert answer in ([], expected, [":gchat.test 461 Neural PING :Not enough parameters"])


@pytest.mark.parametrize("claimed", [125, 126, 127, 65535, 1 << 32, 1 << 63])
def test_a_websocket_ping_that_claims_more_than_it_holds(chat, claimed):
    wire = WebSocketWire(text=True)
    session = chat.engine.connect("127.0.0.1", "a page", wire, framing=wire.framing)
    length, number = (b"\xfe", 2) if claimed < 65536 else (b"\xff", 8)
    size = bytes([0x80 | claimed]) if claimed < 126 else length + claimed.to_bytes(number, "big")
    chat.engine.receive(session, b"\x89" + size + b"\0\0\0\0heart")
    # an incomplete one waits, and one that may not be is refused: nothing is sent back that was not sent
    assert not [answer for answer in wire.take_local() if b"heart" in answer]


# --- floods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [Ping(b"x"), Pong(b"x"), TextMessage(""), BytesMessage(b""), TextMessage("x", message_finished=False)],
    ids=["pings", "pongs", "empty texts", "empty bytes", "fragments"],
)
def test_a_websocket_frame_flood_does_not_dodge_the_throttle(make_chat, event):
    chat = make_chat(Settings(server=SERVER, limits=Limits(command_rate=5.0, command_burst=30.0)))
    wire, client = WebSocketWire(text=True), Connection(ConnectionType.CLIENT)
    session = chat.engine.connect("127.0.0.1", "a page", wire, framing=wire.framing)
    first = client.send(event)
    if isinstance(event, TextMessage) and not event.message_finished:
        chat.engine.receive(session, first)
        more = b"".join(client.send(TextMessage("", message_finished=False)) for _ in range(500))
    else:
        more = first * 500
    for _ in range(10):
        if not session.closing:
            chat.engine.receive(session, more)
        wire.take_local()
    assert session.closing in ("RecvQ exceeded", "Too many frames at once") or session.inbox_bytes > 1000
    assert session.command_count <= 31


# --- who may -------------------------------------------------------------------------------------


def test_redact_is_authorised_on_the_message_s_own_channel(past):
    neural, nine = past.join("#team", "Neural", "Nine", caps=HISTORY_CAPS, accounts=True)
    (id,) = past.say(neural, "#team", ["stays"])
    nine.send("JOIN #mine")  # where Nine is an operator
    past.join("#mine", "Other", caps=HISTORY_CAPS)
    neural.read()
    for line in (f"REDACT #mine {id}", f"REDACT #team {id}", f"REDACT #Mine,#team {id}", f"REDACT Nine {id}"):
        (answer,) = nine.ask(line)
        assert " FAIL REDACT " in answer
    assert neural.read() == []
    assert [record.id for record in past.store.records if record.id == id] == [id]


# What is asked, and what a member is told: that is what nobody else may be.
ALL_TIME = "timestamp=1999-01-01T00:00:00.000Z timestamp=2099-01-01T00:00:00.000Z"
MARK = "timestamp=2023-11-14T22:13:19.500Z"
READING = {
    "CHATHISTORY LATEST #secret * 50": "xyzzy",
    "CHATHISTORY LATEST #SECRET * 50": "xyzzy",
    "CHATHISTORY BEFORE #secret timestamp=2099-01-01T00:00:00.000Z 50": "xyzzy",
    "CHATHISTORY AFTER #secret timestamp=1999-01-01T00:00:00.000Z 50": "xyzzy",
    "CHATHISTORY AROUND #secret timestamp=2023-11-14T22:13:20.000Z 50": "xyzzy",
    f"CHATHISTORY BETWEEN #secret {ALL_TIME} 50": "xyzzy",
    f"CHATHISTORY TARGETS {ALL_TIME} 50": "#secret",
    "CHATHISTORY LATEST Neural * 50": "plugh",
    "SEARCH in=#secret;text=password": "xyzzy",
    "SEARCH in=Neural;text=password": "plugh",
    "SEARCH text=password": "xyzzy",
    "SEARCH from=Neural": "plugh",
    "MARKREAD #secret": MARK,
    "METADATA #secret LIST": "the-password",
    "METADATA #secret GET url": "the-password",
    "METADATA #secret SYNC": "the-password",
    "NAMES #secret": "Nine",
    "WHO #secret": "Nine",
    "TOPIC #secret": "the password",
    "MODE #secret": "+knst hunter2",
    "LIST": "#secret",
    "WHOIS Neural": "#secret",
}
SECRETS = ("xyzzy", "plugh", "the-password", "the password", "+knst", "hunter2", "Nine", MARK)


def keep_secrets(past):
    """A channel whose members know something, which is everything in ``SECRETS``; return one of them."""
    neural, nine = past.join("#secret", "Neural", "Nine", caps=HISTORY_CAPS, accounts=True)
    neural.send("MODE #secret +sk hunter2", "METADATA #secret SET url :the-password")
    neural.send("TOPIC #secret :the password")
    past.say(neural, "#secret", ["the password is xyzzy"])
    past.say(neural, "Nine", ["the password is plugh"])
    nine.send(f"MARKREAD #secret {MARK}", "METADATA * SUB url")
    return nine


@pytest.mark.parametrize("registered", [True, False], ids=["outsider", "nobody yet"])
@pytest.mark.parametrize("line", READING)
def test_history_and_metadata_are_not_read_by_outsiders(past, line, registered):
    nine = keep_secrets(past)
    if registered:
        eve = past.client("Eve", HISTORY_CAPS, account="Eve")
    else:
        eve = past.chat.connect()
        eve.send(f"CAP REQ :{HISTORY_CAPS}")
    eve.send("METADATA * SUB url")
    told = "\n".join(eve.ask(line))
    assert not [secret for secret in SECRETS if secret in told], told
    if "#" not in line:
        assert "#secret" not in told
    assert READING[line] in "\n".join(nine.ask(line)), "it is not asked so"


@pytest.mark.parametrize(
    "line",
    [
        "CHATHISTORY LATEST neural,nine * 50",
        r"CHATHISTORY LATEST neural\snine * 50",
        r"SEARCH in=neural\snine;text=password",
        r"SEARCH in=nine\sneural;text=password",
    ],
)
def test_what_two_said_is_not_read_by_the_name_that_it_is_kept_by(past, line):
    nine = keep_secrets(past)
    assert past.store.records[-1].target == "neural nine"
    for client in (nine, past.client("Eve", HISTORY_CAPS, account="Eve")):
        assert "plugh" not in "\n".join(client.ask(line))


# --- faults --------------------------------------------------------------------------------------


@pytest.mark.pure
@pytest.mark.parametrize(
    "error", [sqlite3.DatabaseError("malformed"), sqlite3.OperationalError("disk I/O error")]
)
def test_a_database_that_fails_does_not_kill_the_process(make_chat, tmp_path, error, monkeypatch):
    chat = make_chat(Settings(server=SERVER, throttle=False))
    store = SqliteStore.open(str(tmp_path / "gchat.db"))
    chat.engine.store = chat.engine.keeping.store = store
    neural, nine = chat.join("#team", "Neural", "Nine")
    working = store._connection

    class Broken:
        def __getattr__(self, name):
            raise error

    store._connection = Broken()
    monkeypatch.setattr(store, "check", lambda: (_ for _ in ()).throw(StoreError("it is broken")))
    (refusal,) = neural.ask("PRIVMSG #team :lost")
    assert " FAIL PRIVMSG TEMPORARILY_UNAVAILABLE #team " in refusal
    assert nine.read() == []
    assert neural.ask("PING alive") == [":gchat.test PONG gchat.test :alive"]
    monkeypatch.undo()
    store._connection = working
    chat.advance(3)
    neural.send("PRIVMSG #team :kept")
    assert nine.read()[-1] == ":Neural!~Neural@127.0.0.1 PRIVMSG #team :kept"
    store.close()


@pytest.mark.parametrize(
    "lines",
    [
        ["KICK #team Nine", "KICK #team Nine", "PRIVMSG #team :still"],
        ["KICK #team Nine,Nine,Nine"],
        ["KICK #team,#team Nine,Nine"],
        ["KICK #team Neural", "KICK #team Nine", "JOIN #team"],
        ["KICK #team :Nine :why"],
        ["KICK #team Neural,Nine,Other :all of us", "JOIN #team"],
        ["KICK #nowhere Nine", "KICK Nine #team", "KICK #team", "KICK"],
        ["PART #team,#team,#team", "PART #team"],
        ["PART #nowhere", "PART Nine", "PART :", "PART ,"],
        ["JOIN 0", "PART #team", "KICK #team Nine"],
        ["PART #team", "MODE #team +o Neural", "TOPIC #team :x", "NAMES #team", "JOIN #team"],
        ["NICK Nine", "NICK neural", "NICK NEURAL", "PART #team", "NICK Neural"],
        ["QUIT", "PRIVMSG #team :x", "PART #team", "KICK #team Nine"],
    ],
)
def test_kick_and_part_of_whoever_is_gone_crash_nothing(chat, caplog, lines):
    neural, nine, _ = chat.join("#team", "Neural", "Nine", "Other")
    neural.send(*lines)
    check_output(neural)
    check_world(chat.engine)
    assert nine.ask("PING alive")[-1].endswith("PONG gchat.test :alive")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("nick", [True, False], ids=["as a user", "as nobody yet"])
@pytest.mark.parametrize(
    "lines",
    [
        ["AUTHENTICATE"],
        ["AUTHENTICATE *"],
        ["AUTHENTICATE +"],
        ["AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN"],
        ["AUTHENTICATE PLAIN", "AUTHENTICATE +"],
        ["AUTHENTICATE PLAIN", "AUTHENTICATE ===="],
        ["AUTHENTICATE PLAIN", "AUTHENTICATE AAAA"],
        ["AUTHENTICATE PLAIN", "AUTHENTICATE /w=="],
        ["AUTHENTICATE PLAIN", *["AUTHENTICATE " + "A" * 400] * 50],
        ["AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE biwsbj0scj0="],
        ["AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE LCws", "AUTHENTICATE LCws"],
        ["AUTHENTICATE EXTERNAL", "AUTHENTICATE +"],
        ["AUTHENTICATE \x00", "AUTHENTICATE é"],
        ["CAP REQ :-sasl", "AUTHENTICATE PLAIN"],
        ["AUTHENTICATE PLAIN", "CAP REQ :-sasl", "AUTHENTICATE AAAA"],
        ["AUTHENTICATE PLAIN", "NICK Late", "USER l 0 * :l", "CAP END", "AUTHENTICATE AAAA"],
        ["PASS :", "PASS x:y:z", "NICK Late", "USER l 0 * :l", "CAP END"],
        ["PASS Nobody:", "NICK Late", "USER l 0 * :l", "CAP END"],
        ["REGISTER * * x", "REGISTER", "REGISTER a", "VERIFY a b"],
        ["NICKSERV IDENTIFY", "PRIVMSG NickServ :IDENTIFY a b c d e f", "PRIVMSG NickServ :\x01x\x01"],
    ],
)
def test_no_login_crashes_anything(chat, caplog, lines, nick):
    other = chat.client("Other")
    client = chat.client("Neural", "sasl") if nick else chat.connect()
    client.send("CAP REQ :sasl", *lines)
    check_output(client)
    check_world(chat.engine)
    assert other.ask("PING alive")[-1].endswith("PONG gchat.test :alive")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_login_that_is_left_in_the_middle_crashes_nothing(chat):
    client = chat.connect()
    chat.engine.receive(client.session, b"CAP REQ :sasl\r\nAUTHENTICATE PLAIN\r\nAUTHENTICATE AGEAYg==\r\n")
    chat.engine.lost(client.session, "gone")
    chat.settle()
    assert not chat.engine.sessions


# --- names and addresses of others ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["evil\x03.example", "a\x1b[2J", "a\u202eb", "x y", ":colon", "", "a" * 600, "a!b@c", "#chan"]
)
def test_an_rdns_name_with_control_characters_is_nobody_s_host(make_chat, name):
    gateway = Gateway("web", ("192.0.2.1",), hash_password("sesame", b"salt", n=2))
    chat = make_chat(Settings(server=SERVER, gateways=(gateway,), throttle=False))

    def relocate(session, ip, port):  # as the shell does
        session.host = ip
        return ""

    chat.engine.relocate = relocate
    nine = chat.client("Nine")
    page = chat.connect("192.0.2.1")
    # What a gateway says that the address is called is never shown: nothing here resolves or checks it.
    page.send(f"WEBIRC sesame Page {name or 'x'} 198.51.100.3", "NICK Neural", "USER n 0 * :n")
    user = chat.engine.world.user("Neural")
    assert (user.host if user is not None else "") in ("", "198.51.100.3", "192.0.2.1")
    nine.send("WHOIS Neural", "WHO Neural", "USERHOST Neural")
    assert b"evil" not in check_output(nine)


# Where the server itself connects or resolves: what it listens on (the name from its configuration), whether
# somebody else listens on a unix socket, and its own control socket.
OWN = {
    ("gchat.server.listeners", "getaddrinfo"),
    ("gchat.server.listeners", "connect"),
    ("gchat.server.control", "connect"),
}
# Everything by which a program reaches another machine, or asks a resolver.
REACHING = {
    *("connect", "connect_ex", "create_connection", "getaddrinfo", "gethostbyname", "gethostbyname_ex"),
    *("gethostbyaddr", "getnameinfo", "getfqdn", "urlopen", "sendto", "sendmsg", "open_connection"),
}
CLIENTS = ("urllib.request", "http.client", "ftplib", "smtplib", "xmlrpc", "requests", "httpx", "aiohttp")
# ``connect`` of no socket: it begins a session, or opens a database's file
SESSION = ("gchat.server.net", "engine.connect")
DATABASE = ("connect", "sqlite3.connect")


def is_of_a_socket(module: str, called: str) -> bool:
    if module.startswith("gchat.server.stores."):
        return called not in DATABASE
    return (module, called) != SESSION


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules, or what may be some."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]


def test_ssrf_is_impossible_where_nothing_is_fetched_or_resolved():
    found = set()
    for name, path in MODULES.items():
        if not name.startswith("gchat.server") or name.startswith("gchat.server.backplane"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for module in imported(node):
                    assert not module.startswith(CLIENTS), f"{name} imports {module}"
                    assert module not in ("gevent.socket", "gevent.resolver"), name
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute | ast.Name):
                word = called.attr if isinstance(called, ast.Attribute) else called.id
                if word in REACHING and is_of_a_socket(name, ast.unparse(called)):
                    found.add((name, word))
    assert found == OWN


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://169.254.169.254/", "file:///etc/passwd"])
def test_ssrf_by_an_address_that_somebody_gives(chat, monkeypatch, address):
    reached = []

    def reach(*args, **kwargs):
        reached.append(args)
        raise OSError("nobody is reached here")

    for name in ("getaddrinfo", "gethostbyname", "gethostbyaddr", "getnameinfo", "create_connection"):
        monkeypatch.setattr(f"socket.{name}", reach)
    monkeypatch.setattr("socket.socket.connect", reach)
    neural, nine = chat.join("#team", "Neural", "Nine", caps="draft/metadata-2")
    neural.send(
        f"METADATA * SET avatar :{address}",
        f"METADATA #team SET url :{address}",
        f"TOPIC #team :{address}",
        f"PRIVMSG #team :{address}",
        f"AWAY :{address}",
        f"CONNECT {address}",
        f"WHOIS {address} Nine",
        f"VERSION {address}",
    )
    assert address in "\n".join(nine.read())
    assert reached == []


def test_the_tutorial_s_wire_is_no_way_around(chat):
    nine = chat.client("Nine")
    plain = chat.plain(IrcWire())
    plain.send("NICK Plain", "USER p 0 * :p")
    plain.send_bytes(b"PRIVMSG Nine :hi\r" + FORGED.encode() + b"\r\n")
    assert all(not line.startswith(FORGED) for line in nine.read())
