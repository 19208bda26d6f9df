"""The backplanes that the server's core is tested on beside the real one."""

from collections.abc import Callable

from gchat.server.backplane.base import Apply, IdSource
from gchat.server.events import Entry, Event
from gchat.server.request import Request


class LaterBackplane:
    """Applies events when the turn ends, as a cluster does when it reads them back."""

    def __init__(self, apply: Apply, clock: Callable[[], float]) -> None:
        self._apply = apply
        self._ids = IdSource(clock)
        self._waiting: list[tuple[Entry, Request | None]] = []

    def commit(self, event: Event, request: Request | None) -> None:
        """Keep an event for the end of the turn."""
        self._waiting.append((Entry(self._ids.next(), event), request))

    def now(self) -> int:
        """Unix milliseconds as the ids have them, those of what waits too."""
        return self._ids.now()

    def turn(self) -> bool:
        """Apply what waits; False when nothing did."""
        waiting, self._waiting = self._waiting, []
        for entry, request in waiting:
            self._apply(entry, request)
        return bool(waiting)
