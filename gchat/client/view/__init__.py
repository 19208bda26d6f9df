"""The screen: ``Painter.frame(model, now)`` makes a frame of the model.

It reads the model and changes nothing in it.  What is kept from one frame to the next are rows of lines and
of the member list; everything could be thrown away at any time.  What it has to look like stands in
``tests/client/view/test_screens.py``.

``layout`` divides the screen; ``title``, ``lists``, ``messages`` (with ``lines``), ``mentions``, ``status``,
``prompt`` and ``overlays`` draw its parts; ``scroll`` moves through a buffer.
"""

from gchat import __version__
from gchat.client.frame import Frame, Row
from gchat.client.model import Model
from gchat.client.overlay import Help, Mentions, Search, Welcome
from gchat.client.theme import THEMES
from gchat.client.view import title
from gchat.client.view.layout import Layout, layout
from gchat.client.view.lines import Looks
from gchat.client.view.lists import MemberRows, buffer_rows
from gchat.client.view.mentions import mention_rows
from gchat.client.view.messages import Rows, message_rows
from gchat.client.view.overlays import help_rows, welcome_rows
from gchat.client.view.prompt import editor_of, input_rows, prompt_of, written
from gchat.client.view.signs import ASCII, UNICODE
from gchat.client.view.status import status_row


class Painter:
    """Draws the model, again and again."""

    def __init__(self, unicode: bool = True) -> None:
        """``unicode`` says whether the terminal shows more than ASCII."""
        self._signs = UNICODE if unicode else ASCII
        self._theme = ""
        self._wear("default")

    def _wear(self, theme: str) -> None:
        """Draw with another theme from now on."""
        if theme != self._theme:
            self._theme = theme
            self._looks = Looks(THEMES.get(theme, THEMES["default"]), self._signs)
            self._rows = Rows(self._looks)
            self._members = MemberRows(self._looks)

    def frame(self, model: Model, now: float) -> Frame:
        """Return the screen as it should be at ``now`` (Unix seconds)."""
        self._wear(model.theme)
        looks = self._looks
        columns, height = max(1, model.columns), max(1, model.rows)
        if isinstance(model.overlay, Welcome):
            rows, cursor = welcome_rows(model.overlay, __version__, height, columns, looks)
            return Frame(columns, tuple(rows), cursor, "gchat")
        prompt = prompt_of(model, looks)
        entry = written(editor_of(model), columns - len(prompt))
        place = layout(model, title.wanted(model), len(entry.rows))
        rows = title.title_rows(model.current, place.title, columns, looks)
        rows += self._body(model, place)
        if place.status:
            rows.append(status_row(model, bool(place.title), columns, now, looks))
        entered, (row, column) = input_rows(entry, prompt, place.input, columns, looks)
        cursor = (len(rows) + row, column)
        return Frame(columns, (*rows, *entered), cursor, _window_title(model))

    def _body(self, model: Model, place: Layout) -> list[Row]:
        """Return the rows of the lists and the message pane, side by side."""
        looks = self._looks
        height = place.body
        if height <= 0:
            return []
        buffers: list[Row] = []
        members: list[Row] = []
        if place.buffers:
            buffers = buffer_rows(model, height, place.buffers, looks)
        if place.members and model.current:
            members = self._members.of(model.current, height, place.members)
        middle = self._middle(model, place) if place.pane else []
        blank = looks.theme.text
        rule: Row = ((looks.signs.vertical, looks.theme.quiet),)
        empty: Row = ((" " * place.pane, blank),) if place.pane else ()
        left: Row = ((" " * place.buffers, blank),) if place.buffers else ()
        right: Row = ((" " * place.members, blank),) if place.members else ()
        after_left = rule if place.buffers and place.pane else ()
        before_right = rule if place.members and place.pane else ()
        return [
            (buffers[number] if number < len(buffers) else left)
            + after_left
            + (middle[number] if number < len(middle) else empty)
            + before_right
            + (members[number] if number < len(members) else right)
            for number in range(height)
        ]

    def _middle(self, model: Model, place: Layout) -> list[Row]:
        """Return the rows of the message pane, or of what lies over it."""
        overlay = model.overlay
        if isinstance(overlay, Help):
            return help_rows(overlay, place.body, place.pane, self._looks)
        if isinstance(overlay, Mentions):
            return mention_rows(overlay, place.body, place.pane, self._looks)
        if model.current is None:
            return []
        hit = overlay.editor.text.lower() if isinstance(overlay, Search) else ""
        return message_rows(model.current, place, hit, self._rows)


def _window_title(model: Model) -> str:
    """Return what the terminal's window is called: the buffer, and how many messages call us."""
    if model.current is None:
        return "gchat"
    waiting = sum(buffer.mentions for buffer in model.buffers if buffer is not model.current)
    return f"({waiting}) {model.current.name} - gchat" if waiting else f"{model.current.name} - gchat"


def deadline(model: Model, now: float) -> float | None:
    """Return when the screen changes by time alone (Unix seconds), None for never: a countdown, for one."""
    buffer = model.current
    if buffer is None:
        return None
    times = [until for until in buffer.typing.values() if until > now]
    if buffer.network.next_attempt > now:
        times.append(now + 1)
    return min(times, default=None)


__all__ = ["Painter", "deadline"]
