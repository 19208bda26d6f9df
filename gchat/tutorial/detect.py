"""What do the first bytes of a plain connection speak?

Every plain port understands every plain protocol.  Whoever speaks first speaks IRC; whoever is silent for a
while is greeted with ``NICK``, as the tutorial's server does, and what comes then decides.  A new protocol is
one more answer here; what is done about it is the shell's.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

GREETING: Final = b"NICK"
# Seconds without another byte after which MORE has waited long enough.  The rest of a line may have been lost
# on its way, and is sent again after a second (RFC 6298 section 2.1).  Whoever is called Nick or Cap, or A,
# waits so long for their welcome.
QUIET: Final = 1.5

# What an IRC client may begin with; PROXY (of a load balancer) and WEBIRC come before it.
_VERBS: Final = tuple(b"CAP NICK USER PASS PING PONG QUIT AUTHENTICATE STARTTLS WEBIRC PROXY".split())
# PRI begins HTTP/2 (RFC 9113 section 3.4).
_METHODS: Final = tuple(b"GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PRI".split())
_TLS: Final = b"\x16\x03"  # a record of type handshake, of any version.  RFC 8446 section 5.1
_MOST_BLANK: Final = 64  # bytes of empty lines that may come before a nickname
_LONGEST: Final = 512  # bytes of a line that may be a command or a nickname

# What is answered before the connection ends, so that the other side can say what was wrong.
# A fatal alert, unexpected_message (RFC 8446 section 6)
TLS_ON_PLAIN: Final = b"\x15\x03\x03\x00\x02\x02\x0a"
_HTTP_TEXT: Final = "This port speaks IRC, not HTTP: use an IRC client, gchat, or WebSocket.\n"


def http_answer(
    status: str = "400 Bad Request", text: str = _HTTP_TEXT, headers: tuple[str, ...] = ()
) -> bytes:
    """A whole HTTP response that ends the connection."""
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; charset=us-ascii",
        f"Content-Length: {len(text)}",
        *headers,
        "Connection: close",
    )
    return "\r\n".join((*lines, "", text)).encode("ascii")


HTTP_ON_PLAIN: Final = http_answer()


class Detected(Enum):
    """Who is there."""

    IRC = "IRC"
    TLS = "TLS"
    HTTP = "HTTP"
    TUTORIAL = "tutorial"  # a nickname without a newline
    LINE = "lines"  # a nickname with one: nc, telnet
    MORE = "more"  # it can still be several; ask again with more bytes, or with ``waited``


def detect(data: bytes, greeted: bool, waited: bool = False) -> Detected:
    """Say what the bytes received so far speak.

    ``greeted``: NICK was sent before the first byte came.  ``waited``: nothing more has come for QUIET
    seconds, so that ``CAP`` without anything after it is somebody's name.  MORE is never the answer to more
    than 512 bytes, and with ``waited`` only to empty lines.
    """
    if not data:
        return Detected.MORE
    if data.startswith(_TLS):
        return Detected.TLS
    word, space, _ = data.partition(b" ")
    if space and word in _METHODS:
        return Detected.HTTP
    begins = not waited and (data == _TLS[:1] or (not space and _starts(word, _METHODS)))
    if greeted:
        return _answer(data, waited, begins)
    return Detected.MORE if begins else Detected.IRC


def _answer(data: bytes, waited: bool, begins: bool) -> Detected:
    """Read the answer to NICK; ``begins``: it may be the beginning of TLS or HTTP."""
    text = data.lstrip(b"\r\n")
    if not text:
        return Detected.MORE if len(data) <= _MOST_BLANK else Detected.LINE
    line, newline, _ = text.partition(b"\n")
    word, space, _ = line.partition(b" ")
    ended = bool(newline) or line.endswith(b"\r")
    word = word.rstrip(b"\r")
    verb = word.upper()
    if verb in _VERBS and (space or ended):
        if word == verb:
            return Detected.IRC
        if newline and space:
            return Detected.IRC  # somebody types "nick Neural" by hand
        # But a person may be called Nick, or Nick Cave without a newline.
        begins = begins or (not waited and len(text) <= _LONGEST)
    elif not space and _starts(verb, _VERBS):
        begins = not waited
    if newline:
        return Detected.LINE
    if ended:  # its LF is on the way
        return Detected.LINE if waited or len(text) > _LONGEST else Detected.MORE
    return Detected.MORE if begins else Detected.TUTORIAL


def _starts(word: bytes, words: tuple[bytes, ...]) -> bool:
    """Tell whether one of the words begins with, or is, this one."""
    return any(other.startswith(word) for other in words)
