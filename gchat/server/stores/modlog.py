"""The moderation log on SQLite: entries that are chained, so that a changed, added or removed one is noticed.

An entry's ``hash`` is the SHA-256 of that of the entry before it in its log, of its numbers, its time, its
action, and of two other hashes: of who did it (``doer``) and of what was done to whom and why (``deed``),
each with a salt.  To erase a person one of the two is removed with its salt: its hash stays, so the chain
holds, and nobody can find out by guessing what it was of.

What a verification cannot see: who can write the file can make every hash anew.  That is found by comparing
the newest hash of a log with one that was noted down elsewhere (``gchat-server modlog --verify`` prints it).
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, Final, NamedTuple

from gchat.irc.casemap import fold
from gchat.server.stores.base import Logged, Mark, Moderation

NOTHING: Final = "0" * 64  # what the first entry of a log follows
_SALT: Final = 16  # bytes

_ROWS: Final = """SELECT number, log, place, target, ms, seq, action,
    doer, doer_salt, doer_hash, deed, deed_salt, deed_hash, hash FROM moderation"""


# --- the chain -----------------------------------------------------------------------------------


def commitment(salt: str, text: str) -> str:
    """The hash that stands for a part of an entry, whether the part is there or was erased."""
    return _hash(salt, text)


def link(previous: str, fields: Sequence[object]) -> str:
    """The hash of an entry: ``fields`` are number, log, place, target, ms, seq, action, and both hashes."""
    return _hash(previous, *fields)


def _hash(*fields: object) -> str:
    # JSON, so that no two lists of fields are written alike
    text = json.dumps(fields, ensure_ascii=False, default=str)  # what somebody put there may be anything
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- writing -------------------------------------------------------------------------------------


def append(connection: sqlite3.Connection, entry: Moderation) -> None:
    """Add an entry to the log of its channel, which begins with it if there is none."""
    execute = connection.execute
    execute("INSERT OR IGNORE INTO modlogs (name, count, hash) VALUES (?, 0, ?)", (entry.target, NOTHING))
    log, count, previous = execute(
        "SELECT number, count, hash FROM modlogs WHERE name = ?", (entry.target,)
    ).fetchone()
    mark = Mark.of(entry.id) or Mark(0)
    doer = json.dumps([entry.nick, entry.account], ensure_ascii=False)
    deed = json.dumps([entry.whom, entry.detail, entry.reason], ensure_ascii=False)
    salts = os.urandom(_SALT).hex(), os.urandom(_SALT).hex()
    hashes = commitment(salts[0], doer), commitment(salts[1], deed)
    place = (log, count + 1, entry.target, *mark, entry.action)
    # AUTOINCREMENT counts on from the greatest number that ever was, which tells of entries that are gone
    number = execute(
        "INSERT INTO moderation (log, place, target, ms, seq, action, doer, doer_salt, doer_hash,"
        " deed, deed_salt, deed_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
        (*place, doer, salts[0], hashes[0], deed, salts[1], hashes[1]),
    ).lastrowid
    made = link(previous, (number, *place, *hashes))
    execute("UPDATE moderation SET hash = ? WHERE number = ?", (made, number))
    execute("UPDATE modlogs SET count = ?, hash = ? WHERE number = ?", (count + 1, made, log))


def rename(connection: sqlite3.Connection, target: str, to: str) -> None:
    """The log of a channel goes along to its new name; that of another channel of this name, long ended,
    gets one that nobody can ask for.
    """
    connection.execute(
        "UPDATE modlogs SET name = name || char(10) || number WHERE name = ? AND name <> ?", (to, target)
    )
    connection.execute("UPDATE modlogs SET name = ? WHERE name = ?", (to, target))


# --- forgetting ----------------------------------------------------------------------------------


def forget(connection: sqlite3.Connection, before: int, after: int, limit: int) -> int:
    """Erase what entries from before a time (Unix milliseconds) say, some of those with a number greater than
    ``after``; return the number of the last one.
    """
    rows = connection.execute(
        "SELECT number, ms FROM moderation WHERE number > ? ORDER BY number LIMIT ?", (after, limit)
    ).fetchall()
    old = [number for number, _ in takewhile(lambda row: row[1] < before, rows)]
    for number in old:
        connection.execute(
            "UPDATE moderation SET doer = NULL, doer_salt = NULL, deed = NULL, deed_salt = NULL"
            " WHERE number = ?",
            (number,),
        )
    return old[-1] if old else after


def erase(connection: sqlite3.Connection, account: str, after: int, limit: int) -> int | None:
    """Erase an account (folded) from some entries with a number greater than ``after``; return the number of
    the last one that was looked at, None when there are no more.
    """
    rows = connection.execute(
        "SELECT number, doer, deed FROM moderation WHERE number > ? ORDER BY number LIMIT ?", (after, limit)
    ).fetchall()
    for number, doer, deed in rows:
        for part, text in (("doer", doer), ("deed", deed)):
            if account in _accounts(part, text):
                connection.execute(
                    f"UPDATE moderation SET {part} = NULL, {part}_salt = NULL WHERE number = ?", (number,)
                )
    return rows[-1][0] if rows else None


def concerns(connection: sqlite3.Connection, account: str) -> Iterator[Logged]:
    """The entries that name an account (folded), be it as who did it or as whom it was done to."""
    for row in connection.execute(f"{_ROWS} ORDER BY number"):
        found = _Row(*row)
        if account in (*_accounts("doer", found.doer), *_accounts("deed", found.deed)):
            yield _logged(found)


def _accounts(part: str, text: str | None) -> list[str]:
    read = _read(text)
    try:
        pairs = [read] if part == "doer" else read[0]
        return [fold(account) for _, account in pairs if account]
    except (TypeError, ValueError, IndexError, AttributeError):
        return []


# --- reading -------------------------------------------------------------------------------------


class _Row(NamedTuple):
    number: int
    log: int
    place: Any  # an int, unless somebody wrote another thing there
    target: str
    ms: int
    seq: int
    action: str
    doer: str | None
    doer_salt: str | None
    doer_hash: str
    deed: str | None
    deed_salt: str | None
    deed_hash: str
    hash: str


def page(connection: sqlite3.Connection, target: str, since: Mark, before: int, limit: int) -> list[Logged]:
    """The last entries of a channel after a mark and before a place, oldest first."""
    rows = connection.execute(
        f"{_ROWS} WHERE log = (SELECT number FROM modlogs WHERE name = ?) AND (ms, seq) > (?, ?)"
        " AND place < ? ORDER BY place DESC LIMIT ?",
        (target, *since, before, limit),
    ).fetchall()
    return [_logged(_Row(*row)) for row in reversed(rows)]


def everything(connection: sqlite3.Connection, target: str) -> Iterator[Logged]:
    """All entries of a channel, or (``""``) of all channels, in the order in which they were made."""
    where = "WHERE log = (SELECT number FROM modlogs WHERE name = ?)" if target else "WHERE '' = ?"
    for row in connection.execute(f"{_ROWS} {where} ORDER BY number", (target,)):
        yield _logged(_Row(*row))


def _logged(row: _Row) -> Logged:
    try:
        nick, account = map(str, _read(row.doer) or ("", ""))
        pairs, detail, reason = _read(row.deed) or ((), "", "")
        whom = tuple((str(name), str(owner)) for name, owner in pairs)
    except (TypeError, ValueError):  # --verify says so
        nick, account, whom, detail, reason = "", "", (), "", ""
    erased = row.doer is None or row.deed is None
    id = f"{row.ms}-{row.seq}"
    entry = Moderation(row.target, id, row.action, nick, account, whom, str(detail), str(reason))
    return Logged(row.place, entry, erased)


def _read(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except (TypeError, ValueError, RecursionError):
        return None


# --- verifying -----------------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What was found of a log: sentences about what is wrong, none for one that is whole."""

    name: str
    entries: int
    erased: int
    hash: str
    wrong: tuple[str, ...]


def verify(connection: sqlite3.Connection, target: str = "") -> Iterator[Verdict]:
    """Look at the log of a channel, or of every channel and at what belongs to none."""
    logs = connection.execute("SELECT number, name, count, hash FROM modlogs ORDER BY name").fetchall()
    known: set[int] = set()
    for number, name, count, hash in logs:
        name = str(name).partition("\n")[0]
        if target in ("", name):
            yield _verify(connection, number, name, count, hash)
        known.add(number)
    if not target:
        wrong = tuple(_strays(connection, known))
        if wrong:
            yield Verdict("all channels", 0, 0, "", wrong)


def _verify(connection: sqlite3.Connection, log: int, name: str, count: int, newest: str) -> Verdict:
    wrong: list[str] = []
    previous, place, seen, erased, target = NOTHING, 0, 0, 0, name
    for values in connection.execute(f"{_ROWS} WHERE log = ? ORDER BY place", (log,)):
        row = _Row(*values)
        if not isinstance(row.place, int):
            wrong.append(f"an entry has the place {row.place!r}")
            continue
        if row.place != place + 1:
            wrong.append(_gap(place + 1, row.place - 1))
        wrong += _wrong_in(row, previous if row.place == place + 1 else None)
        previous, place, target = row.hash, row.place, row.target
        seen += 1
        erased += row.doer is None or row.deed is None
    if place < count:
        wrong.append(f"{_gap(place + 1, count)} at the end")
    elif place > count:
        wrong.append(f"the log ends with entry {count}, and there are entries behind it")
    elif previous != newest:
        wrong.append(f"entry {place} is not the one that the log ended with")
    if target != name:
        wrong.append(f"it is the log of {target}, by its newest entry")
    return Verdict(name, seen, erased, previous, tuple(wrong))


def _wrong_in(row: _Row, previous: str | None) -> Iterator[str]:
    who = f"entry {row.place} ({row.ms}-{row.seq})"
    for part, text, salt, hash in (
        ("who did it", row.doer, row.doer_salt, row.doer_hash),
        ("what was done, to whom or why", row.deed, row.deed_salt, row.deed_hash),
    ):
        if (text is not None or salt is not None) and commitment(salt or "", text or "") != hash:
            yield f"{who}: {part} was changed"
    if previous is not None:
        fields = (row.number, row.log, row.place, row.target, row.ms, row.seq, row.action)
        if link(previous, (*fields, row.doer_hash, row.deed_hash)) != row.hash:
            yield f"{who} was changed, or put in the place of another, or the one before it was"


def _gap(first: int, last: int) -> str:
    if first > last:
        return f"entry {last + 1} is there twice"
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _strays(connection: sqlite3.Connection, logs: set[int]) -> Iterator[str]:
    """What no single log shows: entries of none, and numbers that no entry has any more."""
    stray = connection.execute("SELECT DISTINCT log FROM moderation").fetchall()
    for (log,) in stray:
        if log not in logs:
            yield f"the entries of log {log} belong to no channel"
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'moderation'").fetchone()
    made = row[0] if row else 0
    (there, last) = connection.execute("SELECT count(*), ifnull(max(number), 0) FROM moderation").fetchone()
    if not there == last == made:
        yield f"{max(made, last)} entries were made in all logs together, and {there} are there"
