"""The broadcast queue's shell: once a turn of the loop, what came in is handled and what was said goes out.

The loop runs its callbacks after all sockets that had something were read.  So everything that came in is
handled together, stored together, and leaves in one ``send`` a client.  The steps go over all connections one
after another (read all, handle all, join all, send all): the kernel's code and ours push each other out of
the processor's caches, and that alone cost a tenth of a delivery in small rooms.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from gevent.hub import get_hub

from gchat.server.delivery import parcels
from gchat.server.outbox import Parcel, Run

if TYPE_CHECKING:
    from gchat.server.connection import Connection
    from gchat.server.engine import Engine
    from gchat.server.session import Session

log = logging.getLogger("gchat.server")

BREATH: Final = 64  # sends between two looks at the sockets that have something to read
SLICE: Final = 0.005  # seconds of handling before what was said so far is shown: many may join at once
EARLY: Final = 10  # commands after which somebody is no newcomer any more
PORTION: Final = 64  # bytes of one client after which, at a line's end, it is the next one's turn
MOST: Final = 64 * 1024  # bytes that may wait to be handled before a client is not read from any more
AGAIN: Final = 0.1  # seconds until a store that failed is tried again
BUG: Final = "Internal error"


class Flush:
    """Takes the turns of an engine."""

    def __init__(
        self,
        links: Mapping[Session, Connection],
        receive: Callable[[Session, bytes], None],
        over: Callable[[Session, Connection, str], None],
    ) -> None:
        """Make it for the connections in ``links``.

        ``receive`` handles what came in; ``over`` ends a connection, because its session has ended or for the
        reason given.
        """
        self.engine: Engine  # set as soon as there is one: it is made with our ``wake``
        self._links = links
        self._receive = receive
        self._over = over
        self._loop: Any = get_hub().loop
        self._breath = self._loop.timer(0)
        self._again: Any = None
        self._awake = False  # a turn is about to be taken
        self._unhandled: dict[Session, bytes] = {}
        self._order: deque[Session] = deque()  # whose turn it is to have some of it handled
        self._early: deque[Session] = deque()  # the same for newcomers
        self._new: list[Session] = []  # those who come after them: the loop has just looked at their sockets
        self._held: set[Session] = set()  # who is not read from until what it said is handled
        # libev calls the watchers of one poll from the last to the first, libuv in their order
        self._backwards = "libev" in type(self._loop).__module__

    def wake(self) -> None:
        """Have a turn taken when all that has come in was read."""
        if not self._awake:
            self._awake = True
            self._loop.run_callback(self._turn)

    def arrived(self, session: Session, data: bytes) -> None:
        """Have bytes handled in this turn, or in a later one where there is too much for one turn."""
        if session not in self._unhandled:
            if not self._new:
                self.wake()
            self._unhandled[session] = data
            self._new.append(session)
            return
        data = self._unhandled[session] = self._unhandled[session] + data
        if len(data) > MOST:
            self._held.add(session)
            self._links[session].hold()

    def waits(self, session: Session) -> bool:
        """True while something that came of it is not handled."""
        return session in self._unhandled

    def handle(self, until: float | None = None) -> bool:
        """Handle what has arrived; what is left at ``until`` (monotonic seconds) waits for another turn.

        Everybody has a line handled, or some short ones, and then the next: who says much at once keeps
        itself waiting, not the others.  Newcomers have every second turn at most: thousands may come at once.
        Returns whether that was all.
        """
        new, self._new = self._new, []
        if self._backwards:
            new.reverse()  # who was ready first is heard first
        order, early, unhandled = self._order, self._early, self._unhandled
        for session in new:
            (early if session.command_count < EARLY else order).append(session)
        early_next = True
        while order or early:
            early_next = not early_next
            queue = early if early and (early_next or not order) else order
            session = queue.popleft()
            data = unhandled.pop(session)
            if session.closing:  # nobody listens to it any more
                data = b""
            end = data.find(b"\n", PORTION) + 1
            if 0 < end < len(data):
                unhandled[session] = data[end:]
                queue.append(session)
                data = data[:end]
            elif session in self._held:
                self._release(session)
            try:
                self._receive(session, data)
            except Exception:
                log.exception("What %s sent cannot be handled", session.peer)
                connection = self._links.get(session)
                if connection is not None:
                    connection.abort(BUG)
            if until is not None and (order or early) and time.monotonic() > until:
                self._breath.start(self.wake)
                return False
        return True

    def _release(self, session: Session) -> None:
        self._held.discard(session)
        connection = self._links.get(session)
        if connection is not None:
            connection.go_on()

    def _turn(self) -> None:
        self.handle(time.monotonic() + SLICE)
        self._awake = False
        try:
            batch = self.engine.take_turn(BREATH)
        except Exception:
            # What was not stored is not shown: those who wait for it wait on.
            log.exception("What was said could not be stored")
            self._again = self._loop.timer(AGAIN)  # a new one: one that has run out would not wait
            self._again.start(self.wake)
            return
        if self.engine.queue:
            # A timer is looked at only after the sockets, unlike another callback.
            self._breath.start(self.wake)
        self._send(batch)

    def _send(self, batch: Iterable[Run | Session]) -> None:
        over: list[tuple[Session, Connection, str]] = []
        link = self._links.get
        for sessions, data in self._joined(batch):
            for session in sessions:
                connection = link(session)
                if connection is None or connection.ending:
                    continue
                try:
                    failure = connection.push(data) if data else ""
                except Exception:
                    log.exception("Nothing can be sent to %s", session.peer)
                    failure = BUG
                if failure or session.closing:
                    over.append((session, connection, failure))
        for session, connection, failure in over:
            self._over(session, connection, failure)

    def _joined(self, batch: Iterable[Run | Session]) -> list[Parcel]:
        """Put together what each is sent."""
        now = time.monotonic()
        joined: list[Parcel] = []
        for waiting in batch:
            try:
                joined += parcels(waiting, now)
            except Exception:
                if isinstance(waiting, Run):
                    log.exception("Nothing can be said to a room")
                    continue
                log.exception("Nothing can be said to %s", waiting.peer)
                connection = self._links.get(waiting)
                if connection is not None and not connection.ending:
                    self._over(waiting, connection, BUG)
        return joined
