"""Bytes in any pieces become messages; what is kept between two pieces is bounded.

A line ends with LF; one CR before it is removed ("Servers SHOULD handle single \\n"); a CR anywhere else is a
space in the text.  Empty lines are skipped.  Lines that are too long are refused whole, never cut: there is
one ``BadLine`` as soon as it is known, and the rest is skipped up to the next LF.

https://modern.ircdocs.horse/#compatibility-with-incorrect-software
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from gchat.irc import limits
from gchat.irc.message import (
    NO_TAGS,
    NOT_UTF8,
    NOTHING,
    TAGS_TOO_LONG,
    TOO_LONG,
    BadLine,
    Message,
    excerpt,
    parse,
    parse_tags,
)

_BLANK: Final = " \r\0"  # what an empty line may hold


class Wire(Protocol):
    """How the bytes of one connection become messages, and messages its bytes."""

    def feed(self, data: bytes) -> list[Message | BadLine]:
        """Take what was received; return the messages that are complete."""

    def encode(self, message: Message) -> bytes:
        """Write a message; ``b""`` when this wire has nothing to show for it."""

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Make what one flush sends out of what was encoded; ``now`` in seconds of a monotonic clock."""


class LineBuffer:
    """What was received of a connection and is not a whole line yet.

    ``max_line`` counts everything but the tags, with CR LF; ``max_tags`` counts the tags with their '@' and
    space. At most their sum is kept, whatever comes.  A server reads strictly: a line that is not UTF-8 is
    refused (UTF8ONLY), and a blank one is NOTHING.  A client does not: it reads the first as Windows-1252,
    and skips the other.
    """

    __slots__ = ("_hold", "_line", "_partial", "_skipping", "_strict", "_tags")

    def __init__(
        self, max_line: int = limits.LINE, max_tags: int = limits.CLIENT_TAGS, strict: bool = True
    ) -> None:
        self._line = max_line - 2  # without CR LF
        self._tags = max_tags
        self._hold = self._line + max_tags
        self._strict = strict
        self._partial = bytearray()
        self._skipping = False  # the line was refused already, its end has not come

    @property
    def pending(self) -> int:
        """How many bytes wait for their line's end."""
        return len(self._partial)

    def feed(self, data: bytes) -> list[Message | BadLine]:
        """Take what was received; return the messages and bad lines it completes.  Never raises."""
        out: list[Message | BadLine] = []
        lines = data.split(b"\n")
        rest = lines.pop()
        if lines and (self._partial or self._skipping):
            first = lines[0]
            if self._skipping:
                self._skipping = False
                del lines[0]
            else:
                lines[0] = bytes(self._partial) + first
            self._partial.clear()
        max_line = self._line
        for line in lines:
            if line[-1:] == b"\r":
                line = line[:-1]
            if len(line) > max_line or line[:1] == b"@":
                refused = self._refuse(line)
                if refused is not None:
                    out.append(refused)
                    continue
            try:
                text = line.decode()
            except UnicodeDecodeError as error:
                if self._strict:
                    out.append(_not_utf8(line))
                    continue
                text = _decode_anyhow(line, error)
            message = parse(text)
            if type(message) is not BadLine or text.strip(_BLANK):
                out.append(message)
            elif self._strict:
                out.append(NOTHING)
        if rest and not self._skipping:
            self._keep(rest, out)
        return out

    def _keep(self, rest: bytes, out: list[Message | BadLine]) -> None:
        """Keep the beginning of a line, or refuse it where no end could make it short enough."""
        partial = self._partial
        # The longest line may be here with its CR; whatever has one byte more is too long.
        room = self._hold + 2 - len(partial)
        partial += rest[:room]
        if len(partial) >= self._hold + 2:
            refused = self._refuse(bytes(partial))
            assert refused is not None, "a line of more than both limits is over one of them"
            out.append(refused)
            partial.clear()
            self._skipping = True

    def _refuse(self, line: bytes) -> BadLine | None:
        """Return why a line is too long, or None.  Only looks as far as the buffer could hold."""
        line = line[: self._hold + 2]
        tags = 0
        if line[:1] == b"@":
            tags = line.find(b" ", 0, self._tags) + 1
            if not tags and len(line) >= self._tags:
                return BadLine(TAGS_TOO_LONG, _start(line))
        if len(line) - tags > self._line:
            read = parse_tags(line[1 : tags - 1].decode("utf-8", "replace")) if tags else NO_TAGS
            return BadLine(TOO_LONG, _start(line), _label(read))
        return None


def _start(line: bytes) -> str:
    return excerpt(limits.cut_bytes(line, 60).decode("utf-8", "replace"))


def _not_utf8(line: bytes) -> BadLine:
    """Say which command was not UTF-8 (https://ircv3.net/specs/extensions/utf8-only), with its label."""
    message = parse(line.decode("utf-8", "replace"))
    if isinstance(message, BadLine):
        return BadLine(NOT_UTF8, "*")
    command = message.command if message.command.isascii() and message.command.isalnum() else "*"
    return BadLine(NOT_UTF8, command, _label(message.tags))


def _label(tags: Mapping[str, str]) -> str:
    """A bad line's label (https://ircv3.net/specs/extensions/labeled-response), unless it is not UTF-8
    itself."""
    label = tags.get("label", "")
    return "" if "\ufffd" in label else label


def _decode_anyhow(line: bytes, error: UnicodeDecodeError) -> str:
    """Read a line that is not UTF-8."""
    head = line[: error.start]
    # Some servers cut lines at a byte: half a character at the end, after whole ones, is that.
    if error.reason == "unexpected end of data" and not head.isascii():
        return head.decode()
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        return line.decode("latin-1")
