"""IRC itself as a ``Wire``: lines in, lines out."""

from __future__ import annotations

from gchat.irc.lines import LineBuffer
from gchat.irc.message import Message, encode


class IrcWire(LineBuffer):
    """A connection that speaks IRC."""

    __slots__ = ()

    def encode(self, message: Message) -> bytes:
        """Write a message as one line."""
        return encode(message)

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Lines follow each other as they are."""
        return b"".join(pieces)
