"""The shape of the database, as the steps that lead to it.

To change it, add a function to ``STEPS``; never change one that was released.  ``PRAGMA user_version`` holds
how many of them a file has behind it.  A step runs in the transaction that also raises that number, so a file
is at one version or at the next.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from gchat.server.stores.base import StoreError

APPLICATION: Final = 0x67636874  # "gcht": PRAGMA application_id, by which a file is known to be gchat's


def first(connection: sqlite3.Connection) -> None:
    """Targets, records, redactions, documents."""
    for statement in (
        # What history is found by; a name may change (Moved), the number stays.  ``other`` is the second
        # account of direct messages, the first is what ``name`` begins with.
        "CREATE TABLE targets (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, other TEXT)",
        "CREATE INDEX targets_other ON targets (other) WHERE other IS NOT NULL",
        # number: the order in which they were written, which is also the order of their ids.
        # kind: 0 an event, 1 said (PRIVMSG, NOTICE), 2 redacted: what is left of it is in ``redactions``.
        # middle: all parameters but the last, with spaces between; text: the last.
        """CREATE TABLE records (
            number INTEGER PRIMARY KEY,
            target INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            ms INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            command TEXT NOT NULL,
            source TEXT NOT NULL,
            account TEXT NOT NULL,
            middle TEXT,
            text TEXT,
            tags TEXT,
            bot INTEGER NOT NULL
        )""",
        # A page is a range of this, wherever it lies, with events and without (a range of each kind).
        "CREATE UNIQUE INDEX records_order ON records (target, kind, ms, seq)",
        "CREATE TABLE redactions (number INTEGER PRIMARY KEY, by TEXT, reason TEXT, at INTEGER)",
        # Records whose words the index has yet to forget.
        "CREATE TABLE gone (number INTEGER PRIMARY KEY)",
        "CREATE TABLE documents (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
        "INSERT INTO meta VALUES ('id', lower(hex(randomblob(16)))), ('checked', 0)",
    ):
        connection.execute(statement)


def moderation(connection: sqlite3.Connection) -> None:
    """The moderation log of each channel: ``stores/modlog.py`` says what the hashes are of."""
    for statement in (
        # A channel's log.  count and hash: those of its newest entry.
        """CREATE TABLE modlogs (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INTEGER NOT NULL, hash TEXT NOT NULL
        )""",
        # number: of all entries in all logs, without gaps; place: in its log, from 1.
        # doer and deed are JSON; both are NULL, as is the salt, once they were erased.
        """CREATE TABLE moderation (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            log INTEGER NOT NULL,
            place INTEGER NOT NULL,
            target TEXT NOT NULL,
            ms INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            action TEXT NOT NULL,
            doer TEXT,
            doer_salt TEXT,
            doer_hash TEXT NOT NULL,
            deed TEXT,
            deed_salt TEXT,
            deed_hash TEXT NOT NULL,
            hash TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX moderation_order ON moderation (log, place)",
    ):
        connection.execute(statement)


def pages(connection: sqlite3.Connection) -> None:
    """The order in which history is read, in a table that is filled beside the loop and not in it."""
    for statement in (
        # A page is a range of this, wherever it lies, with events and without (a range of each kind); what
        # was redacted is not in it, nor, yet, are the records with numbers after that in meta, ``paged``.
        """CREATE TABLE pages (
            target INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            ms INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (target, kind, ms, seq, number)
        ) WITHOUT ROWID""",
        "INSERT INTO pages SELECT target, kind, ms, seq, number FROM records WHERE kind < 2 ORDER BY 1, 2, 3",
        "INSERT INTO meta SELECT 'paged', ifnull(max(number), 0) FROM records",
        "DROP INDEX records_order",
        # Where every record is, for those who look for one, or for whether there is one.
        """CREATE VIEW places AS
            SELECT target, kind, ms, seq, number FROM pages
            UNION ALL
            SELECT target, kind, ms, seq, number FROM records
                WHERE number > (SELECT value FROM meta WHERE name = 'paged') AND kind < 2""",
    ):
        connection.execute(statement)


def edits(connection: sqlite3.Connection) -> None:
    """Where the changes of a message are: by its id, which is the tag's value."""
    connection.execute(
        """CREATE INDEX edits ON records (target, json_extract(tags, '$."gchat/edit"'))
            WHERE tags IS NOT NULL AND instr(tags, '"gchat/edit"')"""
    )


STEPS: Final[tuple[Callable[[sqlite3.Connection], None], ...]] = (first, moderation, pages, edits)


def version(connection: sqlite3.Connection) -> int:
    """How many steps a file has behind it; 0 for an empty one."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def migrate(
    connection: sqlite3.Connection,
    path: str,
    steps: tuple[Callable[[sqlite3.Connection], None], ...] = STEPS,
) -> None:
    """Bring a file to the shape that this program knows.  Raises StoreError where it is of another program
    or of a newer gchat-server; then nothing has changed.
    """
    check(connection, path, steps)
    for number in range(version(connection), len(steps)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            steps[number](connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def check(
    connection: sqlite3.Connection,
    path: str,
    steps: tuple[Callable[[sqlite3.Connection], None], ...] = STEPS,
) -> None:
    """Refuse a file that this program must not touch.  Raises StoreError."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and (tables or application):
        raise StoreError(f"{path} belongs to another program; name another file in [store] path")
    found = version(connection)
    if found > len(steps):
        raise StoreError(
            f"{path} was written by a newer gchat-server (its version is {found}, this program knows "
            f"{len(steps)}); run the newer program, or name another file in [store] path"
        )
