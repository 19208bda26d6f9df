"""Real processes in real pseudo-terminals.

Nothing here sleeps: whoever waits does so in ``select`` on what the other side writes, with a deadline.
``GCHAT_TEST_REQUIRE_ALL=1`` makes a missing program a failure instead of a skip.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.e2e.painted import Screen, Stream

CHECKOUT = Path(__file__).resolve().parents[2]
# seconds: far more than anything takes, far less than a hanging suite
PATIENCE = float(os.environ.get("GCHAT_TEST_PATIENCE", "20"))


def find(program: str) -> str:
    """The path of a program that a test needs; skips (or fails) where it is not installed."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        reason = f"{program} is not installed"
        pytest.fail(reason) if os.environ.get("GCHAT_TEST_REQUIRE_ALL") else pytest.skip(reason)
    return path


def environment(home: Path) -> dict[str, str]:
    """An environment with a home folder of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "GCHAT_", "TMUX"))}
    return kept | {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
    }


class Terminal:
    """A program in a pseudo-terminal, and the screen that it paints, read through pyte."""

    def __init__(self, argv: list[str], home: Path, columns: int = 100, rows: int = 24, **env: str) -> None:
        self.screen = Screen(columns, rows)
        self._stream = Stream(self.screen)
        self.raw = bytearray()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.clear()
            os.environ.update(environment(home) | env)
            os.chdir(home)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execv(argv[0], argv)
        self.modes_before = self.modes  # nothing was painted yet: the program is still being loaded
        self.status: int | None = None
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def text(self) -> str:
        """The screen as lines without the blanks at their ends."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def row(self, wanted: str) -> str:
        """The first row of the screen that shows something; fails where none does."""
        rows = [row for row in self.text.split("\n") if wanted in row]
        assert rows, f"{wanted!r} is not on the screen:\n{self.text}"
        return rows[0]

    @property
    def words(self) -> str:
        """What gchat's message pane, title and status say, without the line breaks that its width makes."""
        rows = (row.split("│")[1] if "│" in row else row for row in self.text.split("\n"))
        return " ".join(" ".join(rows).split())

    def until_words(self, *wanted: str) -> None:
        """Read until all of this is said, wherever its lines are broken."""
        self.until(lambda _: all(words in self.words for words in wanted))

    @property
    def modes(self) -> list[object]:
        """The flags and special characters of the terminal, as termios has them."""
        return termios.tcgetattr(self.fd)

    def type(self, keys: str) -> None:
        """Press keys; Enter is ``\\r``, Alt and a key are ``\\x1b`` and the key."""
        os.write(self.fd, keys.encode())

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size, as a person does with the mouse."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, wanted: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Read until the screen shows something; return it.  Fails where it never does."""
        test = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + patience
        while not test(self.text):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                pytest.fail(f"{wanted!r} is not on the screen:\n{self.text}")
        return self.text

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self.fd], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:  # Linux: the other side of the terminal is closed
            return False
        if not data:
            return False
        self.raw += data
        if b"\x1b[6n" in data:
            os.write(self.fd, b"\x1b[1;1R")
        if b"\x1b[c" in data:
            os.write(self.fd, b"\x1b[?62;c")
        self._stream.feed(data)
        return True

    def wait(self, patience: float = PATIENCE) -> int:
        """Read until the program ends; return its exit code, negative for a signal."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self._read(deadline - time.monotonic()):
            pass
        if self.status is None:
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def close(self) -> None:
        """End the program, whatever it does; once is enough, twice does no harm."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class Process:
    """A server that logs to its standard output."""

    def __init__(self, argv: list[str], home: Path) -> None:
        self.output = bytearray()
        self.process = subprocess.Popen(
            argv,
            cwd=home,
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.pid = self.process.pid

    def until(self, wanted: str, patience: float = PATIENCE) -> str:
        """Read the log until it has said something; return all of it."""
        assert self.process.stdout is not None
        fd, deadline = self.process.stdout.fileno(), time.monotonic() + patience
        while wanted.encode() not in self.output:
            left = deadline - time.monotonic()
            ready = select.select([fd], [], [], left)[0] if left > 0 else []
            data = os.read(fd, 1 << 16) if ready else b""
            if not data:
                pytest.fail(f"{wanted!r} is not in the log:\n{self.output.decode(errors='replace')}")
            self.output += data
        return self.output.decode(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        self.output += out or b""
        return self.process.returncode

    def close(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        with contextlib.suppress(ValueError):
            self.process.communicate()


class GchatServer(Process):
    """gchat-server on free loopback ports; ``by`` is a command that runs it, somewhere else perhaps."""

    def __init__(self, home: Path, *options: str, port: int = 0, by: Sequence[str] = ()) -> None:
        port_file = home / "port"
        port_file.unlink(missing_ok=True)
        argv = [*by, sys.executable, "-m", "gchat.server", "--listen", f"127.0.0.1:{port}"]
        super().__init__([*argv, "--port-file", str(port_file), *options], home)
        try:
            self.until("Listening on")
            # in the order of the options: HOST:PORT, tls://HOST:PORT, unix:PATH
            self.addresses = port_file.read_text().split()
            self.port = int(self.addresses[0].rpartition(":")[2])
        except BaseException:
            self.close()
            raise


class Raw:
    """A connection that a test speaks over by itself."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.data = bytearray()

    def send(self, *lines: str) -> None:
        """Send lines."""
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def until(self, wanted: str) -> str:
        """Read until this was received; return and forget all up to it."""
        while wanted.encode() not in self.data:
            data = self.socket.recv(1 << 16)
            if not data:
                pytest.fail(f"{wanted!r} did not come before the end: {bytes(self.data)!r}")
            self.data += data
        end = self.data.index(wanted.encode()) + len(wanted.encode())
        seen = self.data[:end].decode(errors="replace")
        del self.data[:end]
        return seen

    def register(self, nick: str, *channels: str) -> None:
        """Log in and join."""
        self.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        self.until(" 001 ")
        for channel in channels:
            self.send(f"JOIN {channel}")
            self.until(" 366 ")

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


class Machine:
    """Starts things for one test and ends them with it."""

    def __init__(self, home: Path, stack: contextlib.ExitStack) -> None:
        self.home = home
        self._stack = stack

    def server(self, *options: str, port: int = 0, by: Sequence[str] = ()) -> GchatServer:
        """A gchat-server on a free port."""
        server = GchatServer(self.home, *options, port=port, by=by)
        self._stack.callback(server.close)
        return server

    def process(self, *argv: str) -> Process:
        """Any other server."""
        process = Process(list(argv), self.home)
        self._stack.callback(process.close)
        return process

    def terminal(self, *argv: str, columns: int = 100, rows: int = 24, **env: str) -> Terminal:
        """A program in a pseudo-terminal."""
        terminal = Terminal(list(argv), self.home, columns, rows, **env)
        self._stack.callback(terminal.close)
        return terminal

    def gchat(self, *arguments: str, columns: int = 100, rows: int = 24, **env: str) -> Terminal:
        """The client."""
        return self.terminal(sys.executable, "-m", "gchat", *arguments, columns=columns, rows=rows, **env)

    def tmux(self, command: str, columns: int = 100, rows: int = 24) -> Terminal:
        """A program in a tmux of its own."""
        name = f"gchat-{os.getpid()}-{len(os.listdir(self.home))}-{time.monotonic_ns()}"
        tmux = find("tmux")
        self._stack.callback(
            subprocess.run, [tmux, "-L", name, "kill-server"], stderr=subprocess.DEVNULL, check=False
        )
        options = [
            tmux,
            "-L",
            name,
            "-f",
            os.devnull,
            "-u",
            "new-session",
            "-x",
            str(columns),
            "-y",
            str(rows),
        ]
        return self.terminal(*options, command, columns=columns, rows=rows)

    def raw(self, port: int) -> Raw:
        """A bare connection."""
        raw = Raw(port)
        self._stack.callback(raw.close)
        return raw

    def free_port(self) -> int:
        """A port that nobody listens on."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
            return port
