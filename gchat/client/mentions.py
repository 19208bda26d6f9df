"""The lines that called us, wherever they were said: kept, listed, and gone to.

Conversations with one person are not in the list: every line of them is for us.  The list is an overlay
(``overlay.Mentions``, drawn by ``view/mentions.py``); Enter goes to the line, Escape leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.client.keys import BINDINGS
from gchat.client.line import Line
from gchat.client.model import Buffer, Mention, Model
from gchat.client.overlay import Mentions
from gchat.client.view.scroll import page_rows, reveal

if TYPE_CHECKING:  # a turn remembers what calls us
    from gchat.client.turn import Turn

_MOST = 500
_OLDER = frozenset({"input-up", "input-older", "scroll-line-up"})
_NEWER = frozenset({"input-down", "input-newer", "scroll-line-down"})
_LEAVES = frozenset({"cancel", "mentions"})


def remember(model: Model, buffer: Buffer, line: Line) -> None:
    """Keep a line that called us; of very many the newest."""
    model.mentions.append(Mention(buffer, line))
    if len(model.mentions) > _MOST + (_MOST >> 3):
        del model.mentions[:-_MOST]


def show(model: Model) -> bool:
    """Lay the list over the messages; False when there is none."""
    if model.mentions:
        model.overlay = Mentions(list(model.mentions))
    return bool(model.mentions)


def press(turn: Turn, overlay: Mentions, key: str) -> None:
    """Take a key while the list is shown."""
    action = BINDINGS.get(key, "")
    last = len(overlay.entries) - 1
    chosen = overlay.chosen
    if action in _LEAVES or key == "q":
        turn.model.overlay = None
    elif action == "send":
        _go(turn, overlay.entries[chosen])
    elif action in _OLDER:
        chosen -= 1
    elif action in _NEWER:
        chosen += 1
    elif action in {"scroll-up", "scroll-down"}:
        chosen += page_rows(turn.model) * (-1 if action == "scroll-up" else 1)
    elif action in {"scroll-top", "scroll-bottom"}:
        chosen = 0 if action == "scroll-top" else last
    overlay.chosen = max(0, min(chosen, last))


def _go(turn: Turn, mention: Mention) -> None:
    """Show the line where it was said."""
    model = turn.model
    model.overlay = None
    buffer, line = mention
    index = buffer.index_of(line.serial)
    if buffer not in model.buffers or index >= len(buffer.lines) or buffer.lines[index] is not line:
        model.hint = "that line is no longer kept"
        return
    model.show(buffer)
    reveal(model, line.serial)
