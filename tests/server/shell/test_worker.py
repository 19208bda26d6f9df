"""Slow work in threads."""

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gevent
import gevent.event
import pytest
from gevent.hub import get_hub

from gchat.server import worker as worker_
from gchat.server.lanes import Lane
from gchat.server.request import Work
from gchat.server.stores.base import Damaged, StoreError, TooSlow
from gchat.server.worker import Worker


def asker(closing: str = "", host: str = "10.0.0.1", id: str = "n0-1") -> Any:
    return SimpleNamespace(effort=0, session=SimpleNamespace(closing=closing, host=host, id=id, user=None))


class Asking:
    """A worker and what came of its work, in order."""

    def __init__(self) -> None:
        self.results: list[object] = []
        self.damaged: list[str] = []
        self.worker = Worker(self._resume, self.damaged.append)
        self._more = gevent.event.Event()

    def _resume(self, request: Any, result: object) -> None:
        self.results.append(result)
        self._more.set()

    def wait(self, count: int) -> None:
        """Until there are so many results."""
        get_hub().loop.update_now()  # it has not run since some test before, and times from when it did
        with gevent.Timeout(10):
            while len(self.results) < count:
                self._more.wait()
                self._more.clear()


@pytest.fixture
def asking() -> Iterator[Asking]:
    made = Asking()
    yield made
    made.worker.close()


@pytest.mark.parametrize("gone", [0, 50])
def test_work_of_those_who_hung_up_is_not_done(asking: Asking, gone: int) -> None:
    done: list[str] = []
    for request in [*(asker("gone") for _ in range(gone)), *(asker() for _ in range(3))]:
        asking.worker.submit(request, Work(done.append, (request.session.closing or "here",)))
    asking.wait(gone + 3)
    assert done == ["here"] * 3


def test_what_work_raises_is_its_result(asking: Asking) -> None:
    asking.worker.submit(asker(), Work(int, ("x",)))
    asking.wait(1)
    assert [type(result) for result in asking.results] == [ValueError]


def test_a_store_that_cannot_be_read_is_no_bug(
    asking: Asking, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def read(error: type[StoreError] = StoreError) -> None:
        raise error("/x/gchat.db is damaged; move it away")

    tasks = [Work(read), Work(read), Work(read, (TooSlow,)), Work(int, ("5",)), Work(read)]
    for count, task in enumerate(tasks, 1):
        asking.worker.submit(asker(), task)
        asking.wait(count)
    assert [type(result) for result in asking.results] == [StoreError, StoreError, TooSlow, int, StoreError]
    said = "What was said cannot be read: /x/gchat.db is damaged; move it away"
    assert [record.message for record in caplog.records] == [said, said]
    assert capfd.readouterr().err == ""  # where gevent writes of what leaves a thread


def test_damage_is_told_apart(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    def read() -> None:
        raise Damaged("/x/gchat.db is damaged")

    asking.worker.submit(asker(), Work(read))
    asking.wait(1)
    assert [type(result) for result in asking.results] == [Damaged]
    assert asking.damaged == ["/x/gchat.db is damaged"]
    assert not caplog.records


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_thread_that_would_end_ends_nothing_else(asking: Asking, error: type[BaseException]) -> None:
    def end() -> None:
        raise error

    for task in [Work(end), Work(end), Work(end), Work(int, ("5",))]:
        asking.worker.submit(asker(), task)
    asking.wait(4)
    assert sorted(type(result).__name__ for result in asking.results) == ["RuntimeError"] * 3 + ["int"]


def test_threads_that_hang_keep_nobody_else_waiting(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_, "PATIENCE", 0.05)
    go_on = threading.Event()
    for task in [Work(go_on.wait), Work(go_on.wait), Work(go_on.wait), Work(int, ("5",))]:
        asking.worker.submit(asker(), task)
    asking.wait(4)
    go_on.set()
    assert sorted(type(result).__name__ for result in asking.results) == ["TimeoutError"] * 3 + ["int"]


def test_searches_of_many_hold_up_no_login_and_no_reading(asking: Asking) -> None:
    go_on = threading.Event()
    for n in range(20):
        host = f"10.0.{n % 5}.1"
        asking.worker.submit(asker(host=host, id=f"n0-{n}"), Work(go_on.wait, lane=Lane.SEARCHING))
    for lane in (Lane.HASHING, Lane.READING, Lane.BREATH):
        asking.worker.submit(asker(), Work(int, ("5",), lane))
    asking.wait(3)
    go_on.set()
    asking.wait(23)
    assert sorted(map(str, asking.results[:3])) == ["5", "5", "None"]


def test_one_address_does_not_keep_others_from_searching(asking: Asking) -> None:
    go_on = threading.Event()
    for n in range(20):
        work = Work(go_on.wait, lane=Lane.SEARCHING)
        asking.worker.submit(asker(host="2001:db8::1", id=f"n0-{n}"), work)
    asking.worker.submit(asker(host="2001:db8:1::1", id="n0-20"), Work(int, ("5",), Lane.SEARCHING))
    asking.wait(1)
    assert asking.results == [5]
    go_on.set()
    asking.wait(21)


def test_who_has_much_looked_for_pays_for_it(asking: Asking) -> None:
    def count() -> None:
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass

    busy, idle = asker(), asker()
    asking.worker.submit(busy, Work(count))
    asking.worker.submit(idle, Work(int))
    asking.wait(2)
    assert 20 <= busy.effort < 1000
    assert idle.effort < 20
