"""The order in which history is read: the table ``pages``, of which every page is a range.

Records are written in the order of what happens, all channels among each other; ``pages`` has those of each
channel together.  It follows behind (``maintenance.py``), so every query has two parts: a range of ``pages``,
and the newest records, some fifty thousand of them at most, one by one.  The number of the last record that
the first part has stands in ``meta``; what is in ``pages`` beyond it does not count yet.  What is redacted,
erased or too old leaves it with its record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

PASS: Final = 20_000  # records that are sorted at a time
SLICE: Final = 250  # of them, those of one transaction, for which the loop may have to wait: 0.3 ms
COLUMNS: Final = "records.ms, records.seq, command, source, account, middle, records.text, tags, bot"

_PAGED: Final = "(SELECT value FROM meta WHERE name = 'paged')"
_SORTED: Final = """CREATE TEMP TABLE IF NOT EXISTS sorted
    (place INTEGER PRIMARY KEY, target INTEGER, kind INTEGER, ms INTEGER, seq INTEGER, number INTEGER)"""


def between(table: str) -> str:
    """The condition that a record lies between the marks ``:low_...`` and ``:high_...``, which it is not."""
    mark = f"({table}.ms, {table}.seq)"
    return f"{mark} > (:low_ms, :low_seq) AND {mark} < (:high_ms, :high_seq)"


def select(kinds: Sequence[int], order: str, where: str = "") -> str:
    """The query of a page of the target ``:target``: ``:limit`` records, the first or the last of them.

    ``order`` is ASC or DESC; ``where`` is one more condition, that a record has to fulfil.
    """
    more = f"AND {where}" if where else ""
    parts = [
        f"""SELECT * FROM (SELECT {COLUMNS} FROM pages CROSS JOIN records ON records.number = pages.number
            WHERE pages.target = :target AND pages.kind = {kind} AND {between("pages")} {more}
            AND pages.number <= {_PAGED}
            ORDER BY pages.ms {order}, pages.seq {order} LIMIT :limit)"""
        for kind in kinds
    ]
    found = ", ".join(map(str, kinds))
    parts.append(
        f"""SELECT * FROM (SELECT {COLUMNS} FROM records
            WHERE number > {_PAGED} AND target = :target AND kind IN ({found}) AND {between("records")} {more}
            ORDER BY number {order} LIMIT :limit)"""  # the same order, and the page's end ends the search
    )
    return " UNION ALL ".join(parts) + f" ORDER BY 1 {order}, 2 {order} LIMIT :limit"


# of the targets whose numbers are in the JSON list :targets, when something was said there last
NEWEST: Final = (
    f"""SELECT value, (SELECT ms || '-' || seq FROM pages WHERE target = value AND kind = 1
        AND {between("pages")} ORDER BY ms DESC, seq DESC LIMIT 1) FROM json_each(:targets)""",
    f"""SELECT target, ms || '-' || seq FROM records WHERE number > {_PAGED} AND kind = 1
        AND {between("records")} AND target IN (SELECT value FROM json_each(:targets))""",
)


class Order:
    """Fills ``pages``: one thread does, and whoever removes or changes a record first takes it out of there.

    The records of a slice are sorted beforehand, so that they go to few places of the file: in 50 channels
    others cannot write for 0.9 microseconds of each, where in the order of time it was 2.8.
    """

    def __init__(self) -> None:
        self._left: list[tuple[int]] | None = None  # what was taken out since a pass began, while one goes on

    def begin(self) -> None:
        """Begin a pass, when it is our turn to write.  ``rest`` afterwards, however it went."""
        self._left = []

    def rest(self) -> None:
        """No pass goes on any more."""
        self._left = None

    def sort(self, connection: sqlite3.Connection) -> tuple[int, int]:
        """Sort some of the newest records; return how many, and up to which number.

        Others may write meanwhile.
        """
        execute = connection.execute
        execute(_SORTED)
        execute("DELETE FROM sorted")
        (paged,) = execute(f"SELECT {_PAGED}").fetchone()
        numbers = "SELECT number FROM records WHERE number > ? ORDER BY number LIMIT ?"
        count, last = execute(f"SELECT count(*), max(number) FROM ({numbers})", (paged, PASS)).fetchone()
        execute(
            "INSERT INTO sorted (target, kind, ms, seq, number)"
            " SELECT target, kind, ms, seq, number FROM records"
            " WHERE number > ? AND number <= ? AND kind < 2 ORDER BY 1, 2, 3, 4",
            (paged, last),
        )
        return count, last

    def merge(self, connection: sqlite3.Connection, start: int) -> None:
        """Let a slice of what was sorted into ``pages``, when it is our turn to write.

        One statement, which is a transaction by itself: between two of them this thread would wait for
        Python's lock, and the loop for this thread.
        """
        if self._left:  # unless that was undone
            connection.executemany(
                "DELETE FROM sorted WHERE number = ?"
                " AND NOT EXISTS (SELECT 1 FROM records r WHERE r.number = sorted.number AND r.kind < 2)",
                self._left,
            )
            self._left.clear()
        connection.execute(
            "INSERT OR IGNORE INTO pages SELECT target, kind, ms, seq, number FROM sorted"
            " WHERE place > ? AND place <= ?",
            (start, start + SLICE),
        )

    def end(self, last: int, connection: sqlite3.Connection) -> None:
        """What a pass has brought into ``pages`` counts from now on."""
        connection.execute("UPDATE meta SET value = ? WHERE name = 'paged'", (last,))

    def take_out(self, connection: sqlite3.Connection, numbers: Sequence[tuple[int]]) -> None:
        """Take records out of ``pages``, before they change or go."""
        if self._left is not None:
            self._left += numbers
        connection.executemany(
            "DELETE FROM pages WHERE (target, kind, ms, seq, number) ="
            " (SELECT target, kind, ms, seq, number FROM records WHERE number = ?)",
            numbers,
        )
