"""The control channel: how ``gchat-server COMMAND`` speaks with a server that runs on the same store.

A unix socket beside the store, ``PATH.control``, that only the store's owner can open.  One line of JSON is
asked, ``{"do": "erase", "account": "neural"}``, and one is answered, ``{"error": "a sentence"}`` or anything
else.  A new command is a handler given to ``Control.on``; it runs in the loop, in a greenlet of its own, and
does slow work with ``gevent.get_hub().threadpool``.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import gevent
from gevent.server import StreamServer

log = logging.getLogger("gchat.server")

LONGEST: Final = 64 * 1024  # bytes of a question
PATIENCE: Final = 60.0  # seconds for an answer
ASKING: Final = 5.0  # seconds that a question may take to arrive
_LIMIT: Final = 100  # bytes of a unix socket's address, of which Linux takes 107 and macOS 103

Handler = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class ControlError(Exception):
    """The server refused, or cannot be spoken with; ``str(error)`` is the sentence to show."""


class NoServer(ControlError):
    """No server runs on this store."""


# --- the server's side ---------------------------------------------------------------------------


class Control:
    """Answers what is asked on the control channel."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._server: StreamServer | None = None
        self._address = ""

    def on(self, name: str, handler: Handler) -> None:
        """Have a command handled.  A handler raises ControlError to refuse."""
        self._handlers[name] = handler

    def open(self, store: str) -> None:
        """Listen beside a store that this process has locked.  Without a socket the server goes on."""
        address = f"{store}.control"
        if not hasattr(socket, "AF_UNIX"):
            return
        listener = socket.socket(socket.AF_UNIX)
        try:
            with suppress(FileNotFoundError):
                os.remove(address)  # of a server that was killed: the lock is ours
            before = os.umask(0o177)
            try:
                with _short(address) as short:
                    listener.bind(short)
            finally:
                os.umask(before)
            listener.listen(8)
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            log.warning("There is no control channel: %s: %s", address, error.strerror or error)
            return
        self._address = address
        self._server = StreamServer(listener, self._serve, spawn=8)
        self._server.start()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.stop()
            self._server = None
            with suppress(OSError):
                os.remove(self._address)

    def _serve(self, sock: Any, address: object) -> None:
        try:
            with gevent.Timeout.start_new(ASKING, TimeoutError()):
                question = _read(sock.recv)
            sock.sendall(json.dumps(self.answer(question)).encode() + b"\n")
        except (OSError, TimeoutError) as error:
            log.warning("The control channel was left: %s", error)
        finally:
            sock.close()

    def answer(self, question: bytes) -> Mapping[str, Any]:
        """Answer one line."""
        try:
            asked = json.loads(question)
            handler = self._handlers[asked["do"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            return {"error": "this gchat-server does not know that command; is it of the same version?"}
        try:
            return handler(asked)
        except ControlError as error:
            return {"error": str(error)}
        except Exception:
            log.exception("The command %s failed", asked["do"])
            return {"error": "the server met a bug, which stands in its log"}


# --- the command's side --------------------------------------------------------------------------


def ask(store: str, question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ask the server that runs on a store.  Raises NoServer and ControlError."""
    if not hasattr(socket, "AF_UNIX"):
        raise NoServer("there are no unix sockets here")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(PATIENCE)
        try:
            with _short(f"{store}.control") as short:
                sock.connect(short)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NoServer(f"no gchat-server runs on {store}") from error
        except OSError as error:
            raise ControlError(f"{store}.control cannot be used: {error.strerror}") from error
        try:
            sock.sendall(json.dumps(dict(question)).encode() + b"\n")
            answer = json.loads(_read(sock.recv))
        except (OSError, ValueError) as error:
            raise ControlError("gchat-server did not answer; its log may say why") from error
    if "error" in answer:
        raise ControlError(answer["error"])
    found: Mapping[str, Any] = answer
    return found


def _read(recv: Callable[[int], bytes]) -> bytes:
    data = b""
    while not data.endswith(b"\n"):
        more = recv(LONGEST)
        if not more or len(data) + len(more) > LONGEST:
            raise ConnectionAbortedError("the line had no end")
        data += more
    return data


@contextmanager
def _short(path: str) -> Iterator[str]:
    """A path that fits the address of a unix socket, whatever the folder is called."""
    if len(os.fsencode(path)) <= _LIMIT or sys.platform != "linux":
        yield path
        return
    folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)
