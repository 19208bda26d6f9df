"""History on SQLite: every page is a range of one index, so it costs the same wherever it lies.

Called in threads; each has a connection of its own that cannot write.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from gchat.irc.message import NO_TAGS
from gchat.server.stores import modlog, pages
from gchat.server.stores.base import Damaged, Logged, Mark, Record, StoreError
from gchat.server.stores.files import connect, explained
from gchat.server.stores.words import Words, query

PATIENCE: Final = 5.0  # seconds for the file to be free
LONGEST: Final = 2.0  # seconds of one search: others wait for its thread
STEPS: Final = 20_000  # of SQLite's machine between two looks at the clock

_LATEST: Final = (1 << 53, 0)  # after every mark
_EARLIEST: Final = (-1, 0)
_FROM_NICK: Final = "lower(substr(source, 1, instr(source || '!', '!') - 1)) = :nick"

# by (with events, from the end)
_PAGES: Final = {
    (events, last): pages.select((0, 1) if events else (1,), "DESC" if last else "ASC")
    for events in (False, True)
    for last in (False, True)
}
_BY_NICK: Final = pages.select((1,), "DESC", _FROM_NICK)
_FIND: Final = f"""SELECT {pages.COLUMNS} FROM records WHERE number = (SELECT number FROM places
    WHERE target = ? AND kind IN (0, 1) AND ms = ? AND seq = ?)"""
_CHANGES: Final = f"""SELECT {pages.COLUMNS} FROM records INDEXED BY edits
    WHERE tags IS NOT NULL AND instr(tags, '"gchat/edit"') AND target = ? AND kind < 2
    AND json_extract(tags, '$."gchat/edit"') IN (SELECT value FROM json_each(?)) ORDER BY ms, seq"""
_NUMBERS: Final = "SELECT number, name FROM targets WHERE name IN (SELECT value FROM json_each(?))"
# The targets and their marks are the JSON list :asked; SQLite makes an index of them for itself.
_SEARCH: Final = f"""WITH asked AS MATERIALIZED (
        SELECT number, name, json_extract(value, '$[1]') AS since, json_extract(value, '$[2]') AS since_seq
        FROM json_each(:asked) CROSS JOIN targets ON name = json_extract(value, '$[0]'))
    SELECT {pages.COLUMNS}, name FROM search.words
    CROSS JOIN records ON records.number = words.rowid CROSS JOIN asked ON asked.number = target
    WHERE words MATCH :words AND kind = 1 AND (:nick = '' OR {_FROM_NICK})
    AND (records.ms, records.seq) > (since, since_seq) AND {pages.between("records")}
    ORDER BY words.rowid DESC LIMIT :limit"""


class SqliteHistory:
    """What was said, as ``base.History`` describes it."""

    def __init__(self, path: str, words: Words) -> None:
        self._path = path
        self._words = words
        self._own = threading.local()
        self._all: list[sqlite3.Connection] = []  # to be closed at the end, whatever became of their threads
        self._era = 0  # which file it is: another one may have been put in its place

    # pages

    def latest(self, target: str, after: Mark | None, limit: int, events: bool) -> list[Record]:
        """The last records, only those after the mark if there is one."""
        return self._range(target, after or _EARLIEST, _LATEST, limit, events, last=True)

    def before(self, target: str, mark: Mark, limit: int, events: bool) -> list[Record]:
        """The last records before a mark."""
        return self._range(target, _EARLIEST, mark, limit, events, last=True)

    def after(self, target: str, mark: Mark, limit: int, events: bool) -> list[Record]:
        """The first records after a mark."""
        return self._range(target, mark, _LATEST, limit, events, last=False)

    def between(self, target: str, first: Mark, last: Mark, limit: int, events: bool) -> list[Record]:
        """The records between two marks, those nearest to ``first``."""
        low, high = sorted((first, last))
        return self._range(target, low, high, limit, events, last=first > last)

    def _range(
        self, target: str, low: Sequence[int], high: Sequence[int], limit: int, events: bool, last: bool
    ) -> list[Record]:
        with explained(self._path):
            connection = self._connection()
            values = {"target": _number(connection, target), "limit": limit, **_bounds(low, high)}
            rows = connection.execute(_PAGES[events, last], values).fetchall()
        if last:
            rows.reverse()
        return [_record(target, row) for row in rows]

    # single things

    def find(self, target: str, id: str) -> Record | None:
        """One record; None where it is not, or was redacted."""
        mark = Mark.of(id)
        if mark is None:
            return None
        with explained(self._path):
            connection = self._connection()
            row = connection.execute(_FIND, (_number(connection, target), *mark)).fetchone()
        return None if row is None else _record(target, row)

    def changes(self, target: str, ids: Iterable[str]) -> list[Record]:
        """The records that take the place of these."""
        with explained(self._path):
            connection = self._connection()
            asked = (_number(connection, target), json.dumps(list(ids)))
            rows = connection.execute(_CHANGES, asked).fetchall()
        return [_record(target, row) for row in rows]

    def newest(self, targets: Iterable[str], first: Mark, last: Mark, limit: int) -> list[tuple[str, Mark]]:
        """The targets in which something was said between the marks, with the last of it there, in order."""
        low, high = sorted((first, last))
        latest: dict[int, Mark] = {}
        with explained(self._path):
            connection = self._connection()
            connection.execute("BEGIN")  # of one moment: what is paged between two queries is in neither
            try:
                names = dict(connection.execute(_NUMBERS, (json.dumps(list(targets)),)).fetchall())
                values = {"targets": json.dumps(list(names)), **_bounds(low, high)}
                for newest in pages.NEWEST:
                    for number, id in connection.execute(newest, values):
                        mark = Mark.of(id) if id is not None else None
                        if mark is not None:
                            latest[number] = max(mark, latest.get(number, mark))
            finally:
                connection.execute("ROLLBACK")
        found = [(names[number], mark) for number, mark in latest.items()]
        found.sort(key=lambda pair: (pair[1], pair[0]))
        return found[:limit] if first <= last else found[max(len(found) - limit, 0) :]

    def direct_targets(self, account: str) -> list[str]:
        """The targets of all direct messages of a (folded) account."""
        with explained(self._path):
            rows = self._connection().execute(
                "SELECT name FROM targets WHERE other = ? UNION SELECT name FROM targets"
                " WHERE name >= ? AND name < ? AND other IS NOT NULL ORDER BY name",
                (account, f"{account} ", f"{account}!"),
            )
            return [name for (name,) in rows.fetchall()]

    def modlog(self, target: str, since: Mark, before: int, limit: int) -> list[Logged]:
        """The last entries of a channel's moderation log, after a mark and before a place."""
        with explained(self._path):
            return modlog.page(self._connection(), target, since, before, limit)

    # searching

    def search(
        self,
        targets: Mapping[str, Mark],
        words: str,
        nick: str = "",
        before: Mark | None = None,
        limit: int = 100,
    ) -> list[Record]:
        """The last that was said with all the words, in any order."""
        values: dict[str, Any] = {"nick": nick, "limit": limit, **_bounds(_EARLIEST, before or _LATEST)}
        asked = query(words)
        try:
            rows = self._search(targets, asked, values)
        except Damaged as error:
            if not asked:
                raise
            # most likely the index, and not what was said
            raise StoreError(f"{self._path}-search is damaged; remove it, and it is made anew") from error
        rows.sort(key=lambda row: (row[0], row[1]))
        return [_record(row[-1], row[:-1]) for row in rows[max(len(rows) - limit, 0) :]]

    def _search(self, targets: Mapping[str, Mark], asked: str, values: dict[str, Any]) -> list[Any]:
        rows: list[Any] = []
        with explained(self._path):
            connection = self._connection()
            deadline = time.monotonic() + LONGEST
            connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
            try:
                if asked:
                    self._words.catch_up(deadline)
                    self._words.attach(connection)
                    marks = [(name, *since) for name, since in targets.items()]
                    values |= {"words": asked, "asked": json.dumps(marks)}
                    rows = connection.execute(_SEARCH, values).fetchall()
                elif values["nick"]:
                    for name, since in targets.items():
                        low = {"low_ms": since.milliseconds, "low_seq": since.sequence}
                        of = {**values, **low, "target": _number(connection, name)}
                        rows += [(*row, name) for row in connection.execute(_BY_NICK, of)]
            finally:
                connection.set_progress_handler(None, 0)
        return rows

    # connections

    def _connection(self) -> sqlite3.Connection:
        era, connection = getattr(self._own, "pair", (-1, None))
        if connection is None or era != self._era:
            connection = connect(self._path, write=False, patience=PATIENCE)
            self._own.pair = (self._era, connection)
            self._all.append(connection)
        return connection

    def renew(self) -> None:
        """Have every thread open the file again: it is another one."""
        self._era += 1

    def close(self) -> None:
        """Close what the threads opened.  Reading that is still under way ends with a StoreError."""
        self._era += 1
        for connection in self._all:
            with suppress(sqlite3.Error):
                connection.close()
        self._all.clear()


def _number(connection: sqlite3.Connection, target: str) -> int | None:
    """The number of a target; None, which no record has, where nothing was ever said there."""
    row = connection.execute("SELECT number FROM targets WHERE name = ?", (target,)).fetchone()
    return None if row is None else row[0]


def _bounds(low: Sequence[int], high: Sequence[int]) -> dict[str, int]:
    return {"low_ms": low[0], "low_seq": low[1], "high_ms": high[0], "high_seq": high[1]}


def _record(target: str, row: Sequence[Any]) -> Record:
    ms, seq, command, source, account, middle, text, tags, bot = row
    first = middle.split(" ") if middle is not None else ()
    params = (*first, text) if text is not None else ()
    found = json.loads(tags) if tags else NO_TAGS
    return Record(f"{ms}-{seq}", target, command, source, account, params, found, bool(bot))
