"""What waits to be sent to one connection, and what waits for many of them alike.

Most of what a busy room is told is the same for all of its members.  It is therefore written down once, in a
``Run``, which the outboxes of some of them *follow*: a message costs them one append together, and what was
said since the last flush is put together once, whoever many read it.  What is for one connection alone has
that outbox take its part of the run as its own first, so that the order is the order in which things were
said.  An outbox follows one run at a time, and goes on following it from one flush to the next.

The boxes grow only while the server is behind with sending; what the kernel did not take is the shell's to
bound (``SendQ exceeded``).  Change here what a *queue* is; how the bytes leave is ``flush.py``, who gets them
``delivery.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gchat.server.session import Session

Boxes = dict["Outbox", "Session"]  # whose is whose: a box that knew its session would make a cycle of both
Parcel = tuple["Iterable[Session]", bytes]  # the same bytes for each of these


class Run:
    """Messages for the outboxes of several sessions alike: all that were said since it was last taken.

    ``followers`` get all of it, but for those in ``odd``, who have something of their own besides or not all
    of it; some of these may have left.  ``away`` are those of the sessions that do not follow.
    """

    __slots__ = ("away", "followers", "odd", "pieces")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.followers: Boxes = {}
        self.odd: Boxes = {}
        self.away: Boxes = {}

    def __len__(self) -> int:
        """How many sessions it is for."""
        return len(self.followers) + len(self.away)

    def admit(self, session: Session) -> None:
        """Let a session in."""
        self.away[session.outbox] = session

    def dismiss(self, session: Session) -> None:
        """Let a session out; what was said before is still for it."""
        outbox = session.outbox
        if outbox.run is self:
            outbox.leave()
        del self.away[outbox]

    def gather(self, data: bytes, willing: bool) -> Collection[Session]:
        """Have those follow from here on who have nothing else to read, or do not mind (``willing``).

        The others get this message as their own; they are returned, and are to be sent to by themselves.
        """
        alone: list[Session] = []
        for outbox, session in tuple(self.away.items()):
            if outbox.may_follow(willing):
                outbox.follow(self)
            else:
                outbox.append(data)
                alone.append(session)
        return alone

    def disband(self) -> Collection[Session]:
        """Have nobody follow; return whose outboxes hold now what was here."""
        for outbox in tuple(self.followers):
            outbox.leave()
        left, self.odd = self.odd, {}
        self.pieces.clear()
        return left.values()

    def take(self) -> list[Parcel]:
        """Return everything that waits here, and what those who are odd have besides."""
        data, odd, self.odd = b"".join(self.pieces), self.odd, {}
        parcels: list[Parcel] = []
        even = self.followers.copy()
        for outbox in odd:
            even.pop(outbox, None)
        if even:
            parcels.append((even.values(), data))
        for outbox, session in odd.items():
            own = outbox.join()
            if own:
                parcels.append(((session,), own))
            outbox.rewind(self)
        self.pieces.clear()
        self.odd.clear()  # where ``join`` has put them again
        return parcels


class Outbox:
    """Encoded messages, in order."""

    __slots__ = ("_last", "_start", "pieces", "run")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []  # its own; ``audience.py`` appends to them while there is no run
        self.run: Run | None = None  # followed after those
        self._start = 0  # where in the run
        self._last: int | None = None  # how many pieces still count, once the last one is in

    def __bool__(self) -> bool:
        return bool(self.pieces) or (self.run is not None and len(self.run.pieces) > self._start)

    def append(self, data: bytes) -> None:
        """Add a message for this connection alone."""
        if self.run is not None:
            self._catch_up(self.run)
        self.pieces.append(data)

    def may_follow(self, willing: bool) -> bool:
        """True where it may follow another run: nothing waits here, or it does not matter (``willing``)."""
        return self._last is None and (willing or not self)

    def follow(self, run: Run) -> None:
        """Get what is appended to this run, which it is away from, from now on."""
        if self.run is not None:
            self.leave()
        session = run.followers[self] = run.away.pop(self)
        self.run, self._start = run, len(run.pieces)
        if self.pieces or self._start:
            run.odd[self] = session

    def leave(self) -> None:
        """Have what the run has brought as its own, and get no more of it."""
        run = self.run
        if run is None:
            return
        self._catch_up(run)
        if not run.pieces:  # nothing is owed to whoever was here
            del run.odd[self]
        run.away[self] = run.followers.pop(self)
        self.run = None

    def rewind(self, run: Run) -> None:
        """The run begins anew."""
        if self.run is run:
            self._start = 0

    def _catch_up(self, run: Run) -> None:
        run.odd[self] = run.followers[self]
        self.pieces += run.pieces[self._start :]
        self._start = len(run.pieces)

    def take_back(self) -> None:
        """Remove what was appended last, to this box or to the run."""
        run = self.run
        if run is None or self._start == len(run.pieces):
            self.pieces.pop()
            return
        self.pieces += run.pieces[self._start : -1]
        self._start = len(run.pieces)
        run.odd[self] = run.followers[self]

    def remove(self, pieces: set[int]) -> None:
        """Remove pieces, which are given by their ``id``."""
        self.leave()
        if self._last is not None:
            self._last -= sum(id(piece) in pieces for piece in self.pieces[: self._last])
        self.pieces[:] = [piece for piece in self.pieces if id(piece) not in pieces]

    def reopen(self) -> bytes | None:
        """Take back the end and its last piece, to say something before it; None where there is no end."""
        if not self._last:
            return None
        farewell = self.pieces[self._last - 1]
        del self.pieces[self._last - 1 :]
        self._last = None
        return farewell

    def end(self) -> None:
        """Let nothing follow what is in the box now: the ERROR that ends a connection is its last line."""
        self.leave()
        self._last = len(self.pieces)

    def take(self) -> list[bytes]:
        """Return everything that waits and leave the box empty."""
        if self.run is not None:
            self._catch_up(self.run)
        pieces = self.pieces[: self._last]
        if self._last is not None:
            self._last = 0
        self.pieces.clear()
        return pieces

    def join(self) -> bytes:
        """``take`` everything as one, for a wire on which messages simply follow each other."""
        return b"".join(self.take())
