"""A real server on loopback sockets, in a thread beside the test.

``serve`` starts one and returns it; ``running.connect()`` is a client that a test speaks over.  Nobody
sleeps: who waits reads a socket, and PING with its PONG says that everything before it was handled.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import gevent.event
import pytest
from gevent.hub import get_hub

from gchat.server.connection import Connection
from gchat.server.net import Network
from gchat.server.settings import Listener, Server, Settings

PATIENCE = 10.0  # seconds: far more than anything takes

LISTENER = Listener("127.0.0.1", 0)


class Client:
    """One connection, seen from its other end."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        self.socket = sock
        self.data = bytearray()

    def send(self, *lines: str) -> None:
        """Send lines, without their CR LF."""
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def until(self, wanted: str) -> str:
        """Read until a text has come; return everything up to the end of its line, and keep the rest."""
        looked = 0
        while (found := self.data.find(wanted.encode(), looked)) < 0:
            looked = max(0, len(self.data) - len(wanted))
            self._receive(wanted)
        found += len(wanted.encode())
        end = self.data.find(b"\n", found) + 1 or found
        text = self.data[:end].decode()
        del self.data[:end]
        return text

    def _receive(self, wanted: str) -> None:
        data = self.socket.recv(1 << 16)
        assert data, f"the connection ended without {wanted!r}: {bytes(self.data[-1000:])!r}"
        self.data += data

    def to_end(self) -> str:
        """Read until the server closes; return everything."""
        while data := self.socket.recv(1 << 16):
            self.data += data
        return self.data.decode()

    def settle(self) -> str:
        """Return what came until now: the answer to a PING is the last thing."""
        self.send("PING settled")
        return self.until("PONG gchat.test :settled")

    def register(self, nick: str, *channels: str) -> Client:
        """Become a user, and join channels."""
        self.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        self.until(f" 422 {nick} ")
        for channel in channels:
            self.send(f"JOIN {channel}")
            self.until(" 366 ")
        return self

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


class Running:
    """A server in a thread with a loop of its own."""

    def __init__(self, settings: Settings, context: ssl.SSLContext | None) -> None:
        self.failure: BaseException | None = None
        self.clients: list[Client] = []
        self._settings, self._context = settings, context
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._started.wait(PATIENCE)
        if self.failure is not None:
            self._thread.join(PATIENCE)
            raise self.failure

    def _run(self) -> None:
        hub = get_hub()
        self._loop: Any = hub.loop
        try:
            self._ended = gevent.event.Event()
            self.network = Network(self._settings, self._context)
            self.network.start()
        except Exception as error:
            self.failure = error
            self._started.set()
        else:
            self._started.set()
            self._ended.wait()
            self.network.stop("Server going down")
        hub.destroy(destroy_loop=True)

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function in the server's loop; return what it returns, raise what it raises."""
        done = threading.Event()
        outcome: list[Any] = []

        def run() -> None:
            try:
                outcome.append((True, function()))
            except Exception as error:
                outcome.append((False, error))
            done.set()

        self._loop.run_callback_threadsafe(gevent.spawn, run)
        assert done.wait(PATIENCE)
        fine, result = outcome[0]
        if not fine:
            raise result
        return result

    @property
    def ports(self) -> list[int]:
        """The ports of the TCP listeners."""
        return [listener.port for listener in self.network.addresses if not listener.path]

    def connect(self, port: int | None = None, host: str = "127.0.0.1") -> Client:
        """Connect to a port, the first unless another is given."""
        return self.adopt(socket.create_connection((host, port or self.ports[0]), PATIENCE))

    def adopt(self, sock: socket.socket) -> Client:
        """Make a client of a socket; it is closed at the end."""
        self.clients.append(Client(sock))
        return self.clients[-1]

    def connection(self, nick: str) -> Connection:
        """The server's end of a user's connection."""
        links = self.network._links
        return next(links[session] for session in links if session.nick == nick)

    def user(self, nick: str, *channels: str) -> Client:
        """A registered user."""
        return self.connect().register(nick, *channels)

    def stop(self) -> None:
        """End the server as a signal does."""
        if self._thread.is_alive():
            self._loop.run_callback_threadsafe(self._ended.set)
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive(), "the server does not end"


Serve = Callable[..., Running]


@pytest.fixture
def serve(caplog: pytest.LogCaptureFixture) -> Iterator[Serve]:
    """Start servers: ``serve(limits=Limits(...), tutorial=..., listeners=..., context=...)``."""
    caplog.set_level(logging.INFO, "gchat")
    made: list[Running] = []

    def start(context: ssl.SSLContext | None = None, **changes: Any) -> Running:
        plain = {"listeners": (LISTENER,), "server": Server(name="gchat.test"), "throttle": False}
        made.append(Running(Settings(**{**plain, **changes}), context))
        return made[-1]

    yield start
    for running in made:
        for client in running.clients:
            client.close()
        running.stop()
        errors = running.network.engine.errors
        assert errors == 0, "a handler failed: see the log"
    assert not [record for record in caplog.records if "bug" in record.message.lower()]
