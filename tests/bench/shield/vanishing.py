"""Clients that vanish without a FIN or a reset: the link between them and the server goes down.

    unshare --net python -m tests.bench.shield.vanishing [SIZE]

It needs root, for two network namespaces of its own: the one it is started in, where the server and who is
honest are, and one where those are who vanish, at the other end of a pair of virtual interfaces.  Nothing
outside of the two is touched, and both are gone with the processes.  It prints figures as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path

from tests.bench.shield import crowd
from tests.bench.shield.figures import Figure
from tests.bench.shield.probe import Probe
from tests.bench.shield.server import CHECKOUT, Server
from tests.namespaces import refusal

HERE, THERE = "10.83.0.1", "10.83.0.2"
SENDQ = 256 * 1024
REASON = re.compile("QUIT :([^:\r]+)")


def lacking() -> str:
    """Why it cannot be measured on this machine; empty where it can."""
    if not shutil.which("ip"):
        return "ip is not installed"
    return refusal("--net", "ip", "link", "add", "here", "type", "veth", "peer", "name", "there")


def measure(size: float) -> list[Figure]:
    """All of it, in a namespace of its own; where that cannot be had, a figure that says so."""
    if why := lacking():
        return [Figure(f"not measured: {why}", 0, "")]
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.bench.shield.vanishing", str(size)],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Figure(*row) for row in json.loads(done.stdout)]


def ip(*words: str) -> None:
    """Run ip (8)."""
    subprocess.run(["ip", *words], check=True)


@contextmanager
def neighbour() -> Iterator[int]:
    """Another namespace, connected with this one: a descriptor of it."""
    with subprocess.Popen(
        ["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        keeper.stdin.write(b"x")
        keeper.stdin.flush()
        keeper.stdout.read(1)  # it is there
        ip("link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(keeper.pid))
        ip("address", "add", f"{HERE}/24", "dev", "here")
        ip("link", "set", "here", "up")
        with Path(f"/proc/{keeper.pid}/ns/net").open() as there:
            with inside(there.fileno()):
                ip("address", "add", f"{THERE}/24", "dev", "there")
                ip("link", "set", "there", "up")
            yield there.fileno()
        keeper.stdin.close()


@contextmanager
def inside(namespace: int) -> Iterator[None]:
    """What is opened meanwhile is opened in another namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as here:
        if libc.setns(namespace, 0):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            libc.setns(here.fileno(), 0)


class Room:
    """A room of those who vanish, somebody who talks to them while they last, and who sees them go."""

    def __init__(self, server: Server, name: str, members: list[socket.socket], burst: int) -> None:
        self.name, self.burst, self.left = name, burst, len(members)
        self.speaker, self.witness = crowd.users(server.port, 2, name)
        crowd.join([*members, self.speaker, self.witness], f"#{name}")
        crowd.swallow([*members, self.speaker, self.witness])
        self.quits: Counter[str] = Counter()

    def talk(self) -> None:
        """Say something; look who has gone, and why."""
        for one in (self.speaker, self.witness):
            crowd.say(one, "PONG :here")
        if self.left:
            crowd.say(self.speaker, *[f"PRIVMSG #{self.name} :{'x' * 400}"] * self.burst)
        crowd.swallow([self.speaker])
        with suppress(BlockingIOError):
            reasons = REASON.findall(crowd.read_now(self.witness).decode())
            self.left -= len(reasons)
            self.quits.update(reasons)


def vanish(size: float) -> list[Figure]:
    """One half of them in a room that talks little, one half in a room that is flooded."""
    number, patience = max(int(500 * size), 10), 2 if size > 0.1 else 0.5
    limits = {"ping_interval": patience, "ping_timeout": patience, "shutdown_timeout": 0.5, "sendq": SENDQ}
    ip("link", "set", "lo", "up")
    with neighbour() as there, Server(host="0.0.0.0", **limits) as server:
        calm, memory = server.descriptors, server.memory
        with inside(there):
            socks = crowd.users(server.port, number, "v", host=HERE)
        rooms = [
            Room(server, "quiet", socks[: number // 2], 1),
            Room(server, "flooded", socks[number // 2 :], 100),
        ]
        with crowd.Answering(socks):
            probe = Probe(server.port)
            time.sleep(patience)
            before = probe.stop()
            inhabited, most = server.memory, 0
            probe = Probe(server.port)
            ip("link", "set", "here", "down")
            deadline = time.monotonic() + 30
            while sum(room.left for room in rooms) and time.monotonic() < deadline:
                for room in rooms:
                    room.talk()
                most = max(most, server.memory)
                time.sleep(0.05)
            meanwhile = probe.stop()
        crowd.close([one for room in rooms for one in (room.speaker, room.witness)])
        time.sleep(2.0)
        return [
            Figure("clients whose link is gone", number, ""),
            Figure("of them still there", sum(room.left for room in rooms), "", 0.0),
            *(
                Figure(f"#{room.name}, ended by {reason}", count, "")
                for room in rooms
                for reason, count in room.quits.items()
            ),
            Figure("honest p99 before", before.p99, "ms"),
            Figure("honest p99 meanwhile", meanwhile.p99, "ms", max(2 * before.p99, 5.0)),
            Figure("honest longest meanwhile", meanwhile.longest, "ms"),
            Figure("memory without them", memory, "KiB"),
            Figure("memory with them", inhabited, "KiB"),
            Figure("memory at most", most, "KiB"),
            Figure("memory afterwards", server.memory, "KiB", inhabited * 1.1 + 4096),
            Figure("descriptors more than before", server.descriptors - calm, "", 8.0),
        ]


if __name__ == "__main__":
    print(json.dumps([astuple(figure) for figure in vanish(float(sys.argv[1]) if sys.argv[1:] else 1.0)]))
