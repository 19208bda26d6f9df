"""The second half of the broadcast queue: once per turn of the event loop, everything said goes out.

The loop runs its callbacks after all sockets that had something were read, so whatever they said together
is stored together and leaves in one ``send`` a client.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from gevent.hub import get_hub

if TYPE_CHECKING:
    from gchat.server.connection import Connection
    from gchat.server.engine import Engine
    from gchat.server.session import Session

log = logging.getLogger("gchat.server")

BREATH: Final = 100000  # sends between two looks at the sockets that have something to read
AGAIN: Final = 0.1  # seconds until a store that failed is tried again


class Flush:
    """Takes the engine's turns."""

    def __init__(
        self, links: Mapping[Session, Connection], over: Callable[[Session, Connection, str], None]
    ) -> None:
        """``links``: whose connection is whose.  ``over`` ends one: its session has ended, or for the
        reason given.
        """
        self.engine: Engine  # set as soon as there is one: it is made with our ``wake``
        self._links = links
        self._over = over
        self._loop: Any = get_hub().loop
        self._breath = self._loop.timer(0)
        self._again = self._loop.timer(AGAIN)
        self._left: dict[Session, None] = {}  # whose turn to be sent to has not come yet

    def wake(self) -> None:
        """Have a turn taken when all that has come in was handled."""
        self._loop.run_callback(self._turn)

    def _turn(self) -> None:
        try:
            dirty = self.engine.take_turn()
        except Exception:
            # What was not stored is not shown: those who wait for it wait on.
            log.exception("What was said could not be stored")
            self._again.start(self.wake)
            return
        left = self._left
        if not left and len(dirty) <= BREATH:
            self._send(dirty)
            return
        left.update(dict.fromkeys(dirty))
        batch = list(islice(left, BREATH))
        for session in batch:
            del left[session]
        if left:
            # A timer is looked at only after the sockets, unlike another callback.
            self._breath.start(self.wake)
        self._send(batch)

    def _send(self, batch: Iterable[Session]) -> None:
        link, now = self._links.get, time.monotonic()
        over: list[tuple[Session, Connection, str]] = []
        for session in batch:
            connection = link(session)
            if connection is None or connection.ending:
                continue
            try:
                data = session.wire.join(session.outbox.take(), now)
                failure = connection.push(data) if data else ""
            except Exception:
                log.exception("Nothing can be sent to %s", session.peer)
                failure = "Internal error"
            if failure or session.closing:
                over.append((session, connection, failure))
        for session, connection, failure in over:
            self._over(session, connection, failure)
