"""What lasts is not walked over again and again, and a circle is found all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from gchat.server.collector import HOUR, Collector


class Time:
    """A clock that stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Circle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def time() -> Iterator[Time]:
    """With a collector at work, and Python's counting of what is new switched off."""
    gc.disable()
    time = Time()
    collector = Collector(time)
    collector.start()
    yield time
    collector.stop()
    gc.enable()


def test_what_outlives_the_second_look_is_put_aside(time):
    kept = [[] for _ in range(1000)]
    before = gc.get_freeze_count()
    gc.collect(0)
    assert gc.get_freeze_count() <= before  # of what was put aside, something may have died
    gc.collect(1)
    assert gc.get_freeze_count() > before + len(kept)
    assert not gc.get_objects(generation=2)


def test_a_circle_that_was_put_aside_is_found_after_an_hour(time):
    circle = Circle()
    gone = weakref.ref(circle)
    gc.collect(1)
    del circle
    for time.now in (HOUR / 2, HOUR - 1):
        gc.collect(1)
        gc.collect(2)
        assert gone() is not None
    time.now = HOUR
    gc.collect(1)
    gc.collect(2)
    assert gone() is None


def test_then_everything_is_put_aside_for_another_hour(time):
    time.now = HOUR
    gc.collect(1)
    gc.collect(1)
    assert gc.get_freeze_count() == 0
    gc.collect(2)
    assert gc.get_freeze_count() > 0
    time.now = 2 * HOUR - 1
    gc.collect(1)
    assert gc.get_freeze_count() > 0


def test_afterwards_python_has_it_as_before():
    collector = Collector(Time())
    collector.start()
    collector.stop()
    gc.collect(1)
    assert gc.get_freeze_count() == 0
