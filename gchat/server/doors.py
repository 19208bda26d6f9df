"""The listeners that are open: each is a ``StreamServer``, which gives each client a greenlet.

Whoever is turned away gets none, and has cost an ``accept`` and a ``close``; of a storm a few are accepted at
a time.  Where the system has no more descriptors, accepting pauses and is tried again.
"""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final

from gevent.hub import get_hub
from gevent.server import StreamServer

from gchat.server.census import Guest
from gchat.server.listeners import Bound, ListenError, listen
from gchat.server.settings import Listener

log = logging.getLogger("gchat.server")

# The socket, what accept said of its address, whether TLS: who that is, None for somebody turned away.
Admit = Callable[[socket.socket, Any, bool], Guest | None]
Serve = Callable[[socket.socket, Guest], None]  # in the client's own greenlet; it sees to the closing

AT_ONCE: Final = 16  # who is accepted between two looks at those who are in: some 2 ms in a storm
PAUSE: Final = 0.25  # seconds until accepting is tried again
EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
HINT: Final = "raise its limit (ulimit -n), or lower limits.connections"


class Door(StreamServer):
    """One socket that listens.  ``admit`` is called in the loop, ``serve`` in the client's greenlet."""

    max_accept = AT_ONCE

    def __init__(self, bound: Bound, admit: Admit, serve: Serve) -> None:
        self.bound = bound
        self._admit = admit
        self._again: Any = None  # a timer, since there was first a pause
        self._stuck = False  # it was said that nobody can be accepted, and not yet that they are again
        super().__init__(bound.socket, serve)

    def do_read(self) -> tuple[socket.socket, Any] | None:  # type: ignore[override]  # its own returns None, too
        """Accept one client: a plain socket, because nothing waits in it."""
        try:
            return self.bound.socket.accept()
        except (BlockingIOError, ConnectionError):  # there was none, or it went away before it was accepted
            pass
        except OSError as error:
            self._pause(error)
        return None

    def do_handle(self, sock: socket.socket, accepted: Any) -> None:
        """Let one client in, or turn it away before a greenlet is made for it."""
        sock.setblocking(False)
        guest = self._admit(sock, accepted, self.bound.actual.tls)
        if guest is not None:
            super().do_handle(sock, guest)

    def do_close(self, *args: object) -> None:
        """Leave the socket to ``serve``, which has not always closed it when it returns."""

    def _pause(self, error: OSError) -> None:
        """Wait: the socket stays readable, and asking again at once would be asking for ever."""
        self.stop_accepting()
        self._after_a_pause(self._go_on)
        if not self._stuck:
            self._stuck = True
            why = f"{error.strerror}: {HINT}" if error.errno in EXHAUSTED else error.strerror
            log.error("No more connections can be accepted for now: %s", why)

    def _after_a_pause(self, do: Callable[[], None] | None) -> None:
        """Have this done, and nothing else of the kind.  A timer that has run out would run out at once."""
        if self._again is not None:
            self._again.close()
            self._again = None
        if do is not None:
            loop: Any = get_hub().loop
            self._again = loop.timer(PAUSE)
            self._again.start(do)

    def _go_on(self) -> None:
        """Try again after a pause, with some of those who wait a turn, as ever."""
        self.start_accepting()
        self._after_a_pause(self._went_on)

    def _went_on(self) -> None:
        """For as long as a pause all were accepted who came, if anybody did."""
        self._stuck = False
        log.info("Connections are accepted again")

    def close(self) -> None:
        """Stop listening."""
        self._after_a_pause(None)
        super().close()
        self.bound.close()


class Doors:
    """All listeners of the configuration."""

    def __init__(self, admit: Admit, serve: Serve) -> None:
        self._admit, self._serve = admit, serve
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
                opened += [Door(bound, self._admit, self._serve) for bound in listen(listener)]
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
