"""Lines that are taken back or changed after they were said.

A deleted line keeps its place and says that it is gone; what it said is forgotten, also where it was quoted.
An edited line says the newest text.  ``incoming/corrections.py`` reads REDACT and EDIT, ``view/lines.py``
draws them.
"""

from gchat.client.line import Fate, Line, LineKind
from gchat.client.model import Buffer
from gchat.client.references import refer
from gchat.client.text import sanitise


def delete(buffer: Buffer, line: Line, by: str, reason: str) -> None:
    """Take a line back; ``by`` is who did it, "" where the author did, both as they came."""
    words = "deleted" + (f" by {by}" if by else "") + (f": {reason}" if reason else "")
    line.text = f"({sanitise(words)})"
    line.fate, line.highlight, line.reactions = Fate.DELETED, False, None
    _changed(buffer, line)


def edit(buffer: Buffer, line: Line, text: str) -> None:
    """Let a line say something else; ``text`` as it came."""
    line.kind = LineKind.NOTICE if line.kind is LineKind.NOTICE else LineKind.MESSAGE
    if text.startswith("\x01ACTION "):
        line.kind, text = LineKind.ACTION, text.strip("\x01").removeprefix("ACTION ")
    line.text, line.fate = sanitise(text), Fate.EDITED
    _changed(buffer, line)


def _changed(buffer: Buffer, line: Line) -> None:
    line.changed()
    for other in buffer.lines:
        if other.answers and other.answers == line.msgid:
            refer(other, line)
            other.changed()
