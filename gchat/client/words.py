"""Small words for sentences: how long, how many, which ones, when.

Pure text, English; every sentence of the client that counts something is made with these.
"""

from collections.abc import Iterable, Sequence
from time import localtime

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def duration(seconds: float) -> str:
    """Say how long in the largest unit that fits twice, or once exactly: ``"90 minutes"``, ``"2 hours"``."""
    whole = max(0, round(seconds))
    for name, size in _UNITS:
        if whole >= 2 * size or whole == size:
            return plural(round(whole / size), name)
    return "a moment" if whole == 0 else plural(whole, "second")


def plural(count: int, name: str) -> str:
    """Say how many: ``"1 line"``, ``"3 lines"``."""
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def listing(names: Sequence[str], most: int = 12) -> str:
    """Name them: ``"a, b and c"``; beyond ``most`` the rest is a number."""
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} others"
    if len(names) > 1:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return names[0] if names else ""


def table(rows: Iterable[Sequence[str]], gap: str = "  ") -> list[str]:
    """Align columns of text under each other; the last one keeps its end ragged."""
    rows = list(rows)
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows), default=0))]
    return [
        gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows
    ]


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def moment(seconds: float) -> str:
    """Say when, in local time: ``"22 November 2026, 10:07"``; "some day" for what no calendar holds."""
    try:
        then = localtime(seconds)
    except (OverflowError, ValueError, OSError):
        return "some day"
    return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]} {then.tm_year}, {then.tm_hour:02}:{then.tm_min:02}"
