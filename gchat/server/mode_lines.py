"""Changes of modes as the lines that announce them."""

from __future__ import annotations

from collections.abc import Iterable

from gchat.irc import limits
from gchat.irc.modes import ModeChange, format_modes

MODES_PER_LINE = 12  # ours to choose: ISUPPORT's MODES says how many with a parameter a client may send


def announced(changes: Iterable[ModeChange], source: str, channel: str) -> list[tuple[str, ...]]:
    """The parameters of the MODEs that tell of changes."""
    return split(changes, limits.LINE - len(f":{source} MODE {channel} \r\n".encode()))


def split(changes: Iterable[ModeChange], room: int) -> list[tuple[str, ...]]:
    """The parameters of as few MODEs as carry the changes in ``room`` bytes and ``MODES_PER_LINE`` each."""
    lines: list[list[ModeChange]] = []
    left = 0
    for change in changes:
        # sign, letter, parameter
        size = 2 + (len(change.param.encode()) + 1 if change.param is not None else 0)
        if not lines or size > left or len(lines[-1]) == MODES_PER_LINE:
            lines.append([])
            left = room
        lines[-1].append(change)
        left -= size
    return [format_modes(line) for line in lines]
