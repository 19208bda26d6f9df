"""The seam to what lasts: a store is told everything that changed, once a turn, before anybody sees it.

Writing happens in the loop, in one transaction a turn, and is fast; reading (``History``) may be slow and is
done in the shell's threads, by handlers that yield ``Work``.  A database is a pair of classes with these
methods; the engine asks nothing else of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from gchat.irc.message import NO_TAGS


class StoreError(Exception):
    """Nothing can be kept at the moment; ``str(error)`` says which file, why, and what to do."""


class Damaged(StoreError):
    """Part of what was kept cannot be read, nor ever will be; the rest can, and what is new may be kept."""


class TooSlow(StoreError):
    """What was asked for would have taken too long: nothing is wrong with the store."""


class Mark(NamedTuple):
    """A place in the order of everything: the two parts of an id.  A time has sequence 0."""

    milliseconds: int
    sequence: int = 0

    @classmethod
    def of(cls, id: str) -> Mark | None:
        """The mark of an id ``<milliseconds>-<sequence>``; None for what is no id."""
        left, dash, right = id.partition("-")
        if dash and left.isascii() and left.isdigit() and right.isascii() and right.isdigit():
            return cls(int(left[:15]), int(right[:15]))
        return None

    def __str__(self) -> str:
        return f"{self.milliseconds}-{self.sequence}"


class Record(NamedTuple):
    """One row of history: what happened, as everybody saw it then.

    ``target`` is what it is found by: a channel's folded name, or ``direct`` of accounts.  ``params`` are
    those of the message as it was delivered, the channel first; a text of several lines (draft/multiline)
    holds ``\\n``.
    """

    id: str
    target: str
    command: str
    source: str
    account: str
    params: tuple[str, ...]
    tags: Mapping[str, str] = NO_TAGS  # client-only
    bot: bool = False


class Redaction(NamedTuple):
    """The text of a record is gone; that it was there, and who removed it, stays."""

    target: str
    id: str
    by: str
    reason: str
    at: int  # Unix seconds


class Document(NamedTuple):
    """Something that lasts and is replaced whole: an account, a registered channel, a mark.  None: it is
    gone.
    """

    kind: str
    key: str
    body: Mapping[str, object] | None  # what JSON can say


class Moved(NamedTuple):
    """A channel has another name (both folded), and its history goes with it."""

    target: str
    to: str


class Moderation(NamedTuple):
    """An entry of a channel's moderation log: what somebody who may did about people and the channel.

    ``target`` is the channel's folded name; ``nick`` and ``account`` say who, ``whom`` the (name, account) of
    each who is concerned, a mask being a name.  ``detail`` belongs to the action (``modlog.py``).
    """

    target: str
    id: str
    action: str
    nick: str
    account: str
    whom: tuple[tuple[str, str], ...] = ()
    detail: str = ""
    reason: str = ""


class Logged(NamedTuple):
    """An entry as it is read back; what was erased of it is empty.  ``place`` counts from 1 in its log."""

    place: int
    entry: Moderation
    erased: bool = False


Change = Record | Redaction | Document | Moved | Moderation


def direct(one: str, other: str) -> str:
    """The target of two (folded) accounts' direct messages; no channel can have this name."""
    return " ".join(sorted((one, other)))


class History(Protocol):
    """What was said.  Called in threads; every list is in order, oldest first.  What was redacted is in none.

    ``events`` False leaves out what is neither PRIVMSG nor NOTICE.  ``after`` and ``before`` exclude their
    mark.  Two marks exclude both; they may stand in either order, and ``limit`` counts from the first.
    Everything here raises StoreError.
    """

    def latest(self, target: str, after: Mark | None, limit: int, events: bool) -> list[Record]:
        """The last records, only those after the mark if there is one."""

    def before(self, target: str, mark: Mark, limit: int, events: bool) -> list[Record]:
        """The last records before a mark."""

    def after(self, target: str, mark: Mark, limit: int, events: bool) -> list[Record]:
        """The first records after a mark."""

    def between(self, target: str, first: Mark, last: Mark, limit: int, events: bool) -> list[Record]:
        """The records between two marks, those nearest to ``first``."""

    def find(self, target: str, id: str) -> Record | None:
        """One record; None where it is not, or was redacted."""

    def changes(self, target: str, ids: Iterable[str]) -> list[Record]:
        """The records that take the place of these (EDIT)."""

    def newest(self, targets: Iterable[str], first: Mark, last: Mark, limit: int) -> list[tuple[str, Mark]]:
        """The targets in which something was said between the marks, with the last of it there, in order."""

    def direct_targets(self, account: str) -> list[str]:
        """The targets of all direct messages of a (folded) account."""

    def search(
        self,
        targets: Mapping[str, Mark],
        words: str,
        nick: str = "",
        before: Mark | None = None,
        limit: int = 100,
    ) -> list[Record]:
        """The last PRIVMSG and NOTICE in these targets, in each after its mark, that hold all the words, in
        any order, and are from the nick if one is given (folded).  No words: all that is from the nick.

        Raises TooSlow where that would keep others waiting.
        """

    def modlog(self, target: str, since: Mark, before: int, limit: int) -> list[Logged]:
        """The last entries of a channel's moderation log, after a mark and before a place."""


class Store(Protocol):
    """Where everything is kept that outlives the process."""

    @property
    def history(self) -> History | None:
        """How to read what was said; None where nothing is kept."""

    def load(self, kind: str) -> Iterable[tuple[str, Mapping[str, object]]]:
        """All documents of a kind, with their keys.  Called at the start.  Raises StoreError."""

    def write(self, changes: Sequence[Change]) -> None:
        """Keep these, all or none, before their deliveries leave.  Raises StoreError."""

    def check(self) -> None:
        """See whether something can be kept again, after a write that failed.  Raises StoreError."""

    def last(self) -> Mark:
        """The id of what was kept last: ids made from now on have to be greater.  Called at the start."""

    def close(self) -> None:
        """Write out what is left and let go of the file."""


class ForgetfulStore:
    """A chat that keeps nothing: what was said is gone when everybody has seen it."""

    history: History | None = None

    def load(self, kind: str) -> Iterable[tuple[str, Mapping[str, object]]]:
        """There is nothing."""
        return ()

    def write(self, changes: Sequence[Change]) -> None:
        """Forget the changes."""

    def check(self) -> None:
        """Nothing can be kept at any time."""

    def last(self) -> Mark:
        """Nothing was kept."""
        return Mark(0)

    def close(self) -> None:
        """Nothing is open."""
