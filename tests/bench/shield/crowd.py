"""Many connections in one thread: to register, join, talk, read or not to read, and leave."""

from __future__ import annotations

import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Sequence

PATIENCE = 60.0  # seconds
HOST = "127.0.0.1"
BIND_ADDRESS_NO_PORT = 24  # ip(7)


class Stuck(RuntimeError):
    """The server did not do in time what it was asked to."""


def connect(
    port: int, source: str = "", context: ssl.SSLContext | None = None, host: str = HOST
) -> socket.socket:
    """A connection that has said nothing; ``source`` is the address that it comes from."""
    sock = socket.socket()
    sock.settimeout(PATIENCE)
    come_from(sock, source)
    sock.connect((host, port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(sock) if context is not None else sock


def come_from(sock: socket.socket, source: str) -> None:
    """Have a socket connect from this address, if one is given.

    The port is chosen by ``connect``.  One that ``bind`` chose would be nobody else's for a minute after its
    connection has ended, and the next crowd would find none.
    """
    if source:
        sock.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
        sock.bind((source, 0))


def say(sock: socket.socket, *lines: str) -> None:
    """Send lines."""
    sock.sendall("".join(f"{line}\r\n" for line in lines).encode())


def until(sock: socket.socket, wanted: bytes) -> bytes:
    """Read until this was received; return all that was."""
    data = b""
    while wanted not in data:
        more = sock.recv(1 << 16)
        if not more:
            raise Stuck(f"the connection ended without {wanted!r}: {data[-200:]!r}")
        data += more
    return data


def users(
    port: int,
    count: int,
    name: str,
    context: ssl.SSLContext | None = None,
    at_once: int = 64,
    host: str = HOST,
) -> list[socket.socket]:
    """Registered users, some at a time."""
    made: list[socket.socket] = []
    while len(made) < count:
        some = [connect(port, context=context, host=host) for _ in range(min(at_once, count - len(made)))]
        for number, sock in enumerate(some, len(made)):
            say(sock, f"NICK {name}{number}", "USER b 0 * :bench")
        for sock in some:
            until(sock, b" 422 ")
        made += some
    return made


def join(socks: Iterable[socket.socket], channel: str) -> None:
    """Have them join, one after another, and read all that they are told."""
    for sock in socks:
        say(sock, f"JOIN {channel}")
        until(sock, b" 366 ")


def join_at_once(socks: Sequence[socket.socket], channel: str) -> float:
    """Have all join at the same time; return the seconds until every one had its list of names."""
    began = time.perf_counter()
    for sock in socks:
        say(sock, f"JOIN {channel}")
    until_all(socks, b" 366 ")
    return time.perf_counter() - began


def until_all(socks: Sequence[socket.socket], wanted: bytes) -> None:
    """Read from all of them until each has received this."""
    poll, waiting = select.poll(), {sock.fileno(): sock for sock in socks}
    last: dict[int, bytes] = {}
    for number in waiting:
        poll.register(number, select.POLLIN)
    deadline = time.monotonic() + PATIENCE
    while waiting:
        if time.monotonic() > deadline:
            raise Stuck(f"{len(waiting)} of {len(socks)} did not receive {wanted!r}")
        for number, _ in poll.poll(1000):
            data = waiting[number].recv(1 << 16)
            if not data:
                raise Stuck(f"a connection ended without {wanted!r}")
            if wanted in last.get(number, b"") + data:
                del waiting[number]
                poll.unregister(number)
            last[number] = data[-len(wanted) :]


def read_now(sock: socket.socket) -> bytes:
    """What is there; ``b""`` where the connection has ended.  Raises BlockingIOError."""
    try:
        # a socket with a timeout waits in recv, whatever its flags say; its descriptor does not
        return os.read(sock.fileno(), 1 << 18)
    except ConnectionError:
        return b""


def swallow(socks: Iterable[socket.socket]) -> int:
    """Read what there is; return how many connections have ended."""
    ended = 0
    for sock in socks:
        try:
            while read_now(sock):
                pass
            ended += 1
        except BlockingIOError:
            continue
    return ended


class Answering:
    """Answers the PINGs that clients are sent, in a thread; reads and drops everything else."""

    def __init__(self, socks: Iterable[socket.socket]) -> None:
        self.answered = self.ended = 0
        self._poll, self._socks = select.epoll(), {sock.fileno(): sock for sock in socks}
        self._thread = threading.Thread(target=self._run)
        self._over = False

    def _run(self) -> None:
        for number in self._socks:
            self._poll.register(number, select.EPOLLIN)
        while not self._over:
            for number, _ in self._poll.poll(0.1):
                data = read_now(self._socks[number])
                if b"PING" in data:
                    say(self._socks[number], "PONG :x")
                    self.answered += 1
                elif not data:
                    self._poll.unregister(number)
                    self.ended += 1

    def __enter__(self) -> Answering:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over = True
        self._thread.join()
        self._poll.close()


def close(socks: Iterable[socket.socket]) -> None:
    """Hang up."""
    for sock in socks:
        sock.close()
