"""The listeners that are open: the loop calls when somebody is at the door, and a few at a time are let in.

Nobody gets a greenlet here: whoever is turned away has cost an ``accept`` and a ``close``.  Where the system
has no more descriptors, accepting pauses and is tried again.
"""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final

from gevent.hub import get_hub

from gchat.server.listeners import Bound, ListenError, listen
from gchat.server.settings import Listener

log = logging.getLogger("gchat.server")

Admit = Callable[[socket.socket, Any, bool], None]  # the socket, what accept said of its address, whether TLS

AT_ONCE: Final = 16  # who is accepted between two looks at those who are in: some 2 ms in a storm
PAUSE: Final = 0.25  # seconds until accepting is tried again
_READ: Final = 1
EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Door:
    """One socket that listens.  ``admit`` is called in the loop; the socket that it is given is its own."""

    def __init__(self, bound: Bound, admit: Admit) -> None:
        loop: Any = get_hub().loop
        self.bound = bound
        self._admit = admit
        self._watcher = loop.io(bound.socket.fileno(), _READ)
        self._again = loop.timer(PAUSE)
        self._stuck = False  # it was said that nobody can be accepted, and not yet that somebody can

    def start(self) -> None:
        """Let people in."""
        self._watcher.start(self._accept)

    def _go_on(self) -> None:
        """Try again after a pause, also when nobody waits any more: then it is said that all are in."""
        self.start()
        self._accept()

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                sock, address = self.bound.socket.accept()  # a plain socket: nothing waits in it
            except BlockingIOError:
                self._all_are_in()
                return
            except ConnectionError:  # it went away before it was accepted
                continue
            except OSError as error:
                self._pause(error)
                return
            sock.setblocking(False)
            self._admit(sock, address, self.bound.actual.tls)

    def _pause(self, error: OSError) -> None:
        """Wait: the socket stays readable, and asking again at once would be asking for ever."""
        self._watcher.stop()
        self._again.start(self._go_on)
        if not self._stuck:
            self._stuck = True
            advice = (
                ""
                if error.errno not in EXHAUSTED
                else ": raise its limit (ulimit -n), or lower limits.connections"
            )
            log.error("No more connections can be accepted for now: %s%s", error.strerror, advice)

    def _all_are_in(self) -> None:
        if self._stuck:
            self._stuck = False
            log.info("Connections are accepted again")

    def close(self) -> None:
        """Stop listening."""
        for watcher in (self._watcher, self._again):
            watcher.stop()
            watcher.close()
        self.bound.close()


class Doors:
    """All listeners of the configuration."""

    def __init__(self, admit: Admit) -> None:
        self._admit = admit
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
                opened += [Door(bound, self._admit) for bound in listen(listener)]
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
