"""How a client's connection speaks: IRC, read generously, or whatever else turns bytes into messages."""

from typing import Protocol

from gchat.client.address import Address
from gchat.irc.limits import LINE, TAGS
from gchat.irc.lines import LineBuffer, Wire
from gchat.irc.message import Message, encode

_LONGEST_LINE = 16 * 1024  # bytes without tags: some servers send more than 512, none is refused for it


class ClientWire(Wire, Protocol):
    """A wire that may have something to say by itself, as one to a server that speaks no IRC has."""

    @property
    def ready(self) -> bool:
        """Whether ``feed(b"")`` has messages that answer what was encoded."""

    def take(self) -> bytes:
        """Return what the wire itself wants to send now."""


class IrcWire:
    """IRC as a client reads it: generously."""

    __slots__ = ("feed", "longest", "ready")

    def __init__(self) -> None:
        """Start with nothing received."""
        self.ready = False
        self.longest = LINE  # bytes the server takes in a line without its tags
        self.feed = LineBuffer(_LONGEST_LINE, TAGS, strict=False).feed

    def encode(self, message: Message) -> bytes:
        """Write one line."""
        return encode(message, self.longest)

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Put lines together."""
        return b"".join(pieces)

    def take(self) -> bytes:
        """Return nothing: IRC answers only what the session reads."""
        return b""


def irc_wire(address: Address) -> ClientWire:
    """Return the wire for a server that speaks IRC, whatever its address."""
    return IrcWire()
