"""What has to be stored before it is shown, and what becomes of it when it cannot be.

A turn's changes are written together, before anything of the turn is sent.  When that fails, what was *said*
in the turn is withdrawn: it leaves the outboxes that it is already in, and whoever said it is told so
(``FAIL ... TEMPORARILY_UNAVAILABLE``).  Everything else that was to last waits in memory for a better time,
and the rest of the turn goes on.  Once a second the store is asked again, and chat comes back by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Sequence
from types import TracebackType
from typing import Final, NamedTuple

from gchat.irc.message import Message
from gchat.server.delivery import BroadcastQueue
from gchat.server.playback import EDIT
from gchat.server.request import FailError, Request
from gchat.server.stores.base import Change, Document, Moderation, Moved, Record, Redaction, Store, StoreError

log = logging.getLogger("gchat.server")

MOST: Final = 50_000  # changes that wait for the store in memory; of more, the oldest events go


class Saying(NamedTuple):
    """Something said in this turn, or taken back, that is to be stored, and how it was delivered.

    ``pieces`` are the bytes in the outboxes, ``echoes`` the sender's own copy while it waits for its label.
    """

    change: Record | Redaction
    request: Request | None
    pieces: list[bytes]
    echoes: Sequence[Message] = ()


def unavailable(command: str, target: str) -> FailError:
    """What somebody is told whose message cannot be kept, and so was not sent."""
    done = {"REDACT": "was not removed", "EDIT": "was not changed"}.get(command, "was not sent")
    text = f"Messages cannot be kept at the moment, so this one {done}; try again later"
    return FailError("TEMPORARILY_UNAVAILABLE", target, text=text, command=command)


def _named(saying: Saying) -> tuple[Request | None, str, str]:
    """Whose it was, the command, and what it was addressed to."""
    change, request = saying.change, saying.request
    if isinstance(change, Record) and EDIT not in change.tags:
        return request, change.command, change.params[0]  # which is one of several that the request has
    return (request, request.message.command, request.params[0]) if request is not None else (None, "", "")


def _tells_of(change: Change, undone: Container[str]) -> bool:
    """True for the entry of a moderation log that says that one of these was redacted."""
    return isinstance(change, Moderation) and change.action == "redact" and change.detail in undone


def _which(change: Change) -> str:
    """What a change is found by, and nothing of what it holds: neither a verifier nor what somebody said."""
    if isinstance(change, Document):
        owner, _, of = change.key.partition(" ")  # of a read marker: who talks to whom
        which = f"{change.kind} {change.key if not of or of.startswith('#') else owner}"
    elif isinstance(change, Moved):
        which = f"{change.target} to {change.to}"
    else:
        which = change.id
        if change.target.startswith("#"):  # else it is who talks to whom
            which += f" in {change.target}"
    return f"{type(change).__name__} {which}"


def _without_words(error: Exception) -> tuple[type[Exception], Exception, TracebackType | None]:
    """What ``logging`` is given of an error whose text may quote what cannot be kept: its kind and place."""
    return RuntimeError, RuntimeError(type(error).__name__), error.__traceback__


class Keeping:
    """The way of changes into the store."""

    def __init__(self, store: Store, queue: BroadcastQueue, tell: Callable[[str], None]) -> None:
        """``tell`` is given a sentence for the server's operators when the store goes and comes back."""
        self.store = store
        self.outage = ""  # why nothing can be kept at the moment: a sentence
        self.errors = 0  # changes that no store could keep: bugs, each in the log with its traceback
        self._queue = queue
        self._tell = tell
        self._unreadable: set[str] = set()  # what was said of damage
        self._changes: list[Change] = []
        self._sayings: list[Saying] = []

    def add(self, change: Change) -> None:
        """Have something stored before this turn ends, or as soon as it can be."""
        self._changes.append(change)

    def say(self, saying: Saying) -> None:
        """Have something stored before this turn ends, or be withdrawn."""
        self._changes.append(saying.change)
        self._sayings.append(saying)

    def flush(self) -> None:
        """Store what there is.  Afterwards, what is in the outboxes may be shown.  Never raises."""
        if not self._changes:
            return
        if not self.outage:
            self._write()
        if self.outage:
            self._set_aside()

    def probe(self) -> None:
        """While the store is out, see whether it is back; call it once a second."""
        if not self.outage:
            return
        try:
            self.store.check()
        except StoreError as error:
            self._go_out(str(error))
            return
        before, self.outage = self.outage, ""
        self._write()
        if not self.outage:
            self._unreadable.clear()
            log.warning("Messages are kept again, after: %s", before)
            self._tell("Messages are kept again")

    def unreadable(self, why: str) -> None:
        """Who reads met damage.  That is said once, and chat goes on: what was said long ago is no reason to
        refuse what is said now, and where the damage reaches writing, the writing finds it by itself.
        """
        if why not in self._unreadable:
            self._unreadable.add(why)
            text = "Some of what was said cannot be read, but what is new is kept as long as that works"
            log.error("%s: %s", text, why)
            self._tell(f"{text}: {why}")

    def _write(self) -> None:
        changes = self._changes
        try:
            if changes:
                self.store.write(changes)
        except StoreError as error:
            self._go_out(str(error))
        except Exception:
            # Not the disk's fault but that of one of the changes, which must not keep out the others.
            self._write_singly(changes)
        else:
            self._changes, self._sayings = [], []

    def _write_singly(self, changes: list[Change]) -> None:
        """Store one after the other, and forget what nothing can keep.

        Where the store goes out meanwhile, what was said of both is left to be set aside together: a label
        has one answer.
        """
        bad: set[int] = set()
        undone: set[str] = set()
        left: list[Change] = []
        for index, change in enumerate(changes):
            if _tells_of(change, undone):
                continue
            try:
                self.store.write([change])
            except StoreError as error:
                left = changes[index:]
                self._go_out(str(error))
                break
            except Exception as bug:
                self.errors += 1
                log.error("This cannot be kept: %s", _which(change), exc_info=_without_words(bug))
                bad.add(id(change))
                if isinstance(change, Redaction):
                    undone.add(change.id)
        self._changes = left
        void = bad.union(map(id, left))
        self._sayings = [saying for saying in self._sayings if id(saying.change) in void]
        if not left:
            sayings, self._sayings = self._sayings, []
            self._withdraw(sayings)

    def _go_out(self, why: str) -> None:
        if why != self.outage:
            log.error("Messages are refused until they can be kept: %s", why)
            self._tell(f"Messages are refused until they can be kept: {why}")
        self.outage = why

    # what could not be stored

    def _set_aside(self) -> None:
        """Withdraw what was said; the rest waits."""
        sayings, self._sayings = self._sayings, []
        said = {id(saying.change) for saying in sayings}
        undone = {saying.change.id for saying in sayings if isinstance(saying.change, Redaction)}
        self._changes = [
            change for change in self._changes if id(change) not in said and not _tells_of(change, undone)
        ]
        if len(self._changes) > MOST:
            self._shrink()
        self._withdraw(sayings)

    def _shrink(self) -> None:
        """Keep of each document what is newest, and of the events only some."""
        latest = {(c.kind, c.key): c for c in self._changes if isinstance(c, Document)}
        kept = [c for c in self._changes if not isinstance(c, Document) or latest[c.kind, c.key] is c]
        surplus = len(kept) - MOST // 2
        shorter: list[Change] = []
        for change in kept:
            if surplus > 0 and isinstance(change, Record):
                surplus -= 1
            else:
                shorter.append(change)
        log.error("%d events will be missing in the history", len(kept) - len(shorter))
        self._changes = shorter

    def _withdraw(self, sayings: list[Saying]) -> None:
        if not sayings:
            return
        # The lists keep these objects alive, so that an id is that of one of them.
        void = [piece for saying in sayings for piece in saying.pieces if piece]
        requests: dict[Request, None] = {}
        for saying in sayings:
            if saying.request is not None:
                requests[saying.request] = None
                void += saying.request.take_back(saying.echoes)
        self._queue.withdraw(void)
        outboxes = {request.session.outbox for request in requests}
        farewells = [(outbox, outbox.reopen()) for outbox in outboxes]
        for request, command, target in dict.fromkeys(map(_named, sayings)):
            if request is not None:
                request.refuse(unavailable(command, target))
        for request in requests:
            request.answer_again()
        for outbox, farewell in farewells:
            if farewell is not None:
                outbox.append(farewell)
                outbox.end()
