"""Checkpoints, retention, erasure, backups, exports."""

import argparse
import json
import os
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from gchat.server import tools as commands
from gchat.server.settings import Settings
from gchat.server.stores import maintenance, pages, tools
from gchat.server.stores.base import Document, Mark, Redaction, StoreError
from gchat.server.stores.sqlite import SqliteStore
from tests.server.stores.conftest import without_pages

DAY = 86_400


def texts(store, target="#team"):
    return [record.params[-1] for record in store.history.latest(target, None, 10_000, True)]


def test_what_is_old_is_forgotten(store, said, monkeypatch):
    monkeypatch.setattr(maintenance, "SLICE", 3)
    monkeypatch.setattr(maintenance, "BREATH", 0.0)
    store.write([said(day * DAY * 1000, f"day {day}") for day in range(1, 21)])
    store.write([said(1, "once", "#old")._replace(id=f"{20 * DAY * 1000}-1")])
    store.maintenance.keep = 5 * DAY
    store.maintenance.work(20.5 * DAY)
    assert texts(store) == [f"day {day}" for day in range(16, 21)]
    assert [r.params[-1] for r in store.history.search({"#team": Mark(0)}, "day")] == texts(store)
    store.maintenance.work(100 * DAY)
    assert texts(store) == texts(store, "#old") == []
    store.write([said(101 * DAY * 1000, "new day")])
    assert [r.params[-1] for r in store.history.search({"#team": Mark(0)}, "day")] == ["new day"]


def test_without_a_time_nothing_is_forgotten(store, said):
    store.write([said(1)])
    store.maintenance.work(1e12)
    assert texts(store) == ["hello"]


def test_a_checkpoint_brings_everything_into_the_file(store, said, path, monkeypatch):
    monkeypatch.setattr(maintenance, "SMALL", 1)
    for number in range(1, maintenance.MANY + 2):
        store.write([said(number)])
    store.maintenance.work(0.0)  # much was written meanwhile
    store.maintenance.work(1.0)
    store.write([said(maintenance.MANY + 2)])
    store.maintenance.work(100.0)
    assert os.path.getsize(path + "-wal") == 0
    assert len(texts(store)) == maintenance.MANY + 2


def test_a_large_log_begins_anew_under_load(store, said, path, monkeypatch):
    monkeypatch.setattr(maintenance, "LARGE", 1)
    monkeypatch.setattr(maintenance, "QUIET", -1)
    for _ in range(3):
        before = os.path.getsize(path + "-wal")
        for number in range(maintenance.MANY + 1):
            store.write([said(store.maintenance.written + 1, str(number))])
        store.maintenance.work(0.0)
    assert os.path.getsize(path + "-wal") <= before * 1.5


@pytest.fixture
def people(store, said):
    """Two accounts that spoke."""
    store.write([said(n, f"text {n}", account="Neural" if n % 2 else "Nine") for n in range(1, 251)])
    store.write(
        [
            Document("account", "neural", {"name": "Neural"}),
            Document("mark", "neural #team", {"mark": "1-0"}),
            Document("account", "neural2", {"name": "Neural2"}),
            Document("account", "nine", {"name": "Nine"}),
        ]
    )
    return store


def test_an_account_is_erased(people, path):
    people.maintenance.index()
    assert people.maintenance.erase("neural") == 125
    assert texts(people) == [f"text {n}" for n in range(2, 251, 2)]
    assert [key for key, _ in people.load("account")] == ["neural2", "nine"]
    assert people.load("mark") == []
    assert people.history.search({"#team": Mark(0)}, "1") == []
    assert list(tools.export(path, "neural")) == []
    people.close()
    with open(path, "rb") as file:
        assert b"text 171" not in file.read()


def test_a_store_that_no_server_has_open_is_erased(people, path, capsys):
    asked = argparse.Namespace(command="erase", account="Neural")
    assert commands.run(asked, path, Settings()) == 1
    assert "in use" in capsys.readouterr().err
    people.close()
    assert commands.run(asked, path, Settings()) == 0
    assert capsys.readouterr().out == "Neural is erased, and the text of 125 messages with it\n"
    assert list(tools.export(path, "neural")) == []
    assert len(list(tools.export(path, "nine"))) == 126


def test_nothing_is_erased_of_nobody(people, path, capsys):
    people.close()
    asked = argparse.Namespace(command="erase", account="Typo")
    assert commands.run(asked, path, Settings()) == 1
    assert capsys.readouterr() == ("", "gchat-server: nothing is kept of an account Typo\n")


def test_only_what_was_said_is_counted(store, said, path):
    commands = ("JOIN", "PRIVMSG", "TAGMSG", "QUIT")
    store.write([said(n, account="Neural")._replace(command=c) for n, c in enumerate(commands, 1)])
    assert tools.knows(path, "neural")
    assert store.maintenance.erase("neural") == 2
    assert not tools.knows(path, "neural")


def test_an_account_is_erased_from_the_channels_that_last(people, path, capsys):
    registrations = {
        "#a": {"founder": "Neural", "at": 1, "successor": "Nine", "access": []},
        "#b": {"founder": "Neural", "at": 1, "successor": "", "access": [["Nine", "v", "Neural", 1]]},
        "#c": {"founder": "Nine", "at": 1, "successor": "Neural", "access": [["Neural", "o", "Nine", 1]]},
        "#d": {"founder": "Nine", "at": 1, "successor": "", "access": []},
    }
    lists = {"b": [["x!*@*", "Neural!~Neural@127.0.0.1", 1]], "e": [], "I": []}
    for name, registration in registrations.items():
        topic = ["ours", "Neural!~Neural@127.0.0.1", 1]
        body = {"name": name, "created": 1, "topic": topic, "modes": {"r": ""}, "lists": lists}
        people.write([Document("channel", name, {**body, "registration": registration})])
    roles = [json.loads(line) for line in tools.export(path, "neural")]
    assert [(row["channel"], row["role"]) for row in roles if row["type"] == "role"] == [
        ("#a", "founder"),
        ("#b", "founder"),
        ("#c", "operator"),
        ("#c", "successor"),
    ]
    people.close()
    assert commands.run(argparse.Namespace(command="erase", account="Neural"), path, Settings()) == 0
    assert not list(tools.export(path, "neural"))
    connection = sqlite3.connect(path)
    left = dict(connection.execute("SELECT key, body FROM documents WHERE kind = 'channel'"))
    connection.close()
    assert [json.loads(body)["registration"]["founder"] for body in left.values()] == ["Nine"] * 3
    assert not any("eural" in body for body in left.values())


def test_an_export_has_everything(people, path):
    lines = [json.loads(line) for line in tools.export(path, "neural")]
    assert lines[:2] == [
        {"type": "document", "kind": "account", "key": "neural", "body": {"name": "Neural"}},
        {"type": "document", "kind": "mark", "key": "neural #team", "body": {"mark": "1-0"}},
    ]
    assert lines[2] == {
        "type": "record",
        "id": "1-0",
        "target": "#team",
        "command": "PRIVMSG",
        "source": "Neural!~Neural@127.0.0.1",
        "params": ["#team", "text 1"],
        "tags": {},
    }
    assert len(lines) == 127


def test_a_backup_is_whole_and_one_file(people, said, tmp_path):
    copy = str(tmp_path / "copy.db")
    assert tools.backup(people.path, copy) == os.path.getsize(copy)
    assert os.stat(copy).st_mode & 0o077 == 0
    people.write([said(1000, "later")])
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM records").fetchone() == (250,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("copy")) == ["copy.db"]
    with pytest.raises(StoreError, match="is there already"):
        tools.backup(people.path, copy)


def test_there_is_no_backup_of_what_is_damaged(people, tmp_path, path):
    people.close()
    with open(path, "r+b") as file:
        file.seek(2048 * 6)
        file.write(b"\xff" * 2048 * 4)
    with pytest.raises(StoreError, match="damaged"):
        tools.backup(path, str(tmp_path / "copy.db"))
    assert not list(tmp_path.glob("copy*"))


def test_there_is_no_backup_of_nothing(tmp_path):
    folder = tmp_path / "new"
    with pytest.raises(StoreError, match=f"there is no folder {folder}; make it, or name another file"):
        tools.backup(str(tmp_path / "no.db"), str(folder / "copy.db"))
    assert not folder.exists()
    with pytest.raises(StoreError, match="is not there: nothing is kept"):
        tools.backup(str(tmp_path / "no.db"), str(tmp_path / "copy.db"))
    store = tmp_path / "x.db"
    store.write_bytes(b"")
    with pytest.raises(StoreError, match="there is no folder"):
        tools.backup(str(store), str(store / "no" / "copy.db"))


def test_what_goes_wrong_beside_the_loop_is_said_once(store, caplog, monkeypatch):
    def fail():
        raise StoreError("the disk is full")

    monkeypatch.setattr(store.words, "catch_up", fail)
    for now in range(3):
        store.maintenance.work(float(now))
    assert [record.getMessage() for record in caplog.records] == [
        "The store's upkeep (index) has to wait: the disk is full"
    ]


@pytest.mark.parametrize("error", [MemoryError(), ZeroDivisionError("a bug")])
def test_a_task_that_goes_wrong_keeps_no_other_from_being_done(store, said, caplog, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(store.maintenance.order, "sort", fail)
    without_pages(store)
    store.write([said(1), said(2)])
    store.maintenance.keep = 1.0
    for now in range(3):
        store.maintenance.work(1e9 + now)
    assert [record.getMessage() for record in caplog.records] == ["The store's upkeep (pages) went wrong"]
    assert caplog.records[0].exc_info[1] is error
    assert texts(store) == []


@pytest.fixture
def upkeep(path, monkeypatch):
    """What is done beside the loop, in its thread."""
    monkeypatch.setattr(maintenance, "SECOND", 0.01)
    store = SqliteStore.open(path)
    yield store
    store.close()


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.001)


THREAD_ENDS = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@THREAD_ENDS
@pytest.mark.parametrize("error", [MemoryError(), SystemExit()])
def test_what_is_done_beside_the_loop_goes_on(upkeep, said, monkeypatch, caplog, error):
    went_wrong = threading.Event()

    def fail(*_):
        went_wrong.set()
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(upkeep.maintenance, "_page", fail)
        assert went_wrong.wait(10)
        if isinstance(error, SystemExit):
            upkeep.maintenance._thread.join(10)
    upkeep.write([said(1)])
    until(lambda: paged(upkeep) == 1)
    ended = isinstance(error, SystemExit)
    assert [record.getMessage() for record in caplog.records] == [
        "The thread of the store's upkeep had ended; it has begun again"
        if ended
        else "The store's upkeep (pages) went wrong"
    ]


@THREAD_ENDS
def test_no_thread_may_begin_for_a_while(upkeep, said, monkeypatch, caplog):
    def end(*_):
        raise SystemExit

    def refuse(_):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(upkeep.maintenance, "_page", end)
        upkeep.maintenance._thread.join(10)
        patch.setattr(threading.Thread, "start", refuse)
        patch.setattr(maintenance, "SECOND", 100.0)
        for number in range(5):
            upkeep.write([said(number)])
    assert [record.getMessage() for record in caplog.records] == [
        "The thread of the store's upkeep has ended, and cannot begin again yet"
    ]
    until(lambda: time.monotonic() - upkeep.maintenance._looked_at > maintenance.SECOND)
    upkeep.write([said(5)])
    until(lambda: paged(upkeep) == 6)


# the order of history


def paged(store):
    with closing(sqlite3.connect(store.path)) as connection:
        return connection.execute("SELECT count(*) FROM pages").fetchone()[0]


def test_what_is_new_waits_for_a_quiet_second_but_not_for_ever(open_store, said, monkeypatch):
    monkeypatch.setattr(maintenance, "BEHIND", 3 * (maintenance.QUIET + 1))
    store = open_store()
    without_pages(store)
    busy = maintenance.QUIET + 1
    for turn in range(3):
        assert paged(store) == 0
        store.write([said(turn * busy + n) for n in range(busy)])
        store.maintenance.work(0.0)
    assert paged(store) == 3 * busy
    store.write([said(10_000)])
    store.maintenance.work(0.0)
    assert paged(store) == 3 * busy + 1


@pytest.fixture
def passing(open_store, said, monkeypatch):
    """A store of ten records in the middle of a pass, of which five are merged, and what goes on with it."""
    monkeypatch.setattr(pages, "SLICE", 5)
    store = open_store()
    without_pages(store)
    store.write([said(n, str(n)) for n in range(1, 11)])
    order, connection = store.maintenance.order, store.maintenance._opened()
    order.begin()
    assert order.sort(connection) == (10, 10)
    order.merge(connection, 0)

    def go_on():
        order.merge(connection, 5)
        order.end(10, connection)
        order.rest()

    return store, go_on


def test_nothing_is_read_twice_while_the_order_is_made(passing):
    store, go_on = passing
    assert paged(store) == 5
    assert texts(store) == [str(n) for n in range(1, 11)]
    go_on()
    assert paged(store) == 10
    assert texts(store) == [str(n) for n in range(1, 11)]


def test_what_is_redacted_while_the_order_is_made_is_not_in_it(passing):
    store, go_on = passing
    store.write([Redaction("#team", "2-0", "Nine", "", 1), Redaction("#team", "7-0", "Nine", "", 1)])
    go_on()
    assert paged(store) == 8
    assert texts(store) == ["1", "3", "4", "5", "6", "8", "9", "10"]


def test_a_redaction_that_is_undone_while_the_order_is_made(passing, said):
    store, go_on = passing
    bad = said(11)._replace(params=("#team", "a b", "text"))
    with pytest.raises(ValueError, match="has a space"):
        store.write([Redaction("#team", "2-0", "Nine", "", 1), Redaction("#team", "7-0", "Nine", "", 1), bad])
    go_on()
    assert texts(store) == [str(n) for n in range(1, 11)]


def test_an_order_that_was_left_half_made_is_made_again(passing, open_store):
    store, _ = passing
    store.maintenance.page()
    assert paged(store) == 10
    assert texts(store) == [str(n) for n in range(1, 11)]
