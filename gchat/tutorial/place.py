"""Who a plain client is and where: what the server knows of it and what it was told, in one small record."""

from __future__ import annotations

import re
from typing import Final

from gchat.irc.casemap import fold
from gchat.irc.isupport import ISupport

_NEVER: Final = re.compile("(?!)")


class Place:
    """A plain client's names, its channels, and the one that its text goes to."""

    __slots__ = (
        "_channels",
        "_prefix",
        "current",
        "isupport",
        "listed",
        "lobby",
        "nick",
        "quiet",
        "quitting",
        "wanted",
        "welcomed",
    )

    def __init__(self, lobby: str) -> None:
        self.lobby = lobby
        self.wanted = ""  # the name that the client chose, and writes before every text; "" before it did
        self.nick = ""  # the nick that it has
        # Where text goes to.  /join sets it as soon as it is read: what is typed next is not for the old
        # channel.
        self.current = ""
        self.welcomed = False
        self.quitting = False
        self.listed = False  # the answer that is under way had a line to show
        self.quiet = True  # who is in the lobby was not asked
        self.isupport = ISupport()
        self._channels: dict[str, str] = {}  # folded -> as the server writes it, in the order of joining
        self._prefix = _NEVER

    def be(self, nick: str) -> None:
        """Have another nick."""
        self.nick = nick
        names = sorted({name for name in (self.wanted, nick) if name}, key=len, reverse=True)
        self._prefix = re.compile(f"(?:{'|'.join(map(re.escape, names))}): ") if names else _NEVER

    def is_me(self, nick: str) -> bool:
        """Tell whether a nick is this client's."""
        return bool(nick) and fold(nick) == fold(self.nick)

    def is_in(self, channel: str) -> bool:
        """Tell whether the client is in a channel."""
        return fold(channel) in self._channels

    def is_lobby(self, channel: str) -> bool:
        """Tell whether a channel is the one that everybody of this kind comes into."""
        return fold(channel) == fold(self.lobby)

    def is_current(self, channel: str) -> bool:
        """Tell whether a channel is the one that the client is looking at."""
        return bool(channel) and fold(channel) == fold(self.current)

    def enter(self, channel: str) -> None:
        """Be in a channel.  Whoever is on the way to another one is not stopped by it."""
        self._channels[fold(channel)] = channel
        if not self.current or self.is_current(channel):
            self.current = channel

    def leave(self, channel: str) -> None:
        """Be in a channel no more."""
        self._channels.pop(fold(channel), None)
        self.look_away(channel)

    def rename(self, channel: str, to: str) -> None:
        """Know a channel by another name."""
        if self.is_current(channel):
            self.current = to
        names = {to if key == fold(channel) else name: None for key, name in self._channels.items()}
        self._channels = {fold(name): name for name in names}

    def look_at(self, channel: str) -> None:
        """Look at a channel, which the client may only be on the way to."""
        self.current = self._channels.get(fold(channel), channel)

    def look_away(self, channel: str) -> None:
        """Look at another channel if it is this one: the lobby, or the one joined last."""
        if self.is_current(channel):
            others = [key for key in self._channels if key != fold(channel)]
            lobby = fold(self.lobby)
            self.current = self._channels[lobby if lobby in others else others[-1]] if others else ""

    def where(self) -> str:
        """Say where the client is."""
        if self.current:
            return f"You are in {self.current} now."
        return f"You are in no channel now: /join {self.lobby} takes you to one."

    def taken_apart(self, text: str) -> list[str]:
        """Take the client's own name off what it sent, and texts that grew together come apart.

        A text ends where ``name: `` stands again and no white space before it.  It may be a text that only
        looks so: the protocol has no frame to know by.  Any other name is text.  There is at least one text,
        which may be empty, as may be one after a name.
        """
        marks = [m for m in self._prefix.finditer(text) if not m.start() or not text[m.start() - 1].isspace()]
        starts = [0, *[mark.end() for mark in marks]]
        ends = [*[mark.start() for mark in marks], len(text)]
        texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
        return texts if texts[0] or not marks else texts[1:]

    def own(self, line: str) -> str:
        """Take the client's own name off the beginning of a line."""
        mark = self._prefix.match(line)
        return line[mark.end() :] if mark else line
