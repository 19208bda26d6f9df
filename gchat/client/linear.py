"""Plain lines in and out, for terminals that curses cannot draw on (``TERM=dumb``, or one nobody knows).

It takes the place of the screen: what is typed becomes a line of input, and what is new in any buffer is
printed once.
"""

import os
from collections.abc import Callable

from gchat.client.events import Event, Key, Paste, Terminate
from gchat.client.line import Delivery, Fate, Line, LineKind
from gchat.client.model import Model
from gchat.client.overlay import Help, Mentions, Step, Welcome
from gchat.client.text import sanitise
from gchat.client.view.clock import minute

_LONGEST = 64 * 1024
_CLEAR = Key("C-u")  # what was put back into the input is not seen here, and would stand before the next line
_QUESTIONS = {
    Step.NICK: "Choose your nickname: ",
    Step.PASSWORD: "Your password there (a new one makes your account): ",
    Step.SERVER: "Server [{}]: ",
    Step.NO_SERVER: (
        "s = start one here (gchat --local), o = go to another server, q = quit;\n"
        "for others, too, run gchat-server: "
    ),
}


class Linear:
    """A screen of lines."""

    pasting = False

    def __init__(
        self,
        read: Callable[[], bytes] = lambda: os.read(0, 4096),
        write: Callable[[bytes], object] = lambda data: os.write(1, data),
    ) -> None:
        """``read`` returns what was typed, b"" at its end."""
        self._read = read
        self._write = write
        self._typed = b""
        self._printed = 0  # serial of the newest line that was printed
        self._failed: set[int] = set()  # serials whose failure was printed
        self._corrected: set[tuple[int, str]] = set()  # serials and texts of lines printed once more
        self._asked: object = None
        self._problem = ""

    def fileno(self) -> int:
        """Return the descriptor of the keyboard."""
        return 0

    def read(self, now: float, ready: bool = True) -> list[Event]:
        """Return what was typed: whole lines."""
        data = self._read()
        if not data:
            return [Terminate()]
        *lines, self._typed = (self._typed + data)[-_LONGEST:].split(b"\n")
        events: list[Event] = []
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r")
            events += [_CLEAR, Paste(text), Key("Enter")]
        return events

    def paint(self, model: Model, now: float) -> None:
        """Print what is new."""
        out: list[str] = []
        if isinstance(model.overlay, Welcome):
            self._ask(model.overlay, out)
        elif isinstance(model.overlay, Help) and self._asked is not model.overlay:
            self._asked = model.overlay
            out += [model.overlay.title + "\n", *(line + "\n" for line in model.overlay.lines)]
        elif isinstance(model.overlay, Mentions) and self._asked is not model.overlay:
            self._asked = model.overlay
            out += [f"[{buffer.name}] {text_of(line)}\n" for buffer, line in model.overlay.entries]
        new: list[tuple[int, str]] = []
        for buffer in model.buffers:
            where = "" if buffer is model.current else f"[{buffer.name}] "
            for line in reversed(buffer.lines):
                if line.serial <= self._printed:
                    break
                new.append((line.serial, where + text_of(line)))
            self._tell_failures(buffer.lines, out)
            self._tell_corrections(buffer.lines, where, out)
        new.sort()
        out += [text + "\n" for _, text in new]
        if new:
            self._printed = new[-1][0]
        if out:
            self._write("".join(out).encode("utf-8", "replace"))

    def _tell_failures(self, lines: list[Line], out: list[str]) -> None:
        for line in lines[-100:]:
            if line.delivery is Delivery.FAILED and line.serial not in self._failed:
                self._failed.add(line.serial)
                out.append(f"      {line.problem}: {line.text}\n")

    def _tell_corrections(self, lines: list[Line], where: str, out: list[str]) -> None:
        for line in lines[-100:]:
            if line.fate is Fate.SAID or (line.serial, line.text) in self._corrected:
                continue
            if line.serial < 0:  # it came in front of what was printed, and was not
                continue
            self._corrected.add((line.serial, line.text))
            if line.serial <= self._printed:
                out.append(f"{where}{text_of(line)}\n")

    def _ask(self, overlay: Welcome, out: list[str]) -> None:
        """Print the question of a first start, once."""
        if overlay.problem and overlay.problem != self._problem:
            out.append(overlay.problem + "\n")
        self._problem = overlay.problem
        state = (overlay.step, overlay.problem)
        if state != self._asked:
            if overlay.invited and not isinstance(self._asked, tuple):
                out.append(overlay.invited + "\n")
            self._asked = state
            out.append(_QUESTIONS.get(overlay.step, "").format(overlay.default_server))

    # what a screen can and lines cannot
    def bell(self) -> None:
        """Ring."""
        self._write(b"\x07")

    def notify(self, title: str, text: str) -> None:
        """Nothing: the line itself tells."""

    def set_mouse(self, on: bool) -> None:
        """Nothing."""

    def redraw(self) -> None:
        """Nothing."""

    def resize(self) -> tuple[int, int]:
        """Return a size; nothing depends on it."""
        return 80, 24

    def suspend(self) -> None:
        """Nothing: the terminal's own ^Z works."""

    def close(self) -> None:
        """Nothing was changed."""


def text_of(line: Line) -> str:
    """Return a line as text: ``09:58 <Neural> morning!``, ``10:02 * Nine waves``."""
    time = minute(line.time).text
    quoted = f"[{line.quote}] " if line.quote else ""
    if line.fate is Fate.EDITED:
        quoted = "(edited) " + quoted
    if line.kind is LineKind.MESSAGE:
        return f"{time} <{line.nick}> {quoted}{line.text}"
    if line.kind is LineKind.ACTION:
        return f"{time} * {quoted}{line.nick} {line.text}"
    if line.kind is LineKind.NOTICE and line.nick:
        return f"{time} -{line.nick}- {line.text}"
    return f"{time} -- {sanitise(line.text)}"
