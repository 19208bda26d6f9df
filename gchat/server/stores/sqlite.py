"""The store on SQLite: one file, one process that writes it, in the loop, once a turn.

Writing is here and is what the loop waits for: a turn of one message takes 0.03 ms, one of a hundred 0.3.
Reading is ``reading.py`` (in the shell's threads, each with a connection of its own), searching ``words.py``,
and what takes longer than a turn may (checkpoints, retention, the indexes) ``maintenance.py``.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from gchat.server.stores import files, migrations, modlog
from gchat.server.stores.base import Change, Document, Mark, Moderation, Moved, Record, Redaction, StoreError
from gchat.server.stores.files import Lock, connect, explained
from gchat.server.stores.maintenance import Maintenance
from gchat.server.stores.reading import SqliteHistory
from gchat.server.stores.words import Words

PATIENCE: Final = 0.25  # seconds that the loop waits for another process that writes, before chat is refused
KNOWN: Final = 50_000  # targets whose numbers are remembered

_SAID: Final = frozenset(("PRIVMSG", "NOTICE"))
_COLUMNS: Final = "target, kind, ms, seq, command, source, account, middle, text, tags, bot"
_WIDTH: Final = 11
# Python's sqlite3 takes int and str as they are; for None and bool it looks for adapters, which takes longer.
_ROW: Final = "(?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?)"
# By the number of rows.  One statement for all records of a turn: SQLite is entered once, and Python's lock
# let go once.  Longer ones are no faster, and 999 values are the most that an old SQLite takes.
_INSERTS: Final = tuple(
    f"INSERT INTO records ({_COLUMNS}) VALUES {', '.join([_ROW] * rows)}" for rows in range(65)
)
_MOST: Final = (len(_INSERTS) - 1) * _WIDTH  # values of one statement


class SqliteStore:
    """A store in a file.  Made by ``open``; all methods are the loop's."""

    def __init__(self, path: str, lock: Lock, durability: str) -> None:
        self.path = path
        self.turn = threading.Lock()  # whose turn it is to write: the loop's, or the maintenance's
        self.words = Words(path)
        self.reader = SqliteHistory(path, self.words)
        self.maintenance = Maintenance(path, self.turn, self.words)
        self._lock = lock
        self._durability = durability
        self._targets: dict[str, int] = {}
        self.maintenance.forgot_targets = self._targets.clear
        self._identity = files.identity(path)
        self._connection = self._connect(PATIENCE)
        self._last = self._read_last()

    @classmethod
    def open(
        cls, path: str, durability: str = "normal", keep: float = 0.0, background: bool = True
    ) -> SqliteStore:
        """Open the file, or make it.  Raises StoreError, of which InUse is one.

        ``keep``: seconds after which history is forgotten, 0 for never.  ``background`` False: nothing
        happens but what is called (``store.maintenance.work``).
        """
        files.make(path)
        lock = Lock(path)
        try:
            with explained(path):
                connection = connect(path, write=True, patience=PATIENCE)
                try:
                    migrations.migrate(connection, path)
                finally:
                    connection.close()
                store = cls(path, lock, durability)
        except BaseException:
            lock.release()
            raise
        store.maintenance.keep = keep
        if background:
            store.maintenance.start()
        return store

    @property
    def history(self) -> SqliteHistory:
        """How to read what was said."""
        return self.reader

    def configure(self, durability: str, keep: float) -> None:
        """Go on with other settings.  Raises StoreError."""
        self._durability = durability
        self.maintenance.keep = keep
        with self.turn, explained(self.path):
            self._connection.execute(f"PRAGMA synchronous = {files.SYNCHRONOUS[durability]}")

    # reading at the start

    def load(self, kind: str) -> Iterable[tuple[str, Mapping[str, object]]]:
        """All documents of a kind, in the order of their keys."""
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT key, body FROM documents WHERE kind = ? ORDER BY key", (kind,)
            ).fetchall()
        return [(key, json.loads(body)) for key, body in rows]

    def last(self) -> Mark:
        """The id of what was kept last, when the store was opened."""
        return self._last

    def _read_last(self) -> Mark:
        row = self._connection.execute("SELECT ms, seq FROM records ORDER BY number DESC LIMIT 1").fetchone()
        return Mark(*row) if row else Mark(0)

    # writing

    def write(self, changes: Sequence[Change]) -> None:
        """Keep these in one transaction."""
        self.maintenance.keep_going()
        with self.turn:
            if self.maintenance.lost:
                raise StoreError(self.maintenance.lost)
            connection = self._connection
            try:
                self._keep(connection, changes)
                if connection.in_transaction:
                    connection.execute("COMMIT")
            except BaseException as error:
                self._targets.clear()  # some of them may be undone now
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                files.explain(self.path, error)
                raise
            self.maintenance.written += len(changes)

    def _begin(self) -> None:
        """Have all of the turn in one transaction.  A turn of one statement is one by itself, and cheaper."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def _keep(self, connection: sqlite3.Connection, changes: Sequence[Change]) -> None:
        targets = self._targets
        values: list[object] = []
        for change in changes:
            if type(change) is Record:
                id, target, command, source, account, params, tags, bot = change
                ms, _, seq = id.partition("-")
                values += (
                    targets.get(target) or self._number(target),
                    1 if command in _SAID else 0,
                    int(ms),
                    int(seq),
                    command,
                    source,
                    account,
                    params[0] if len(params) == 2 else _middle(params),
                    params[-1] if params else None,
                    json.dumps(dict(tags), ensure_ascii=False) if tags else "",
                    1 if bot else 0,
                )
                continue
            self._begin()
            self._insert(connection, values)  # a redaction may be of a record of the same turn
            values = []
            if isinstance(change, Document):
                self._put(connection, change)
            elif isinstance(change, Redaction):
                self._redact(connection, change)
            elif isinstance(change, Moved):
                self._move(connection, change)
                modlog.rename(connection, change.target, change.to)
            elif isinstance(change, Moderation):
                modlog.append(connection, change)
        self._insert(connection, values)

    def _insert(self, connection: sqlite3.Connection, values: list[object]) -> None:
        """Insert records, whose values stand one after the other."""
        if len(values) > _MOST:
            self._begin()
            for start in range(0, len(values), _MOST):
                self._insert(connection, values[start : start + _MOST])
        elif values:
            connection.execute(_INSERTS[len(values) // _WIDTH], values)

    def _number(self, name: str) -> int:
        """The number of a target, which gets one now if it has none."""
        self._begin()
        execute = self._connection.execute
        row = execute("SELECT number FROM targets WHERE name = ?", (name,)).fetchone()
        if row is None:
            other = None if name.startswith("#") else name.partition(" ")[2] or None
            row = (execute("INSERT INTO targets (name, other) VALUES (?, ?)", (name, other)).lastrowid,)
        if len(self._targets) >= KNOWN:
            self._targets.clear()
        number: int = row[0]
        self._targets[name] = number
        return number

    def _put(self, connection: sqlite3.Connection, document: Document) -> None:
        key = (document.kind, document.key)
        if document.body is None:
            connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", key)
        else:
            body = json.dumps(dict(document.body), ensure_ascii=False)
            connection.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (*key, body))

    def _redact(self, connection: sqlite3.Connection, change: Redaction) -> None:
        mark = Mark.of(change.id)
        if mark is None:
            return
        row = connection.execute(
            "SELECT number FROM places WHERE target = ? AND kind IN (0, 1) AND ms = ? AND seq = ?",
            (self._number(change.target), *mark),
        ).fetchone()
        if row is None:
            return
        self.maintenance.order.take_out(connection, [row])
        connection.execute("UPDATE records SET kind = 2, text = NULL, tags = NULL WHERE number = ?", row)
        connection.execute(
            "INSERT OR REPLACE INTO redactions VALUES (?, ?, ?, ?)",
            (*row, change.by, change.reason, change.at),
        )
        connection.execute("INSERT OR IGNORE INTO gone VALUES (?)", row)

    def _move(self, connection: sqlite3.Connection, change: Moved) -> None:
        # A channel of the new name, long ended, may have a history of its own.  It is not this one's: its
        # name becomes one that nobody can ask for.
        connection.execute(
            "UPDATE targets SET name = name || char(10) || number WHERE name = ? AND name <> ?",
            (change.to, change.target),
        )
        connection.execute("UPDATE targets SET name = ? WHERE name = ?", (change.to, change.target))
        self._targets.clear()

    # when something is wrong

    def check(self) -> None:
        """Open the file again, and try to write."""
        with self.turn, explained(self.path):
            self._targets.clear()
            now = files.identity(self.path)
            if now is None:
                raise StoreError(f"{self.path} was removed; put it back, or start gchat-server again")
            replaced = now != self._identity
            connection = self._connect(0.0)
            try:
                migrations.check(connection, self.path)
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'checked'")
                connection.execute("COMMIT")
                connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
            except BaseException:
                connection.close()
                raise
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = connection
            if replaced:
                self._identity = now
                self.reader.renew()
        # Not in our turn: it may wait for the thread, and that for its turn.
        self.maintenance.renew(self._identity)

    def _connect(self, patience: float) -> sqlite3.Connection:
        return connect(self.path, write=True, patience=patience, durability=self._durability)

    def close(self) -> None:
        """Bring everything into the one file and let go of it."""
        self.maintenance.stop()
        self.reader.close()
        self.words.close()
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with suppress(sqlite3.Error):
            self._connection.close()
        self._lock.release()


def _middle(params: tuple[str, ...]) -> str | None:
    """All parameters but the last as one text, which works because they have no spaces (IRC's own rule)."""
    middle = " ".join(params[:-1])
    if middle and tuple(middle.split(" ")) != params[:-1]:
        raise ValueError(f"a parameter that is not the last is empty or has a space: {params[:-1]!r}")
    return middle or None
