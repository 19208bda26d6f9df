"""The index of words (FTS5), in a file of its own beside the database: ``PATH-search``.

Indexing a message costs as much as storing it several times over, and merging the index's parts tens of
milliseconds, so it is never done in the loop, nor under the lock that the loop's writing needs: SQLite locks
files, and this is another one.  Nothing is lost with it.  It is made anew where it is missing, damaged or of
another database, it is not in backups, and a search reads every message from the database itself.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from gchat.server.stores import files
from gchat.server.stores.base import TooSlow
from gchat.server.stores.files import connect, explained

VERSION: Final = 1  # of the index; any other is thrown away
SLICE: Final = 500  # messages of one transaction
_BEHIND: Final = "the index of words is being made; search again in a minute"

_SCHEMA: Final = (
    """CREATE VIRTUAL TABLE words USING fts5(text, tokenize = "unicode61 remove_diacritics 2")""",
    "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT, indexed INTEGER)",
    "INSERT INTO state SELECT 1, value, 0 FROM kept.meta WHERE name = 'id'",
    f"PRAGMA user_version = {VERSION}",
)


def query(words: str) -> str:
    """What FTS5 is asked for somebody's words: each of them, as it is, without FTS5's own syntax.

    https://www.sqlite.org/fts5.html#fts5_strings
    """
    return " ".join('"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split())


class Words:
    """The index.  Called in threads, one of which works on it at a time."""

    def __init__(self, path: str) -> None:
        """``path`` is the database's."""
        self._path = path
        self._index = f"{path}-search"
        self._working = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def catch_up(self, deadline: float | None = None) -> list[int]:
        """Index what is not indexed yet, forget what is gone; return the numbers that were forgotten.

        Raises StoreError: TooSlow after the deadline (monotonic seconds), with that much of it done.
        """
        forgotten: list[int] = []
        with self._turn(deadline), explained(self._index):
            try:
                while self._slice(forgotten):
                    if deadline is not None and time.monotonic() > deadline:
                        raise TooSlow(_BEHIND)
            except sqlite3.DatabaseError as error:
                self._close()
                if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    files.remove(self._index)
                raise
        return forgotten

    @contextmanager
    def _turn(self, deadline: float | None) -> Iterator[None]:
        """While somebody else works on the index, wait."""
        if not self._working.acquire(timeout=-1 if deadline is None else max(deadline - time.monotonic(), 0)):
            raise TooSlow(_BEHIND)
        try:
            yield
        finally:
            self._working.release()

    def _slice(self, forgotten: list[int]) -> bool:
        """Do a part of it; tell whether there may be more."""
        connection = self._opened()
        execute = connection.execute
        execute("BEGIN")
        try:
            (done,) = execute("SELECT indexed FROM state").fetchone()
            gone = [number for (number,) in execute("SELECT number FROM kept.gone ORDER BY number")]
            gone = gone[len(forgotten) :][:SLICE]
            row = execute(
                "SELECT max(number) FROM (SELECT number FROM kept.records WHERE number > ?"
                " ORDER BY number LIMIT ?)",
                (done, SLICE),
            ).fetchone()
            last = done if row[0] is None else row[0]
            if last == done and not gone:
                execute("ROLLBACK")
                return False
            connection.executemany("DELETE FROM words WHERE rowid = ?", [(number,) for number in gone])
            execute(
                "INSERT INTO words (rowid, text) SELECT number, text FROM kept.records"
                " WHERE number > ? AND number <= ? AND kind = 1",
                (done, last),
            )
            execute("UPDATE state SET indexed = ?", (last,))
            execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                execute("ROLLBACK")
            raise
        forgotten += gone
        return True

    def attach(self, connection: sqlite3.Connection) -> None:
        """Let a reader's connection search.  Raises sqlite3.Error."""
        attached = {name for _, name, _ in connection.execute("PRAGMA database_list")}
        if "search" not in attached:
            connection.execute("ATTACH ? AS search", (files.uri(self._index, write=False),))

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            files.make(self._index)
            connection = connect(self._index, write=True, patience=5.0)
            try:
                connection.execute("PRAGMA wal_autocheckpoint = 1000")  # nobody waits for this file
                connection.execute("ATTACH ? AS kept", (files.uri(self._path, write=False),))
                if not _belongs(connection):
                    connection.close()
                    files.remove(self._index)
                    files.make(self._index)
                    connection = connect(self._index, write=True, patience=5.0)
                    connection.execute("PRAGMA wal_autocheckpoint = 1000")
                    connection.execute("ATTACH ? AS kept", (files.uri(self._path, write=False),))
                    connection.execute("BEGIN")
                    for statement in _SCHEMA:
                        connection.execute(statement)
                    connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def renew(self) -> None:
        """The database is another one: look again whose index this is."""
        with self._working:
            self._close()

    close = renew

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _belongs(connection: sqlite3.Connection) -> bool:
    """True where the index is of this version and of this database."""
    if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        return False
    row = connection.execute(
        "SELECT id = (SELECT value FROM kept.meta WHERE name = 'id'),"
        " indexed <= (SELECT ifnull(max(number), 0) FROM kept.records) FROM state"
    ).fetchone()
    return row is not None and all(row)
