"""What the server says on its standard output: one event a line, in plain text or JSON.

Nicks and addresses come from outside, so a line never holds a control character; secrets never get as far
as here.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import IO

from gchat.server.harmless import harmless

ROOT = "gchat"


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


class _Handler(logging.StreamHandler[IO[str]]):
    """A server whose reader of the log is gone (a closed pipe, a full disk) goes on serving."""

    def handleError(self, record: logging.LogRecord) -> None:
        """There is nobody left to be told."""


def set_up(format: str, level: str, stream: IO[str] | None = None) -> None:
    """Begin to log, or go on in another format or at another level.  The stream is standard output unless
    given.
    """
    logger = logging.getLogger(ROOT)
    handler = _Handler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter() if format == "json" else PlainFormatter())
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
