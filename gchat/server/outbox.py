"""What waits to be sent to one connection: encoded messages that one flush takes whole.

Most of what a busy room is told is the same for all of its members.  It is therefore written down once, in a
``Run``, which their outboxes *follow*, each from its own place on: a message costs a room one append, and
what was said in a turn is put together once, whoever many read it.  What is for one connection alone has that
outbox take its part of the run as its own first, so that the order is the order in which things were said.

The boxes grow only while the server is behind with sending; what the kernel did not take is the shell's to
bound (``SendQ exceeded``).  Change here what a *queue* is; how the bytes leave is ``flush.py``, who gets them
``delivery.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:
    from gchat.server.session import Session


class Run:
    """Messages for the outboxes of several sessions alike.

    ``away`` are those of the sessions that do not follow; ``followers`` counts those that do.
    """

    __slots__ = ("_joined", "_span", "away", "followers", "pieces")

    def __init__(self, sessions: Iterable[Session]) -> None:
        self.pieces: list[bytes] = []
        self.away = dict.fromkeys(sessions)
        self.followers = 0
        self._span = (0, 0)  # what of the pieces is in ``_joined``
        self._joined = b""

    def gather(self) -> Collection[Session]:
        """Have everybody follow from here on; return who did not."""
        away, self.away = self.away, {}
        for session in away:
            session.outbox.follow(self)
        self.followers += len(away)
        return away

    def join(self, start: int) -> bytes:
        """All from this place on as one; those who follow from the same place share the bytes."""
        span = (start, len(self.pieces))
        if span != self._span:
            self._span, self._joined = span, b"".join(self.pieces[start:] if start else self.pieces)
        return self._joined

    def left(self, session: Session | None) -> None:
        """A session follows no longer, and may come back if it is still there."""
        if session is not None:
            self.away[session] = None
        self.followers -= 1
        if not self.followers:
            self.pieces.clear()
            self._span, self._joined = (0, 0), b""


class Outbox:
    """Encoded messages, in order."""

    __slots__ = ("_last", "_session", "_start", "pieces", "run")

    def __init__(self, session: Session) -> None:
        self._session = ref(
            session
        )  # which holds the box: as a cycle they would stay until they are collected
        self.pieces: list[bytes] = []  # its own; ``delivery.py`` appends to them while there is no run
        self.run: Run | None = None  # followed after those
        self._start = 0  # where in the run
        self._last: int | None = None  # how many pieces still count, once the last one is in

    def __bool__(self) -> bool:
        return bool(self.pieces) or self.run is not None

    def append(self, data: bytes) -> None:
        """Add a message for this connection alone."""
        if self.run is not None:
            self._catch_up(self.run)
        self.pieces.append(data)

    def follow(self, run: Run) -> None:
        """Get what is appended to this run from now on, until the next ``take``; the run counts it."""
        if self.run is not None:
            self.leave()
        self.run, self._start = run, len(run.pieces)

    def leave(self) -> None:
        """Have what the run has brought as its own, and get no more of it."""
        if self.run is not None:
            self._catch_up(self.run)
            self.run.left(self._session())
            self.run = None

    def _catch_up(self, run: Run) -> None:
        self.pieces += run.pieces[self._start :]
        self._start = len(run.pieces)

    def take_back(self) -> None:
        """Remove what was appended last."""
        if self.run is not None:
            self._catch_up(self.run)
        self.pieces.pop()

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
        self.leave()
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
        self.leave()
        pieces = self.pieces[: self._last]
        if self._last is not None:
            self._last = 0
        self.pieces.clear()
        return pieces

    def join(self) -> bytes:
        """``take`` everything as one, for a wire on which messages simply follow each other."""
        run = self.run
        if run is not None and not self.pieces and self._last is None:
            joined = run.join(self._start)
            self.run = None
            run.left(self._session())
            return joined
        return b"".join(self.take())
