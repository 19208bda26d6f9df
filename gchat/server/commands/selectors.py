"""Places and spans in the history, as clients write them: ``msgid=...``, ``timestamp=...``, counts.

https://ircv3.net/specs/extensions/chathistory
"""

from __future__ import annotations

import calendar
import re
from typing import Final, NamedTuple

from gchat.server.stores.base import Mark

LAST: Final = 1 << 52  # a sequence, or a time, after every other
_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
END: Final = Mark(LAST, LAST)


class Place(NamedTuple):
    """Where a client points: a message is one mark, a time in milliseconds may hold several messages.

    ``begin`` is the first mark that is there, ``end`` the last.
    """

    begin: Mark
    end: Mark

    @property
    def before_begin(self) -> Mark:
        """The mark before it: what comes after that includes the place."""
        milliseconds, sequence = self.begin
        return Mark(milliseconds, sequence - 1) if sequence else Mark(milliseconds - 1, LAST)


def read_time(text: str) -> int | None:
    """Unix milliseconds of ``YYYY-MM-DDThh:mm:ss.sssZ``; None for what is none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    days = 31 if month in (1, 3, 5, 7, 8, 10, 12) else 30 if month != 2 else 28 + calendar.isleap(year)
    if not (
        year >= 1970 and 1 <= month <= 12 and 1 <= day <= days and hour < 24 and minute < 60 and second < 61
    ):
        return None
    return calendar.timegm((year, month, day, hour, minute, second)) * 1000 + int(
        (found[7] or "0").ljust(3, "0")[:3]
    )


def read_timestamp(text: str) -> int | None:
    """Unix milliseconds of ``timestamp=...``; None for what is none."""
    return read_time(text.removeprefix("timestamp=")) if text.startswith("timestamp=") else None


def read_place(text: str) -> Place | None:
    """The place of ``msgid=...`` or ``timestamp=...``; None for what is none."""
    if text.startswith("msgid="):
        mark = Mark.of(text.removeprefix("msgid="))
        return Place(mark, mark) if mark is not None else None
    milliseconds = read_timestamp(text)
    return Place(Mark(milliseconds), Mark(milliseconds, LAST)) if milliseconds is not None else None


def read_limit(text: str, most: int) -> int | None:
    """How many messages are wanted, ``most`` at most; None for what is no number."""
    return min(int(text[:9]), most) if text.isascii() and text.isdigit() else None
