"""How long something lasts, as people type it and as they read it: ``1d2h30m``, ``1 day 2 hours 30 minutes``.

The units are those of InspIRCd's TBAN.
"""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = {"y": 365 * 86_400, "w": 7 * 86_400, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_NAMES: Final = {86_400: "day", 3600: "hour", 60: "minute", 1: "second"}
_WRITTEN: Final = re.compile(r"(?:[0-9]{1,9}[ywdhms])+|[0-9]{1,9}", re.IGNORECASE)
_PART: Final = re.compile(r"([0-9]+)([a-z]?)")
LONGEST: Final = 100 * 365 * 86_400  # seconds


def parse(text: str) -> int | None:
    """Seconds of ``90``, ``10m``, ``1d2h``, ``2W``; None for what is no duration, or longer than anybody's.

    ``0`` is 0 seconds, which most commands take for "for ever".
    """
    if _WRITTEN.fullmatch(text) is None:
        return None
    seconds = sum(int(number) * _UNITS[unit or "s"] for number, unit in _PART.findall(text.lower()))
    return seconds if seconds <= LONGEST else None


def spoken(seconds: int) -> str:
    """``1 day 2 hours``: the two largest units of a duration that say anything."""
    parts: list[str] = []
    for size, name in _NAMES.items():
        number, seconds = divmod(seconds, size)
        if number and len(parts) < 2:
            parts.append(f"{number} {name}{'s' if number > 1 else ''}")
        elif parts:
            break
    return " ".join(parts) or "0 seconds"
