"""The order in which history is read: the table ``pages``, of which every page is a range.

Records are written in the order of what happens, all channels among each other; ``pages`` has those of each
channel together.  It follows behind (``maintenance.py``), so every query has two parts: a range of ``pages``,
and the newest records, some twenty thousand of them at most, one by one.  What is redacted, erased or too old
leaves it with its record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

SLICE: Final = 500  # records of one transaction: 2.5 microseconds each in 50 channels, where 100 took 6
COLUMNS: Final = "records.ms, records.seq, command, source, account, middle, records.text, tags, bot"

_PAGED: Final = "(SELECT value FROM meta WHERE name = 'paged')"


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
            ORDER BY pages.ms {order}, pages.seq {order} LIMIT :limit)"""
        for kind in kinds
    ]
    found = ", ".join(map(str, kinds))
    parts.append(
        f"""SELECT * FROM (SELECT {COLUMNS} FROM records
            WHERE number > {_PAGED} AND target = :target AND kind IN ({found}) AND {between("records")} {more}
            ORDER BY ms {order}, seq {order} LIMIT :limit)"""
    )
    return " UNION ALL ".join(parts) + f" ORDER BY 1 {order}, 2 {order} LIMIT :limit"


# of the targets whose numbers are in the JSON list :targets, when something was said there last
NEWEST: Final = (
    f"""SELECT value, (SELECT ms || '-' || seq FROM pages WHERE target = value AND kind = 1
        AND {between("pages")} ORDER BY ms DESC, seq DESC LIMIT 1) FROM json_each(:targets)""",
    f"""SELECT target, ms || '-' || seq FROM records WHERE number > {_PAGED} AND kind = 1
        AND {between("records")} AND target IN (SELECT value FROM json_each(:targets))""",
)


def page_some(connection: sqlite3.Connection) -> bool:
    """Let some of the newest records into ``pages``; tell whether there may be more."""
    execute = connection.execute
    (paged,) = execute("SELECT value FROM meta WHERE name = 'paged'").fetchone()
    numbers = "SELECT number FROM records WHERE number > ? ORDER BY number LIMIT ?"
    count, last = execute(f"SELECT count(*), max(number) FROM ({numbers})", (paged, SLICE)).fetchone()
    if count:
        execute(
            "INSERT INTO pages SELECT target, kind, ms, seq, number FROM records"
            " WHERE number > ? AND number <= ? AND kind < 2 ORDER BY 1, 2, 3, 4",
            (paged, last),
        )
        execute("UPDATE meta SET value = ? WHERE name = 'paged'", (last,))
    return bool(count == SLICE)


def unpage(connection: sqlite3.Connection, numbers: Sequence[tuple[int]]) -> None:
    """Take records out of ``pages``, before they change or go."""
    connection.executemany(
        "DELETE FROM pages WHERE (target, kind, ms, seq, number) ="
        " (SELECT target, kind, ms, seq, number FROM records WHERE number = ?)",
        numbers,
    )
