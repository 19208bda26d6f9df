"""The input line: its prompt, the text that is being written, and where the cursor stands."""

from typing import NamedTuple

from gchat.client.editor import Editor
from gchat.client.frame import Row, fit
from gchat.client.model import Model
from gchat.client.overlay import Search
from gchat.client.text import sanitise, width, wrap
from gchat.client.view.lines import Looks

_PROMPT_FROM = 8  # columns


class Written(NamedTuple):
    """A text wrapped for the input: its rows, and the row and column of the cursor in them."""

    rows: list[str]
    row: int
    column: int


def prompt_of(model: Model, looks: Looks) -> str:
    """Return what stands before the text that is being written."""
    if model.columns < _PROMPT_FROM:
        return ""
    return " search: " if isinstance(model.overlay, Search) else f" {looks.signs.prompt} "


def editor_of(model: Model) -> Editor | None:
    """Return the text that is being written."""
    if isinstance(model.overlay, Search):
        return model.overlay.editor
    return model.current.editor if model.current else None


def written(editor: Editor | None, columns: int) -> Written:
    """Wrap a text into rows that leave one cell free for the cursor."""
    if editor is None:
        return Written([""], 0, 0)
    room = max(1, columns - 1)
    rows: list[str] = []
    row = column = 0
    start = 0
    for line in editor.text.split("\n"):
        shown = sanitise(line)
        spans = wrap(shown, room)
        if start <= editor.cursor <= start + len(line):
            # what sanitise drops, it drops whole: the shown start of a line is the start of the shown line
            at = len(sanitise(line[: editor.cursor - start]))
            inside = max(n for n, (first, _) in enumerate(spans) if first <= at)
            first, end = spans[inside]
            row = len(rows) + inside
            column = min(width(shown[first : min(at, end)]) + max(at - end, 0), room)
        rows += [shown[first:end] for first, end in spans]
        start += len(line) + 1
    return Written(rows, row, column)


def input_rows(
    written: Written, prompt: str, height: int, columns: int, looks: Looks
) -> tuple[list[Row], tuple[int, int]]:
    """Return so many rows of the input, those around the cursor, and the cursor's row and column in them."""
    theme = looks.theme
    top = max(0, min(written.row - height + 1, len(written.rows) - height))
    top = min(top, written.row)
    rows = []
    for number in range(top, top + height):
        text = written.rows[number] if number < len(written.rows) else ""
        lead = prompt if number == 0 else " " * len(prompt)
        rows.append(fit([(lead, theme.accent), (text, theme.text)], columns, theme.text))
    column = min(len(prompt) + written.column, columns - 1)
    return rows, (written.row - top, column)
