"""Slow work in threads."""

import threading
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from gevent.hub import get_hub

from gchat.server import worker as worker_
from gchat.server.request import Work
from gchat.server.stores.base import StoreError
from gchat.server.worker import THREADS, Worker


def asker(closing: str = "") -> Any:
    return SimpleNamespace(session=SimpleNamespace(closing=closing))


def wait_for(greenlets: list[gevent.Greenlet]) -> None:
    get_hub().loop.update_now()  # it has not run since some test before, and times from when it did
    gevent.joinall(greenlets, timeout=10)


@pytest.mark.parametrize("gone", [0, 50])
def test_work_of_those_who_hung_up_is_not_done(gone: int) -> None:
    done: list[str] = []
    results: list[object] = []
    worker = Worker(lambda request, result: results.append(result))
    greenlets = [
        gevent.spawn(worker._run, request, Work(done.append, (request.session.closing or "here",)))
        for request in [*(asker("gone") for _ in range(gone)), *(asker() for _ in range(THREADS + 1))]
    ]
    wait_for(greenlets)
    worker.close()
    assert done == ["here"] * (THREADS + 1)
    assert len(results) == gone + THREADS + 1


def test_what_work_raises_is_its_result() -> None:
    results: list[object] = []
    worker = Worker(lambda request, result: results.append(result))
    wait_for([gevent.spawn(worker._run, asker(), Work(int, ("x",)))])
    worker.close()
    assert [type(result) for result in results] == [ValueError]


def test_a_store_that_cannot_be_read_is_no_bug(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def read() -> None:
        raise StoreError("/x/gchat.db is damaged; move it away")

    results: list[object] = []
    worker = Worker(lambda request, result: results.append(result))
    tasks = [Work(read), Work(read), Work(int, ("5",)), Work(read)]
    for task in tasks:
        wait_for([gevent.spawn(worker._run, asker(), task)])
    worker.close()
    assert [type(result) for result in results] == [StoreError, StoreError, int, StoreError]
    said = "What was said cannot be read: /x/gchat.db is damaged; move it away"
    assert [record.message for record in caplog.records] == [said, said]
    assert capfd.readouterr().err == ""  # where gevent writes of what leaves a thread


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_thread_that_would_end_ends_nothing_else(error: type[BaseException]) -> None:
    def end() -> None:
        raise error

    results: list[object] = []
    worker = Worker(lambda request, result: results.append(result))
    tasks = [Work(end), Work(end), Work(end), Work(int, ("5",))]
    wait_for([gevent.spawn(worker._run, asker(), task) for task in tasks])
    worker.close()
    assert [type(result) for result in results] == [RuntimeError] * 3 + [int]


def test_threads_that_hang_keep_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_, "PATIENCE", 0.05)
    go_on = threading.Event()
    results: list[object] = []
    worker = Worker(lambda request, result: results.append(result))
    tasks = [Work(go_on.wait), Work(go_on.wait), Work(go_on.wait), Work(int, ("5",))]
    wait_for([gevent.spawn(worker._run, asker(), task) for task in tasks])
    go_on.set()
    worker.close()
    assert sorted(type(result).__name__ for result in results) == ["TimeoutError"] * 3 + ["int"]
