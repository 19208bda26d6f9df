"""Times as the screen writes them: in the machine's own time zone, days and months in English."""

from time import gmtime, localtime
from typing import NamedTuple

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_KEPT = 4096  # minutes


class Minute(NamedTuple):
    """One minute: ``"09:58"`` and the day it is in as year, month, day, weekday."""

    text: str
    day: tuple[int, int, int, int]


class _Minutes(dict[int, Minute]):
    """Minutes already worked out; ``localtime`` costs more than the rest of a line's lead."""

    def __missing__(self, number: int) -> Minute:
        if len(self) >= _KEPT:
            self.clear()
        try:
            local = localtime(number * 60)
        except (OverflowError, ValueError, OSError):  # a server may claim any time
            local = gmtime(0)
        result = self[number] = Minute(
            f"{local.tm_hour:02}:{local.tm_min:02}",
            (local.tm_year, local.tm_mon, local.tm_mday, local.tm_wday),
        )
        return result


_MINUTES = _Minutes()


def minute(seconds: float) -> Minute:
    """Return the minute a Unix time is in."""
    return _MINUTES[int(seconds // 60) if -1e12 < seconds < 1e12 else 0]


def date(day: tuple[int, int, int, int], cells: int = 80) -> str:
    """Return a day in words, in fewer where there is less room: ``"Sunday, 22 November 2026"``."""
    year, month, number, weekday = day
    for text in (f"{_DAYS[weekday]}, {number} {_MONTHS[month - 1]} {year}", f"{number} {_MONTHS[month - 1]}"):
        if len(text) <= cells:
            return text
    return f"{year:04}-{month:02}-{number:02}"
