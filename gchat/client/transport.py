"""One connection to a server: name lookup, TCP or a unix socket, TLS, and bytes both ways; it never waits.

The loop owns the ``select``; a ``Transport`` says what it waits for (``wants``), gets told when that is
there (``ready``) and answers with events.  Name lookup is the one thing that blocks, so it runs in a thread,
which wakes the loop when it is done.
"""

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gchat.client import tls
from gchat.client.events import (
    Connect,
    Connected,
    Connecting,
    ConnectionFailed,
    ConnectionLost,
    Event,
    Flushed,
    Received,
)

CHUNK = 1 << 14  # bytes read in one go, a millisecond's work; then the keyboard gets its turn
MOST_WAITING = 4 << 20  # bytes to be sent that are kept for a server that does not read
PATIENCE = 10.0  # seconds for the last address to answer, and for the TLS handshake
HURRY = 3.0  # seconds for an address when there are others, so that half an IPv6 is no long wait
_IN_PROGRESS = {
    errno.EINPROGRESS,
    errno.EWOULDBLOCK,
    errno.EAGAIN,
    getattr(errno, "WSAEWOULDBLOCK", errno.EAGAIN),
}

_Found = tuple[int, Any]  # address family, socket address
Resolve = Callable[[str, int], list[_Found]]


def resolve(host: str, port: int) -> list[_Found]:
    """Look a name up: every address of it, as the system orders them.  Blocks; raises OSError (gaierror)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


class Transport:
    """A connection from the wish for it to its end."""

    def __init__(
        self, wish: Connect, now: float, wake: Callable[[], None], resolve: Resolve = resolve
    ) -> None:
        """Begin; ``wake`` is called, from another thread, when the loop should call ``ready``."""
        self.wish = wish
        self.network = wish.network
        self._address = wish.address
        self._socket: socket.socket | None = None
        self._found: list[_Found] | None = None  # by the thread
        self._failure: OSError | None = None
        self._left: list[_Found] = []  # addresses still to be tried
        self._errors: list[OSError] = []
        self._out: list[bytes] = []
        self._waiting = 0  # bytes in _out
        self._state = "resolving"  # connecting, handshake, open, closed
        self._tls_waits = ""
        self._deadline: float | None = None
        self._ends: float | None = None  # when to close although something waits
        if self._address.path:
            self._found = [(getattr(socket, "AF_UNIX", -1), self._address.path)]
            wake()
        elif _is_numeric(self._address.host):
            self._look_up(wake, resolve)
        else:
            import threading

            threading.Thread(target=self._look_up, args=(wake, resolve), daemon=True).start()

    def _look_up(self, wake: Callable[[], None], resolve: Resolve) -> None:
        try:
            self._found = resolve(self._address.host, self._address.port)
        except (OSError, UnicodeError) as error:  # a name with an empty label fails in the idna codec
            self._failure = error if isinstance(error, OSError) else OSError(str(error))
        wake()

    # --- for the loop ------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether it is over and can be forgotten."""
        return self._state == "closed"

    @property
    def deadline(self) -> float | None:
        """When ``ready`` wants to be called although nothing happened."""
        times = [at for at in (self._deadline, self._ends) if at is not None]
        return min(times, default=None)

    @property
    def wants(self) -> tuple[int, bool, bool] | None:
        """What to wait for: the descriptor, for reading, for writing; None for nothing."""
        if self._socket is None:
            return None
        if self._state == "connecting":
            return self._socket.fileno(), False, True
        if self._tls_waits:
            # TLS decides: a write can wait for the peer's bytes, a read for room to write
            return self._socket.fileno(), True, self._tls_waits == "write"
        return self._socket.fileno(), True, bool(self._out)

    @property
    def pending(self) -> bool:
        """Whether bytes wait inside TLS, where ``select`` cannot see them."""
        return self._state == "open" and self._address.tls and bool(getattr(self._socket, "pending", int)())

    def ready(self, now: float, readable: bool = True, writable: bool = True) -> list[Event]:
        """Go on as far as possible without waiting; return what happened."""
        if self._state == "resolving" and (self._found is not None or self._failure):
            return self._resolved(now)
        if self._state == "connecting" and writable:
            return self._connected(now)
        if self._state == "handshake" and (readable or writable):
            return self._shake(now)
        events: list[Event] = []
        if self._state == "open" and readable:
            events += self._read()
        if self._state == "open" and self._out and (writable or self._tls_waits):
            events += self._write()
        return events if self._ends is None else []

    def expired(self, now: float) -> list[Event]:
        """Give up what took too long; return what happened."""
        if self._ends is not None and now >= self._ends:
            self.close()
            return []
        if self._deadline is None or now < self._deadline:
            return []
        self._deadline = None
        self._errors.append(TimeoutError(f"no answer in {PATIENCE:.0f} seconds"))
        if self._state == "handshake":
            return self._failed(
                tls.Problem(f"{self._where} did not finish the TLS handshake in {PATIENCE:.0f} seconds")
            )
        return self._try_next(now)

    def send(self, data: bytes) -> list[Event]:
        """Send bytes after all that came before, now or as soon as the server reads."""
        if self._state == "closed" or not data:
            return []
        self._out.append(data)
        self._waiting += len(data)
        if self._waiting > MOST_WAITING:
            return self._lost("the server stopped reading what we send")
        return []

    def flush(self) -> list[Event]:
        """Write what waits, once all of a turn is there: one system call for it."""
        if self._state != "open" or not self._out or self._tls_waits == "read":
            return []
        return self._write()

    def end(self, now: float, patience: float) -> None:
        """Write what waits, let the server close, in so many seconds at most; no event follows.

        Closing with bytes unread would reset the connection, and the server might not see the last words.
        """
        self._ends = now + patience
        if self._state != "open":
            self.close()
        elif not self._out:
            self._say_end()

    def close(self) -> None:
        """Close at once; what waits is lost."""
        self._state = "closed"
        self._out.clear()
        self._waiting = 0
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    # --- connecting --------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        """How a sentence names the server."""
        address = self._address
        return address.path or f"{address.host} port {address.port}"

    def _resolved(self, now: float) -> list[Event]:
        if self._failure is not None:
            return self._failed(tls.Problem(_lookup_sentence(self._failure, self._address.host)))
        self._left = list(self._found or ())
        return self._try_next(now)

    def _try_next(self, now: float) -> list[Event]:
        """Begin to connect to the next address; where none is left, say why none of them answered."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        while self._left:
            family, where = self._left.pop(0)
            try:
                self._socket = sock = socket.socket(family, socket.SOCK_STREAM)
                sock.setblocking(False)
                code = sock.connect_ex(where)
            except (OSError, OverflowError) as error:
                self._errors.append(error if isinstance(error, OSError) else OSError(str(error)))
                continue
            if code and code not in _IN_PROGRESS:
                self._errors.append(OSError(code, os.strerror(code)))
                sock.close()
                continue
            self._state = "connecting"
            self._deadline = now + (HURRY if self._left else PATIENCE)
            text = where if isinstance(where, str) else f"{where[0]} port {where[1]}"
            return [Connecting(self.network, text)]
        return self._failed(tls.Problem(_refusal(self._errors, self._where, self._address.path)))

    def _connected(self, now: float) -> list[Event]:
        assert self._socket is not None
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._errors.append(OSError(code, os.strerror(code)))
            return self._try_next(now)
        if not self._address.path:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deadline = None
        if not self._address.tls:
            return self._stands()
        try:
            _, _, ca, verify, cert = self.wish
            self._socket = tls.wrap(self._socket, self._address.host, ca, verify, cert)
        except tls.BadFile as error:
            return self._failed(tls.Problem(str(error), again=False))
        self._state = "handshake"
        self._deadline = now + PATIENCE
        return self._shake(now)

    def _shake(self, now: float) -> list[Event]:
        sock: Any = self._socket
        try:
            sock.do_handshake()
        except OSError as error:
            self._tls_waits = tls.would_block(error)
            if self._tls_waits:
                return []
            return self._failed(tls.problem(error, self._address.host, self._address.port))
        self._tls_waits = ""
        self._deadline = None
        return self._stands()

    def _stands(self) -> list[Event]:
        self._state = "open"
        return [Connected(self.network)]

    def _failed(self, problem: tls.Problem) -> list[Event]:
        self.close()
        refused = bool(self._errors) and all(_is_refusal(error) for error in self._errors)
        return [ConnectionFailed(self.network, problem.reason, refused, problem.hint, problem.again)]

    # --- bytes -------------------------------------------------------------------------------

    def _read(self) -> list[Event]:
        """Read a chunk; of TLS all that is there, up to as much, because ``select`` cannot see the rest."""
        assert self._socket is not None
        data = b""
        try:
            data = self._socket.recv(CHUNK)
            ended = not data
            while self._address.tls and data and len(data) < CHUNK:
                more = self._socket.recv(CHUNK - len(data))
                ended = not more
                if ended:
                    break
                data += more
        except BlockingIOError:
            return []
        except OSError as error:
            waits = tls.would_block(error) if self._address.tls else ""
            if not waits:
                lost = self._lost("" if _is_end(error) else _error_text(error))
                return [Received(self.network, data), *lost] if data else lost
            self._tls_waits = "write" if waits == "write" else ""
            ended = False
        events: list[Event] = [Received(self.network, data)] if data else []
        return [*events, *self._lost("")] if ended else events

    def _write(self) -> list[Event]:
        """Write as much as there is room for."""
        assert self._socket is not None
        data = b"".join(self._out)
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._tls_waits = tls.would_block(error) if self._address.tls else ""
            if not self._tls_waits:
                return self._lost("" if _is_end(error) else _error_text(error))
            sent = 0
        else:
            self._tls_waits = ""
        # TLS wants the same bytes again after a write that waited: they are kept as one piece
        self._out = [data[sent:]] if sent < len(data) else []
        self._waiting = len(data) - sent
        if self._out:
            return []
        if self._ends is not None:
            self._say_end()
        return [Flushed(self.network)]

    def _say_end(self) -> None:
        """Tell the server that nothing more comes."""
        assert self._socket is not None
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def _lost(self, reason: str) -> list[Event]:
        self.close()
        return [ConnectionLost(self.network, reason)]


def _is_numeric(host: str) -> bool:
    """Say whether a host is an address already, whose lookup asks nobody."""
    return ":" in host or host.replace(".", "").isdecimal()


def _is_refusal(error: OSError) -> bool:
    return isinstance(error, (ConnectionRefusedError, FileNotFoundError)) or error.errno in (
        errno.ECONNREFUSED,
        errno.ENOENT,
    )


def _is_end(error: OSError) -> bool:
    """Say whether an error is just the end of the connection."""
    name = type(error).__name__
    return isinstance(error, (ConnectionResetError, BrokenPipeError)) or name in (
        "SSLEOFError",
        "SSLZeroReturnError",
    )


def _error_text(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _lookup_sentence(error: OSError, host: str) -> str:
    """Say why a name could not be looked up."""
    if error.errno == getattr(socket, "EAI_AGAIN", None):
        return f"the name {host} could not be looked up: no name server answers"
    if isinstance(error, socket.gaierror):
        return f"there is no host called {host}"
    return f"the name {host} could not be looked up: {_error_text(error)}"


def _refusal(errors: list[OSError], where: str, path: str) -> str:
    """Say why none of a server's addresses could be connected to."""
    if not errors:
        return f"{where} has no address"
    if path and errors[-1].errno == errno.ENOENT:
        return f"there is no socket at {path}"
    if all(_is_refusal(error) for error in errors):
        return f"nobody answers at {where}"
    # the refusals of some addresses say less than what befell the others
    worst = next(error for error in errors if not _is_refusal(error))
    if isinstance(worst, TimeoutError) or worst.errno == errno.ETIMEDOUT:
        return f"no answer from {where}"
    if worst.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return f"there is no way to {where} from here: {_error_text(worst)}"
    return f"connecting to {where} failed: {_error_text(worst)}"
