"""Masks: ``*`` matches any characters, ``?`` one, ``\\*`` and ``\\?`` match themselves; ASCII case folds.

https://modern.ircdocs.horse/#wildcard-expressions

A mask is cut at its stars into segments.  The first must begin the text, the last must end it, and each other
takes the first place that is left for it.  No star is ever tried again, and a segment's question marks are
matched all at once, one bit each, so no mask makes a match slow: it takes one step a character of the text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from gchat.irc.casemap import fold

Matcher = Callable[[str], bool]


def matches(mask: str, text: str) -> bool:
    """Return whether the whole of ``text`` matches ``mask``."""
    if len(mask) - mask.count("*") - mask.count("\\") > len(text):  # too long for it, whatever it says
        return False
    return compile_mask(mask)(text)


@lru_cache(maxsize=8192)  # 12 MB, or 44 of masks made to be big
def compile_mask(mask: str) -> Matcher:
    """Return a function that matches texts against ``mask``.  Remembered, so no caller has to."""
    segments = [_Segment(pieces) for pieces in _split(fold(mask))]
    first, rest = segments[0], segments[1:]
    if not rest:  # no star
        return lambda text: len(text) == first.length and first.stands_at(fold(text), 0)
    middle, last = [segment for segment in rest[:-1] if segment.length], rest[-1]
    least = sum(segment.length for segment in segments)

    def match(text: str) -> bool:
        text = fold(text)
        end = len(text) - last.length
        if len(text) < least or not first.stands_at(text, 0) or not last.stands_at(text, end):
            return False
        position = first.length
        for segment in middle:
            position = segment.find(text, position, end)
            if position < 0:
                return False
            position += segment.length
        return True

    return match


class _Segment:
    """What stands between two stars: literal pieces at fixed offsets, question marks in between."""

    __slots__ = ("_bits", "_wild", "length", "pieces")

    def __init__(self, characters: list[str | None]) -> None:
        self.length = len(characters)
        self.pieces: list[tuple[int, str]] = []
        start = 0
        for index, character in enumerate([*characters, None]):
            if character is None:
                if start < index:
                    self.pieces.append((start, "".join(c for c in characters[start:index] if c)))
                start = index + 1
        # For the search: which places each character may stand at, and any other, a bit a place.
        self._wild = sum(1 << index for index, character in enumerate(characters) if character is None)
        self._bits: dict[str, int] = {}
        if len(self.pieces) > 1:
            for index, character in enumerate(characters):
                if character is not None:
                    self._bits[character] = self._bits.get(character, self._wild) | 1 << index

    def stands_at(self, text: str, position: int) -> bool:
        """Return whether the segment matches there.  The caller knows that the text is long enough."""
        for offset, literal in self.pieces:  # noqa: SIM110 - all() takes three times as long
            if not text.startswith(literal, position + offset):
                return False
        return True

    def find(self, text: str, start: int, end: int) -> int:
        """Return the first position from ``start`` at which the segment ends before ``end``, or -1."""
        if not self.pieces:
            return start if start + self.length <= end else -1
        offset, literal = self.pieces[0]
        if len(self.pieces) == 1:
            found = text.find(literal, start + offset, end - self.length + offset + len(literal))
            return found - offset if found >= 0 else -1
        # Shift-And (Baeza-Yates and Gonnet, 1992): each bit is a beginning of the segment that ends here.
        whole, places = 1 << (self.length - 1), 0
        for index in range(start, end):
            places = ((places << 1) | 1) & self._bits.get(text[index], self._wild)
            if places & whole:
                return index - self.length + 1
        return -1


def _split(mask: str) -> list[list[str | None]]:
    """Cut a mask at its stars into lists of characters; None stands for a question mark."""
    segments: list[list[str | None]] = [[]]
    characters = iter(mask)
    for character in characters:
        if character == "*":
            segments.append([])
        elif character == "?":
            segments[-1].append(None)
        elif character == "\\":
            # Only wildcards need escapes, and a nick may hold a backslash: before anything else it is itself.
            following = next(characters, "")
            if following not in ("*", "?"):
                segments[-1].append(character)
                if following == "\\":
                    segments[-1].append(following)
                    continue
            segments[-1].extend(following)
        else:
            segments[-1].append(character)
    return segments


def complete(mask: str) -> str:
    """Complete what someone wrote to ``nick!user@host``: ``nine`` is ``nine!*@*``, ``*@host`` is
    ``*!*@host``."""
    if "@" in mask:
        name, _, host = mask.rpartition("@")
        if "!" in name:
            nick, _, user = name.partition("!")
        else:
            nick, user = "", name
    else:
        nick, _, user = mask.partition("!")
        host = ""
        # An address alone is a host: no nick holds a dot or a colon.
        if not user and ("." in nick or ":" in nick):
            nick, host = "", nick
    return f"{nick or '*'}!{user or '*'}@{host or '*'}"
