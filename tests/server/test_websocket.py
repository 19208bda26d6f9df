"""gchat.server.websocket: the HTTP request, messages that are lines, and what a flood of frames costs."""

from __future__ import annotations

import contextlib
import http.client
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage
from wsproto.frame_protocol import CloseReason

from gchat.irc.limits import CLIENT_TAGS
from gchat.irc.limits import LINE as LINE_LIMIT
from gchat.irc.message import TOO_LONG, BadLine, Message
from gchat.server.session import Session
from gchat.server.settings import Limits, Server, Settings
from gchat.server.websocket import LONGEST_HEAD, MOST_FRAMES, NoUpgrade, WebSocketWire, upgrade
from gchat.tutorial.detect import HTTP_ON_PLAIN

COST = Message("PONG")
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455, 1.3
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def head(*extra: bytes, method: bytes = b"GET", without: bytes = b"-") -> bytes:
    """A browser's request; ``without`` the header that begins so."""
    headers = [
        b"Host: chat.example.org",
        b"Connection: keep-alive, Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Key: " + KEY,
        b"Sec-WebSocket-Version: 13",
        *extra,
    ]
    kept = [header for header in headers if not header.startswith(without)]
    return b"\r\n".join([method + b" /chat HTTP/1.1", *kept, b"", b""])


def protocols(value: bytes) -> bytes:
    return head(b"Sec-WebSocket-Protocol: " + value)


class Page:
    """A browser's side of an established WebSocket."""

    def __init__(self, chat: object, wire: WebSocketWire, session: Session) -> None:
        self.chat, self.wire, self.session = chat, wire, session
        self.socket = Connection(ConnectionType.CLIENT)

    def send_bytes(self, data: bytes) -> None:
        """What ``net.py`` does with what it reads."""
        self.chat.engine.receive(self.session, data)
        for answer in self.wire.take_local():
            self.chat.engine.queue.put(self.session, answer)
        self.chat.settle()

    def send(self, *lines: str) -> None:
        self.send_bytes(b"".join(self.socket.send(TextMessage(data=line)) for line in lines))

    def events(self) -> list[Event]:
        """Everything that came since the last look."""
        data = self.chat.received.pop(self.session, b"")
        self.socket.receive_data(data)
        return list(self.socket.events())

    def read(self) -> list[str]:
        """The lines that came, each a message of its own, without their CR LF."""
        return [event.data if isinstance(event.data, str) else event.data.decode() for event in self.events()]

    def ask(self, *lines: str) -> list[str]:
        self.read()
        self.send(*lines)
        return self.read()


@pytest.fixture
def open_page() -> Callable[..., Page]:
    def open_(chat: object, nick: str = "", text: bool = True, caps: str = "") -> Page:
        wire = WebSocketWire(text)
        page = Page(chat, wire, chat.engine.connect("127.0.0.1", "a page", wire, framing=wire.framing))
        if nick:
            page.send(f"CAP REQ :{caps}", f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
            assert any(" 001 " in line for line in page.read())
        return page

    return open_


# --- the request -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "chosen", "text"),
    [
        (b"text.ircv3.net", b"text.ircv3.net", True),
        (b"binary.ircv3.net", b"binary.ircv3.net", False),
        (b"binary.ircv3.net, text.ircv3.net", b"binary.ircv3.net", False),
        (b"text.ircv3.net, binary.ircv3.net", b"text.ircv3.net", True),
        (b"soap, text.ircv3.net", b"text.ircv3.net", True),
        (b"soap", None, True),
    ],
)
def test_the_client_s_order_of_subprotocols_counts(asked: bytes, chosen: bytes | None, text: bool) -> None:
    upgraded = upgrade(protocols(asked), ())
    assert upgraded is not None
    status, *headers = upgraded.answer.rstrip(b"\r\n").split(b"\r\n")
    assert status.startswith(b"HTTP/1.1 101 ")
    found = {name.lower(): value for name, _, value in (header.partition(b": ") for header in headers)}
    assert found[b"sec-websocket-accept"] == ACCEPT
    assert found.get(b"sec-websocket-protocol") == chosen
    assert upgraded.wire.encode(Message("PING"))[:1] == (b"\x81" if text else b"\x82")


def test_without_subprotocols_it_is_text() -> None:
    upgraded = upgrade(head(), ())
    assert upgraded is not None
    assert upgraded.wire.encode(Message("PING", ("x",))) == b"\x81\x07PING :x"


def test_a_request_may_come_in_pieces_and_what_follows_it_is_kept() -> None:
    whole = protocols(b"text.ircv3.net")
    for end in range(len(whole)):
        assert upgrade(whole[:end], ()) is None
    upgraded = upgrade(whole + b"\x81\x80", ())
    assert upgraded is not None
    assert upgraded.rest == b"\x81\x80"


@pytest.mark.parametrize(
    ("origin", "origins", "allowed"),
    [
        (b"", (), True),  # no browser
        (b"https://chat.example.org", (), False),  # the same host: a name that an attacker can point here
        (b"http://127.0.0.1:6667", (), False),
        (b"null", (), False),
        (b"https://chat.example.org", ("https://chat.example.org",), True),
        (b"https://CHAT.example.org", ("https://chat.example.org",), True),
        (b"https://chat.example.org:444", ("https://chat.example.org",), False),
        (b"http://chat.example.org", ("https://chat.example.org",), False),
        (b"https://chat.example.org.evil.example", ("https://chat.example.org",), False),
        (b"https://a.example.org", ("https://chat.example.org", "https://*.example.org"), True),
        (b"null", ("null",), True),
        (b"null", ("*",), True),
        (b"\xff", ("https://*",), False),
    ],
)
def test_a_page_may_connect_only_from_a_site_that_is_named(
    origin: bytes, origins: tuple[str, ...], allowed: bool
) -> None:
    request = head(*([b"Origin: " + origin] if origin else []))
    if allowed:
        assert upgrade(request, origins) is not None
    else:
        with pytest.raises(NoUpgrade) as refusal:
            upgrade(request, origins)
        assert response(refusal.value.answer).status == 403


def response(answer: bytes) -> http.client.HTTPResponse:
    """An answer as a client of HTTP reads it."""

    class Socket:
        def makefile(self, mode: str) -> io.BytesIO:
            return io.BytesIO(answer)

    found = http.client.HTTPResponse(Socket())
    found.begin()
    return found


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: x\n\n", 400),
        (b"GET /\r\n\r\n", 400),
        (head(method=b"POST"), 400),
        (head(without=b"Connection"), 400),
        (head(without=b"Upgrade"), 400),
        (head(without=b"Host"), 400),
        (head(without=b"Sec-WebSocket-Key"), 400),
        (head(without=b"Sec-WebSocket-Version"), 400),
        (head(b"Sec-WebSocket-Version: 8", without=b"Sec-WebSocket-Version: 13"), 426),
        (head(b"Host: \xff\xfe", without=b"Host: chat"), 400),
        (protocols(b"\xff"), 400),
        (head(b"X: " + b"x" * LONGEST_HEAD), 431),
        (b"GET " * LONGEST_HEAD, 431),
    ],
)
def test_other_requests_are_refused_with_a_whole_response(request_: bytes, status: int) -> None:
    with pytest.raises(NoUpgrade) as refusal:
        upgrade(request_, ())
    found = response(refusal.value.answer)
    assert found.status == status
    assert found.read().endswith(b"\n")
    if status == 426:
        assert found.headers["Sec-WebSocket-Version"] == "13"


def test_a_request_for_a_page_hears_what_speaks_here() -> None:
    with pytest.raises(NoUpgrade) as refusal:
        upgrade(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ())
    assert refusal.value.answer == HTTP_ON_PLAIN


@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_bytes_are_a_request_a_refusal_or_too_few(noise: bytes, at: int) -> None:
    whole = protocols(b"text.ircv3.net")
    for data in (b"GET " + noise, noise + b"\r\n\r\n", whole[:at] + noise + whole[at:]):
        with contextlib.suppress(NoUpgrade):
            upgrade(data, ())


# --- frames ------------------------------------------------------------------------------------------


def frame(opcode: int, payload: bytes, final: bool = True, masked: bool = True) -> bytes:
    """One frame of a client."""
    size = len(payload)
    if size < 126:
        length = bytes([size])
    else:
        length = b"\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x7f" + size.to_bytes(8, "big")
    key = b"\x37\xfa\x21\x3d"
    first = bytes([0x80 * final | opcode])
    if not masked:
        return first + length + payload
    body = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    return first + bytes([length[0] | 0x80]) + length[1:] + key + body


HI = Message("PRIVMSG", ("#team", "hi"))
LINE = b"PRIVMSG #team :hi"

FRAMES = [
    ([frame(1, LINE)], [HI]),
    ([frame(2, LINE)], [HI]),
    ([frame(1, LINE + b"\r\n")], [HI]),
    ([frame(1, LINE), frame(2, LINE)], [HI, HI]),
    ([frame(1, LINE[:5], final=False), frame(0, LINE[5:])], [COST, HI]),
    ([frame(1, LINE[:5], final=False), frame(9, b"x"), frame(0, LINE[5:])], [COST, COST, HI]),
    ([frame(1, b"", final=False), frame(0, b"", final=False), frame(0, LINE)], [COST, COST, HI]),
    ([frame(1, b"")], [COST]),
    ([frame(1, b"\r\n")], [COST]),
    ([frame(9, b"")], [COST]),
    ([frame(10, b"x")], [COST]),
    # one message is one line, whatever it holds
    ([frame(1, LINE + b"\r\nQUIT")], [Message("PRIVMSG", ("#team", "hi  QUIT"))]),
    (
        [frame(1, LINE + b"\n", final=False), frame(0, b"QUIT")],
        [COST, Message("PRIVMSG", ("#team", "hi QUIT"))],
    ),
    ([frame(1, "PRIVMSG #team :día".encode())], [Message("PRIVMSG", ("#team", "día"))]),
    ([frame(1, b"PRIVMSG x :\xc3", final=False), frame(0, b"\xad")], [COST, Message("PRIVMSG", ("x", "í"))]),
    ([frame(2, b"PRIVMSG x :\xff")], [BadLine("NOT_UTF8", "PRIVMSG")]),
    ([frame(1, b"PRIVMSG x :" + b"x" * 499)], [Message("PRIVMSG", ("x", "x" * 499))]),
    ([frame(1, b"PRIVMSG x :" + b"x" * 500)], [BadLine(TOO_LONG, "PRIVMSG x :" + "x" * 49)]),
]


@pytest.mark.parametrize(("frames", "items"), FRAMES)
@pytest.mark.parametrize("size", [0, 1, 7])
def test_what_frames_mean(frames: list[bytes], items: list[Message | BadLine], size: int) -> None:
    data = b"".join(frames)
    pieces = [data[i : i + size] for i in range(0, len(data), size)] if size else [data]
    wire = WebSocketWire(text=True)
    assert [item for piece in pieces for item in wire.feed(piece)] == items


def test_a_message_without_end_is_refused_and_not_kept() -> None:
    wire = WebSocketWire(text=True)
    data = frame(1, b"x" * 200_000)[:-5]
    items = []
    for start in range(0, len(data), 1000):
        items += wire.feed(data[start : start + 1000])
        assert wire._lines.pending <= LINE_LIMIT + CLIENT_TAGS
    assert items == [BadLine(TOO_LONG, "x" * 60)]


WRONG = [
    (frame(1, LINE, masked=False), 1002),  # RFC 6455, 5.1
    (frame(3, b""), 1002),
    (b"\xc1\x80\x00\x00\x00\x00", 1002),  # a bit of an extension that nobody asked for
    (frame(0, LINE), 1002),
    (frame(1, b"", final=False) + frame(1, LINE), 1002),
    (frame(9, b"x" * 126), 1002),
    (frame(9, b"", final=False), 1002),
    (frame(8, b"\x03"), 1002),
    (frame(8, b"\x03\xed"), 1002),  # 1005 is for nobody to send
    (frame(1, b"caf\xe9"), 1007),
    (frame(1, b"\xc3", final=False) + frame(0, b""), 1007),
    (frame(9, b"") * (MOST_FRAMES + 1), 1008),
]


@pytest.mark.parametrize(("data", "code"), WRONG)
def test_what_is_no_websocket_ends_it_with_the_right_code(data: bytes, code: int) -> None:
    wire = WebSocketWire(text=True)
    *_, last = wire.feed(data)
    assert isinstance(last, Message)
    assert last.command == "QUIT"
    closed = closing(wire.take_local())
    assert closed.code == code
    assert wire.feed(frame(1, LINE)) == []  # it is not listened to any more


def closing(frames: list[bytes]) -> CloseConnection:
    """The goodbye that these frames end with."""
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(b"".join(frames))
    *_, last = client.events()
    assert isinstance(last, CloseConnection)
    return last


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [
        (b"", CloseReason.NO_STATUS_RCVD, "The WebSocket was closed"),
        (b"\x03\xe8", 1000, "The WebSocket was closed"),
        (b"\x03\xe9gone", 1001, "gone"),
        (b"\x0f\xa0mine", 4000, "mine"),
    ],
)
def test_a_goodbye_is_answered_and_is_a_quit(payload: bytes, code: int, reason: str) -> None:
    wire = WebSocketWire(text=True)
    assert wire.feed(frame(8, payload) + frame(1, LINE)) == [Message("QUIT", (reason,))]
    answers = wire.take_local()
    assert closing(answers).code == code
    # nothing follows it
    late = wire.encode(HI)
    assert wire.join([late, *answers, late], 0.0) == late + b"".join(answers)
    assert wire.join([late], 0.0) == b""


def test_a_ping_is_answered_with_what_it_held() -> None:
    wire = WebSocketWire(text=True)
    wire.feed(frame(9, b"are you there"))
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(b"".join(wire.take_local()))
    (pong,) = client.events()
    assert isinstance(pong, Pong)
    assert pong.payload == b"are you there"
    assert wire.take_local() == []


@given(st.lists(st.binary(max_size=40) | st.sampled_from([f for row, _ in FRAMES for f in row]), max_size=9))
def test_any_bytes_are_lines_or_the_end(pieces: list[bytes]) -> None:
    wire = WebSocketWire(text=False)
    for piece in pieces:
        for item in wire.feed(piece):
            assert isinstance(item, Message | BadLine)
    wire.join(wire.take_local(), 0.0)


@given(st.text(max_size=600), st.booleans())
def test_a_line_is_one_message_without_its_end(text: str, as_text: bool) -> None:
    data = WebSocketWire(as_text).encode(Message("PRIVMSG", ("#team", text)))
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(data)
    (event,) = client.events()
    assert isinstance(event, TextMessage if as_text else BytesMessage)
    assert event.message_finished
    line = event.data if isinstance(event.data, str) else bytes(event.data).decode()
    assert "\r" not in line
    assert "\n" not in line
    assert len(line.encode()) <= 510


# --- conversations -----------------------------------------------------------------------------------


def test_pages_and_irc_clients_talk(chat: object, open_page: Callable[..., Page]) -> None:
    neural = chat.client("Neural")
    nine, ten = open_page(chat, "Nine"), open_page(chat, "Ten", text=False)
    for page in (nine, ten):
        page.send("JOIN #team")
    neural.send("JOIN #team")
    for client in (nine, ten, neural):
        client.read()
    neural.send("PRIVMSG #team :día")
    assert nine.read() == ten.read() == [":Neural!~Neural@127.0.0.1 PRIVMSG #team :día"]
    nine.send("PRIVMSG #team :hello")
    assert neural.read() == ten.read() == [":Nine!~Nine@127.0.0.1 PRIVMSG #team :hello"]


def test_a_line_is_framed_once_for_all_pages_of_a_kind(
    chat: object, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [open_page(chat, f"Page{i}", text=i % 2 == 0, caps="server-time") for i in range(6)]
    neural = chat.client("Neural", "server-time")
    for client in (*pages, neural):
        client.send("JOIN #team")
    for client in (*pages, neural):
        client.read()
    framed = []
    encode = WebSocketWire.encode

    def counting(wire: WebSocketWire, message: Message) -> bytes:
        framed.append(message)
        return encode(wire, message)

    monkeypatch.setattr(WebSocketWire, "encode", counting)
    neural.send("PRIVMSG #team :hi")
    assert len(framed) == 2
    assert {tuple(page.read()) for page in pages} == {
        ("@time=2023-11-14T22:13:20.000Z :Neural!~Neural@127.0.0.1 PRIVMSG #team :hi",)
    }


def test_the_end_is_an_error_and_a_close(chat: object, open_page: Callable[..., Page]) -> None:
    nine = open_page(chat, "Nine")
    nine.send("QUIT :bye")
    _, error, close = nine.events()
    assert isinstance(error, TextMessage)
    assert error.data == "ERROR :Closing link: (127.0.0.1) [Quit: bye]"
    assert isinstance(close, CloseConnection)
    assert close.code == CloseReason.NORMAL_CLOSURE


def test_a_server_that_goes_down_goes_away(chat: object, open_page: Callable[..., Page]) -> None:
    nine = open_page(chat, "Nine")
    chat.engine.shut_down("Server going down")
    chat.settle()
    *_, close = nine.events()
    assert isinstance(close, CloseConnection)
    assert close.code == CloseReason.GOING_AWAY


def test_closing_the_page_quits(chat: object, open_page: Callable[..., Page]) -> None:
    neural, nine = chat.client("Neural"), open_page(chat, "Nine")
    for client in (neural, nine):
        client.send("JOIN #team")
    neural.read()
    nine.read()
    nine.send_bytes(nine.socket.send(CloseConnection(code=CloseReason.GOING_AWAY, reason="Tab closed")))
    assert neural.read() == [":Nine!~Nine@127.0.0.1 QUIT :Quit: Tab closed"]
    _, close = nine.events()
    assert isinstance(close, CloseConnection)
    assert close.code == CloseReason.GOING_AWAY


def test_a_page_that_is_leaving_keeps_nothing_from_the_others(
    make_chat: Callable[[Settings], object], open_page: Callable[..., Page]
) -> None:
    chat = make_chat(
        Settings(server=Server(name="gchat.test"), limits=Limits(command_burst=8, command_rate=0.1))
    )
    nine, ten, neural = open_page(chat, "Nine"), open_page(chat, "Ten"), chat.client("Neural")
    for client in (nine, ten, neural):
        client.send("JOIN #team")
    nine.send("PING x", "PING x", "PING x")
    for client in (nine, ten, neural):
        client.read()
    nine.send_bytes(nine.socket.send(CloseConnection(code=1000)))  # its QUIT waits for a token
    assert not nine.session.closing
    neural.send("PRIVMSG #team :hi")
    assert ten.read() == [":Neural!~Neural@127.0.0.1 PRIVMSG #team :hi"]
    chat.advance(11)
    assert nine.session.closing == "Quit: The WebSocket was closed"


@pytest.mark.parametrize(
    "flood",
    [frame(9, b"x"), frame(10, b""), frame(1, b""), frame(1, b"PING x")],
    ids=["ping", "pong", "empty", "line"],
)
def test_a_flood_of_frames_waits_and_then_ends(
    make_chat: Callable[[Settings], object], open_page: Callable[..., Page], flood: bytes
) -> None:
    limits = Limits(command_burst=10, command_rate=1, recvq=4096)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits))
    nine = open_page(chat, "Nine")
    nine.send_bytes(flood * 20)
    assert not nine.session.closing
    assert len(nine.session.inbox) >= 10
    chat.advance(30)
    assert not nine.session.inbox
    nine.send_bytes(flood * 100)
    assert nine.session.closing == "RecvQ exceeded"


def test_a_ping_is_a_sign_of_life(chat: object, open_page: Callable[..., Page]) -> None:
    nine = open_page(chat, "Nine")
    for _ in range(10):
        chat.advance(100)
        nine.send_bytes(nine.socket.send(Ping(payload=b"")))
    assert not nine.session.closing
