"""WebSocket: how a browser, or a program that only has what a browser has, comes to speak IRC.

``upgrade`` reads the HTTP request that a connection begins with, ``WebSocketWire`` is IRC afterwards: one
message is one line, without its CR LF.  Both take bytes and give bytes.  The framing is wsproto's; what is
decided here is who may come in, what a message may hold and what a flood costs.

https://ircv3.net/specs/extensions/websocket, https://www.rfc-editor.org/rfc/rfc6455
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from wsproto.connection import Connection, ConnectionType
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason, FrameProtocol
from wsproto.handshake import H11Handshake
from wsproto.utilities import RemoteProtocolError

from gchat.irc.lines import LineBuffer
from gchat.irc.mask import matches
from gchat.irc.message import NOTHING, BadLine, Message, encode, parse
from gchat.server import capabilities as cap
from gchat.tutorial.detect import http_answer

TEXT: Final = "text.ircv3.net"
BINARY: Final = "binary.ircv3.net"
LONGEST_HEAD: Final = 8192  # bytes of an HTTP request without its body
MOST_FRAMES: Final = 1024  # in what one recv brings; to take one apart costs some 10 microseconds

NOT_TEXT: Final = "A WebSocket message was not UTF-8"

_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_FRAMES: Final = FrameProtocol(client=False, extensions=[])  # writing whole frames leaves nothing in it


class NoUpgrade(Exception):
    """The request asks for no WebSocket, or may not have one; ``answer`` is the HTTP response."""

    def __init__(self, reason: str, answer: bytes) -> None:
        super().__init__(reason)
        self.answer = answer


class Upgrade(NamedTuple):
    """An accepted request: the wire, the response to send first, and what came after the request."""

    wire: WebSocketWire
    answer: bytes
    rest: bytes


def upgrade(data: bytes, origins: Iterable[str]) -> Upgrade | None:
    """Read a request; None while more of it has to come.  Raises NoUpgrade.

    ``origins`` are masks of the web sites whose pages may connect: a browser says where a page is from, so
    that no site can have its visitors' browsers talk to a chat that only they can reach (RFC 6455, 10.2).
    Programs that are no browsers say nothing and come in.
    """
    end = _END_OF_HEAD.search(data, 0, LONGEST_HEAD)
    if end is None:
        if len(data) < LONGEST_HEAD:
            return None
        raise NoUpgrade("its HTTP request is too long", http_answer("431 Request Header Fields Too Large"))
    handshake = H11Handshake(ConnectionType.SERVER)
    request = _read(handshake, data[: end.end()])
    for name, value in request.extra_headers:
        origin = value.decode("latin-1")
        if name == b"origin" and not any(matches(mask, origin) for mask in origins):
            text = "Pages of this site may not connect here: the server's owner can allow it in [websocket]\n"
            reason = f"pages of {origin[:100]!a} are not among websocket.origins"
            raise NoUpgrade(reason, http_answer("403 Forbidden", text))
    # "The server MUST accept any subprotocol it supports, respecting the client's order of preference."
    chosen = next((name for name in request.subprotocols if name in (TEXT, BINARY)), None)
    answer = handshake.send(AcceptConnection(subprotocol=chosen))
    return Upgrade(WebSocketWire(text=chosen != BINARY), answer, data[end.end() :])


def _read(handshake: H11Handshake, head: bytes) -> Request:
    try:
        handshake.receive_data(head)
        for event in handshake.events():
            if isinstance(event, Request):
                return event
        raise RemoteProtocolError("The request is not complete")
    except RemoteProtocolError as error:
        hint = error.event_hint
        if isinstance(hint, RejectConnection) and hint.status_code == 426:
            # RFC 6455, 4.4: say which version would have been right
            answer = http_answer("426 Upgrade Required", headers=("Sec-WebSocket-Version: 13",))
            raise NoUpgrade("its WebSocket is of another version", answer) from error
        raise NoUpgrade("it spoke HTTP: this is no web server", http_answer()) from error
    except UnicodeError as error:  # wsproto decodes some headers without asking whether they can be
        raise NoUpgrade("its HTTP request cannot be read", http_answer()) from error


class WebSocketWire:
    """A connection that speaks IRC in WebSocket messages of text, or else of bytes.

    Messages of either kind are understood; the subprotocol says which kind is sent.  What no line comes of (a
    ping, a piece of a message) is NOTHING.  After ``feed``, what
    ``take_local`` returns is to be sent before anything else.
    """

    __slots__ = ("_answers", "_close", "_closed", "_connection", "_lines", "_text")

    def __init__(self, text: bool) -> None:
        self._text = text
        self._connection = Connection(ConnectionType.SERVER)
        self._lines = LineBuffer()
        self._answers: list[bytes] = []
        self._close = b""  # the frame that ends our side, once there is nothing more to listen to
        self._closed = False  # it was handed out, and nothing may follow it

    @property
    def framing(self) -> int:
        """The bit that keeps the frames of this kind apart in a session's profile."""
        return cap.TEXT_FRAMES if self._text else cap.BINARY_FRAMES

    # --- from the client

    def feed(self, data: bytes) -> list[Message | BadLine]:
        """Take what was received; return what it means.  Never raises."""
        out: list[Message | BadLine] = []
        if self._close:
            return out
        self._connection.receive_data(data)
        for number, event in enumerate(self._connection.events()):
            if number >= MOST_FRAMES:
                self._end(out, CloseReason.POLICY_VIOLATION, "Too many frames at once")
                break
            if isinstance(event, CloseConnection):
                self._end(out, event.code, event.reason or "")
                break
            if isinstance(event, Ping):
                self._answers.append(bytes(_FRAMES.pong(bytes(event.payload))))
                out.append(NOTHING)
            elif isinstance(event, Pong):
                out.append(NOTHING)
            elif isinstance(event, TextMessage | BytesMessage):
                self._take(event, out)
        return out

    def _take(self, event: TextMessage | BytesMessage, out: list[Message | BadLine]) -> None:
        """Take a message, or the piece of one that has come."""
        data = event.data
        piece = data.encode() if isinstance(data, str) else bytes(data)
        if event.message_finished:
            # "MUST NOT include trailing \r or \n characters"; some do, as one does without WebSocket
            piece = piece.rstrip(b"\r\n")
        if b"\n" in piece:  # it is one line, whatever it holds
            piece = piece.replace(b"\n", b" ")
        lines = self._lines.feed(piece + b"\n" if event.message_finished else piece)
        out += lines
        if not lines and event.frame_finished:
            out.append(NOTHING)

    def _end(self, out: list[Message | BadLine], code: int, reason: str) -> None:
        """Answer the client's goodbye, or say why there will be no more listening; then it is a QUIT."""
        if code == CloseReason.INVALID_FRAME_PAYLOAD_DATA:
            reason = NOT_TEXT  # in place of what Python's decoder says, at a position in some piece
        known = code if code != CloseReason.NO_STATUS_RCVD else None
        self._close = bytes(_FRAMES.close(known, "" if known is None else reason))
        self._answers.append(self._close)
        # parse(), as no message that was read holds a CR, LF or NUL
        out.append(parse(f"QUIT :{reason or 'The WebSocket was closed'}"))

    def take_local(self) -> list[bytes]:
        """Return, and forget, the frames that answer what was fed without asking the server."""
        answers, self._answers = self._answers, []
        return answers

    # --- to the client

    def encode(self, message: Message) -> bytes:
        """Write a message as a frame; others of the same framing and capabilities are sent the same bytes."""
        if message.command == "ERROR" and self._close:  # whoever said goodbye hears nothing else
            return self._close
        line = encode(message)[:-2]
        if not line:
            return b""
        frame = bytes(_FRAMES.send_data(line.decode("utf-8", "replace") if self._text else line))
        if message.command != "ERROR":
            return frame
        # ERROR is the last that a client hears.  RFC 6455, 7.4.1: 1001 is a server that goes down.
        gone = not message.params[-1].startswith("Closing link")
        return frame + bytes(_FRAMES.close(CloseReason.GOING_AWAY if gone else CloseReason.NORMAL_CLOSURE))

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Frames follow each other, the last of them that which closes."""
        if self._close:
            if self._closed:
                return b""
            if self._close in pieces:
                self._closed = True
                del pieces[pieces.index(self._close) + 1 :]
        return b"".join(pieces)
