"""How an honest user fares: a small room, in a process of its own, whose messages are timed.

    python -m tests.bench.shield.probe PORT MEMBERS MESSAGES_A_SECOND [SOURCE]

It talks until its standard input closes, then prints a JSON object with milliseconds.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.bench.shield import crowd
from tests.bench.shield.server import CHECKOUT

ROOM = "#honest"


@dataclass(frozen=True)
class Latency:
    """Milliseconds from a message's sending to its arrival at another member."""

    count: int
    p50: float
    p99: float
    longest: float


GRACE = 2.0  # seconds that the last words are waited for


class Probe:
    """Measures from ``start`` to ``stop``."""

    def __init__(self, port: int, members: int = 5, rate: float = 100.0, source: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.shield.probe", str(port), str(members), str(rate), source],
            cwd=CHECKOUT,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # the room is full

    def stop(self) -> Latency:
        """What it was until now."""
        out, _ = self._process.communicate(timeout=crowd.PATIENCE)
        return Latency(**json.loads(out))


def main(port: int, members: int, rate: float, source: str) -> None:
    """Talk and listen."""
    socks = [crowd.connect(port, source) for _ in range(members)]
    for number, sock in enumerate(socks):
        crowd.say(sock, f"NICK h{os.getpid()}_{number}", "USER b 0 * :honest")
        crowd.until(sock, b" 422 ")
    crowd.join(socks, ROOM)
    print("ready", flush=True)
    speaker, listener, others = socks[0], socks[1], socks[2:]
    took: list[float] = []
    due, data, said = time.perf_counter(), b"", 0
    until = float("inf")  # the end; what was said before it is waited for
    while time.perf_counter() < until and not (until < float("inf") and len(took) == said):
        wait = max(0.0, due - time.perf_counter())
        ready, _, _ = select.select(
            [listener] if until < float("inf") else [listener, sys.stdin], [], [], wait
        )
        if sys.stdin in ready:
            until = due = time.perf_counter() + GRACE
        if listener in ready:
            data += listener.recv(1 << 16)
            now = time.perf_counter()
            *lines, data = data.split(b"\r\n")
            took += [now - float(line.rpartition(b":T")[2]) for line in lines if b" :T" in line]
        if time.perf_counter() >= due and until == float("inf"):
            said += 1
            crowd.say(speaker, f"PRIVMSG {ROOM} :T{time.perf_counter()}")
            due += 1 / rate
            crowd.swallow([speaker, *others])
    print(json.dumps(summary(took)))


def summary(took: list[float]) -> dict[str, float]:
    """Quantiles of seconds, in milliseconds."""
    took = sorted(took) or [float("inf")]
    p50, p99 = (took[int(len(took) * part)] * 1000 for part in (0.5, 0.99))
    return {"count": len(took), "p50": p50, "p99": p99, "longest": took[-1] * 1000}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
