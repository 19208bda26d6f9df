"""``gchat --local`` and the first start: real clients, the real server, an empty home folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.processes import Machine, Terminal


def first_start(machine: Machine, nick: str, *arguments: str) -> Terminal:
    terminal = machine.gchat(*arguments)
    terminal.until("Choose your nickname:")
    terminal.type(f"{nick}\r")
    return terminal


def wait_until_the_server_is_gone(home: Path) -> None:
    """Block until nobody holds the lock that the server was born with."""
    with open(home / ".local/share/gchat/local/server", "r+") as server:
        signal.alarm(20)
        fcntl.flock(server, fcntl.LOCK_EX)
        signal.alarm(0)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, None])
def test_two_meet_and_the_last_to_leave_ends_the_server(
    machine: Machine, home: Path, end: signal.Signals | None
) -> None:
    neural = first_start(machine, "Neural", "--local")
    neural.until("You joined #lobby")
    nine = machine.gchat("--local", "-n", "Nine")
    nine.until("You joined #lobby")
    nine.type("What's up?\r")
    neural.until("Nine  What's up?")
    neural.type("/quit\r")
    assert neural.wait() == 0
    nine.until("Neural left")
    nine.type("still here\r")
    nine.until(lambda text: "Nine  still here" in text and "…" not in text)
    if end is None:
        nine.type("/quit\r")
    else:
        os.kill(nine.pid, end)
    wait_until_the_server_is_gone(home)


def server_pid(home: Path) -> int:
    """The process that serves this home folder; it was started on its own, so only the system knows it."""
    mark = f"{home}/.local/share/gchat/local/users".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if mark in path.read_bytes().split(b"\0"):
                return int(path.parent.name)
    raise AssertionError("no server is running")


def test_who_started_it_is_killed_and_the_other_is_well(machine: Machine, home: Path) -> None:
    neural = machine.gchat("--local", "-n", "Neural")
    neural.until("You joined #lobby")
    nine = machine.gchat("--local", "-n", "Nine")
    nine.until("You joined #lobby")
    neural.signal(signal.SIGKILL)
    nine.until("Neural left")
    third = machine.gchat("--local", "-n", "Third")
    third.until("You joined #lobby")
    third.type("hello\r")
    nine.until("Third  hello")
    third.close()
    nine.close()
    wait_until_the_server_is_gone(home)


def test_the_server_is_killed_and_the_next_to_come_brings_one(machine: Machine, home: Path) -> None:
    neural = machine.gchat("--local", "-n", "Neural")
    neural.until("You joined #lobby")
    os.kill(server_pid(home), signal.SIGKILL)
    neural.until("The connection to gchat is gone")
    neural.type("/disconnect\r")  # else it may be back by itself, and gone again with /connect
    neural.until(" not connected ")
    nine = machine.gchat("--local", "-n", "Nine")
    nine.until("You joined #lobby")
    neural.type("/connect\r")
    neural.until(lambda text: "2 here" in text)
    neural.type("back\r")
    nine.until("Neural  back")
    neural.close()
    nine.close()
    wait_until_the_server_is_gone(home)


def test_the_nickname_is_asked_for_once(machine: Machine, home: Path) -> None:
    neural = first_start(machine, "Neural", "--local")
    neural.until("You joined #lobby")
    neural.type("/quit\r")
    neural.wait()
    again = machine.gchat("--local")
    assert "Choose" not in again.until("You joined #lobby")
    assert "@ Neural" in again.text
    again.close()
    wait_until_the_server_is_gone(home)


def test_where_no_server_answers_one_is_started(machine: Machine, home: Path) -> None:
    neural = first_start(machine, "Neural")
    neural.until("Server [localhost]:")
    port = machine.free_port()
    neural.type(f"127.0.0.1:{port}\r")
    neural.until(f"There is no server at 127.0.0.1:{port}.")
    neural.until("s  start one here and chat in it (gchat --local)")
    neural.type("s")
    neural.until("You joined #lobby")
    neural.close()
    wait_until_the_server_is_gone(home)


def test_a_server_that_cannot_be_started_is_said(machine: Machine, home: Path) -> None:
    (home / ".local").write_text("a file where the folder should be")
    neural = machine.gchat("--local", "-n", "Neural")
    neural.until(
        lambda text: f"{home}/.local/share cannot be used: Not a directory" in text.replace("\n", "")
    )
    assert neural.wait() == 2
