"""``gchat --local``: one server for this account's gchats, started by the first, ended by the last.

Three files in the data folder, and the kernel's locks on them, are all there is to it, so nothing has to be
tidied up after a crash or a ``kill -9``:

- ``starting``: held while somebody looks for the server or starts it; one at a time.
- ``users``: every ``gchat --local`` holds a shared lock on it for as long as it lives.  The server was told
  to end as soon as it can lock it for itself (``gchat-server --while-locked``).
- ``server``: the server inherits a lock on it at birth and so holds it until it is gone, whatever ends it.

``address`` is where the server listens (it writes it itself) and ``log`` what it said.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from gchat.client.address import Address, BadAddress, parse_address
from gchat.paths import data_folder, make_private

if TYPE_CHECKING:
    import subprocess

if sys.platform != "win32":
    import fcntl

LOBBY = "#lobby"
PATIENCE = 10.0  # seconds for the server to listen, or for the one before to end
_GLANCE = 0.01  # seconds between two looks for it

_started: list[subprocess.Popen[bytes]] = []  # a running child that is forgotten is warned of


class LocalError(Exception):
    """There is no server to be had; ``str(error)`` is the sentence to show."""


def join_local_server(folder: str | None = None, command: Sequence[str] | None = None) -> Address:
    """Return this account's own server and its lobby, started if need be; it lives as long as we do.

    ``folder`` is where its files are (default: the data folder); ``command`` is what starts it, to which its
    options are added.  Usually 0.3 seconds, at most ``PATIENCE``; raises LocalError.
    """
    if sys.platform == "win32":
        raise LocalError(
            "gchat --local needs file locks that Windows lacks; run gchat-server in a window of its own"
        )
    place = folder or os.path.join(data_folder(), "local")
    try:
        make_private(place)
        starting = _open(place, "starting")
        try:
            fcntl.flock(starting, fcntl.LOCK_EX)
            address = _join(place, command or [sys.executable, "-P", "-m", "gchat.server"])
            return address._replace(channels=(LOBBY,))
        finally:
            os.close(starting)
    except OSError as error:
        raise LocalError(f"{error.filename or place} cannot be used: {error.strerror}") from error


def _join(place: str, command: Sequence[str]) -> Address:
    """Count ourselves as a user, then find the server or start one.  ``starting`` is held."""
    deadline = time.monotonic() + PATIENCE
    with ExitStack() as unless_it_works_out:
        users = _open(place, "users")
        unless_it_works_out.callback(os.close, users)
        # a server that is about to end holds this one for itself, and gives it back with its last breath
        while not _lock(users, fcntl.LOCK_SH):
            _wait(deadline, f"the server before has not ended yet; its log is {_log(place)}")
        server = _open(place, "server")
        try:
            if _lock(server, fcntl.LOCK_EX):
                _start(place, command, server)
        finally:
            os.close(server)  # the server has inherited it, and with it the lock
        address = _await(place, deadline)
        unless_it_works_out.pop_all()
    return address


def _start(place: str, command: Sequence[str], lock: int) -> None:
    """Start the server on its own: no terminal, no parent's folder, its words in the log."""
    import subprocess

    port = _free_port_of_before(place)
    address = os.path.join(place, "address")
    if os.path.exists(address):
        os.unlink(address)
    options = ["--no-config", "--listen", f"127.0.0.1:{port}", "--data-dir", place]
    options += ["--port-file", address, "--while-locked", os.path.join(place, "users")]
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    search = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    log_file = _log(place)
    if os.path.exists(log_file):
        os.replace(log_file, f"{log_file}.before")
    with open(log_file, "wb") as log:
        process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=place,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
            pass_fds=[lock],
            start_new_session=True,
        )
    _started.append(process)


def _await(place: str, deadline: float) -> Address:
    """Return where the server listens, once it says so."""
    while True:
        address = _address(place)
        if address is not None:
            return address
        server = _open(place, "server")
        ended = _lock(server, fcntl.LOCK_EX)
        os.close(server)
        if ended:
            raise LocalError(f"the server ended at once; {_last_words(place)}")
        _wait(deadline, f"the server does not listen after {PATIENCE:.0f} seconds; its log is {_log(place)}")


def _address(place: str) -> Address | None:
    try:
        with open(os.path.join(place, "address"), encoding="utf-8") as source:
            return parse_address(source.readline())
    except (FileNotFoundError, BadAddress):
        return None


def _free_port_of_before(place: str) -> int:
    """Return the port of the last time if it is free, else 0 (any).

    Who still waits for a server that was killed then finds the new one.
    """
    import socket

    before = _address(place)
    if before is None:
        return 0
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((before.host, before.port))
        except OSError:
            return 0
    return before.port


def _last_words(place: str) -> str:
    with open(_log(place), "rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - 4096))
        lines = log.read().decode("utf-8", "replace").strip().splitlines()
    return f"its last words: {lines[-1].strip()} ({_log(place)})" if lines else f"its log is {_log(place)}"


def _log(place: str) -> str:
    return os.path.join(place, "log")


def _open(place: str, name: str) -> int:
    # for writing, since an exclusive lock over NFS asks for that: flock(2), NFS details
    return os.open(os.path.join(place, name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _lock(file: int, kind: int) -> bool:
    """Take a lock if it is to be had now."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _wait(deadline: float, problem: str) -> None:
    """Let a moment pass.  Raises LocalError with the problem when the deadline is over."""
    if time.monotonic() > deadline:
        raise LocalError(problem)
    time.sleep(_GLANCE)
