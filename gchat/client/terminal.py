"""The terminal: the only module that imports curses.

``Terminal`` opens the screen, reads what was typed, paints frames and gives the terminal back as it was,
whatever happens in between.  What ncurses does and how each of it is handled here was measured: see the
comments.  The curses module and the way bytes are written can be replaced, so that all of it is tested
without a terminal.
"""

import locale
import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gchat.client import palette
from gchat.client.events import Event, Resize, Terminate
from gchat.client.frame import BOLD, DIM, PLAIN, REVERSE, UNDERLINE, Frame, Row, Style, changes
from gchat.client.keyreader import KeyReader
from gchat.client.text import clusters, sanitise, width
from gchat.tutorial.text import to_ascii

_ESCAPE_DELAY = 25  # ms; ncurses' own 1000 would hold every Alt key back
_MOST_PAIRS = 255  # color_pair(256) wraps to 0
_DEAD_READS = 50  # in a row
_MOST_TOKENS = 1 << 17  # read in one go; a longer paste comes in several
_ON = b"\x1b[?2004h\x1b[?1004h"  # bracketed paste, focus reports
_OFF = b"\x1b[?1004l\x1b[?2004l"
_SAVE_TITLE, _RESTORE_TITLE = b"\x1b[22;2t", b"\x1b[23;2t"
# terminals that take OSC sequences; others (the Linux console) may print them
_OSC = re.compile(r"xterm|rxvt|tmux|screen|alacritty|kitty|foot|wezterm|ghostty|st-|vte|konsole|contour")
# characters every terminal gives one cell: they can be written as a run; others are placed one by one
_ODD = re.compile(
    "[^\x20-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2200-\u22ff\u2500-\u25bf\u2713-\u2718]"
)
_WHEEL_UP, _WHEEL_DOWN = 0x10000, 0x200000  # BUTTON4_PRESSED, BUTTON5_PRESSED (which Python does not name)


class TerminalError(Exception):
    """The terminal cannot be drawn on; ``str(error)`` is the sentence to show."""


class Terminal:
    """The screen and the keyboard, through curses."""

    def __init__(
        self,
        curses: Any = None,
        write: Callable[[bytes], object] | None = None,
        size: Callable[[], tuple[int, int]] | None = None,
    ) -> None:
        """Nothing is touched before ``open``.

        ``write`` sends bytes to the terminal past curses; ``size`` returns its columns and rows.
        """
        self._curses = curses
        self._write_bytes = write or (lambda data: os.write(1, data))
        self._size = size or _size_of_terminal
        self._window: Any = None
        self._pad: Any = None
        self._shown: Frame | None = None
        self._title = ""
        self._posix = os.name == "posix"
        self._osc = self._posix and bool(_OSC.match(os.environ.get("TERM", "")))
        self._pairs: dict[tuple[int, int], int] = {}  # the least recently used first
        self._shapes: dict[str, str] = {}
        self._mouse = False
        self._cursor_shown = True
        self._dead_reads = 0
        self._keys = KeyReader()
        self.unicode = True  # it shows every character
        self._charset = "utf-8"  # what it shows otherwise

    # --- opening and closing -----------------------------------------------------------------

    def open(self) -> None:
        """Take the terminal over.  Raises TerminalError where it cannot be drawn on."""
        self.unicode, self._charset = _set_locale()
        if self._curses is None:
            try:
                import curses
            except ImportError:
                raise TerminalError("this Python has no curses; on Windows, install windows-curses") from None
            self._curses = curses
        curses = self._curses
        self._check()
        try:
            self._window = curses.initscr()
        except curses.error as error:
            raise TerminalError(f"the terminal cannot be drawn on: {error}") from None
        self._modes()
        self._colours()
        # a place to ask ncurses how wide it will show something
        self._pad = curses.newpad(1, 64)
        self._write(_ON)
        if self._osc:
            self._write(_SAVE_TITLE)

    def _check(self) -> None:
        """Raise TerminalError for a terminal without a cursor that can be moved."""
        curses = self._curses
        if not hasattr(curses, "setupterm"):  # PDCurses knows only one terminal
            return
        name = os.environ.get("TERM", "")
        try:
            curses.setupterm(name or "unknown", 1)
        except curses.error:
            said = f"the terminal type '{sanitise(name)}' is not known here" if name else "TERM is not set"
            raise TerminalError(f"{said}; try TERM=xterm-256color gchat") from None
        if not curses.tigetstr("cup"):
            raise TerminalError(f"a terminal of type '{sanitise(name)}' has no cursor that can be moved")

    def _modes(self) -> None:
        """Set the terminal so that every key arrives, as itself and at once."""
        curses, window = self._curses, self._window
        curses.noecho()
        curses.raw()  # cbreak would keep ^S, ^Q, ^C and ^Z
        curses.nonl()  # or Enter could not be told from ^J
        window.keypad(True)
        window.nodelay(True)
        if hasattr(curses, "set_escdelay"):
            curses.set_escdelay(_ESCAPE_DELAY)

    def _colours(self) -> None:
        curses = self._curses
        self._colour_count = 0
        if curses.has_colors():
            curses.start_color()
            try:
                curses.use_default_colors()
            except curses.error:
                return  # black on black would be worse than no colours
            self._colour_count = curses.COLORS
        self._room = max(0, min(_MOST_PAIRS, getattr(curses, "COLOR_PAIRS", 0) - 1))

    def close(self) -> None:
        """Give the terminal back as it was; a second call does nothing."""
        if self._window is None:
            return
        self._window = None
        self.set_mouse(False)
        self._write(_OFF)
        if self._osc:
            self._write(_RESTORE_TITLE)
        with suppress(self._curses.error):  # the terminal is gone already
            self._curses.endwin()

    def suspend(self) -> None:
        """Stop the whole job as ^Z does in other programs; when it goes on, all is painted anew."""
        if not hasattr(signal, "SIGTSTP"):
            return
        mouse = self._mouse
        self.set_mouse(False)
        self._write(_OFF)
        self._curses.endwin()
        before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, before)
        self._modes()
        self._write(_ON)
        self.set_mouse(mouse)
        self.resize()

    # --- input -------------------------------------------------------------------------------

    @property
    def pasting(self) -> bool:
        """Whether a paste's end is still to come; then ``read`` should be called though nothing arrived."""
        return self._keys.pasting

    def read(self, now: float, ready: bool = True) -> list[Event]:
        """Return the events of everything typed so far; ``now`` in seconds, of a clock that only grows.

        ``ready`` says whether there is something to read.  A terminal that was taken away without SIGHUP
        says so for ever and gives nothing: that is a Terminate.
        """
        tokens = self._tokens()
        self._dead_reads = self._dead_reads + 1 if ready and not tokens and self._posix else 0
        if self._dead_reads >= _DEAD_READS:
            return [Terminate()]
        events: list[Event] = [*self._keys.read(tokens, now)]
        if "KEY_RESIZE" in tokens and not self._posix:  # elsewhere it is SIGWINCH that tells
            self.resize()
            events.append(Resize(*self._size()))
        return events

    def _tokens(self) -> list[str]:
        """Drain curses: several keys wait after one wake-up, and ``select`` will not tell of them again."""
        curses, window = self._curses, self._window
        tokens: list[str] = []
        while len(tokens) < _MOST_TOKENS:
            try:
                got = window.get_wch()
            except curses.error:  # nothing left
                break
            if isinstance(got, str):
                tokens.append(got)
            elif got == curses.KEY_MOUSE:
                tokens += self._wheel()
            else:
                # the numbers of modified keys differ from terminal to terminal; their names do not
                tokens.append(curses.keyname(got).decode("ascii", "replace"))
        return tokens

    def _wheel(self) -> list[str]:
        curses = self._curses
        try:
            state = curses.getmouse()[4]
        except curses.error:
            return []
        if state & _WHEEL_UP:
            return ["WheelUp"]
        return ["WheelDown"] if state & _WHEEL_DOWN else []

    def set_mouse(self, on: bool) -> None:
        """Have the wheel reported, or leave the mouse to the terminal."""
        if on == self._mouse:
            return
        self._mouse = on
        self._curses.mousemask(_WHEEL_UP | _WHEEL_DOWN if on else 0)
        self._curses.mouseinterval(0)  # a click is a click; waiting for a second one would hold up everything

    # --- output ------------------------------------------------------------------------------

    def size(self) -> tuple[int, int]:
        """Return the terminal's columns and rows now."""
        return self._size()

    def resize(self) -> None:
        """Take the terminal's size anew and paint all of the next frame."""
        columns, rows = self._size()
        if hasattr(self._curses, "resizeterm"):
            self._curses.resizeterm(max(1, rows), max(1, columns))
        else:
            self._curses.resize_term(0, 0)  # PDCurses asks the console itself
        self.redraw()

    def redraw(self) -> None:
        """Paint all of the next frame, whatever the terminal shows."""
        self._window.erase()
        self._window.clearok(True)
        self._shown = None

    def paint(self, frame: Frame) -> None:
        """Show a frame: what changed since the one before, in one write."""
        window = self._window
        bottom = len(frame.rows) - 1
        error = self._curses.error
        for number, row in changes(self._shown, frame):
            with suppress(error):  # beyond the edge of a terminal that became smaller a moment ago
                self._paint_row(number, row, frame.columns, number == bottom)
        self._shown = frame
        if frame.cursor is not None:
            with suppress(error):
                window.move(*frame.cursor)
        if (frame.cursor is not None) != self._cursor_shown:
            self._cursor_shown = not self._cursor_shown
            with suppress(error):  # a terminal that cannot hide it
                self._curses.curs_set(int(self._cursor_shown))
        window.noutrefresh()
        self._curses.doupdate()
        if frame.title != self._title:
            self._title = frame.title
            self._osc_write(f"2;{sanitise(frame.title)}")

    def _paint_row(self, number: int, row: Row, columns: int, bottom: bool) -> None:
        """Write a row, each run at its own column, so that none can push the next one."""
        window = self._window
        column = 0
        for text, style in row:
            attributes = self._attributes(style)
            if text.isascii() or (self.unicode and not _ODD.search(text)):
                cells = len(text)
                if bottom and column + cells >= columns:
                    # the corner: addstr would print there and then raise; insstr moves nothing
                    window.insstr(number, columns - 1, text[-1], attributes)
                    text = text[:-1]
                window.addstr(number, column, text, attributes)
                column += cells
                continue
            for cluster in clusters(text):
                cells = width(cluster)
                put = window.insstr if bottom and column + cells >= columns else window.addstr
                put(number, column, self._shape(cluster, cells), attributes)
                column += cells

    def _shape(self, cluster: str, cells: int) -> str:
        """Return a cluster if curses gives it as many cells as we do, else something of that width."""
        shape = self._shapes.get(cluster)
        if shape is None:
            if len(self._shapes) > 4096:
                self._shapes.clear()
            shape = self._shapes[cluster] = self._measured(cluster, cells)
        return shape

    def _measured(self, cluster: str, cells: int) -> str:
        if cluster.isascii():
            return cluster
        pad = self._pad
        if self.unicode:
            with suppress(self._curses.error):
                pad.erase()
                pad.addstr(0, 0, cluster)
                if pad.getyx()[1] == cells:
                    return cluster
            return "\ufffd".ljust(cells)
        if cells == 1 and _is_in(cluster, self._charset):
            return cluster
        plain = to_ascii(cluster)
        return plain if len(plain) == cells else "?".ljust(cells)

    def _attributes(self, style: Style) -> int:
        """Return curses' attributes for a style."""
        curses = self._curses
        fg, bg, bits = style
        result = 0
        if fg != PLAIN or bg != PLAIN:
            if self._colour_count >= 8 and self._room:
                result = curses.color_pair(self._pair(fg, bg))
            if palette.is_grey(fg) and self._colour_count < 16:
                bits |= DIM
        if bits & BOLD:
            result |= curses.A_BOLD
        if bits & DIM:
            result |= curses.A_DIM
        if bits & UNDERLINE:
            result |= curses.A_UNDERLINE
        if bits & REVERSE:
            result |= curses.A_REVERSE
        return int(result)

    def _pair(self, fg: int, bg: int) -> int:
        """Return the number of a colour pair; the least recently used one gives its number to a new one."""
        pairs = self._pairs
        number = pairs.pop((fg, bg), 0)
        if not number:
            number = len(pairs) + 1 if len(pairs) < self._room else pairs.pop(next(iter(pairs)))
            count = self._colour_count
            self._curses.init_pair(number, palette.nearest(fg, count), palette.nearest(bg, count))
        pairs[fg, bg] = number
        return number

    # --- past curses -------------------------------------------------------------------------

    def bell(self) -> None:
        """Ring."""
        self._curses.beep()

    def notify(self, title: str, text: str) -> None:
        """Ask the terminal to tell the desktop; those that cannot, ignore it."""
        title, text = (sanitise(part).replace(";", ",") for part in (title, text))
        self._osc_write(f"777;notify;{title};{text}")

    def _osc_write(self, body: str) -> None:
        """Send an operating system command, where the terminal takes them."""
        if self._osc:
            self._write(b"\x1b]" + body.encode("utf-8", "replace") + b"\x07")

    def _write(self, data: bytes) -> None:
        if self._posix:  # PDCurses has a console of its own, which may print them
            with suppress(OSError):  # the terminal is gone; SIGHUP tells the loop
                self._write_bytes(data)


def _size_of_terminal() -> tuple[int, int]:
    try:
        size = os.get_terminal_size(1)
    except OSError:
        return 80, 24
    return (size.columns or 80), (size.lines or 24)


def _is_in(text: str, charset: str) -> bool:
    """Say whether a character set has one character for a text."""
    try:
        return len(text.encode(charset)) == len(text) == 1
    except (UnicodeEncodeError, LookupError):  # not there, or a character set that Python does not know
        return False


def _set_locale() -> tuple[bool, str]:
    """Choose the locale curses draws in; say whether it is UTF-8, and what its character set is called.

    Without one (``LANG`` unset, or C) curses would send raw bytes, so C.UTF-8 is tried: a terminal of today
    reads it.
    """
    try:
        chosen = locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        chosen = "C"
    if "utf" not in _codeset() and chosen.split(";")[0].rpartition("=")[2] in ("C", "POSIX"):
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
                break
            except locale.Error:
                continue
    charset = _codeset()
    return sys.platform == "win32" or "utf" in charset, charset


def _codeset() -> str:
    if not hasattr(locale, "nl_langinfo"):
        return "utf-8"
    return locale.nl_langinfo(locale.CODESET).lower()
