"""Moving through a buffer or the help by rows, which only the view can count.

The functions are for ``update.py``.  They change where the current buffer (or the help over it) is scrolled
to, and nothing else.
"""

from gchat.client.model import Buffer, Model
from gchat.client.overlay import Help
from gchat.client.theme import THEMES
from gchat.client.view import title
from gchat.client.view.layout import Layout, layout
from gchat.client.view.lines import Looks, Pane, render
from gchat.client.view.messages import edge, first_new, is_timed, pane_at, rules_over
from gchat.client.view.overlays import help_texts
from gchat.client.view.prompt import editor_of, prompt_of, written
from gchat.client.view.signs import UNICODE

_FAR = 1 << 30  # rows, more than any line has
_LOOKS = Looks(THEMES["default"], UNICODE)  # rows are only counted here


def place_of(model: Model, looks: Looks = _LOOKS) -> Layout:
    """Return how the screen is divided now."""
    entry = written(editor_of(model), model.columns - len(prompt_of(model, looks)))
    return layout(model, title.wanted(model), len(entry.rows))


def page_rows(model: Model) -> int:
    """Return how many rows a page is: those of the pane but two, so that the eye finds its place."""
    return max(1, place_of(model).body - 2)


def scroll(model: Model, rows: int) -> None:
    """Move by so many rows, up where negative; past the newest line the buffer follows its end again."""
    place = place_of(model)
    if isinstance(model.overlay, Help):
        most = len(help_texts(model.overlay, place.pane)) - max(place.body - 2, 1)
        model.overlay.top = max(0, min(model.overlay.top + rows, most))
        return
    buffer = model.current
    if buffer is None or not buffer.lines or place.pane <= 0:
        return
    _move(_Position(buffer, place), rows)


def reveal(model: Model, serial: int) -> None:
    """Scroll so that a line is in the middle of the pane."""
    buffer = model.current
    if buffer is None or not buffer.lines:
        return
    buffer.anchor, buffer.anchor_row = serial, 0
    scroll(model, max(1, place_of(model).body // 2))


def top(model: Model) -> None:
    """Scroll to the first row of the oldest line."""
    buffer = model.current
    if buffer is not None and buffer.lines:
        buffer.anchor, buffer.anchor_row = buffer.lines[0].serial, 0
        scroll(model, -_FAR)


def at_top(model: Model) -> bool:
    """Say whether the first line of the current buffer is in the pane, with what stands above it."""
    place, buffer = place_of(model), model.current
    if buffer is None or place.pane <= 0 or place.body <= 0:
        return False
    return not buffer.lines or _Position(buffer, place).above() <= place.body


class _Position:
    """The pane's lower edge in a buffer: a line, and how many of its rows are below."""

    def __init__(self, buffer: Buffer, place: Layout) -> None:
        self.buffer = buffer
        self.height = place.body
        self.index, self.hidden = edge(buffer)
        self.pane: Pane = pane_at(buffer, place, self.index)
        self.unseen = first_new(buffer)

    def rows(self, index: int) -> int:
        """Return the rows of a line and the rules above it."""
        line = render(self.buffer.lines[index], self.pane, is_timed(self.buffer, index), _LOOKS)
        return len(line) + len(rules_over(self.buffer, index, self.unseen, self.pane, _LOOKS))

    def up(self, rows: int) -> None:
        """Move the edge up, at most to the first row of the first line."""
        self.hidden += rows
        while self.hidden >= (count := self.rows(self.index)):
            if not self.index:
                self.hidden = count - 1
                return
            self.hidden -= count
            self.index -= 1

    def down(self, rows: int) -> None:
        """Move the edge down, at most to the last row of the last line."""
        self.hidden -= rows
        while self.hidden < 0:
            if self.index == len(self.buffer.lines) - 1:
                self.hidden = 0
                return
            self.index += 1
            self.hidden += self.rows(self.index)

    def above(self) -> int:
        """Return how many rows there are above the edge; of those that the pane has no room for, a few."""
        count = -self.hidden
        for index in range(self.index, -1, -1):
            count += self.rows(index)
            if count > self.height:
                break
        return count

    def missing(self) -> int:
        """Return how many rows of the pane would be empty above the first line."""
        return max(0, self.height - self.above())


def _move(position: _Position, rows: int) -> None:
    """Move a buffer's lower edge and keep it inside."""
    buffer = position.buffer
    if rows < 0:
        position.up(-rows)
    elif rows:
        position.down(rows)
    if short := position.missing():
        position.down(short)
    if position.index == len(buffer.lines) - 1 and position.hidden == 0:
        buffer.follow()
    else:
        buffer.anchor, buffer.anchor_row = buffer.lines[position.index].serial, position.hidden
