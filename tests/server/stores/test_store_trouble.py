"""Full disks, read-only, locked, damaged, foreign and newer files; what becomes of them."""

import os
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from gchat.server.stores import maintenance, migrations
from gchat.server.stores.base import Damaged, Mark, StoreError
from gchat.server.stores.files import InUse
from gchat.server.stores.sqlite import PATIENCE, SqliteStore
from tests.server.stores.conftest import without_pages


def texts(store):
    return [record.params[-1] for record in store.history.latest("#team", None, 10_000, True)]


def test_only_the_owner_can_read_the_files(store, said, path):
    store.write([said(1)])
    store.maintenance.index()
    for file in Path(path).parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_a_file_that_everybody_could_read_is_closed_to_them(store, open_store, path):
    store.close()
    os.chmod(path, 0o644)
    open_store()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_full_disk(store, said, path):
    store.write([said(1)])
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    expected = f"^{path} cannot be written: the disk is full; make room on it$"
    with pytest.raises(StoreError, match=expected):  # noqa: PT012 - one of them is the first that fails
        for number in range(2, 1000):
            store.write([said(number, "x" * 300)])
    kept = texts(store)
    assert 1 < len(kept) < 100
    with pytest.raises(StoreError):
        store.write([said(1001, "x" * 3000)])
    assert texts(store) == kept
    store.check()  # opens it again, without the bound
    store.write([said(1001, "there is room")])
    assert texts(store)[-1] == "there is room"


def test_a_file_that_became_read_only(store, said, path):
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="is read-only; let gchat-server write it and its folder"):
        store.write([said(1)])
    store.check()
    store.write([said(1)])


def test_a_locked_file(store, said, path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked by another program; end that program"):
        store.write([said(1)])
    with pytest.raises(StoreError, match="is locked"):
        store.check()
    other.close()
    store.check()
    store.write([said(1)])
    assert texts(store) == ["hello"]


@pytest.fixture
def unsorted(open_store, said):
    """A store whose upkeep has something to do."""
    store = open_store()
    without_pages(store)
    store.write([said(number, account="neural") for number in range(1, 11)])
    return store


@pytest.fixture
def other(unsorted):
    """Another program that holds the database."""
    with closing(sqlite3.connect(unsorted.path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


class Thread(threading.Thread):
    """Beside the loop; ``under_way`` as soon as it writes."""

    def __init__(self, monkeypatch, owner, name, target):
        super().__init__(target=target)
        self.under_way = threading.Event()
        original = getattr(owner, name)

        def watched(*arguments):
            self.under_way.set()
            return original(*arguments)

        monkeypatch.setattr(owner, name, watched)
        self.start()
        assert self.under_way.wait(10)


def refused(store, said):
    """How many seconds it takes to be told that nothing can be written."""
    began = time.monotonic()
    with pytest.raises(StoreError, match="is locked by another program"):
        store.write([said(1000)])
    return time.monotonic() - began


def test_the_loop_does_not_wait_for_upkeep_that_another_program_keeps_from_writing(
    unsorted, other, said, monkeypatch
):
    upkeep = unsorted.maintenance
    thread = Thread(monkeypatch, upkeep.order, "merge", lambda: upkeep.work(0.0))
    assert refused(unsorted, said) < PATIENCE + 1
    thread.join(1)
    assert not thread.is_alive()
    assert other.execute("SELECT count(*) FROM pages").fetchone() == (0,)
    other.execute("ROLLBACK")
    upkeep.work(1.0)
    assert other.execute("SELECT count(*) FROM pages").fetchone() == (10,)


def test_who_erases_waits_for_another_program_and_the_loop_does_not(unsorted, other, said, monkeypatch):
    upkeep = unsorted.maintenance
    erased = []
    thread = Thread(monkeypatch, upkeep, "write", lambda: erased.append(upkeep.erase("neural")))
    assert refused(unsorted, said) < PATIENCE + 1
    other.execute("ROLLBACK")
    thread.join(10)
    assert erased == [10]
    assert texts(unsorted) == []


def test_who_erases_does_not_wait_for_ever(unsorted, other, monkeypatch):
    monkeypatch.setattr(maintenance, "PATIENCE", 0.0)
    with pytest.raises(StoreError, match="is locked by another program"):
        unsorted.maintenance.erase("neural")


def test_a_file_that_was_removed_and_put_back(store, said, path):
    store.write([said(1)])
    os.rename(path, path + ".moved")
    store.maintenance.work(0.0)
    for attempt in (lambda: store.write([said(2)]), store.check):
        with pytest.raises(StoreError, match="was removed"):
            attempt()
    os.rename(path + ".moved", path)
    store.check()
    store.write([said(2, "back")])
    assert texts(store) == ["hello", "back"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a database at all" * 200, "is not a database; move it away"),
        (b"SQLite format 3\0" + b"\1" * 5000, "is (not a database|damaged)"),
    ],
)
def test_what_is_no_database(path, content, words):
    Path(path).write_bytes(content)
    with pytest.raises(StoreError, match=words):
        SqliteStore.open(path, background=False)
    assert Path(path).read_bytes() == content


def test_a_damaged_database(store, said, path, open_store):
    store.write([said(number, "x" * 500) for number in range(1, 500)])
    store.close()
    data = bytearray(Path(path).read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    Path(path).write_bytes(data)
    expected = r"is damaged; put a backup \(gchat-server backup\) in its place"
    with pytest.raises(StoreError, match=expected):  # noqa: PT012 - whichever of them meets it
        again = open_store()
        again.history.latest("#team", None, 100, True)
        again.write([said(1000)])


def test_damage_that_only_readers_meet(store, said, path, open_store):
    store.write([said(number, "x" * 500) for number in range(1, 500)])
    store.maintenance.page()
    store.close()
    data = bytearray(Path(path).read_bytes())
    middle = len(data) // 2048 // 2 * 2048
    data[middle : middle + 20 * 2048] = b"\xff" * (20 * 2048)
    Path(path).write_bytes(data)
    again = open_store()
    with pytest.raises(Damaged, match="is damaged; put a backup"):
        again.history.latest("#team", None, 1000, True)
    again.write([said(1000, "what is new")])
    assert [r.params[-1] for r in again.history.latest("#team", Mark(999), 9, True)] == ["what is new"]


def test_a_damaged_index_is_not_taken_for_a_damaged_database(store, said, path, open_store):
    store.write([said(number, f"word {number} " + "x" * 500) for number in range(1, 3000)])
    store.maintenance.index()
    store.close()
    index = Path(path + "-search")
    data = bytearray(index.read_bytes())
    data[3 * 2048 :] = b"\xff" * (len(data) - 3 * 2048)
    index.write_bytes(data)
    again = open_store()
    with pytest.raises(StoreError) as raised:
        again.history.search({"#team": Mark(0)}, "word")
    assert type(raised.value) is StoreError
    assert len(again.history.latest("#team", None, 9, True)) == 9


def test_a_database_of_another_program(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StoreError, match="belongs to another program"):
        SqliteStore.open(path, background=False)


def test_a_newer_file_is_refused_with_a_sentence(store, path):
    store.close()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {len(migrations.STEPS) + 1}")
    newer.commit()
    newer.close()
    with pytest.raises(StoreError, match=r"was written by a newer gchat-server .*; run the newer program"):
        SqliteStore.open(path, background=False)


def test_two_servers_do_not_share_a_store(store, path):
    holder = rf"gchat\.db is in use by another gchat-server \(process {os.getpid()}\); end that one, or name"
    with pytest.raises(InUse, match=holder):
        SqliteStore.open(path, background=False)


@pytest.mark.parametrize("written", [b"", b"nonsense\n", b"\xff", b"1" * 10 + b" 2\n"])
def test_a_lock_that_does_not_say_whose_it_is(store, path, written):
    Path(f"{path}.lock").write_bytes(written)
    with pytest.raises(InUse, match="is in use by another gchat-server; end that one"):
        SqliteStore.open(path, background=False)


def test_a_lock_that_is_released_names_nobody(store, path):
    store.close()
    assert Path(f"{path}.lock").read_bytes() == b""


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be made: .*; make its folder, or name another"):
        SqliteStore.open(str(tmp_path / "file" / "gchat.db"), background=False)


# migrations


VERSIONS = sorted(Path(__file__).parent.glob("version-*.sql"))


def test_there_is_a_file_of_every_version():
    assert [file.name for file in VERSIONS] == [
        f"version-{number}.sql" for number in range(1, len(migrations.STEPS) + 1)
    ]


@pytest.mark.parametrize("file", VERSIONS, ids=lambda file: file.stem)
def test_what_was_kept_by_every_earlier_version_is_there(file, path, said, open_store):
    old = sqlite3.connect(path)
    old.executescript(file.read_text(encoding="utf-8"))
    old.close()
    store = open_store()
    assert texts(store) == ["hello from long ago"]
    assert store.load("account") == [("neural", {"name": "Neural"})]
    assert found(store) == ["hello from long ago"]
    store.write([said(2_000_000_000_000, "new")])
    assert texts(store) == ["hello from long ago", "new"]


def found(store):
    return [record.params[-1] for record in store.history.search({"#team": Mark(0)}, "ago")]


def test_a_step_that_fails_changes_nothing(path):
    def second(connection):
        connection.execute("CREATE TABLE more (x)")
        raise ZeroDivisionError

    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(ZeroDivisionError):
        migrations.migrate(connection, path, (migrations.first, second))
    assert migrations.version(connection) == 1
    migrations.migrate(connection, path, (migrations.first, lambda c: c.execute("CREATE TABLE more (x)")))
    assert migrations.version(connection) == 2
    with pytest.raises(StoreError, match="newer"):
        migrations.check(connection, path, (migrations.first,))
    connection.close()
