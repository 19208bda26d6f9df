"""A frame: what the whole screen shows at one moment, as rows of styled runs, and the difference of two.

``fit`` is the one place where rows are clipped and filled: every row of a frame is exactly as wide as the
screen. Colours are indexes of xterm's 256, ``PLAIN`` (-1) is the terminal's own; a terminal that has fewer
is ``terminal.py``'s concern.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gchat.client.text import cut, width

PLAIN = -1
BOLD, DIM, UNDERLINE, REVERSE = 1, 2, 4, 8


class Style(NamedTuple):
    """Colours and attributes (an or of ``BOLD``, ``DIM``, ``UNDERLINE``, ``REVERSE``) of a run."""

    fg: int = PLAIN
    bg: int = PLAIN
    attributes: int = 0


Run = tuple[str, Style]
Row = tuple[Run, ...]


class Frame(NamedTuple):
    """One screen.

    ``rows`` are from the top, each ``columns`` cells wide.  ``cursor`` is row and column, None hides it.
    ``title`` is for the terminal's window, harmless already.
    """

    columns: int
    rows: tuple[Row, ...]
    cursor: tuple[int, int] | None = None
    title: str = ""


def fit(runs: Iterable[Run], columns: int, style: Style) -> Row:
    """Return the runs cut or filled with ``style`` to exactly so many columns; empty runs are left out."""
    row: list[Run] = []
    room = columns
    for run in runs:
        text = run[0]
        if not text:
            continue
        cells = width(text)
        if cells > room:
            text = cut(text, room)
            cells = width(text)
            if text:
                row.append((text, run[1]))
            room -= cells
            break
        row.append(run)
        room -= cells
    if room > 0:
        row.append((" " * room, style))
    return tuple(row)


def changes(old: Frame | None, new: Frame) -> Iterator[tuple[int, Row]]:
    """Give the rows that differ from the frame before, with their numbers; all where the size differs."""
    if old is None or old.columns != new.columns or len(old.rows) != len(new.rows):
        yield from enumerate(new.rows)
        return
    before = old.rows
    for number, row in enumerate(new.rows):
        if row is not before[number] and row != before[number]:
            yield number, row


def text_of(row: Row) -> str:
    """Return a row's characters."""
    return "".join([run[0] for run in row])
