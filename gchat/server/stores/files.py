"""The files of the SQLite store: opening them, one process at a time, and errors in sentences.

``PATH`` is the database; beside it stand ``PATH-wal`` and ``PATH-shm`` (SQLite's own), ``PATH-search`` (the
index of words, which can be made anew at any time) and ``PATH.lock``, held by the process that may write:
its id stands in it.  Nobody but their owner can read any of them.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gchat.paths import make_private
from gchat.server.stores.base import Damaged, StoreError, TooSlow

if sys.platform != "win32":
    import fcntl

PRIVATE = 0o600
PAGE = 2048  # bytes
SYNCHRONOUS = {"normal": "NORMAL", "full": "FULL"}


# --- errors --------------------------------------------------------------------------------------

# By SQLite's primary result code (https://www.sqlite.org/rescode.html): what happened, and what to do.
_SENTENCES = {
    sqlite3.SQLITE_FULL: "cannot be written: the disk is full; make room on it",
    sqlite3.SQLITE_READONLY: "cannot be written: it is read-only; let gchat-server write it and its folder",
    sqlite3.SQLITE_PERM: "cannot be used: gchat-server's user may not; give it the file and its folder",
    sqlite3.SQLITE_AUTH: "cannot be used: gchat-server's user may not; give it the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: look whether it and its folder are there and may be used",
    sqlite3.SQLITE_BUSY: "is locked by another program; end that program",
    sqlite3.SQLITE_LOCKED: "is locked by another program; end that program",
    sqlite3.SQLITE_NOTADB: "is not a database; move it away, or name another file in [store] path",
    sqlite3.SQLITE_CORRUPT: "is damaged; put a backup (gchat-server backup) in its place, or move it away",
    sqlite3.SQLITE_IOERR: "cannot be used: the disk reports an error; look at the disk and its free room",
    sqlite3.SQLITE_NOMEM: "cannot be used: there is no memory left",
    sqlite3.SQLITE_PROTOCOL: "is locked by another program; end that program",
    sqlite3.SQLITE_INTERRUPT: "was being read for too long; ask for less",
}


class Held(StoreError):
    """Another program writes the file at the moment."""


_KINDS = {
    sqlite3.SQLITE_BUSY: Held,
    sqlite3.SQLITE_INTERRUPT: TooSlow,
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
}


def sentence(path: str, error: sqlite3.Error) -> str | None:
    """Which file, why, and what to do; None for what is no fault of the disk but of the program."""
    text = _SENTENCES.get(getattr(error, "sqlite_errorcode", -1) & 0xFF)
    return None if text is None else f"{path} {text}"


def explain(path: str, error: BaseException) -> None:
    """Raise a StoreError, of its kind, for what goes wrong with the file; a mistake of the program passes."""
    if isinstance(error, sqlite3.Error):
        said = sentence(path, error)
        if said is not None:
            raise _KINDS.get(error.sqlite_errorcode & 0xFF, StoreError)(said) from error


@contextmanager
def explained(path: str) -> Iterator[None]:
    """Turn what goes wrong with the file into a StoreError; a mistake of the program stays what it is."""
    try:
        yield
    except sqlite3.Error as error:
        explain(path, error)
        raise


# --- opening -------------------------------------------------------------------------------------


def connect(path: str, *, write: bool, patience: float, durability: str = "normal") -> sqlite3.Connection:
    """Open a database that exists.  The caller may hand the connection from thread to thread, one at a time.

    ``patience``: seconds to wait for another program that writes it.  Raises sqlite3.Error.
    """
    connection = sqlite3.connect(
        uri(path, write=write),
        uri=True,
        timeout=patience,
        isolation_level=None,  # transactions are begun and ended by hand
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        if write:
            # Of a file that is being made: a turn writes a page or two for each channel.
            connection.execute(f"PRAGMA page_size = {PAGE}")
            # WAL: readers and the writer do not wait for each other.  https://www.sqlite.org/wal.html
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS[durability]}")
            connection.execute("PRAGMA wal_autocheckpoint = 0")  # maintenance.py does that, off the loop
            connection.execute("PRAGMA secure_delete = ON")  # what was redacted is not to lie in the file
            connection.execute("PRAGMA cache_size = -16000")
        else:
            connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        connection.close()
        raise
    return connection


def uri(path: str, *, write: bool) -> str:
    """How SQLite is told to open a file that exists.  https://www.sqlite.org/uri.html"""
    return f"{Path(path).absolute().as_uri()}?mode={'rw' if write else 'ro'}"


def remove(path: str) -> None:
    """Remove a database that nobody has open, as far as it is there.  Raises OSError."""
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.remove(f"{path}{end}")


def make(path: str) -> None:
    """Make a file that only its owner can read, and its folder, where they are not.  Raises StoreError."""
    try:
        make_private(os.path.dirname(os.path.abspath(path)))
        if not os.path.exists(path):
            # Never opened and closed once SQLite has it: that would drop SQLite's own locks on it (POSIX).
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, PRIVATE))
        else:
            with suppress(OSError):  # somebody else's file that we may use
                os.chmod(path, PRIVATE)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made: {error.strerror}; make its folder, or name another file in [store] path"
        ) from error


def identity(path: str) -> tuple[int, int] | None:
    """Which file a path means, to notice that it was removed or replaced; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


# --- one process at a time -----------------------------------------------------------------------


class InUse(StoreError):
    """A gchat-server has this store open."""


class Lock:
    """What keeps two servers from writing one store, for as long as this object is not released.

    The kernel takes it back however its holder ends, ``kill -9`` included (flock(2)).
    """

    def __init__(self, path: str) -> None:
        """Take the lock of the store at ``path``.  Raises InUse and StoreError."""
        try:
            self._file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        except OSError as error:
            raise StoreError(f"{path}.lock cannot be made: {error.strerror}") from error
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = f"another gchat-server{_read_process(self._file)}"
            os.close(self._file)
            raise InUse(
                f"{path} is in use by {holder}; end that one, or name another in [store] path"
            ) from None
        with suppress(OSError):  # a full disk: nobody is named then
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        """Let others have it."""
        if self._file >= 0:
            if sys.platform != "win32":
                with suppress(OSError):
                    os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1


def _read_process(file: int) -> str:
    """`` (process 123)``: who holds a lock, as far as that stands in its file."""
    try:
        written = os.pread(file, 32, 0).decode("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
    number = written.removesuffix("\n")
    return f" (process {number})" if number.isdigit() else ""
