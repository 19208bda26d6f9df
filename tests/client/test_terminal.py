"""The terminal on a curses that only remembers what it was asked to do."""

import os
import signal
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from gchat.client.events import Focus, Key, Paste, Resize, Terminate
from gchat.client.frame import BOLD, DIM, REVERSE, UNDERLINE, Frame, Run, Style, fit
from gchat.client.terminal import Terminal, TerminalError
from gchat.client.text import width

PLAIN = Style()


class FakeError(Exception):
    """What the fake curses raises."""


class FakeWindow:
    """Cells of a screen, and the keys that wait."""

    def __init__(self, curses: "FakeCurses", rows: int, columns: int) -> None:
        self.curses = curses
        self.rows, self.columns = rows, columns
        self.cells: dict[tuple[int, int], tuple[str, int]] = {}
        self.cursor = (0, 0)
        self.keys: list[str | int] = []
        self.writes = 0
        self.calls: list[str] = []

    def addstr(self, row: int, column: int, text: str, attributes: int = 0) -> None:
        self.writes += 1
        if "\0" in text:
            raise ValueError("embedded null character")
        for char in text:
            cells = self.curses.measure(char)
            if row >= self.rows or column + cells > self.columns:
                raise self.curses.error("addstr() returned ERR")
            if cells:
                self.cells[row, column] = (char, attributes)
            column += cells
        self.cursor = (row, column)
        if row == self.rows - 1 and column == self.columns:
            raise self.curses.error("addstr() in the corner")

    def insstr(self, row: int, column: int, text: str, attributes: int = 0) -> None:
        if row >= self.rows or column >= self.columns:
            raise self.curses.error("insstr() returned ERR")
        self.cells[row, column] = (text, attributes)

    def getyx(self) -> tuple[int, int]:
        return self.cursor

    def move(self, row: int, column: int) -> None:
        if row >= self.rows or column >= self.columns:
            raise self.curses.error("move() returned ERR")
        self.cursor = (row, column)

    def erase(self) -> None:
        self.cells.clear()
        self.cursor = (0, 0)

    def get_wch(self) -> str | int:
        if not self.keys:
            raise self.curses.error("no input")
        return self.keys.pop(0)

    def text(self, row: int) -> str:
        return "".join(self.cells.get((row, c), (" ", 0))[0] for c in range(self.columns))

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name not in ("keypad", "nodelay", "clearok", "noutrefresh"):
            raise AttributeError(name)
        return lambda *args: self.calls.append(name)


class FakeCurses:
    """As much of the curses module as the terminal uses."""

    error = FakeError
    KEY_MOUSE = 409
    A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE = 1 << 21, 1 << 20, 1 << 17, 1 << 18
    COLORS, COLOR_PAIRS = 256, 65536
    NAMES: ClassVar = {259: b"KEY_UP", 574: b"kUP5", 410: b"KEY_RESIZE"}

    def __init__(self, columns: int = 20, rows: int = 4) -> None:
        self.window = FakeWindow(self, rows, columns)
        self.calls: list[str] = []
        self.pairs: dict[int, tuple[int, int]] = {}
        self.known = True
        self.moves = True
        self.mouse_state = 0
        self.odd: dict[str, int] = {}  # characters this curses gives another width

    def measure(self, char: str) -> int:
        return self.odd.get(char, width(char))

    def initscr(self) -> FakeWindow:
        return self.window

    def newpad(self, rows: int, columns: int) -> FakeWindow:
        return FakeWindow(self, rows + 1, columns)

    def setupterm(self, name: str, fd: int) -> None:
        if not self.known:
            raise self.error("setupterm: could not find terminal")

    def tigetstr(self, name: str) -> bytes | None:
        return b"\x1b[H" if self.moves else None

    def has_colors(self) -> bool:
        return self.COLORS > 0

    def init_pair(self, number: int, fg: int, bg: int) -> None:
        assert 1 <= number <= 255
        self.pairs[number] = (fg, bg)

    def color_pair(self, number: int) -> int:
        return number << 8

    def keyname(self, number: int) -> bytes:
        return self.NAMES[number]

    def getmouse(self) -> tuple[int, int, int, int, int]:
        return 0, 0, 0, 0, self.mouse_state

    def curs_set(self, visible: int) -> None:
        self.calls.append(f"curs_set {visible}")

    def resizeterm(self, rows: int, columns: int) -> None:
        self.window.rows, self.window.columns = rows, columns

    def __getattr__(self, name: str) -> Callable[..., None]:
        known = "noecho raw nonl set_escdelay start_color use_default_colors endwin doupdate beep"
        if name not in (*known.split(), "mousemask", "mouseinterval"):
            raise AttributeError(name)
        return lambda *args: self.calls.append(" ".join([name, *map(str, args)]))


class Opened:
    """A terminal that is open on the fake, and what it wrote past it."""

    def __init__(self, curses: FakeCurses) -> None:
        self.curses = curses
        self.window = curses.window
        self.written: list[bytes] = []
        self.size = (curses.window.columns, curses.window.rows)
        self.terminal = Terminal(curses, self.written.append, lambda: self.size)
        self.terminal.open()

    def paint(self, *rows: list[Run], cursor: tuple[int, int] | None = None, title: str = "") -> None:
        columns = self.window.columns
        texts = [fit(row, columns, PLAIN) for row in rows]
        texts += [fit([], columns, PLAIN)] * (self.window.rows - len(rows))
        self.terminal.paint(Frame(columns, tuple(texts), cursor, title))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """An open terminal of 20x4."""
    monkeypatch.setenv("TERM", "xterm-256color")
    return Opened(FakeCurses())


def test_opening_sets_the_modes(opened: Opened) -> None:
    assert {"raw", "nonl", "noecho", "set_escdelay 25"} <= set(opened.curses.calls)
    assert {"keypad", "nodelay"} <= set(opened.window.calls)
    assert b"".join(opened.written) == b"\x1b[?2004h\x1b[?1004h\x1b[22;2t"


def test_closing_undoes_them_once(opened: Opened) -> None:
    opened.written.clear()
    opened.terminal.close()
    opened.terminal.close()
    assert b"".join(opened.written) == b"\x1b[?1004l\x1b[?2004l\x1b[23;2t"
    assert opened.curses.calls.count("endwin") == 1


@pytest.mark.parametrize(
    ("term", "known", "moves", "said"),
    [
        ("", False, True, "TERM is not set"),
        ("nosuch\x1b[31m", False, True, "'nosuch^[[31m' is not known here"),
        ("dumb", True, False, "'dumb' has no cursor that can be moved"),
    ],
)
def test_a_terminal_that_cannot_be_drawn_on(
    monkeypatch: pytest.MonkeyPatch, term: str, known: bool, moves: bool, said: str
) -> None:
    monkeypatch.setenv("TERM", term)
    curses = FakeCurses()
    curses.known, curses.moves = known, moves
    with pytest.raises(TerminalError) as raised:
        Opened(curses)
    assert said in str(raised.value)


def test_a_frame_is_painted_at_its_places(opened: Opened) -> None:
    opened.paint(
        [("one", PLAIN), (" two", Style(attributes=BOLD))], [("日本 e\u0301!", PLAIN)], cursor=(1, 3)
    )
    assert opened.window.text(0).rstrip() == "one two"
    assert opened.window.cells[0, 4][1] == FakeCurses.A_BOLD
    assert opened.window.cells[1, 2][0] == "本"
    assert opened.window.cells[1, 6][0] == "!"
    assert opened.window.cursor == (1, 3)


def test_only_what_changed_is_written(opened: Opened) -> None:
    opened.paint([("one", PLAIN)], [("two", PLAIN)])
    opened.window.writes = 0
    opened.paint([("one", PLAIN)], [("new", PLAIN)])
    assert opened.window.writes == 2
    assert opened.window.text(1).rstrip() == "new"


def test_the_corner_is_filled_without_an_error(opened: Opened) -> None:
    full: list[Run] = [("x" * 20, PLAIN)]
    opened.paint(full, full, full, full)
    assert opened.window.text(3) == "x" * 20
    wide: list[Run] = [("日" * 10, PLAIN)]
    opened.paint(wide, wide, wide, wide)
    assert opened.window.cells[3, 18][0] == "日"


def test_a_character_of_another_width_does_not_push_the_next(opened: Opened) -> None:
    opened.curses.odd = {"\U0001fae9": 1}
    opened.paint([("\U0001fae9!", PLAIN)])
    assert opened.window.cells[0, 0][0] == "\ufffd"
    assert opened.window.cells[0, 2][0] == "!"


def test_a_smaller_terminal_does_no_harm(opened: Opened) -> None:
    opened.window.rows, opened.window.columns = 2, 10
    rows = tuple(fit([("x" * 20, PLAIN)], 20, PLAIN) for _ in range(4))
    opened.terminal.paint(Frame(20, rows, (3, 19)))


@pytest.mark.parametrize(
    ("style", "attributes"),
    [
        (PLAIN, 0),
        (Style(attributes=BOLD | UNDERLINE), FakeCurses.A_BOLD | FakeCurses.A_UNDERLINE),
        (Style(attributes=DIM | REVERSE), FakeCurses.A_DIM | FakeCurses.A_REVERSE),
        (Style(31), 1 << 8),
    ],
)
def test_styles(opened: Opened, style: Style, attributes: int) -> None:
    opened.paint([("x", style)])
    assert opened.window.cells[0, 0] == ("x", attributes)


def test_colour_pairs_are_at_most_255_and_the_oldest_goes(opened: Opened) -> None:
    for colour in range(255):
        opened.paint([("x", Style(colour, 1))])
    opened.paint([("x", Style(0, 1))])  # the first one is used again, so the second is the oldest
    opened.paint([("x", Style(0, 2))])
    assert len(opened.curses.pairs) == 255
    assert opened.window.cells[0, 0][1] == 2 << 8
    assert opened.curses.pairs[2] == (0, 2)
    assert opened.curses.pairs[1] == (0, 1)


def test_eight_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCurses, "COLORS", 8)
    opened = Opened(FakeCurses())
    opened.paint([("a", Style(31)), ("b", Style(243))])
    assert opened.curses.pairs == {1: (6, -1), 2: (-1, -1)}
    assert opened.window.cells[0, 1][1] & FakeCurses.A_DIM


def test_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCurses, "COLORS", 0)
    opened = Opened(FakeCurses())
    opened.paint([("a", Style(31, attributes=BOLD))])
    assert opened.window.cells[0, 0][1] == FakeCurses.A_BOLD


def test_keys_are_drained(opened: Opened) -> None:
    opened.window.keys = ["h", 259, 574, "\x1b", "a", 410]
    assert opened.terminal.read(0.0) == [Key("h"), Key("Up"), Key("C-Up"), Key("M-a")]
    assert opened.terminal.read(0.0) == []


def test_a_paste_and_focus(opened: Opened) -> None:
    opened.window.keys = list("\x1b[I\x1b[200~a\rb")
    assert opened.terminal.read(0.0) == [Focus(True)]
    assert opened.terminal.pasting
    opened.window.keys = list("\x1b[201~")
    assert opened.terminal.read(0.1) == [Paste("a\nb")]


def test_a_terminal_that_was_taken_away_ends_it(opened: Opened) -> None:
    for _ in range(49):
        assert opened.terminal.read(0.0) == []
    opened.window.keys = [410]  # a key that means nothing here is still a sign of life
    for _ in range(50):
        assert opened.terminal.read(0.0) == []
    assert opened.terminal.read(0.0, False) == []
    for _ in range(49):
        assert opened.terminal.read(0.0) == []
    assert opened.terminal.read(0.0) == [Terminate()]


def test_where_no_signal_tells_of_a_resize_a_key_does(opened: Opened) -> None:
    opened.window.keys = [410]
    assert opened.terminal.read(0.0) == []
    opened.terminal._posix = False
    opened.size = (30, 6)
    opened.window.keys = ["a", 410]
    assert opened.terminal.read(0.0) == [Key("a"), Resize(30, 6)]


def test_the_wheel(opened: Opened) -> None:
    opened.terminal.set_mouse(True)
    opened.terminal.set_mouse(True)
    assert opened.curses.calls.count("mouseinterval 0") == 1
    for state, names in ((0x10000, ["WheelUp"]), (0x200000, ["WheelDown"]), (2, [])):
        opened.curses.mouse_state = state
        opened.window.keys = [FakeCurses.KEY_MOUSE]
        assert opened.terminal.read(0.0) == [Key(name) for name in names]
    opened.terminal.close()
    assert opened.curses.calls[-3:-1] == ["mousemask 0", "mouseinterval 0"]


def test_the_cursor_is_hidden_where_there_is_none(opened: Opened) -> None:
    opened.paint([])
    opened.paint([], cursor=(0, 0))
    assert [call for call in opened.curses.calls if call.startswith("curs_set")] == [
        "curs_set 0",
        "curs_set 1",
    ]


def test_titles_and_notifications_are_harmless(opened: Opened) -> None:
    opened.written.clear()
    opened.paint([], title="#team\x07\x1b]0;evil")
    opened.paint([], title="#team\x07\x1b]0;evil")
    opened.terminal.notify("Nine;x", "hi\x9c there\x1b\\")
    assert opened.written == [
        b"\x1b]2;#team^G^[]0;evil\x07",
        b"\x1b]777;notify;Nine,x;hi there^[\\\x07",
    ]


def test_a_console_is_sent_no_operating_system_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    opened = Opened(FakeCurses())
    opened.paint([], title="#team")
    opened.terminal.notify("a", "b")
    assert not any(b"]" in data for data in opened.written)


def test_a_resize_paints_everything(opened: Opened) -> None:
    opened.paint([("one", PLAIN)])
    opened.size = (30, 6)
    opened.terminal.resize()
    assert opened.terminal.size() == (30, 6)
    assert (opened.window.rows, opened.window.columns) == (6, 30)
    assert "clearok" in opened.window.calls
    opened.paint([("one", PLAIN)])
    assert opened.window.text(0).rstrip() == "one"


def test_suspending_gives_the_terminal_back_and_takes_it_again(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[tuple[Any, ...]] = []
    monkeypatch.setattr(os, "kill", lambda *args: stopped.append((*args, list(opened.written))))
    opened.terminal.set_mouse(True)
    opened.written.clear()
    opened.curses.calls.clear()
    opened.terminal.suspend()
    assert stopped == [(0, signal.SIGTSTP, [b"\x1b[?1004l\x1b[?2004l"])]
    assert opened.written[-1] == b"\x1b[?2004h\x1b[?1004h"
    assert opened.curses.calls.index("endwin") < opened.curses.calls.index("raw")
    assert opened.curses.calls[-2].startswith("mousemask")
    opened.paint([("one", PLAIN)])
    assert opened.window.text(0).rstrip() == "one"


def test_a_terminal_that_is_gone_does_no_harm(opened: Opened) -> None:
    def fail(data: bytes) -> None:
        raise OSError(5, "Input/output error")

    opened.terminal._write_bytes = fail
    opened.paint([], title="#team")
    opened.terminal.close()


@pytest.mark.parametrize(
    ("charset", "shown"),
    [
        ("ansi_x3.4-1968", "? ae!? l-?"),
        ("iso-8859-1", "? äé!ß l-?"),
        ("iso-8859-2", "? äé!ß ł-?"),
        ("nobody-s", "? ae!? l-?"),
    ],
)
def test_without_unicode_what_the_character_set_has_is_shown(
    opened: Opened, charset: str, shown: str
) -> None:
    opened.terminal.unicode = False
    opened.terminal._charset = charset
    opened.paint([("日äé!ß ł—🎉", PLAIN)])
    assert opened.window.text(0).rstrip() == shown
