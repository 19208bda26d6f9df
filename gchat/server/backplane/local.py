"""One machine: an event is applied the moment that it is committed."""

from __future__ import annotations

from collections.abc import Callable

from gchat.irc.message import make
from gchat.server.backplane.base import Apply, IdSource
from gchat.server.events import Entry, Event
from gchat.server.request import Request


class LocalBackplane:
    """Applies events at once, in the order in which they are committed."""

    def __init__(self, apply: Apply, clock: Callable[[], float], last: tuple[int, int] = (0, 0)) -> None:
        """``last``: the greatest id of before, which all that is made here are greater than."""
        self._apply = apply
        self._ids = IdSource(clock, last)

    def commit(self, event: Event, request: Request | None) -> None:
        """Give the event an id and apply it."""
        self._apply(make(Entry, (self._ids.next(), event)), request)

    def now(self) -> int:
        """Unix milliseconds as the ids have them."""
        return self._ids.now()
