"""Searching the current buffer: each key narrows the hits, Up and Down go through them, Escape goes back.

The query is a text without regard to letter case; it is looked for in what was said and in who said it.
"""

from gchat.client import history
from gchat.client.keys import BINDINGS
from gchat.client.model import Buffer
from gchat.client.overlay import Search
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.view.scroll import page_rows, reveal

_OLDER = frozenset({"C-r", "C-p", "Up"})
_NEWER = frozenset({"C-s", "C-n", "Down"})


def begin(turn: Turn) -> None:
    """Open a search over the current buffer."""
    buffer = turn.model.current
    if buffer is not None:
        turn.model.overlay = Search((buffer.anchor, buffer.anchor_row))


def press(turn: Turn, search: Search, key: str) -> None:
    """Take a key while searching."""
    model = turn.model
    buffer = model.current
    action = BINDINGS.get(key, "")
    if buffer is None or action == "cancel":
        model.overlay = None
        if buffer is not None:
            buffer.anchor, buffer.anchor_row = search.before
            if buffer.anchor is None:
                buffer.follow()
    elif action == "send":
        model.overlay = None
    elif key in _OLDER:
        _go(turn, buffer, search, -1)
    elif key in _NEWER:
        _go(turn, buffer, search, 1)
    elif action in {"scroll-up", "scroll-down"}:
        history.move(turn, page_rows(model) * (-1 if action == "scroll-up" else 1))
    elif action.startswith("input-") and action != "input-newline":
        if search.editor.do(action):
            _look(turn, buffer, search)
    elif not action and len(key) == 1:
        search.editor.insert(key)
        _look(turn, buffer, search)


def paste(turn: Turn, search: Search, text: str) -> None:
    """Search for the first line of a pasted text."""
    search.editor.insert(sanitise(text.strip().partition("\n")[0]))
    if turn.model.current is not None:
        _look(turn, turn.model.current, search)


def _look(turn: Turn, buffer: Buffer, search: Search) -> None:
    """Find the lines that hold what is typed, and show the newest."""
    wanted = search.editor.text.lower()
    search.hits = (
        [
            line.serial
            for line in buffer.lines
            if wanted in line.text.lower() or (line.nick and wanted in line.nick.lower())
        ]
        if wanted
        else []
    )
    search.found = None
    turn.model.hint = "" if search.hits or not wanted else "nothing found"
    _go(turn, buffer, search, -1)


def _go(turn: Turn, buffer: Buffer, search: Search, step: int) -> None:
    """Go to the next hit upwards (-1) or downwards (1); at the ends it stays."""
    hits = search.hits
    if not hits:
        return
    if search.found in hits:
        index = hits.index(search.found) + step
    else:
        index = len(hits) - 1
    if not 0 <= index < len(hits):
        turn.model.hint = "no older line holds it" if step < 0 else "no newer line holds it"
        return
    search.found = hits[index]
    reveal(turn.model, search.found)
