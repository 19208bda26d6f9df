"""What lies over the panes: help, a search, the mentions, the questions of a first start.

Each is a small object with the state the view shows; ``update.py`` gives it the keys.  One at a time.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from gchat.client.editor import Editor

if TYPE_CHECKING:  # the model holds an Overlay
    from gchat.client.model import Mention


class Help:
    """Pages of text over the message pane; ``top`` is the first row shown (the view clamps it)."""

    __slots__ = ("lines", "title", "top")

    def __init__(self, title: str, lines: list[str]) -> None:
        """``lines`` may be longer than the screen is wide."""
        self.title = title
        self.lines = lines
        self.top = 0


class Search:
    """A search in the current buffer: what is typed, and the serials of the lines that hold it."""

    __slots__ = ("before", "editor", "found", "hits")

    def __init__(self, before: tuple[int | None, int] = (None, 0)) -> None:
        """Start with nothing typed; ``before`` is the buffer's anchor and its row, to go back to."""
        self.before = before
        self.editor = Editor()
        self.hits: list[int] = []  # oldest first
        self.found: int | None = None  # the hit the buffer is scrolled to


class Mentions:
    """The lines that called us, oldest first, and the one that Enter goes to."""

    __slots__ = ("chosen", "entries")

    def __init__(self, entries: list[Mention]) -> None:
        """``entries``: at least one; the newest is chosen."""
        self.entries = entries
        self.chosen = len(entries) - 1


class Step(Enum):
    """How far the first start is."""

    NICK = "nick"  # "Choose your nickname: "
    PASSWORD = "password"  # "Your password there: ", of who is invited
    SERVER = "server"  # "Server [localhost]: "
    CONNECTING = "connecting"  # waiting for an answer
    NO_SERVER = "no server"  # s, o or q


class Welcome:
    """The first start: which nickname, which server, and what to do when none is there.

    Who is invited is asked for a nickname and a password.
    """

    __slots__ = ("default_server", "editor", "invited", "network", "nick", "problem", "server", "step")

    def __init__(self, step: Step = Step.NICK, nick: str = "", default_server: str = "localhost") -> None:
        """Begin at a step; ``nick`` is what is offered or already chosen."""
        self.step = step
        self.nick = nick
        self.server = ""  # what was typed
        self.default_server = default_server
        self.problem = ""  # a sentence about the last answer: "There is no server at localhost:6667."
        self.network: int | None = None  # where somebody is invited to
        self.invited = ""  # that it is so, in words
        self.editor = Editor()  # the answer being typed


Overlay = Help | Mentions | Search | Welcome
