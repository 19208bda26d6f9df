"""A soak: many clients who come, join, talk, leave and vanish, for as long as you like, and what grows.

    python -m tests.bench.soak                      1,000 clients, ten minutes
    python -m tests.bench.soak --clients 50 --seconds 5

The server has its database on disk.  Its resident memory and its descriptors are read every second; a line is
fitted through what came after the first fifth, and its slope is what memory grows by.  In the end everybody
leaves, and what was there before anybody came has to be all that is left: sockets and greenlets.
Ends with 1 where something is left, where Python's objects have so many more blocks of memory than before
that something may be left of every message, where the server ended a connection by itself, or where memory
grows by more than ``--growth`` a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import selectors
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.bench import servers

ROOMS = 50
RATE = 500.0  # things done a second, by all together
PATIENCE = 30.0  # seconds for what should be there at once
# what a client does next, and how often
DEEDS = {"say": 60, "join": 12, "part": 12, "nick": 4, "topic": 3, "quit": 5, "vanish": 4}
PACE = 0.01  # seconds between two looks at the clock
# Blocks of memory that may be left: what is loaded late, and what the server remembers for a while of those
# who were there.  After 1,500 deeds 2,600 were left, after 6,000 7,600 and after 30,000 16,000; two deeds of
# three are messages, of each of which a leak would leave one at least.
LOADED, OF_DEED = 5000, 0.75
STORE_FILES = 8  # descriptors of connections to the database, which come when there is something to read


class Alive(NamedTuple):
    """What is alive in the server."""

    greenlets: int
    blocks: int  # of memory, that Python's objects have
    sockets: int


class Sample(NamedTuple):
    """The server at one moment."""

    at: float  # seconds
    memory: float  # KiB, resident
    descriptors: int


class Client:
    """One connection.  It reads and drops what comes, and answers PING."""

    def __init__(self, number: int, port: int) -> None:
        self.number = number
        self.rooms: set[int] = set()
        self.nicks = 0
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setblocking(False)
        self.nick = ""
        self.tail = b""
        self.welcome = False

    def send(self, *lines: str) -> None:
        """Send lines; what the system has no room for is more than anybody here should have to say."""
        self.socket.send("".join(f"{line}\r\n" for line in lines).encode())

    def read(self) -> bool:
        """Take what has come; False where the server has ended the connection."""
        try:
            data = self.socket.recv(1 << 18)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        text = self.tail + data
        if b"\nPING " in text:
            self.send("PONG soak")
        self.welcome = self.welcome or b" 001 " in text
        self.tail = text[-8:]
        return bool(data)


class Soak:
    """All clients, and the server that they are on."""

    def __init__(self, server: servers.Running, window: Path, clients: int, seed: int) -> None:
        self.server = server
        self.window = window
        self.wanted = clients
        self.dice = random.Random(seed)
        self.selector = selectors.DefaultSelector()
        self.clients: list[Client] = []
        self.ended = 0  # connections that the server has closed and nobody else
        self.deeds = 0
        self.connects = 0
        self.samples: list[Sample] = []

    # the clients

    def come(self, number: int) -> Client:
        """Open a connection, whose client is in two rooms."""
        client = Client(number, self.server.port)
        self.connects += 1  # no nick comes twice: the connection that had it may not be gone yet
        client.nick = f"s{number}_{self.connects}"
        self.selector.register(client.socket, selectors.EVENT_READ, client)
        client.send(f"NICK {client.nick}", f"USER soak 0 * :{number}")
        for room in self.dice.sample(range(ROOMS), 2):
            client.send(f"JOIN #soak{room}")
            client.rooms.add(room)
        return client

    def go(self, client: Client, word: str = "") -> None:
        """Close a connection, with a QUIT or without."""
        if word:
            client.send(word)
        self.selector.unregister(client.socket)
        client.socket.close()

    def gather(self) -> None:
        """Let everybody in."""
        for number in range(self.wanted):
            self.clients.append(self.come(number))
            self.turn(0.0)
        deadline = time.monotonic() + PATIENCE
        while not all(client.welcome for client in self.clients) and time.monotonic() < deadline:
            self.turn(PACE)

    def turn(self, seconds: float) -> None:
        """Read what has come."""
        for key, _ in self.selector.select(seconds):
            client: Client = key.data
            if not client.read():
                self.ended += 1
                self.go(client)
                self.clients[client.number] = self.come(client.number)

    def act(self) -> None:
        """Have somebody do something."""
        self.deeds += 1
        client = self.dice.choice(self.clients)
        (deed,) = self.dice.choices(list(DEEDS), list(DEEDS.values()))
        room = self.dice.choice(sorted(client.rooms)) if client.rooms else self.dice.randrange(ROOMS)
        if deed in ("quit", "vanish"):
            self.go(client, "QUIT :soaked" if deed == "quit" else "")
            self.clients[client.number] = self.come(client.number)
        elif deed == "join":
            room = self.dice.randrange(ROOMS)
            client.rooms.add(room)
            client.send(f"JOIN #soak{room}")
        elif deed == "part":
            client.rooms.discard(room)
            client.send(f"PART #soak{room} :enough")
        elif deed == "nick":
            client.nicks += 1
            client.send(f"NICK {client.nick}_{client.nicks % 7}")
        else:
            command = "PRIVMSG" if deed == "say" else "TOPIC"
            client.send(f"{command} #soak{room} :{'x' * self.dice.randrange(10, 200)}")

    def run(self, seconds: float) -> None:
        """Let them live for so long."""
        began = time.monotonic()
        while (now := time.monotonic() - began) < seconds:
            if now >= len(self.samples):
                self.samples.append(self.sample(now))
            while self.deeds < now * RATE:
                self.act()
                self.turn(0.0)
            self.turn(PACE)

    def leave(self) -> None:
        """Send everybody away."""
        for client in self.clients:
            self.go(client, "QUIT :soaked")
        self.clients.clear()

    # the server

    def sample(self, at: float) -> Sample:
        """Measure the server from outside."""
        with open(f"/proc/{self.server.pid}/status") as status:
            memory = next(float(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        return Sample(at, memory, len(os.listdir(f"/proc/{self.server.pid}/fd")))

    def look(self) -> Alive:
        """Ask the server what is alive in it."""
        self.window.unlink(missing_ok=True)
        os.kill(self.server.pid, signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE
        while not self.window.exists():
            if time.monotonic() > deadline:
                raise SystemExit("tests.bench.soak: the server does not answer")
            self.turn(PACE)
        seen = json.loads(self.window.read_text())
        # Not the store's files: it opens more when there is something to index or to read, and keeps them.
        sockets = 0
        for link in Path(f"/proc/{self.server.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed in between
                sockets += "socket:" in os.readlink(link)
        return Alive(seen["greenlets"], seen["blocks"], sockets)

    def until_empty(self, before: Alive) -> Alive:
        """Wait until nothing is left of what came after ``before``, or for as long as is decent."""
        deadline = time.monotonic() + PATIENCE
        while True:
            left = self.look()
            gone = left.greenlets <= before.greenlets and left.sockets <= before.sockets
            if gone or time.monotonic() > deadline:
                return left
            time.sleep(PACE)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the line that fits best (least squares); 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


class Verdict(NamedTuple):
    """What a soak has shown."""

    text: str
    well: bool


def judge(soak: Soak, before: Alive, after: Alive, growth: float) -> Verdict:
    """Say what grew and what is left."""
    late = soak.samples[len(soak.samples) // 5 :]
    memory = slope([(sample.at / 60, sample.memory) for sample in late])
    files = slope([(sample.at / 60, sample.descriptors) for sample in late])
    low, high = (pick(sample.memory for sample in late) for pick in (min, max))
    well = (
        soak.ended == 0
        and memory <= growth
        and late[-1].descriptors - late[0].descriptors <= STORE_FILES
        and after.greenlets <= before.greenlets
        and after.sockets <= before.sockets
        and after.blocks <= before.blocks + LOADED + OF_DEED * soak.deeds
    )
    text = (
        f"{soak.wanted} clients, {soak.deeds} deeds in {soak.samples[-1].at + 1:.0f} s\n"
        f"resident memory: {low:.0f} to {high:.0f} KiB, slope {memory:+.1f} KiB a minute\n"
        f"descriptors: {late[0].descriptors} to {late[-1].descriptors}, slope {files:+.2f} a minute\n"
        f"greenlets: {before.greenlets} before anybody came, {after.greenlets} when all had left\n"
        f"sockets: {before.sockets} before anybody came, {after.sockets} when all had left\n"
        f"blocks of memory: {before.blocks} before anybody came, {after.blocks} when all had left\n"
        f"connections that the server ended by itself: {soak.ended}"
    )
    return Verdict(text, well)


def main(argv: Sequence[str]) -> int:
    """Soak, print, judge."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.soak", description="What grows in the server?"
    )
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1, help="of the chance")
    parser.add_argument("--growth", type=float, default=128.0, help="KiB a minute that are still flat")
    parser.add_argument("--compiled", action="store_true", help="the server as it is installed")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="gchat-soak-") as folder:
        window = Path(folder, "window")
        program = ("tests.bench.watched", str(window))
        kind = "compiled" if arguments.compiled else "gchat"
        with servers.running(kind, Path(folder, "home"), program) as server:
            soak = Soak(server, window, arguments.clients, arguments.seed)
            before = soak.look()
            soak.gather()
            soak.run(arguments.seconds)
            soak.leave()
            verdict = judge(soak, before, soak.until_empty(before), arguments.growth)
    print(verdict.text)
    return 0 if verdict.well else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
