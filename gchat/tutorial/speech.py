"""What a tutorial's server sends, taken apart: who came, who left, who said what.

Its stream has no frame.  Texts that were sent apart may arrive as one chunk, and everything in them is
anybody's text, so this is as good as it can be and no better: a new text begins where a known name stands
before ``: `` or `` joined!`` or `` left!`` and no white space before the name.  A name that was never seen is
only found at the beginning of a chunk or a line, and who writes ``xNine: hello`` is believed to be Nine.

A gchat server separates what it sends with newlines, and shows it in its first flush (``Neural joined!``,
newline, ``Connected to server!``).  With such a server a line is one text, and nobody can write as somebody
else.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple

from gchat.tutorial.sentences import WELCOME

MOST_NAMES: Final = 1000  # who was seen longest ago counts as gone
_LONGEST_NAME: Final = 64

_ENDS: Final = re.compile(r"\r\n|\r|\n")
_COMES_OR_GOES: Final = re.compile(rf"([^\s:](?:[^:]{{0,{_LONGEST_NAME - 1}}}?[^\s:])?) (joined|left)!")
_MARK: Final = re.compile(r": | joined!| left!")
# What only a gchat server says
_ACTION: Final = re.compile(r"\* (\S+) (.*)")
_PRIVATE: Final = re.compile(r"\[private\] (\S+): (.*)")
_PRIVATE_TO: Final = re.compile(r"\[private to (\S+)\] \S+: (.*)")
_RENAMED: Final = re.compile(r"(?:You are|(\S+) is) now (\S+)\.")


class Kind(Enum):
    """What was heard."""

    JOINED = auto()
    LEFT = auto()
    SAID = auto()
    DID = auto()  # "* Nine waves"
    PRIVATE = auto()  # from name, for us alone
    PRIVATE_TO = auto()  # what we said to name alone
    RENAMED = auto()  # name ("" for us) is ``text`` now
    CONNECTED = auto()
    OTHER = auto()


class Heard(NamedTuple):
    """One thing that was heard; names are as the server writes them."""

    kind: Kind
    name: str
    text: str


class Ear:
    """One connection's memory of who is there."""

    __slots__ = ("_lengths", "connected", "framed", "names", "own")

    def __init__(self) -> None:
        self.own = ""  # our own name, which is never forgotten
        self.names: dict[str, None] = {}  # in the order in which they were first seen
        self.connected = False  # "Connected to server!" was heard
        self.framed = False  # the server ends texts with newlines
        self._lengths: list[int] = []

    def hear(self, text: str) -> list[Heard]:
        """Take one chunk apart.  Whoever speaks and was not seen before joins first.  Never raises."""
        if not self.connected and "\n" in text:
            self.framed = True
        out: list[Heard] = []
        for line in _ENDS.split(text):
            start = 0
            while start < len(line):
                heard, start = self._one(line, start)
                self._remember(heard, out)
                if heard.text or heard.kind is not Kind.SAID:
                    out.append(heard)
        return out

    def know(self, name: str) -> list[Heard]:
        """Remember a name; return who had to be forgotten for it."""
        gone: list[Heard] = []
        if name not in self.names:
            if len(self.names) >= MOST_NAMES:
                oldest = next(other for other in self.names if other != self.own)
                self.forget(oldest)
                gone.append(Heard(Kind.LEFT, oldest, ""))
            self.names[name] = None
            self._measure()
        return gone

    def forget(self, name: str) -> None:
        """Know a name no more."""
        if name != self.own:
            self.names.pop(name, None)
            self._measure()

    def _measure(self) -> None:
        self._lengths = sorted({len(name) for name in self.names}, reverse=True)

    def _remember(self, heard: Heard, out: list[Heard]) -> None:
        kind, name = heard.kind, heard.name
        if kind is Kind.LEFT:
            self.forget(name)
        elif kind is Kind.RENAMED:
            self.forget(name)
            out += self.know(heard.text)
        elif kind is Kind.CONNECTED:
            self.connected = True
        elif kind in (Kind.JOINED, Kind.SAID, Kind.DID):
            new = name not in self.names
            out += self.know(name)
            if new and kind is not Kind.JOINED:
                out.append(Heard(Kind.JOINED, name, ""))

    def _one(self, line: str, start: int) -> tuple[Heard, int]:
        """Read what stands at ``start``; return it and where the next begins."""
        if not self.connected and line.startswith(WELCOME, start):
            return Heard(Kind.CONNECTED, "", WELCOME), start + len(WELCOME)
        if self.framed:
            return self._framed(line[start:]), len(line)
        found = _COMES_OR_GOES.match(line, start)
        if found:
            return Heard(Kind.JOINED if found[2] == "joined" else Kind.LEFT, found[1], ""), found.end()
        name, begin = self._speaker(line, start)
        end = self._next(line, max(begin, start + 1))
        return Heard(Kind.SAID if name else Kind.OTHER, name, line[begin:end]), end

    def _framed(self, line: str) -> Heard:
        """Read a line of which nobody but the server can have written the beginning."""
        found = _COMES_OR_GOES.fullmatch(line)
        if found and " " not in found[1]:
            return Heard(Kind.JOINED if found[2] == "joined" else Kind.LEFT, found[1], "")
        for kind, form in ((Kind.DID, _ACTION), (Kind.PRIVATE, _PRIVATE), (Kind.PRIVATE_TO, _PRIVATE_TO)):
            found = form.fullmatch(line)
            if found:
                return Heard(kind, found[1], found[2])
        found = _RENAMED.fullmatch(line)
        if found:
            return Heard(Kind.RENAMED, found[1] or "", found[2])
        name, begin = self._speaker(line, 0)
        return Heard(Kind.SAID if name else Kind.OTHER, name, line[begin:])

    def _speaker(self, line: str, start: int) -> tuple[str, int]:
        """Return the name before the first ``: `` and where the text begins; "" where nobody speaks.

        Only a known name may hold white space: sentences have colons, too.
        """
        colon = line.find(": ", start, start + _LONGEST_NAME + 2)
        name = line[start:colon] if colon > start else ""
        if name and (name in self.names or not any(c.isspace() for c in name)):
            return name, colon + 2
        return "", start

    def _next(self, line: str, start: int) -> int:
        """Return where the next text begins, at or after ``start``; the line's end where none does."""
        end = len(line)
        if not self.connected:
            welcome = line.find(WELCOME, start)
            if welcome >= 0 and not line[welcome - 1].isspace():
                end = welcome
        for mark in _MARK.finditer(line, start, end):
            for length in self._lengths:
                begin = mark.start() - length
                if (
                    begin >= start
                    and line[begin : mark.start()] in self.names
                    and not line[begin - 1].isspace()
                ):
                    return begin
        return end
