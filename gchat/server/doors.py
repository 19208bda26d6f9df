"""The listeners that are open: each accepts with a ``StreamServer``, and each client gets a greenlet."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final

from gevent.server import StreamServer

from gchat.server.listeners import Bound, ListenError, listen
from gchat.server.settings import Listener

log = logging.getLogger("gchat.server")

Serve = Callable[[socket.socket, Any, bool], None]  # the socket, what accept said of its address, whether TLS

EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Door(StreamServer):
    """One socket that listens.  ``serve`` is called in the client's own greenlet; the socket closes after
    it.
    """

    def __init__(self, bound: Bound, serve: Serve) -> None:
        self.bound = bound
        self._serve = serve
        super().__init__(bound.socket, self._accepted)

    def _accepted(self, sock: socket.socket, address: Any) -> None:
        sock.setblocking(False)
        if not self.bound.actual.path:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._serve(sock, address, self.bound.actual.tls)

    def do_read(self) -> tuple[socket.socket, Any] | None:  # type: ignore[override]  # its own returns None, too
        """Accept one client: a plain socket, because nothing waits in it."""
        try:
            return self.bound.socket.accept()
        except BlockingIOError:
            return None
        except ConnectionError:  # it went away before it was accepted
            return None
        except OSError as error:
            if error.errno in EXHAUSTED:
                log.error("No more connections can be accepted for now: %s", error.strerror)
            raise  # gevent waits a little before it tries again

    def close(self) -> None:
        """Stop listening."""
        super().close()
        self.bound.close()


class Doors:
    """All listeners of the configuration."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._doors: list[Door] = []

    @property
    def addresses(self) -> list[Listener]:
        """Where it listens, with the ports that it got."""
        return [door.bound.actual for door in self._doors]

    def open(self, wanted: Sequence[Listener]) -> None:
        """Listen on these addresses and on no others; those that are open already stay open.

        Raises ListenError when one cannot be had; then everything is as it was.
        """
        kept = [door for door in self._doors if door.bound.wanted in wanted]
        dropped = [door for door in self._doors if door.bound.wanted not in wanted]
        has = {door.bound.wanted for door in kept}
        # What is dropped goes first: it may stand in the way, as 127.0.0.1:6667 does in that of *:6667.
        for door in dropped:
            door.close()
        try:
            opened = self._listen([listener for listener in wanted if listener not in has])
        except ListenError:
            back = self._listen(list(dict.fromkeys(door.bound.wanted for door in dropped)))
            self._doors = kept + back
            raise
        self._doors = kept + opened

    def _listen(self, wanted: Sequence[Listener]) -> list[Door]:
        opened: list[Door] = []
        try:
            for listener in wanted:
                opened += [Door(bound, self._serve) for bound in listen(listener)]
        except ListenError:
            for door in opened:
                door.close()
            raise
        for door in opened:
            door.start()
        return opened

    def close(self) -> None:
        """Listen no more."""
        for door in self._doors:
            door.close()
        self._doors = []


def is_exhaustion(error: BaseException | None) -> bool:
    """True for an error of accept that has been said already, in a sentence."""
    return isinstance(error, OSError) and error.errno in EXHAUSTED
