"""Sockets that listen: bound here, given to the servers of ``net.py``.

A host that is a name, or empty for all of the machine's addresses, becomes one socket per address.  What
goes wrong is one sentence that says which address and what to do about it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from typing import Any, NamedTuple

from gchat.server.settings import Listener

BACKLOG = 4096  # connections that wait to be accepted; the kernel caps it at net.core.somaxconn
_HAS_UNIX = hasattr(socket, "AF_UNIX")
_FAMILIES = (socket.AF_INET, socket.AF_INET6)


class ListenError(Exception):
    """An address cannot be listened on; ``str(error)`` is the sentence to show."""


class Bound(NamedTuple):
    """A socket that listens, the address that it was asked for, and the one that it got (port 0 was
    resolved).
    """

    wanted: Listener
    actual: Listener
    socket: socket.socket
    file: tuple[int, int, int] = (0, 0, 0)  # which file a unix socket is

    def close(self) -> None:
        """Stop listening; a unix socket's file goes too, unless somebody put another in its place."""
        self.socket.close()
        if self.actual.path:
            with contextlib.suppress(OSError):
                if _file(self.actual.path) == self.file:
                    os.unlink(self.actual.path)


def listen(listener: Listener) -> list[Bound]:
    """Bind and listen.  Raises ListenError; then nothing is left open."""
    if listener.path:
        return [_listen_unix(listener)]
    opened: list[Bound] = []
    failure: OSError | None = None
    for family, address in _resolve(listener):
        try:
            sock = _bind(family, address)
        except OSError as error:
            # "All addresses" and "localhost" mean those there are: a machine may be without IPv6.
            if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                close_all(opened)
                raise ListenError(_explain(listener, error)) from error
            failure = error
            continue
        name = sock.getsockname()
        opened.append(Bound(listener, Listener(name[0], name[1], tls=listener.tls), sock))
    if not opened:
        assert failure is not None, "a name resolves to at least one address"
        raise ListenError(_explain(listener, failure))
    return opened


def close_all(opened: list[Bound]) -> None:
    """Close several."""
    for bound in opened:
        bound.close()


def _resolve(listener: Listener) -> list[tuple[socket.AddressFamily, Any]]:
    try:
        found = socket.getaddrinfo(
            listener.host or None,
            listener.port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )
    except OSError as error:
        raise ListenError(f"cannot listen on {listener}: the name {listener.host} has no address") from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found if family in _FAMILIES))


def _bind(family: socket.AddressFamily, address: Any) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family in _FAMILIES:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _keep_alive(sock)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # IPv4 has a socket of its own
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _keep_alive(sock: socket.socket) -> None:
    """Have the kernel notice machines that vanished: the tutorial's client cannot be asked for a PONG.

    What is accepted inherits it from here.  Two minutes of silence, then four probes: systems that do not
    know one of the numbers keep their own.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _listen_unix(listener: Listener) -> Bound:
    path = listener.path
    if not _HAS_UNIX:
        raise ListenError(f"cannot listen on {listener}: this system has no unix sockets")
    try:
        _remove_stale(listener)
        sock = _bind(socket.AF_UNIX, path)
    except OSError as error:
        raise ListenError(_explain(listener, error)) from error
    return Bound(listener, listener, sock, _file(path))


def _remove_stale(listener: Listener) -> None:
    """Remove the socket that a server before left behind; one that somebody answers on is in use."""
    path = listener.path
    try:
        is_socket = stat.S_ISSOCK(os.stat(path).st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise ListenError(f"cannot listen on {listener}: that is a file and no socket; choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _file(path: str) -> tuple[int, int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_mtime_ns  # a number is given again as soon as it is free


def _explain(listener: Listener, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        why = "another program listens there; end that one, or choose another address with --listen"
    elif error.errno == errno.EACCES and listener.path:
        why = "this user may not make a file there"
    elif error.errno in (errno.EACCES, errno.EPERM):
        why = "this user may not; ports below 1024 are for root, choose a higher one"
    elif error.errno == errno.EADDRNOTAVAIL:
        why = "this machine has no such address"
    else:
        why = error.strerror or str(error)
    return f"cannot listen on {listener}: {why}"
