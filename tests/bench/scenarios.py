"""What is measured, and how a result reads in a table.

A scenario is a row: arguments of ``load.c``, and what of its JSON is shown.  Every size here has a tiny one
beside it, for the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Result = Mapping[str, Any]
CAPABILITIES = "server-time message-tags echo-message batch labeled-response account-tag"
SIZES = (10, 50, 200, 500, 1000, 2000, 5000)  # members of the plot's rooms
TINY_SIZES = (5, 10)
FLIGHT = "64"  # messages under way


class Scenario(NamedTuple):
    """``better`` picks of several runs by this number, ``sign`` 1 where more of it is better."""

    name: str
    title: str
    args: tuple[str, ...]
    tiny: tuple[str, ...]
    show: Callable[[Result], str]
    key: str
    sign: int = 1
    repeats: int = 3

    @property
    def asks(self) -> bool:
        """True where the clients ask for capabilities."""
        return "-C" in self.args

    def suits(self, name: str) -> bool:
        """True where this server can do it: the bare loop can pass on what is said, and nothing else."""
        return name != "bare" or (self.show is _talk and not self.asks)


def _talk(result: Result) -> str:
    return f"{result['per_second']:,.0f} ({result['cpu_us']:.2f} µs, p99 {result['p99_ms']:.1f} ms)"


def _join(result: Result) -> str:
    return f"{result['join_s'] * 1000:.0f} ms"


def _quit(result: Result) -> str:
    return f"{result['quit_stall_ms']:.0f} ms ({result['quit_s'] * 1000:.0f} ms)"


def _idle(result: Result) -> str:
    return f"{result['kib_per_client']:.1f} KiB"


def _beside(result: Result) -> str:
    return f"{result['p99_ms']:.1f} ms"


def _talking(name: str, title: str, args: str, tiny: str) -> list[Scenario]:
    """A load without capabilities, and the same with them on every client."""
    with_capabilities = ("-C", CAPABILITIES)
    common = (_talk, "per_second")
    return [
        Scenario(name, title, tuple(args.split()), tuple(tiny.split()), *common),
        Scenario(
            f"{name}-caps",
            f"{title}, with capabilities",
            (*args.split(), *with_capabilities),
            (*tiny.split(), *with_capabilities),
            *common,
        ),
    ]


SCENARIOS = [
    *_talking("fanout", "one room of 500", f"-n 500 -m 4000 -w {FLIGHT}", "-n 8 -m 50 -w 8"),
    *_talking(
        "rooms", "50 rooms of 10", f"-n 500 -c 50 -s 50 -m 40000 -w {FLIGHT}", "-n 8 -c 2 -s 2 -m 50 -w 8"
    ),
    *_talking("single", "one message at a time to 500", "-n 500 -m 400 -w 1", "-n 8 -m 10 -w 1"),
    Scenario(
        *("join", "500 join one room at once: until all have its names"),
        ("-k", "join", "-n", "500"),
        ("-k", "join", "-n", "8"),
        *(_join, "join_s", -1),
    ),
    Scenario(
        *("quit", "500 quit at once: longest PING of another (until all is told)"),
        ("-k", "quit", "-n", "500"),
        ("-k", "quit", "-n", "8"),
        *(_quit, "quit_stall_ms", -1),
    ),
    Scenario(
        *("beside", "p99 in a room of 5, beside 2,000 who read 200 messages a second"),
        ("-n", "2000", "-m", "1000", "-r", "200", "-b", "5", "-t", "20"),
        ("-n", "8", "-m", "20", "-r", "200", "-b", "3", "-t", "5"),
        *(_beside, "p99_ms", -1, 1),
    ),
    Scenario(
        *("idle", "resident memory of an idle client"),
        ("-k", "idle", "-n", "5000"),
        ("-k", "idle", "-n", "8"),
        *(_idle, "kib_per_client", -1, 1),
    ),
]


def room(members: int, tiny: bool) -> Scenario:
    """The load of the plot's point for a room of so many."""
    messages = 20 if tiny else min(max(1_500_000 // members, 300), 30_000)
    args = ("-n", str(members), "-m", str(messages), "-w", FLIGHT)
    return Scenario(f"room-{members}", f"a room of {members}", args, args, _talk, "per_second", repeats=1)
