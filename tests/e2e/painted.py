"""A terminal's screen as pyte reads it, with what pyte leaves out of ``xterm-256color``.

Without these sequences what ncurses saves by scrolling or repeating would look like a fault of the program.
"""

from __future__ import annotations

import pyte

_SCROLL_UP, _SCROLL_DOWN, _REPEAT = "S", "T", "b"  # SU, SD, REP of ECMA-48: terminfo's indn, rin, rep


class Screen(pyte.Screen):
    """What a window shows."""

    _last = " "  # what REP repeats

    def draw(self, data: str) -> None:
        """Write text."""
        super().draw(data)
        self._last = data[-1:] or self._last

    def repeat(self, count: int = 1) -> None:
        """Write the last character again."""
        super().draw(self._last * (count or 1))

    def scroll_up(self, count: int = 1) -> None:
        """Move the rows between the margins up."""
        self._shift(count or 1)

    def scroll_down(self, count: int = 1) -> None:
        """Move the rows between the margins down."""
        self._shift(-(count or 1))

    def _shift(self, count: int) -> None:
        margins = self.margins
        rows = range(self.lines) if margins is None else range(margins.top, margins.bottom + 1)
        before = {row: self.buffer.pop(row) for row in rows if row in self.buffer}
        for row, line in before.items():
            if row - count in rows:
                self.buffer[row - count] = line
        self.dirty.update(rows)


class Stream(pyte.ByteStream):
    """The bytes that paint a ``Screen``."""

    csi = pyte.ByteStream.csi | {
        _SCROLL_UP: "scroll_up",
        _SCROLL_DOWN: "scroll_down",
        _REPEAT: "repeat",
    }
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down", "repeat"}
