"""How long the loop waits for the store, while checkpoints and the rest of its upkeep go on beside it.

    python -m tests.bench.pauses               4,000 messages a second in 50 channels, for three minutes
    python -m tests.bench.pauses 40            for 40 seconds

It prints how long a turn of four messages took to write, the longest of them too, and, to compare, by how
much the system overslept in the same time: on a busy machine that is what the longest pauses are made of.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gchat.server.stores.base import Record
from gchat.server.stores.sqlite import SqliteStore

RATE: Final = 4000  # messages a second
TURN: Final = 4  # messages of one
CHANNELS: Final = 50
SOURCE: Final = "Neural!~Neural@127.0.0.1"


def load(store: SqliteStore, seconds: float) -> tuple[list[float], list[float]]:
    """Write for a time; return what each turn took, and how late each began, in order of size."""
    began, turns = time.perf_counter(), int(seconds * RATE / TURN)
    first = int(time.time() * 1000)
    took: list[float] = []
    late: list[float] = []
    for turn in range(turns):
        records = [_record(first + turn, turn * TURN + number, number) for number in range(TURN)]
        due = began + turn * TURN / RATE
        now = time.perf_counter()
        if now < due:
            time.sleep(due - now)
            late.append(time.perf_counter() - due)
        start = time.perf_counter()
        store.write(records)
        took.append(time.perf_counter() - start)
    return sorted(took), sorted(late)


def _record(milliseconds: int, count: int, number: int) -> Record:
    target = f"#room{count % CHANNELS}"
    params = (target, f"message {count} of many, of which each has some words")
    return Record(f"{milliseconds}-{number}", target, "PRIVMSG", SOURCE, "Neural", params)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pauses")
    parser.add_argument("seconds", nargs="?", type=float, default=180.0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore.open(str(Path(folder) / "gchat.db"))
        try:
            took, late = load(store, options.seconds)
        finally:
            store.close()
    for name, figures in (("a turn took", took), ("overslept by", late)):
        if figures:
            median, most = figures[len(figures) // 2], figures[int(len(figures) * 0.999)]
            print(f"{name:12} {median * 1000:.2f} ms p50, {most * 1000:.2f} ms p99.9,", end=" ")
            print(f"{figures[-1] * 1000:.1f} ms at most")


if __name__ == "__main__":
    main()
