"""IRC itself as a ``Wire``: lines in, lines out."""

from __future__ import annotations

from gchat.irc.lines import LineBuffer
from gchat.irc.message import encode


class IrcWire(LineBuffer):
    """A connection that speaks IRC."""

    __slots__ = ()

    encode = staticmethod(encode)

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Lines follow each other as they are."""
        return b"".join(pieces)
