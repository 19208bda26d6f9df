"""The message pane: which lines of a buffer are shown where.

Where a buffer is scrolled to is kept as a line and a number of its rows (``Buffer.anchor``,
``Buffer.anchor_row``), so that nothing moves when new lines come, the window changes or old lines go.
``scroll.py`` moves it.
"""

from gchat.client.frame import Row
from gchat.client.line import Line, LineKind
from gchat.client.model import Buffer
from gchat.client.text import width
from gchat.client.view.clock import minute
from gchat.client.view.layout import Layout
from gchat.client.view.lines import WIDEST_NICK_COLUMN, Looks, Pane, day_line, new_line, pane_of, render
from gchat.client.view.past import past_line

_KEPT = 4000  # lines whose rows are kept


class Rows:
    """Rows of lines, kept as long as a line and the pane stay as they are."""

    def __init__(self, looks: Looks) -> None:
        """Keep none."""
        self.looks = looks
        self._kept: dict[tuple[int, bool], tuple[int, Pane, list[Row]]] = {}

    def of(self, line: Line, pane: Pane, timed: bool) -> list[Row]:
        """Return a line's rows."""
        key = (line.serial, timed)
        kept = self._kept.get(key)
        if kept is not None and kept[0] == line.version and kept[1] == pane:
            return kept[2]
        rows = render(line, pane, timed, self.looks)
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[key] = (line.version, pane, rows)
        return rows


def message_rows(buffer: Buffer, place: Layout, hit: str, kept: Rows) -> list[Row]:
    """Return the rows of the message pane from its top; fewer than it has where the buffer is short."""
    lines = buffer.lines
    last, hidden = edge(buffer)
    pane = pane_at(buffer, place, last, hit)
    if not lines:
        return [past_line(buffer, pane, kept.looks)] if buffer.past.called else []
    unseen = first_new(buffer)
    wanted = place.body + hidden
    chunks: list[list[Row]] = []
    count = 0
    index = last
    while index >= 0 and count < wanted:
        line = lines[index]
        timed = is_timed(buffer, index)
        rules = rules_over(buffer, index, unseen, pane, kept.looks)
        rows = kept.of(line, pane, timed)
        count += len(rows) + len(rules)
        if not timed and count - wanted >= 0 and count - wanted <= len(rules):
            rows = kept.of(line, pane, True)  # the topmost line shows its time, whatever came before it
        chunks.append(rows)
        if rules:
            chunks.append(rules)
        index -= 1
    result = [row for chunk in reversed(chunks) for row in chunk]
    end = len(result) - hidden
    return result[max(0, end - place.body) : max(0, end)]


def edge(buffer: Buffer) -> tuple[int, int]:
    """Return the index of the lowest line shown, -1 for none, and how many of its rows are below the edge."""
    if buffer.anchor is None or not buffer.lines:
        return len(buffer.lines) - 1, 0
    index = min(buffer.index_of(buffer.anchor), len(buffer.lines) - 1)
    return index, buffer.anchor_row if buffer.lines[index].serial == buffer.anchor else 0


def pane_at(buffer: Buffer, place: Layout, last: int, hit: str = "") -> Pane:
    """Return how lines are laid out when ``last`` is the lowest one: the nick column fits the longest."""
    if not place.nicks:
        return pane_of(place.pane, False, False, 0, hit)
    longest = 0
    for line in buffer.lines[max(0, last + 1 - place.body) : last + 1]:
        if len(line.nick) > longest and line.kind is LineKind.MESSAGE:
            longest = min(width(line.nick), WIDEST_NICK_COLUMN)
    return pane_of(place.pane, place.times, True, longest, hit)


def first_new(buffer: Buffer) -> int:
    """Return the index of the first line nobody has seen, the one under the rule; -1 for none."""
    if buffer.marker is None:
        return -1
    index = buffer.index_of(buffer.marker + 1)
    return index if 0 < index < len(buffer.lines) else -1


def is_timed(buffer: Buffer, index: int) -> bool:
    """Say whether a line shows its time: it is the first, or of another minute than the one before."""
    lines = buffer.lines
    return not index or minute(lines[index].time) != minute(lines[index - 1].time)


def rules_over(buffer: Buffer, index: int, unseen: int, pane: Pane, looks: Looks) -> list[Row]:
    """Return the rules above a line: what is before the first, where a day begins, the new lines."""
    lines = buffer.lines
    day = minute(lines[index].time).day
    rules = []
    if not index and buffer.past.called:
        rules.append(past_line(buffer, pane, looks))
    if not index or minute(lines[index - 1].time).day != day:
        rules.append(day_line(day, pane, looks))
    if index == unseen:
        rules.append(new_line(pane, looks))
    return rules
