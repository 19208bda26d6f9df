"""The seam to other machines: a backplane gives every committed event its id and place, and has it applied.

On one machine that is at once; in a cluster it is when the event is read back from the shared log.  Handlers
must not be able to tell the difference, which the suite proves by running on both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from gchat.server.events import Entry, Event
from gchat.server.request import Request

Apply = Callable[[Entry, Request | None], None]

LEAP: Final = 30_000  # milliseconds between two looks that are a second apart: the clock has jumped
# While the clock is behind, 7 of 8 milliseconds count: an hour is made up in eight, and what lasts lasts a
# seventh longer.
OF: Final = 8
COUNTED: Final = 7


class Backplane(Protocol):
    """Orders events."""

    def commit(self, event: Event, request: Request | None) -> None:
        """Have an event applied, now or later; ``request`` is what caused it on this machine, if anything."""

    def now(self) -> int:
        """Unix milliseconds as the ids have them: none that this machine knows of is ahead of it.

        Call it once a second, so that it knows of every jump of the clock.
        """


class IdSource:
    """Makes ids ``<milliseconds>-<sequence>`` that only ever grow, also when the clock jumps back.

    Their time then goes on from where it was, somewhat slower than the clock until that has caught up.  If
    it stood still, so would all that is measured by it: a pause, a ban, what was said in the last minutes.
    """

    def __init__(self, clock: Callable[[], float], last: tuple[int, int] = (0, 0)) -> None:
        """``last`` are the two parts of the greatest id that there is; ``clock`` gives Unix seconds."""
        self._clock = clock
        self._milliseconds, self._sequence = last
        self._seen = 0  # by the clock: up to when its time has been counted

    def next(self) -> str:
        """The next id."""
        now = int(self._clock() * 1000)
        if now > self._milliseconds:
            self._milliseconds = self._seen = now
            self._sequence = 0
        else:
            if now < self._milliseconds:
                self._go_on(now)
            self._sequence += 1
        return f"{self._milliseconds}-{self._sequence}"

    def now(self) -> int:
        """The time of an id that would be made now; all later ones are of this time or a later one."""
        now = int(self._clock() * 1000)
        if now > self._milliseconds:
            self._milliseconds = self._seen = now
            self._sequence = -1  # there is no id of this time yet
        elif now < self._milliseconds:
            self._go_on(now)
        return self._milliseconds

    def _go_on(self, now: int) -> None:
        """The clock is behind: count what has passed since it was looked at last."""
        passed = now - self._seen
        if not 0 <= passed < LEAP:  # a jump is not time that has passed, and one ahead brings it nearer
            self._seen = now
        elif passed >= OF:
            steps = passed // OF
            self._milliseconds += steps * COUNTED
            self._seen += steps * OF  # what is less than a step counts with the next one
            self._sequence = -1
