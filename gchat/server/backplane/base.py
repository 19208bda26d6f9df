"""The seam to other machines: a backplane gives every committed event its id and place, and has it applied.

On one machine that is at once; in a cluster it is when the event is read back from the shared log.  Handlers
must not be able to tell the difference, which the suite proves by running on both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gchat.server.events import Entry, Event
from gchat.server.request import Request

Apply = Callable[[Entry, Request | None], None]


class Backplane(Protocol):
    """Orders events."""

    def commit(self, event: Event, request: Request | None) -> None:
        """Have an event applied, now or later; ``request`` is what caused it on this machine, if anything."""


class IdSource:
    """Makes ids ``<milliseconds>-<sequence>`` that only ever grow, also when the clock jumps back."""

    def __init__(self, clock: Callable[[], float], last: tuple[int, int] = (0, 0)) -> None:
        """``last`` are the two parts of the greatest id that there is."""
        self._clock = clock
        self._milliseconds, self._sequence = last

    def next(self) -> str:
        """The next id; ``clock`` gives Unix seconds."""
        now = int(self._clock() * 1000)
        if now > self._milliseconds:
            self._milliseconds = now
            self._sequence = 0
        else:
            self._sequence += 1
        return f"{self._milliseconds}-{self._sequence}"
