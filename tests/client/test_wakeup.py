"""What wakes the loop."""

import select
import threading

from gchat.client.wakeup import ConsoleWatcher, Wakeup

LIMIT = 10.0


def readable(thing: Wakeup | ConsoleWatcher, wait: float = LIMIT) -> bool:
    return bool(select.select([thing.fileno()], [], [], wait)[0])


def test_waking_and_forgetting() -> None:
    wakeup = Wakeup()
    assert not readable(wakeup, 0)
    wakeup.wake()
    wakeup.wake()
    assert readable(wakeup)
    wakeup.drain()
    assert not readable(wakeup, 0)
    wakeup.drain()
    wakeup.close()
    wakeup.wake()


def test_a_full_pair_is_awake() -> None:
    wakeup = Wakeup()
    for _ in range(100_000):
        wakeup.wake()
    assert readable(wakeup)
    wakeup.drain()
    assert not readable(wakeup, 0)
    wakeup.close()


def test_the_console_is_reported_once_until_it_was_read() -> None:
    waits = threading.Semaphore(0)
    waiting = threading.Semaphore(0)

    def wait() -> None:
        waiting.release()
        waits.acquire()

    watcher = ConsoleWatcher(wait)
    watcher.start()
    assert waiting.acquire(timeout=LIMIT)
    assert not readable(watcher, 0)
    waits.release()
    assert readable(watcher)
    assert not waiting.acquire(blocking=False)  # it rests until the input was taken
    watcher.taken()
    assert waiting.acquire(timeout=LIMIT)
    assert not readable(watcher, 0)
    watcher.close()
    waits.release()
