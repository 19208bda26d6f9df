"""What may go wrong with a machine, while people talk: no message is lost or doubled, nobody is stuck.

A killed server is in ``test_nothing_is_lost.py``; what exactly becomes of those who wait when the clock jumps
in ``tests/server/test_clock.py``, and when a thread ends in ``tests/server/shell/test_worker.py``.
"""

from __future__ import annotations

import itertools
import os
import resource
import select
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.chaos.crowd import Crowd
from tests.e2e.processes import PATIENCE, GchatServer, Machine, Process

PEOPLE = 8
STOPPED = 5.0  # seconds
ANSWERED = 1.5  # seconds, where the loop waits a quarter of one and the tests run side by side


@pytest.fixture
def server(machine: Machine) -> GchatServer:
    return machine.server("--no-throttle")


@pytest.fixture
def crowd(machine: Machine, server: GchatServer) -> Crowd:
    return Crowd(machine, server.port, PEOPLE)


def database(home: Path) -> str:
    return str(home / ".local/share/gchat/gchat.db")


def kept(home: Path) -> list[tuple[str, int]]:
    """What the history says, in order."""
    connection = sqlite3.connect(database(home))
    rows = connection.execute("SELECT text FROM records WHERE kind = 1 ORDER BY number").fetchall()
    connection.close()
    return [(text.split()[0], int(text.split()[1])) for (text,) in rows]


def logged(server: Process, wanted: str) -> bool:
    """Tell whether the server's log has said something, without waiting for it."""
    assert server.process.stdout is not None
    fd = server.process.stdout.fileno()
    while select.select([fd], [], [], 0)[0]:
        data = os.read(fd, 1 << 16)
        assert data, f"the server has ended:\n{server.output.decode(errors='replace')}"
        server.output += data
    return wanted.encode() in server.output


def attempts() -> Iterator[int]:
    """Numbers, for as long as is decent."""
    deadline = time.monotonic() + PATIENCE
    for number in itertools.count():
        assert time.monotonic() < deadline
        yield number


def altered(machine: Machine, how: str) -> tuple[Process, int]:
    """A server to which something was done before it began, and its port."""
    port_file = machine.home / "port"
    program = f"{how}\nfrom gchat.server.main import main\nsys.exit(main())"
    options = ("--listen", "127.0.0.1:0", "--port-file", str(port_file), "--no-throttle")
    server = machine.process(sys.executable, "-c", program, *options)
    server.until("Listening on")
    return server, int(port_file.read_text().split()[0].rpartition(":")[2])


def test_a_server_that_is_stopped_for_a_while(server: GchatServer, crowd: Crowd, home: Path) -> None:
    crowd.say(20)
    server.signal(signal.SIGSTOP)
    crowd.say(20)
    crowd.read(STOPPED)  # it is really stopped, and says nothing
    server.signal(signal.SIGCONT)
    crowd.say(20)
    crowd.listen("after")
    heard = crowd.check()
    assert len(heard) == 60 * PEOPLE
    assert kept(home) == heard


def test_a_disk_that_is_full_for_a_while(server: GchatServer, crowd: Crowd, home: Path) -> None:
    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux can change the limits of another process")
    crowd.say(20)
    crowd.listen("before")
    full = (Path(database(home) + "-wal").stat().st_size, resource.RLIM_INFINITY)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, full)
    crowd.say(50)
    crowd.listen("full")
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    server.until("Messages are kept again")
    crowd.say(20)
    crowd.listen("after")
    heard = crowd.check()
    assert sum(crowd.refusals().values()) == 50 * PEOPLE
    assert kept(home) == heard


UNSORTED = "SELECT count(*) FROM records WHERE number > (SELECT value FROM meta WHERE name = 'paged')"


def hold(crowd: Crowd, other: sqlite3.Connection) -> None:
    """Hold the database while there is something to do beside the loop."""
    for attempt in attempts():
        crowd.say(20)
        crowd.listen(f"before{attempt}")
        other.execute("BEGIN IMMEDIATE")
        if other.execute(UNSORTED).fetchone() != (0,):
            return
        other.execute("ROLLBACK")


def test_a_database_that_another_program_holds(server: GchatServer, crowd: Crowd, home: Path) -> None:
    with closing(sqlite3.connect(database(home), isolation_level=None)) as other:
        hold(crowd, other)
        crowd.say(20)
        crowd.listen("held")
        for attempt in attempts():
            began = time.monotonic()
            crowd.listen(f"waiting{attempt}")
            assert time.monotonic() - began < ANSWERED
            if logged(server, "upkeep (pages) has to wait"):
                break
            crowd.read(0.05)
        other.execute("ROLLBACK")
    server.until("Messages are kept again")
    crowd.say(20)
    crowd.listen("after")
    heard = crowd.check()
    assert sum(crowd.refusals().values()) == 20 * PEOPLE
    assert kept(home) == heard


SLOW = """
import sys, time
from gchat.server.stores.sqlite import SqliteStore
write = SqliteStore.write
def slowly(self, changes):
    if any(getattr(change, "command", "") == "PRIVMSG" for change in changes):
        time.sleep(1)
    write(self, changes)
SqliteStore.write = slowly
"""


def test_a_store_that_takes_a_second(machine: Machine, home: Path) -> None:
    _, port = altered(machine, SLOW)
    crowd = Crowd(machine, port, PEOPLE)
    crowd.say(20)
    crowd.read(0.5)  # it is in the store meanwhile
    crowd.say(20)
    crowd.listen("after")
    heard = crowd.check()
    assert len(heard) == 40 * PEOPLE
    assert kept(home) == heard


# SIGUSR1 sets the system's clock an hour forth, SIGUSR2 an hour back.
CLOCK = """
import os, signal, sys, time
clock, leaps = time.time, []
time.time = lambda: clock() + sum(leaps)
def leap(number, frame):
    leaps.append(3600.0 if number == signal.SIGUSR1 else -3600.0)
    os.write(1, b"leap %d\\n" % len(leaps))
signal.signal(signal.SIGUSR1, leap)
signal.signal(signal.SIGUSR2, leap)
"""
FORTH, BACK = signal.SIGUSR1, signal.SIGUSR2


@pytest.mark.parametrize("leaps", [(FORTH, BACK), (BACK, FORTH)])
def test_a_clock_that_jumps(machine: Machine, home: Path, leaps: tuple[signal.Signals, ...]) -> None:
    server, port = altered(machine, CLOCK)
    crowd = Crowd(machine, port, PEOPLE)
    for number, leap in enumerate(leaps, 1):
        crowd.say(20)
        server.signal(leap)
        crowd.say(20)
        server.until(f"leap {number}\n")
        crowd.say(20)
        crowd.read(1.5)  # those who are silent for too long are looked for every second
        crowd.listen(f"leap{number}")
        machine.raw(port).register(f"new{number}")
    heard = crowd.check()
    assert len(heard) == 60 * len(leaps) * PEOPLE
    assert kept(home) == heard
    with closing(sqlite3.connect(database(home))) as connection:
        ids = connection.execute("SELECT ms, seq FROM records ORDER BY number").fetchall()
    assert ids == sorted(set(ids))


# What ends a thread ends the one that sees to the store, and one of those that read it.
THREADS = """
import sys
from gchat.server.stores.maintenance import Maintenance
from gchat.server.stores.reading import SqliteHistory
def ends_once(function):
    ended = []
    def end(*arguments):
        if not ended:
            ended.append(True)
            sys.exit()
        return function(*arguments)
    return end
Maintenance.work = ends_once(Maintenance.work)
SqliteHistory.latest = ends_once(SqliteHistory.latest)
"""


def test_threads_that_end(machine: Machine, home: Path) -> None:
    server, port = altered(machine, THREADS)
    crowd = Crowd(machine, port, PEOPLE)
    reader = machine.raw(port)
    reader.register("reader", "#team")
    crowd.say(20)
    reader.send("CHATHISTORY LATEST #team * 1")
    crowd.say(20)
    reader.until(" 400 reader CHATHISTORY :")
    for attempt in attempts():
        crowd.say(1)
        crowd.listen(f"talking{attempt}")
        if logged(server, "The thread of the store's upkeep had ended; it has begun again"):
            break
        crowd.read(0.05)
    heard = crowd.check()
    assert kept(home) == heard
    reader.send("PING heard")
    reader.until("PONG")
    reader.send("CHATHISTORY LATEST #team * 1")
    reader.until("PRIVMSG #team :{} {}\r\n".format(*heard[-1]))
    with closing(sqlite3.connect(database(home))) as connection:
        deadline = time.monotonic() + PATIENCE
        while connection.execute(UNSORTED).fetchone() != (0,):
            assert time.monotonic() < deadline
            crowd.read(0.05)
