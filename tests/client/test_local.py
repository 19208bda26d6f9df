"""gchat --local: one server for all of an account's gchats, also when things go wrong.

Real processes and real locks.  The server is a small stand-in that understands the same options; the real one
is met in tests/e2e.
"""

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gchat.client import local
from gchat.client.address import Address
from gchat.client.local import LocalError, join_local_server

# Listens, says where, and ends when nobody holds a lock on the file any more: blocks in flock until then.
STAND_IN = """
import fcntl, os, socket, sys
options = dict(zip(sys.argv[1::2], sys.argv[2::2])) if sys.argv[1] != "--no-config" else \
    dict(zip(sys.argv[2::2], sys.argv[3::2]))
host, port = options["--listen"].split(":")
listener = socket.create_server((host, int(port)))
with open(options["--data-dir"] + "/pid", "w") as f:
    f.write(str(os.getpid()))
print("listening", flush=True)
with open(options["--port-file"] + ".new", "w") as f:
    f.write("%s:%d\\n" % listener.getsockname())
os.rename(options["--port-file"] + ".new", options["--port-file"])
fcntl.flock(os.open(options["--while-locked"], os.O_RDWR), fcntl.LOCK_EX)
"""

# A gchat that joins, says where the server is and stays until its standard input ends.
MEMBER = """
import sys
from gchat.client.local import join_local_server
print(join_local_server(sys.argv[1], [sys.executable, sys.argv[2]]).where, flush=True)
sys.stdin.read()
"""


class Member:
    """Another process's ``gchat --local``."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", MEMBER, str(folder), str(server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def address(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self, how: int | None = None) -> None:
        """Leave, or be ended by a signal."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if how is not None:
            self.process.send_signal(how)
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    """Wait for what ``join_local_server`` started in this process, as nobody does in a real one."""
    yield
    while local._started:
        local._started.pop().wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "local"


@pytest.fixture
def member(tmp_path: Path, folder: Path) -> Iterator[Callable[[], Member]]:
    """Start members; those that are still there at the end leave, and the server ends."""
    server = tmp_path / "server.py"
    server.write_text(STAND_IN)
    members: list[Member] = []

    def start() -> Member:
        members.append(Member(folder, server))
        return members[-1]

    yield start
    for one in members:
        if one.process.returncode is None:
            one.leave()
    wait_for_the_end(folder)


def wait_for_the_end(folder: Path) -> None:
    """Block until the server is gone: it holds the lock on ``server`` until then."""
    if (folder / "server").exists():
        with open(folder / "server", "r+") as server:
            fcntl.flock(server, fcntl.LOCK_EX)


def server_lives(folder: Path) -> bool:
    with open(folder / "server", "r+") as server:
        try:
            fcntl.flock(server, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def kill_server(folder: Path) -> None:
    """Kill it and block until everything of it is gone, its listening socket, too."""
    pid = int((folder / "pid").read_text())
    process = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([process], [], [])
    os.close(process)


def test_the_first_starts_a_server_and_the_last_ends_it(member: Callable[[], Member], folder: Path) -> None:
    first = member()
    address = first.address()
    second = member()
    assert second.address() == address
    first.leave()
    assert server_lives(folder)
    second.leave()
    wait_for_the_end(folder)
    assert folder.stat().st_mode & 0o077 == 0


def test_many_at_once_make_one_server(member: Callable[[], Member], folder: Path) -> None:
    members = [member() for _ in range(8)]
    assert len({one.address() for one in members}) == 1
    for one in members:
        one.leave()
    wait_for_the_end(folder)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_member_that_is_killed_counts_no_more(member: Callable[[], Member], folder: Path, how: int) -> None:
    one = member()
    one.address()
    one.leave(how)
    wait_for_the_end(folder)


def test_the_server_outlives_who_started_it(member: Callable[[], Member], folder: Path) -> None:
    first, second = member(), None
    address = first.address()
    second = member()
    second.address()
    first.leave(signal.SIGKILL)
    assert server_lives(folder)
    third = member()
    assert third.address() == address


def test_a_new_server_takes_the_port_of_the_one_that_was_killed(
    member: Callable[[], Member], folder: Path
) -> None:
    first = member()
    address = first.address()
    kill_server(folder)
    assert member().address() == address  # where the first one's gchat is trying to reconnect


def test_a_new_server_takes_another_port_when_that_one_is_taken(
    member: Callable[[], Member], folder: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        folder.mkdir(parents=True)
        before = "{}:{}".format(*taken.getsockname())
        (folder / "address").write_text(before + "\n")
        assert member().address() not in ("", before)


def test_what_the_server_said_before_is_kept(member: Callable[[], Member], folder: Path) -> None:
    for _ in range(2):
        one = member()
        one.address()
        one.leave()
        wait_for_the_end(folder)
    assert (folder / "log").read_text() == "listening\n"
    assert (folder / "log.before").read_text() == "listening\n"


# --- in this process: what goes wrong ---------------------------------------------------------------


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_a_server_that_ends_at_once(folder: Path) -> None:
    with pytest.raises(LocalError, match=r"the server ended at once; its last words: no module (.*/log)"):
        join_local_server(str(folder), python("print('one thing'); print('no module')"))
    with pytest.raises(LocalError, match="the server ended at once; its log is"):
        join_local_server(str(folder), python(""))


def test_a_server_that_never_listens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PATIENCE", 0.0)
    stubborn = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[-1], os.O_RDWR), fcntl.LOCK_EX)"
    with pytest.raises(LocalError, match=r"the server does not listen after 0 seconds; its log is .*/log"):
        join_local_server(str(folder), python(stubborn))
    wait_for_the_end(folder)  # nobody waits for it any more, so it can have the lock


def test_a_server_that_does_not_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PATIENCE", 0.0)
    folder.mkdir(parents=True)
    with open(folder / "users", "w") as users:
        fcntl.flock(users, fcntl.LOCK_EX)  # as a server does on its way out
        with pytest.raises(LocalError, match="the server before has not ended yet"):
            join_local_server(str(folder), python(""))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match=r".*file/local cannot be used: Not a directory"):
        join_local_server(str(tmp_path / "file" / "local"), python(""))


def test_the_data_folder_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(LocalError):
        join_local_server(command=python(""))
    assert (tmp_path / "gchat" / "local" / "log").exists()


def test_windows_is_told_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(LocalError, match="run gchat-server in a window of its own"):
        join_local_server()


def test_an_address_file_that_makes_no_sense_is_waited_over(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "address").write_text("nonsense:port\n")
    assert local._address(str(folder)) is None
    (folder / "address").write_text("127.0.0.1:4970\n")
    assert local._address(str(folder)) == Address("127.0.0.1", 4970)
