"""One client's socket, without a server around it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import gevent
import pytest

from gchat.server.census import name
from gchat.server.connection import Connection
from tests.server.shell.conftest import PATIENCE

ROOM = 8 << 20  # bytes: more than a kernel keeps for a socket that nobody reads

UPDATE = b"a new key, and I want one of yours"


class Answering:
    """TLS as far as it matters here: whatever comes is no text, and is answered (RFC 8446, 4.6.3)."""

    pending = False

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked = 0

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        """No text, and not the end."""
        self.asked += len(data)
        return b"", False

    def take(self) -> bytes:
        """The answer."""
        return self.answer


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end and the other side's."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        yield ours, theirs


def read(ours: socket.socket, channel: Answering, sendq: int) -> tuple[bytes, str]:
    """What a reader gets, and why its connection is over."""
    with gevent.Timeout(PATIENCE), closing(Connection(ours, name(("127.0.0.1", 1)), sendq)) as connection:
        connection.channel = channel  # type: ignore[assignment]
        text = connection.read()
        connection.channel = None
        connection.hang_up()
        return text, connection.failure


def test_who_makes_tls_answer_and_never_reads_is_ended(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    channel = Answering(bytes(ROOM))
    theirs.sendall(UPDATE)
    assert gevent.spawn(read, ours, channel, 1000).get() == (b"", "SendQ exceeded")
    assert channel.asked == len(UPDATE)


def test_as_much_as_sendq_says_may_wait(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    channel = Answering(bytes(ROOM))
    theirs.sendall(UPDATE)
    theirs.shutdown(socket.SHUT_WR)
    assert gevent.spawn(read, ours, channel, ROOM).get() == (b"", "")


def read_all(ours: socket.socket, made: list[Connection], got: list[bytes]) -> None:
    """Read until the other side closes."""
    with closing(Connection(ours, name(("127.0.0.1", 1)), ROOM)) as connection:
        made.append(connection)
        while data := connection.read():
            got.append(data)
        connection.hang_up()


@pytest.mark.parametrize("how", ["go_on", "end", "abort"])
def test_who_is_held_is_read_from_again_afterwards_and_at_the_end(
    how: str, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    made: list[Connection] = []
    got: list[bytes] = []
    reader = gevent.spawn(read_all, ours, made, got)
    gevent.idle()
    (connection,) = made
    connection.hold()
    theirs.sendall(b"much")
    gevent.idle()
    assert got == []
    {"go_on": connection.go_on, "end": connection.end, "abort": lambda: connection.abort("enough")}[how]()
    theirs.close()
    reader.get(timeout=PATIENCE)
    assert got == [b"much"]
    connection.go_on()  # which is nothing any more


def test_who_is_on_the_way_out_is_not_held(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    made: list[Connection] = []
    reader = gevent.spawn(read_all, ours, made, [])
    gevent.idle()
    (connection,) = made
    connection.end()
    connection.hold()
    theirs.close()
    reader.get(timeout=PATIENCE)
