"""SASL over AUTHENTICATE: pieces of base64, and the PLAIN mechanism.

https://ircv3.net/specs/extensions/sasl-3.1#the-authenticate-command, RFC 4616 (PLAIN)
"""

from __future__ import annotations

import binascii
from typing import Final, NamedTuple

from gchat.irc.limits import AUTHENTICATE

# What a joiner takes: far more than any mechanism sends, little enough for a stranger to hold.
MAX_PAYLOAD: Final = 16 * 1024


TOO_LONG: Final = "TOO_LONG"  # the server answers 905 (ERR_SASLTOOLONG)
NOT_BASE64: Final = "NOT_BASE64"  # the server answers 904 (ERR_SASLFAIL)


class BadPayload(NamedTuple):
    """Pieces that are no payload; ``reason`` is one of this module's constants."""

    reason: str


def encode_chunks(payload: bytes) -> list[str]:
    """Write a payload as the parameters of one AUTHENTICATE each.

    400 bytes of base64 a piece; a last piece of exactly 400, and an empty payload, are followed by ``+``.
    """
    text = binascii.b2a_base64(payload, newline=False).decode("ascii")
    chunks = [text[start : start + AUTHENTICATE] for start in range(0, len(text), AUTHENTICATE)]
    if not chunks or len(chunks[-1]) == AUTHENTICATE:
        chunks.append("+")
    return chunks


class ChunkJoiner:
    """The pieces of one payload, joined.  At most ``max_payload`` bytes of it are kept."""

    __slots__ = ("_chunks", "_most", "_size")

    def __init__(self, max_payload: int = MAX_PAYLOAD) -> None:
        self._chunks: list[str] = []
        self._size = 0
        self._most = (max_payload + 2) // 3 * 4  # in characters of base64

    def feed(self, chunk: str) -> bytes | BadPayload | None:
        """Take the parameter of one AUTHENTICATE; return None while more has to come, else what it was.

        Never raises.  With a payload or a BadPayload the joiner is empty again.
        """
        if len(chunk) > AUTHENTICATE or self._size + len(chunk) > self._most:
            self.clear()
            return BadPayload(TOO_LONG)
        if chunk != "+":
            self._chunks.append(chunk)
            self._size += len(chunk)
        if len(chunk) == AUTHENTICATE:
            return None
        text = "".join(self._chunks)
        self.clear()
        try:
            return binascii.a2b_base64(text, strict_mode=True)
        except ValueError:  # binascii.Error, or characters that are not ASCII
            return BadPayload(NOT_BASE64)

    def clear(self) -> None:
        """Forget the pieces (the exchange was aborted)."""
        self._chunks.clear()
        self._size = 0


def plain_payload(authzid: str, user: str, password: str) -> bytes:
    """Write PLAIN's one message.  NUL, which PLAIN cannot carry, is left out."""
    return b"\0".join([_bytes(part.replace("\0", "")) for part in (authzid, user, password)])


def _bytes(text: str) -> bytes:
    try:
        # A password that came as bytes (from the command line, a file) goes out as the same bytes.
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def parse_plain(payload: bytes) -> tuple[str, str, str] | None:
    """Read PLAIN's one message: authzid (may be empty), user, password; None where it is no such message."""
    try:
        parts = payload.decode().split("\0")
    except UnicodeDecodeError:
        return None
    if len(parts) != 3 or not parts[1] or not parts[2]:
        return None
    return parts[0], parts[1], parts[2]
