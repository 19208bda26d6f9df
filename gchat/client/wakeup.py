"""What wakes the loop besides sockets and keys: signals, threads, and on Windows the console.

``select`` there takes sockets only, so a ``ConsoleWatcher`` waits for console input in a thread of its own,
consumes none of it, and writes one byte to a socket.  It works the same way on Linux, where the tests use
it.
"""

import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress


class Wakeup:
    """A socket pair: whoever writes to one end wakes the ``select`` that watches the other."""

    def __init__(self) -> None:
        """Open the pair."""
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._reader.fileno()

    def wake(self) -> None:
        """Wake the loop; from any thread, at any time."""
        with suppress(OSError):  # full: it is awake already; closed: it is over
            self._writer.send(b"\0")

    def drain(self) -> None:
        """Forget the wake-ups so far."""
        with suppress(BlockingIOError):
            while self._reader.recv(4096):
                pass

    def catch_signals(self) -> None:
        """Have every signal wake the loop, too; from the main thread."""
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def close(self) -> None:
        """Close both ends."""
        self._reader.close()
        self._writer.close()


class ConsoleWatcher:
    """Tells through a socket that console input is there; the main thread reads it."""

    def __init__(self, wait: Callable[[], object] | None = None) -> None:
        """``wait`` returns when there is input and takes none; by default it waits for Windows' console."""
        self._wait = wait or _wait_for_windows_console
        self._wakeup = Wakeup()
        self._again = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._again.set()
        self._thread.start()

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._wakeup.fileno()

    def taken(self) -> None:
        """All input was taken: watch for more.  Until then the thread rests, not to report the same again."""
        self._wakeup.drain()
        self._again.set()

    def close(self) -> None:
        """Stop after the next input; the thread does not keep the process."""
        self._over = True
        self._again.set()
        self._wakeup.close()

    def _run(self) -> None:
        while True:
            self._again.wait()
            if self._over:
                return
            self._again.clear()
            self._wait()
            self._wakeup.wake()


def _wait_for_windows_console() -> None:
    """Wait until the console has input.  https://learn.microsoft.com/windows/console/readconsoleinput"""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        standard_input, for_ever = -10, 0xFFFFFFFF
        kernel.WaitForSingleObject(kernel.GetStdHandle(standard_input), for_ever)
