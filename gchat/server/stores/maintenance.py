"""What the store does beside the loop, in one thread: the order of history, checkpoints, retention, the index
of words.

Whoever writes the database takes ``turn``, the loop too, so everything here that writes it does so in slices
of a millisecond or less, and breathes between them.  Nothing waits in its turn: while another program holds
the database, what there is to do is left for another time.

``python -m tests.bench.pauses`` measures how long the loop waits: of 4,000 messages a second in 50 channels,
one write in a thousand took longer than 0.5 ms.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import takewhile
from typing import Any, Final

from gchat.server.stores import files, modlog, pages
from gchat.server.stores.base import StoreError
from gchat.server.stores.files import Held, connect, explained
from gchat.server.stores.words import Words

log = logging.getLogger("gchat.server")

SECOND: Final = 1.0  # between two looks at what there is to do
QUIET: Final = 50  # changes in a second: while there are more, nothing is indexed unless somebody searches
BEHIND: Final = 50_000  # changes after which what is new gets its place in the history's order, quiet or not
SLICE: Final = 100  # records of one transaction
BREATH: Final = 0.005  # seconds between two of them
MANY: Final = 1000  # changes after which there is a checkpoint
SELDOM: Final = 30.0  # seconds after which there is one for fewer
SMALL: Final = 4 << 20  # bytes of PATH-wal that are left to it
LARGE: Final = 64 << 20  # from here on PATH-wal begins anew even if the loop has to wait for the disk
PASSES: Final = 3  # checkpoints before that, each of which leaves only what was written during it
PATIENCE: Final = 5.0  # seconds for what an administrator asked for, and for the end

MESSAGES: Final = frozenset(("PRIVMSG", "NOTICE", "TAGMSG"))

_PASSIVE: Final = "PRAGMA wal_checkpoint(PASSIVE)"


# A document is an account's when its key is the account's name, or begins with it and a space.
OF_ACCOUNT: Final = "key = ? OR (key >= ? AND key < ?)"


def of_account(account: str) -> tuple[str, str, str]:
    """The values of ``OF_ACCOUNT`` for a (folded) account."""
    return account, f"{account} ", f"{account}!"


class Maintenance:
    """The thread beside the loop.  Other threads may call what is not ``start``, ``keep_going``, ``stop`` and
    ``renew``.
    """

    def __init__(self, path: str, turn: threading.Lock, words: Words) -> None:
        self.keep = 0.0  # seconds of history; 0 for all of it
        self.forgot_targets: Callable[[], object] = lambda: None  # called in our turn
        self.written = 0  # changes, by the loop
        self.order = pages.Order()
        self.lost = ""  # a sentence once the file is no longer where it was
        self._path = path
        self._turn = turn
        self._words = words
        self._moved = 0  # of ``written``, by the last checkpoint
        self._moved_at = 0.0
        self._erased = 0  # entries of moderation logs up to this number say nothing any more
        self._paged = -1  # of ``written``, when what was new last got its place
        self._seen = 0  # of ``written``, a second ago
        self._identity = files.identity(path)
        self._connection: sqlite3.Connection | None = None
        self._using = threading.Lock()  # the connection
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._looked_at = 0.0  # the thread, which had ended, in monotonic seconds
        self._said: dict[str, str] = {}  # what is wrong with each task: it stands in the log once

    def start(self) -> None:
        """Begin."""
        thread = threading.Thread(target=self._run, name="gchat-store", daemon=True)
        thread.start()
        self._thread = thread

    def keep_going(self) -> None:
        """Begin again if the thread has ended by itself.  Never raises."""
        if self._thread is None or self._thread.is_alive() or self._stop.is_set():
            return
        now = time.monotonic()
        if now - self._looked_at < SECOND:
            return
        self._looked_at = now
        try:
            self.start()
        except RuntimeError:  # there can be no more threads
            log.exception("The thread of the store's upkeep has ended, and cannot begin again yet")
        else:
            log.error("The thread of the store's upkeep had ended; it has begun again")

    def stop(self) -> None:
        """End, when the slice that is under way is done."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)
        with self._using:
            self._close()

    def renew(self, identity: tuple[int, int] | None) -> None:
        """The file was opened again, and may be another one."""
        if identity != self._identity:
            self._words.renew()
            with self._using:
                self._close()
        self._identity = identity
        self.lost = ""

    # the thread

    def _run(self) -> None:
        while not self._stop.wait(SECOND):
            self.work(time.time())

    def work(self, now: float) -> None:
        """Do all that there is to do; ``now`` in Unix seconds.  What goes wrong stands in the log."""
        quiet, self._seen = self.written - self._seen <= QUIET, self.written
        for name, task in (
            ("watch", self._watch),
            ("pages", partial(self._page, quiet)),
            ("checkpoint", partial(self._checkpoint, now, quiet)),
            ("index", partial(self._index, quiet)),
            ("retention", partial(self._forget_old, now)),
        ):
            try:
                task()
            except (StoreError, sqlite3.Error, OSError) as error:
                if self._is_news(name, error):
                    log.warning("The store's upkeep (%s) has to wait: %s", name, error)
            except Exception as error:  # a bug, or no memory: the others are done, and this in a second again
                if self._is_news(name, error):
                    log.exception("The store's upkeep (%s) went wrong", name)
            else:
                self._said.pop(name, None)

    def _is_news(self, name: str, error: Exception) -> bool:
        """True if this is not what was last said of a task."""
        before, self._said[name] = self._said.get(name), repr(error)
        return before != self._said[name]

    def _watch(self) -> None:
        """Notice that the file was removed or replaced: what is written then would be in no file."""
        if not self.lost and files.identity(self._path) != self._identity:
            self.lost = f"{self._path} was removed or replaced; put it back, or start gchat-server again"

    # checkpoints

    def _checkpoint(self, now: float, quiet: bool) -> None:
        """Bring what was written from PATH-wal into the file, so that PATH-wal can begin anew.

        A passive checkpoint makes nobody wait, and when everything was moved, the next who writes begins
        anew by itself.  https://www.sqlite.org/c3ref/wal_checkpoint_v2.html
        """
        fresh = self.written - self._moved
        if not fresh or (fresh < MANY and now - self._moved_at < SELDOM):
            return
        with self._using, explained(self._path):
            connection = self._opened()
            before, (_, frames, _) = self.written, connection.execute(_PASSIVE).fetchone()
            large = frames * files.PAGE >= LARGE
            if large:  # the loop may have to wait for what is left after these, so that is to be little
                for _ in range(PASSES):
                    before = self.written
                    connection.execute(_PASSIVE).fetchall()
            self._moved, self._moved_at = before, now
            if large:
                self._begin_anew(connection, "RESTART", before)
            elif quiet and os.path.getsize(f"{self._path}-wal") >= SMALL:
                self._begin_anew(connection, "TRUNCATE", before)

    def _begin_anew(self, connection: sqlite3.Connection, how: str, written: int) -> None:
        with self._turn:
            if how == "RESTART" or self.written == written:  # then nothing waits for the disk
                connection.execute(f"PRAGMA wal_checkpoint({how})").fetchall()

    # the order in which history is read

    def _page(self, quiet: bool) -> None:
        written = self.written
        behind = written - self._paged
        if behind >= BEHIND or (quiet and behind):
            self.page()
            self._paged = written

    def page(self) -> None:
        """Put what is new where pages are read from; until then, readers look at it record by record.

        Raises StoreError.

        In the loop, every channel that is spoken in would be another part of the file to write, which made a
        record twice as expensive; here it is a part for many records.
        """
        try:
            while self._page_some():
                pass
        finally:
            self.order.rest()

    def _page_some(self) -> bool:
        """Do a pass of it; tell whether there is much more."""
        with self._turn:
            self.order.begin()
        with self._using, explained(self._path):
            count, last = self.order.sort(self._opened())
        for start in range(0, count, pages.SLICE):
            if start and self._stop.wait(BREATH):
                return False
            with self._using, explained(self._path):
                connection = self._opened()
                with self._turn:
                    self.order.merge(connection, start)
                    self.written += 1
        if count:
            self.write(partial(self.order.end, last))
        return count == pages.PASS

    # the index of words

    def _index(self, quiet: bool) -> None:
        if quiet:
            self.index()

    def index(self) -> None:
        """Let the index learn and forget; then forget what it was to forget."""
        with explained(self._path):
            forgotten = self._words.catch_up()
            for start in range(0, len(forgotten), SLICE):
                numbers = [(number,) for number in forgotten[start : start + SLICE]]
                self._insist(partial(_forgotten, numbers))

    # retention

    def _forget_old(self, now: float) -> None:
        """Remove what is older than ``keep``."""
        while self.keep and not self._stop.is_set():
            before = int((now - self.keep) * 1000)
            if not self.write(partial(self._forget, before)):
                return
            time.sleep(BREATH)

    def _forget(self, before: int, connection: sqlite3.Connection) -> bool:
        """Remove some records from before a time in Unix milliseconds; tell whether there may be more."""
        (last,) = connection.execute("SELECT ifnull(max(number), 0) FROM records").fetchone()
        rows = connection.execute(
            "SELECT number, ms, target, kind FROM records ORDER BY number LIMIT ?", (SLICE,)
        ).fetchall()
        old = list(takewhile(lambda row: row[1] < before, rows))
        numbers = [(row[0],) for row in old if row[0] != last]
        connection.executemany("INSERT OR IGNORE INTO gone VALUES (?)", numbers)
        self.order.take_out(connection, numbers)
        connection.executemany("DELETE FROM records WHERE number = ?", numbers)
        connection.executemany("DELETE FROM redactions WHERE number = ?", numbers)
        for target in {row[2] for row in old}:
            connection.execute(
                "DELETE FROM targets WHERE number = ? AND NOT EXISTS (SELECT 1 FROM places WHERE target = ?)",
                (target, target),
            )
            self.forgot_targets()
        if len(old) > len(numbers) and old[-1][3] != 2:
            # The last of all stays, empty, so that its number is not used again.
            self._blank([(last,)], connection)
        self._erased = modlog.forget(connection, before, self._erased, SLICE)
        return len(numbers) == SLICE

    def erase(self, account: str) -> int:
        """Remove the text of everything that an account (folded) said, and whose it was.

        Its coming and going is forgotten, too, and so are its documents and what moderation logs say of it.
        Returns how many messages that were.  Raises StoreError.
        """
        with self._using, explained(self._path):
            rows = (
                self._opened()
                .execute("SELECT number, command FROM records WHERE lower(account) = ?", (account,))
                .fetchall()
            )
        numbers = [(number,) for number, _ in rows]
        for start in range(0, len(numbers), SLICE):
            self._insist(partial(self._blank, numbers[start : start + SLICE]))
            time.sleep(BREATH)
        last: int | None = 0
        while last is not None:
            last = self._insist(partial(modlog.erase, account=account, after=last, limit=SLICE))
            time.sleep(BREATH)
        self._insist(lambda c: c.execute(f"DELETE FROM documents WHERE {OF_ACCOUNT}", of_account(account)))
        return sum(command in MESSAGES for _, command in rows)

    def _blank(self, numbers: list[tuple[int]], connection: sqlite3.Connection) -> None:
        """Leave of these records only that they were there."""
        connection.executemany("INSERT OR IGNORE INTO gone VALUES (?)", numbers)
        self.order.take_out(connection, numbers)
        connection.executemany(
            "UPDATE records SET kind = 2, source = '', account = '', text = NULL, tags = NULL"
            " WHERE number = ?",
            numbers,
        )

    # writing

    def write(self, change: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do something in a transaction, when it is our turn; return what it returns.

        Raises StoreError, at once where another program holds the database: that is Held.
        """
        with self._using, explained(self._path):
            connection = self._opened()
            with self._turn:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    result = change(connection)
                    connection.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                    raise
                self.written += 1
                return result

    def _insist(self, change: Callable[[sqlite3.Connection], Any]) -> Any:
        """Write, and try for a while where another program holds the database.  Raises StoreError."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.write(change)
            except Held:
                if time.monotonic() > deadline or self._stop.wait(BREATH):
                    raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            # Without patience: whoever waits in SQLite has the turn, and the loop would wait with it.
            self._connection = connect(self._path, write=True, patience=0.0)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _forgotten(numbers: list[tuple[int]], connection: sqlite3.Connection) -> None:
    connection.executemany("DELETE FROM gone WHERE number = ?", numbers)
