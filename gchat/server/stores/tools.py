"""What an administrator does with a store from the command line: a backup, a person's data.

Reading and backing up need no server to stop: SQLite shows every reader one moment of the file.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

from gchat.server import registrations
from gchat.server.stores import files, migrations, modlog
from gchat.server.stores.base import Logged, StoreError
from gchat.server.stores.files import connect, explained
from gchat.server.stores.maintenance import OF_ACCOUNT, of_account

PATIENCE = 5.0  # seconds


def backup(path: str, to: str) -> int:
    """Copy the database to a file that was not there, and verify the copy; return its size in bytes.

    Nothing has that name until the copy is whole, verified and on the disk.  Raises StoreError.
    """
    if os.path.exists(to):
        raise StoreError(f"{to} is there already; name another file, or remove it")
    folder = os.path.dirname(os.path.abspath(to))
    if not os.path.isdir(folder):
        raise StoreError(
            f"{to} cannot be written: there is no folder {folder}; make it, or name another file"
        )
    must_exist(path)
    part = f"{to}.part"
    with suppress(OSError):
        os.remove(part)
    files.make(part)
    try:
        with explained(path), closing(_reader(path)) as source:
            _copy(source, path, part)
        _synchronise(part)
        os.rename(part, to)
    except OSError as error:
        raise StoreError(f"{to} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            os.remove(part)
    return os.path.getsize(to)


def _copy(source: sqlite3.Connection, path: str, part: str) -> None:
    with explained(part), closing(sqlite3.connect(part)) as copy:
        try:
            source.backup(copy)  # all at once: a server that writes meanwhile does not start it over
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise StoreError(files.sentence(path, error)) from error
            raise
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without PATH-wal
        _verify(copy, part)


def _verify(copy: sqlite3.Connection, path: str) -> None:
    found = [text for (text,) in copy.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise StoreError(f"{path} is not whole ({found[0]}), so there is no backup: the database is damaged")


def _synchronise(path: str) -> None:
    for name, flags in ((path, os.O_RDWR), (os.path.dirname(os.path.abspath(path)), os.O_RDONLY)):
        with suppress(PermissionError):  # Windows has no way to do that to a folder
            file = os.open(name, flags)
            try:
                os.fsync(file)
            finally:
                os.close(file)


def export(path: str, account: str) -> Iterator[str]:
    """All that is kept of an account (folded), as lines of JSON.  Raises StoreError.

    ``type`` is "document", with ``kind``, ``key`` and ``body``; "role", with ``channel`` and ``role``, what
    the account is in a registered channel; "record", with ``id``, ``target``, ``command``, ``source``,
    ``params`` and ``tags``; or "moderation", with the fields of ``base.Moderation``.
    """
    with explained(path), closing(_reader(path)) as connection:
        connection.execute("BEGIN")
        for kind, key, body in connection.execute(
            f"SELECT kind, key, body FROM documents WHERE {OF_ACCOUNT} ORDER BY kind, key",
            of_account(account),
        ):
            yield _line(type="document", kind=kind, key=key, body=json.loads(body))
        channels = connection.execute(
            "SELECT body FROM documents WHERE kind = ? ORDER BY key", (registrations.KIND,)
        )
        for channel, role in registrations.exported((json.loads(body) for (body,) in channels), account):
            yield _line(type="role", channel=channel, role=role)
        for row in connection.execute(
            "SELECT ms, seq, name, command, source, middle, text, tags FROM records"
            " JOIN targets ON targets.number = target WHERE lower(account) = ? ORDER BY records.number",
            (account,),
        ):
            yield _record(*row)
        for logged in modlog.concerns(connection, account):
            yield _line(type="moderation", **logged.entry._asdict())


def knows(path: str, account: str) -> bool:
    """True where anything is kept of an account (folded).  Raises StoreError."""
    return any(True for _ in export(path, account))


def _record(ms: int, seq: int, target: str, command: str, source: str, *rest: Any) -> str:
    middle, text, tags = rest
    params = [*(middle.split(" ") if middle is not None else ()), *(() if text is None else (text,))]
    return _line(
        type="record",
        id=f"{ms}-{seq}",
        target=target.partition("\n")[0],
        command=command,
        source=source,
        params=params,
        tags=json.loads(tags) if tags else {},
    )


def _line(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False)


def moderation(path: str, channel: str = "") -> Iterator[Logged]:
    """The moderation log of a channel (folded), or of all of them.  Raises StoreError."""
    with explained(path), closing(_reader(path)) as connection:
        yield from modlog.everything(connection, channel)


def verify_moderation(path: str, channel: str = "") -> list[modlog.Verdict]:
    """What is wrong with the moderation log of a channel (folded), or of each.  Raises StoreError."""
    with explained(path), closing(_reader(path)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")  # a byte may be any
        connection.execute("BEGIN")  # of one moment, while a server writes
        return list(modlog.verify(connection, channel))


def must_exist(path: str) -> None:
    """Raise StoreError where there is no database: a new one would have nothing to show, or to change."""
    if not os.path.exists(path):
        raise StoreError(f"{path} is not there: nothing is kept; --data-dir and [store] path say where it is")


def _reader(path: str) -> sqlite3.Connection:
    must_exist(path)
    connection = connect(path, write=False, patience=PATIENCE)
    try:
        migrations.check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection
