"""Accepting: some at a time, and again after there were no descriptors."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import gevent
import gevent.event
import pytest
from gevent.hub import get_hub

from gchat.server import doors
from gchat.server.doors import AT_ONCE, Door
from gchat.server.listeners import Bound, listen
from tests.server.shell.conftest import LISTENER, PATIENCE

MANY = 5 * AT_ONCE


class Exhausted:
    """A socket that listens, in a process that for a while has no descriptor left for who is accepted."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.failing = {0}  # which of the calls fail
        self.times: list[float] = []  # of the calls

    def accept(self) -> tuple[socket.socket, Any]:
        self.times.append(time.monotonic())
        if len(self.times) - 1 in self.failing:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return self.sock.accept()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)


class Turns:
    """Who was turned away, by the turn of the loop; a door, and those who knock."""

    def __init__(self) -> None:
        (bound,) = listen(LISTENER)
        self.exhausted: Any = Exhausted(bound.socket)
        self.bound = Bound(bound.wanted, bound.actual, self.exhausted)
        self.turns = [0]
        self.all_in = gevent.event.Event()
        self.door = Door(self.bound, self._admit, lambda sock, guest: None)
        loop: Any = get_hub().loop
        self._turn = loop.prepare()
        self._turn.start(lambda: self.turns.append(0))
        loop.update_now()  # it has not run since some test before, and times from when it did
        self.clients: list[socket.socket] = []

    def come(self) -> None:
        """Have all of them knock: they wait in the kernel's queue."""
        address = ("127.0.0.1", self.bound.actual.port)
        self.clients = [socket.create_connection(address, PATIENCE) for _ in range(MANY)]

    def _admit(self, sock: socket.socket, accepted: Any, tls: bool) -> None:
        sock.close()  # its descriptor is free for the next
        self.turns[-1] += 1
        if sum(self.turns) == MANY:
            self.all_in.set()

    def close(self) -> None:
        self._turn.stop()
        self._turn.close()
        self.door.close()
        for client in self.clients:
            client.close()


@pytest.fixture
def knocking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    monkeypatch.setattr(doors, "PAUSE", 0.001)
    made = Turns()
    yield made
    made.close()


def until_said(lines: int, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Let the loop run until so much stands in the log."""
    with gevent.Timeout(PATIENCE):
        while len(caplog.records) < lines:
            gevent.idle()
    return [record.message for record in caplog.records]


SAID = [
    f"No more connections can be accepted for now: Too many open files: {doors.HINT}",
    "Connections are accepted again",
]


def test_after_a_pause_some_are_accepted_at_a_time(knocking: Turns, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    knocking.come()
    knocking.door.start()
    with gevent.Timeout(PATIENCE):
        knocking.all_in.wait()
    assert max(knocking.turns) <= AT_ONCE
    assert until_said(2, caplog) == SAID


def test_it_is_said_that_it_goes_on_when_nobody_waits_any_more(
    knocking: Turns, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    knocking.door._pause(OSError(errno.EMFILE, os.strerror(errno.EMFILE)))
    assert until_said(2, caplog) == SAID


def test_to_stop_again_is_not_said_again(
    knocking: Turns, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(doors, "PAUSE", 0.05)
    knocking.exhausted.failing = {0, 3, 4, 5}
    knocking.come()
    knocking.door.start()
    with gevent.Timeout(PATIENCE):
        knocking.all_in.wait()
    assert until_said(2, caplog) == SAID
    times = knocking.exhausted.times
    assert all(times[after] - times[after - 1] > 0.04 for after in (1, 4, 5, 6))  # each is a pause
