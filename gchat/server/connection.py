"""One client's socket: bytes in, bytes out, an end.

The reader is a greenlet that sleeps in the loop until the socket has something, and then takes it with one
raw ``recv``.  Nobody waits to write: what the kernel does not take at once is kept, up to ``sendq`` bytes,
and leaves when the socket is writable again.  TLS lies between the bytes here and those outside, so that
plain and TLS connections are one code.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import gevent
from gevent.hub import get_hub

from gchat.server.backlog import Backlog

if TYPE_CHECKING:
    from gchat.server.census import Address
    from gchat.server.session import Session
    from gchat.server.tls import Channel

CHUNK: Final = 64 * 1024  # bytes of one recv
CLOSED: Final = "Connection closed"
SENDQ: Final = "SendQ exceeded"
_READ, _WRITE = 1, 2
_LATE: Final = object()  # what a reader is woken with when its time is over
# Where the kernel puts what came, for all connections: nothing switches before it is copied.  ``recv`` makes
# CHUNK bytes each time and shrinks them where they are, and what is kept of those for a while stands in the
# way of the next ones: with 500 clients who did 500 things a second, the heap grew by 1.5 MB a minute.
_ARRIVED: Final = memoryview(bytearray(CHUNK))

_REASONS: Final = {
    errno.ECONNRESET: "Connection reset by peer",
    errno.EPIPE: CLOSED,
    errno.ETIMEDOUT: "Connection timed out",
}


class Late(Exception):
    """The other side took too long."""


class Connection:
    """A connection between ``accept`` and ``close``.  To be made in the greenlet that reads it.

    ``address`` is another one once a gateway has said whom it connects for.
    """

    __slots__ = (
        "_ahead",
        "_held",
        "_hub",
        "_reader",
        "_recv_into",
        "_sealed",
        "_send",
        "_socket",
        "_unsent",
        "_watcher",
        "_writable",
        "address",
        "answers",
        "channel",
        "ending",
        "failure",
        "patient",
        "resets",
        "sendq",
        "session",
    )

    def __init__(self, sock: socket.socket, address: Address, sendq: int) -> None:
        self.address = address
        self.sendq = sendq  # bytes that may wait for this client
        self.channel: Channel | None = None  # TLS, once its handshake has begun
        self.session: Session | None = None  # once it is known what the other side speaks
        self.answers: Callable[[], list[bytes]] | None = None  # what its wire wants to send by itself
        self.patient = True  # to wait at the end for the other side to close, too
        self.resets = (
            False  # to end with a reset: the tutorial's client takes the usual end for empty messages
        )
        self.ending = False  # nothing more is to be sent: it closes when all has left
        self.failure = ""  # why there was nothing more to be done with it
        self._socket = sock
        self._recv_into = sock.recv_into
        self._send = sock.send
        self._hub: Any = get_hub()
        self._reader = gevent.getcurrent()
        self._ahead: bytes | None = None  # was read already, and is what the next read gives
        self._held = False  # nothing is read until the server has caught up
        self._unsent: Backlog | None = None  # where the kernel did not take all: what is to follow
        self._sealed = b""  # encrypted already, and before that
        self._writable: Any = None
        # It watches as long as the reader lives, who in all that time waits for nothing else.
        self._watcher = self._hub.loop.io(sock.fileno(), _READ)
        self._watcher.start(self._reader.switch)

    @property
    def host(self) -> str:
        """What users see of its address."""
        return self.address.host

    @property
    def peer(self) -> str:
        """What the log says of its address."""
        return self.address.peer

    # reading: in the reader's greenlet

    def read(self, deadline: float = 0.0) -> bytes:
        """Wait for bytes and take them; ``b""`` when no more will come.

        ``deadline`` in monotonic seconds, 0 for none.  Raises Late and OSError (TlsError is one).
        """
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            return ahead
        if self.channel is None and not deadline:
            return self._read_now()
        while True:
            data = b""
            # what came together with the handshake's last bytes is in the channel already
            if self.channel is None or not self.channel.pending:
                data = self.read_raw(deadline)
                if self.channel is None or not data:
                    return data
            text, over = self.channel.decrypt(data)
            own = self.channel.take()
            failure = self.push(own, sealed=True) if own else ""
            if failure:
                self.abort(failure)
            if text or over:
                return text

    def unread(self, data: bytes) -> None:
        """Have the next ``read`` give this."""
        self._ahead = data

    def read_raw(self, deadline: float = 0.0) -> bytes:
        """Read what is on the wire, which for TLS is not the text."""
        if not deadline:
            return self._read_now()
        timer = self._hub.loop.timer(max(deadline - time.monotonic(), 0))
        timer.start(self._reader.switch, _LATE)
        try:
            return self._read_now()
        finally:
            timer.stop()
            timer.close()

    def _read_now(self) -> bytes:
        """Sleep until the loop finds something to read, or a timer that it is too late."""
        while True:
            if self._hub.switch() is _LATE:
                raise Late
            try:
                size = self._recv_into(_ARRIVED)
                return bytes(_ARRIVED[:size])
            except BlockingIOError:
                continue

    def hold(self) -> None:
        """Read nothing more until ``go_on``: the kernel has whoever sends wait.  Who is on the way out is
        not held, as that would never end.
        """
        if not self.ending:
            self._held = True
            self._watcher.stop()

    def go_on(self) -> None:
        """Read again, after ``hold``."""
        if self._held:
            self._held = False
            self._watcher.start(self._reader.switch)

    # writing: from anywhere

    def push(self, data: bytes, sealed: bool = False) -> str:
        """Send bytes, or keep them until they can be sent; ``sealed`` for those that TLS has made itself.

        Returns why that is the end of the connection, ``""`` if it is not.  The caller is to ``abort`` it,
        but not before its turn is over: others hear of it, and what they hear has to be stored first.
        """
        try:
            if self._unsent is not None:
                return self._keep(self._unsent, data, sealed)
            if self.channel is not None and not sealed:
                data, sealed = self.channel.encrypt(data), True
            sent = self._send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            return explain(error)
        if sent == len(data):
            return ""
        self._unsent = Backlog()
        self._writable = self._hub.loop.io(self._socket.fileno(), _WRITE)
        self._writable.start(self._drain)
        return self._keep(self._unsent, data, sealed, sent)

    def _keep(self, unsent: Backlog, data: bytes, sealed: bool, sent: int = 0) -> str:
        """Keep what the kernel does not take.

        What TLS is to carry is encrypted when there is room for it: until then, many who read slowly wait
        for the same bytes, and keep them once.
        """
        if sealed:
            self._sealed += data[sent:]
        else:
            unsent.add(data, sent)
        return SENDQ if len(unsent) + len(self._sealed) > self.sendq else ""

    def _drain(self) -> None:
        """Go on sending, now that the kernel has room again."""
        unsent = self._unsent
        assert unsent is not None, "somebody waits for room who has nothing to send"
        try:
            if self.channel is not None and not self._sealed:
                head = unsent.head()
                unsent.drop(len(head))
                self._sealed = self.channel.encrypt(head)
            if self._sealed:
                sent = self._send(self._sealed)
                self._sealed = self._sealed[sent:]
            else:
                unsent.drop(self._send(unsent.head()))
        except BlockingIOError:
            return
        except OSError as error:
            self.abort(explain(error))
            return
        if not unsent and not self._sealed:
            self._stop_draining()
            if self.ending:
                self._part()

    # ending

    def end(self) -> None:
        """Close when all that was pushed has left.

        The socket is only shut for writing: closed while bytes of the other side wait in it, it would
        send a reset, and what was said last might never be read.  The reader goes on until the other side
        closes too.
        """
        if self.ending:
            return
        self.ending = True
        self.go_on()
        if self._unsent is None:
            self._part()

    def _part(self) -> None:
        """Say goodbye by TLS, and close when that has left, too: a second goodbye is empty."""
        if self.channel is not None:
            self.push(self.channel.goodbye(), sealed=True)
        if self._unsent is None:
            self._shut()

    def abort(self, failure: str) -> None:
        """Be done with it at once: the reader wakes up and closes."""
        self.failure = self.failure or failure
        self.ending = True
        self.patient = False
        self.go_on()
        self._stop_draining()
        self._shut()

    def _shut(self) -> None:
        how = socket.SHUT_WR if self.patient else socket.SHUT_RDWR
        with suppress(OSError):  # the other side was faster, and the reader knows
            if self.resets:
                if self.patient:
                    return  # a reset would overtake what was said last: that is left to the sweeper
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                how = socket.SHUT_RD  # wakes the reader; closing is the reset
            self._socket.shutdown(how)

    def _stop_draining(self) -> None:
        self._unsent, self._sealed = None, b""
        if self._writable is not None:
            self._writable.stop()
            self._writable.close()
            self._writable = None

    def hang_up(self) -> None:
        """Read and send no more: the reader's last act."""
        if self.channel is not None and not self.ending and self._unsent is None:
            self.push(self.channel.goodbye(), sealed=True)  # the other side's is answered
        self.ending = True
        self._held = False
        self._watcher.stop()

    def close(self) -> None:
        """Let go of the socket, after ``hang_up``."""
        self._stop_draining()
        self._watcher.close()
        self._socket.close()


def explain(error: OSError) -> str:
    """Say in a few words why a connection broke: what others read as the reason of a QUIT."""
    if error.errno in _REASONS:
        return _REASONS[error.errno]
    return os.strerror(error.errno) if error.errno else str(error) or CLOSED
