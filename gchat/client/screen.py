"""What the loop shows the model on: curses, or plain lines where curses cannot draw."""

import sys
from typing import Protocol

from gchat.client import events as ev
from gchat.client.model import Model
from gchat.client.terminal import Terminal, TerminalError
from gchat.client.view import Painter


class Screen(Protocol):
    """What the loop needs of a screen: curses (``CursesScreen``) or lines (``linear.Linear``)."""

    @property
    def pasting(self) -> bool:
        """Whether ``read`` should be called soon although nothing was typed."""

    def fileno(self) -> int:
        """Return the keyboard's descriptor."""

    def read(self, now: float, ready: bool) -> list[ev.Event]:
        """Return what was typed; ``ready`` says whether the keyboard has something to give."""

    def paint(self, model: Model, now: float) -> None:
        """Show the model."""

    def resize(self) -> tuple[int, int]:
        """Take the size anew; return columns and rows."""

    def redraw(self) -> None:
        """Paint everything the next time."""

    def set_mouse(self, on: bool) -> None:
        """Watch the wheel or not."""

    def bell(self) -> None:
        """Ring."""

    def notify(self, title: str, text: str) -> None:
        """Tell the desktop."""

    def suspend(self) -> None:
        """Stop the process until it is brought back."""

    def close(self) -> None:
        """Give the terminal back."""


class CursesScreen:
    """Frames on a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        """Draw on an opened terminal."""
        self._terminal = terminal
        self._painter = Painter(terminal.unicode)
        self.read = terminal.read
        self.redraw = terminal.redraw
        self.set_mouse = terminal.set_mouse
        self.bell = terminal.bell
        self.notify = terminal.notify
        self.suspend = terminal.suspend
        self.close = terminal.close

    @property
    def pasting(self) -> bool:
        """Whether a paste's end is still to come."""
        return self._terminal.pasting

    def fileno(self) -> int:
        """Return the keyboard's descriptor."""
        return 0

    def resize(self) -> tuple[int, int]:
        """Take the size anew."""
        self._terminal.resize()
        return self._terminal.size()

    def paint(self, model: Model, now: float) -> None:
        """Make a frame and show it."""
        self._terminal.paint(self._painter.frame(model, now))


def open_screen() -> Screen:
    """Open the terminal; where that cannot be done, say so and go on in plain lines."""
    terminal = Terminal()
    try:
        terminal.open()
    except TerminalError as error:
        from gchat.client.linear import Linear

        print(f"gchat: {error}; until then: plain lines, /quit leaves", file=sys.stderr)
        return Linear()
    return CursesScreen(terminal)
