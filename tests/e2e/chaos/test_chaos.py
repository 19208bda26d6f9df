"""What may go wrong with a machine, while people talk: no message is lost or doubled, nobody is stuck.

A killed server is in ``test_nothing_is_lost.py``, a clock that jumps in ``tests/server/test_clock.py``, a
thread that ends in ``tests/server/shell/test_worker.py``.
"""

from __future__ import annotations

import resource
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.e2e.chaos.crowd import Crowd
from tests.e2e.processes import GchatServer, Machine

PEOPLE = 8
STOPPED = 5.0  # seconds


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


def test_a_database_that_another_program_holds(server: GchatServer, crowd: Crowd, home: Path) -> None:
    crowd.say(20)
    crowd.listen("before")
    other = sqlite3.connect(database(home), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    crowd.say(20)
    crowd.listen("held")
    other.execute("ROLLBACK")
    other.close()
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
from gchat.server.main import main
sys.exit(main())
"""


def test_a_store_that_takes_a_second(machine: Machine, home: Path) -> None:
    port_file = home / "port"
    server = machine.process(
        sys.executable, "-c", SLOW, "--listen", "127.0.0.1:0", "--port-file", str(port_file), "--no-throttle"
    )
    server.until("Listening on")
    crowd = Crowd(machine, int(port_file.read_text().split()[0].rpartition(":")[2]), PEOPLE)
    crowd.say(20)
    crowd.read(0.5)  # it is in the store meanwhile
    crowd.say(20)
    crowd.listen("after")
    heard = crowd.check()
    assert len(heard) == 40 * PEOPLE
    assert kept(home) == heard
