"""Slow work in threads."""

from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from gchat.server.request import Work
from gchat.server.worker import THREADS, Worker


def asker(closing: str = "") -> Any:
    return SimpleNamespace(session=SimpleNamespace(closing=closing))


@pytest.mark.parametrize("gone", [0, 50])
def test_work_of_those_who_hung_up_is_not_done(gone: int) -> None:
    done: list[str] = []
    results: list[object] = []
    worker = Worker(lambda request, result: results.append(result))
    greenlets = [
        gevent.spawn(worker._run, request, Work(done.append, (request.session.closing or "here",)))
        for request in [*(asker("gone") for _ in range(gone)), *(asker() for _ in range(THREADS + 1))]
    ]
    gevent.joinall(greenlets, timeout=10)
    worker.close()
    assert done == ["here"] * (THREADS + 1)
    assert len(results) == gone + THREADS + 1


def test_what_work_raises_is_its_result() -> None:
    results: list[object] = []
    worker = Worker(lambda request, result: results.append(result))
    gevent.spawn(worker._run, asker(), Work(int, ("x",))).join(timeout=10)
    worker.close()
    assert [type(result) for result in results] == [ValueError]
