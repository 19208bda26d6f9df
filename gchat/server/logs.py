"""What the server says on its standard output: one event a line, in plain text or JSON.

Nicks and addresses come from outside, so a line never holds a control character; secrets never get as far
as here.  Nobody waits for a reader of the log: while its pipe is full, some lines wait, and of more it is
said later how many are missing.
"""

from __future__ import annotations

import json
import logging
import os
import select
import sys
import time
from collections import deque
from typing import IO, Final

from gchat.server.harmless import harmless

ROOT = "gchat"
MOST: Final = 256 << 10  # bytes that wait for a reader
# What a pipe that has room at all takes without a wait, and takes whole.
# https://man7.org/linux/man-pages/man7/pipe.7.html (PIPE_BUF)
PIECE: Final = 4096


class PlainFormatter(logging.Formatter):
    """``2026-11-22 10:02:03 info Nickname is Neural``; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        line = f"{when} {record.levelname.lower()} {harmless(record.getMessage())}"
        if not record.exc_info:
            return line
        trace = self.formatException(record.exc_info)  # an error's text may be a client's
        return "\n".join([line, *map(harmless, trace.split("\n"))])


class JsonFormatter(logging.Formatter):
    """One object a line: ``time`` (RFC 3339, UTC), ``level``, ``message``, and ``traceback`` where there
    is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        said = {
            "time": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)


class Handler(logging.Handler):
    """Writes to a stream as far as nobody has to wait for that.

    A server whose reader of the log is gone (a closed pipe, a full disk) goes on serving.
    """

    def __init__(self, stream: IO[str]) -> None:
        super().__init__()
        self.stream = stream
        self._waiting: deque[bytes] = deque()
        self._size = 0  # bytes of that
        self._missing = 0  # lines that nobody will read
        try:
            self._file = stream.fileno()
        except (OSError, ValueError):
            self._file = -1  # a stream in memory
        self._room = None
        if self._file >= 0 and sys.platform != "win32":
            self._room = select.poll()
            self._room.register(self._file, select.POLLOUT)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, or have it wait.  Threads take turns here (``logging.Handler``)."""
        self._write_on()
        data = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
        if self._missing or self._size + len(data) > MOST:
            self._missing += data.count(b"\n")
            return
        most = PIECE if self._room is not None else len(data)
        self._waiting += (data[start : start + most] for start in range(0, len(data), most))
        self._size += len(data)
        self._write_on()

    def write_on(self) -> None:
        """Write what waits, as far as somebody reads by now; call it now and then."""
        if self._waiting or self._missing:
            self.acquire()
            try:
                self._write_on()
            finally:
                self.release()

    def _write_on(self) -> None:
        try:
            while self._waiting and self._has_room():
                written = self._write(self._waiting[0])
                self._size -= written
                self._waiting[0] = self._waiting[0][written:]
                if not self._waiting[0]:
                    self._waiting.popleft()
            if self._missing and not self._waiting and self._has_room():
                text = "%d lines of the log are missing here: nobody read it, or the disk was full"
                values = (self._missing,)
                record = logging.LogRecord(ROOT, logging.WARNING, __file__, 0, text, values, None)
                self._write(f"{self.format(record)}\n".encode())
                self._missing = 0
        except BlockingIOError:
            pass  # somebody made it so that it does not wait, and it is full after all
        except (OSError, ValueError):  # nobody reads any more, the disk is full, the stream is closed
            self._missing += sum(piece.count(b"\n") for piece in self._waiting)
            self._waiting.clear()
            self._size = 0

    def _has_room(self) -> bool:
        return self._room is None or bool(self._room.poll(0))

    def _write(self, data: bytes) -> int:
        if self._file >= 0:
            return os.write(self._file, data)
        self.stream.write(data.decode())
        return len(data)


def set_up(format: str, level: str, stream: IO[str] | None = None) -> None:
    """Begin to log, or go on in another format or at another level.  The stream is standard output unless
    given.
    """
    logger = logging.getLogger(ROOT)
    stream = stream or sys.stdout
    stream.flush()
    kept = [one for one in logger.handlers if isinstance(one, Handler) and one.stream is stream]
    handler = kept[0] if kept else Handler(stream)  # what waits in it is not lost
    handler.setFormatter(JsonFormatter() if format == "json" else PlainFormatter())
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


def write_on() -> None:
    """Write what waits for a reader of the log, as far as there is one by now; call it once a second."""
    for handler in logging.getLogger(ROOT).handlers:
        if isinstance(handler, Handler):
            handler.write_on()
