"""A disk that is really full: a tiny one, which only the server sees."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.e2e.processes import GchatServer, Machine, Raw
from tests.namespaces import refusal

SIZE = 1 << 20  # bytes of the disk
ROOM = 256 << 10  # bytes that are made free, once it is full
ALONE = ("unshare", "--mount", "sh", "-ec")
MOUNT = f'mount -t tmpfs -o size={SIZE},mode=700 none "$0"'
PONG = ":gchat.test PONG gchat.test :x\r\n"
REFUSED = ":gchat.test FAIL PRIVMSG TEMPORARILY_UNAVAILABLE #team :Messages cannot be kept at the moment"


@pytest.fixture
def disk(home: Path) -> Path:
    """Where the disk is put."""
    folder = home / "disk"
    folder.mkdir()
    if why := refusal("--mount", "sh", "-ec", MOUNT, str(folder)):
        pytest.skip(why)
    return folder


def said(server: GchatServer, folder: Path, to: Path) -> list[str]:
    """What would be there if the machine's power failed now."""
    to.mkdir()
    server.signal(signal.SIGSTOP)
    os.waitid(os.P_PID, server.pid, os.WSTOPPED)
    for end in ("", "-wal"):
        shutil.copy(folder / f"gchat.db{end}", to)
    server.signal(signal.SIGCONT)
    with sqlite3.connect(to / "gchat.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT text FROM records WHERE kind = 1 ORDER BY number").fetchall()
    connection.close()
    return [text for (text,) in rows]


def fill(file: Path) -> None:
    """Take all the room that is left."""
    why = 0
    with file.open("ab", buffering=0) as filler:
        while not why:
            try:
                filler.write(bytes(4096))
            except OSError as error:
                why = error.errno or -1
    assert why == errno.ENOSPC


def ask(speaker: Raw, line: str) -> str:
    """What a line is answered.  That it could not be kept is told at the end of its turn, after a PONG."""
    answer = ""
    for lines in ((line, "PING x"), ("PING x",)):
        speaker.send(*lines)
        answer += speaker.until(PONG).removesuffix(PONG)
    return answer


def talk(server: GchatServer, speaker: Raw, first: int) -> int:
    """Say one thing after another until one is refused; return which one that is."""
    for number in range(first, first + 10_000):
        answer = ask(speaker, f"PRIVMSG #team :{number} {'x' * 400}")
        if answer:
            assert answer.startswith(REFUSED)
            assert answer.count("\r\n") == 1
            server.until("gchat.db cannot be written: the disk is full; make room on it\n")
            return number
    pytest.fail("the disk is never full")


@pytest.mark.needs("unshare", "mount")
def test_nothing_that_was_shown_is_lost_on_a_disk_that_is_full(
    machine: Machine, home: Path, disk: Path, tmp_path: Path
) -> None:
    (home / "gchat-server.toml").write_text('[server]\nname = "gchat.test"\n')
    options = ("--config", str(home / "gchat-server.toml"), "--data-dir", str(disk), "--no-throttle")
    server = machine.server(*options, by=(*ALONE, f'{MOUNT}; exec "$@"', str(disk)))
    assert list(disk.iterdir()) == []  # as it is seen from here
    there = Path(f"/proc/{server.pid}/root{disk}")
    (there / "other").write_bytes(bytes(ROOM))  # what somebody else has on it, and removes
    neural, nine = machine.raw(server.port), machine.raw(server.port)
    for client, nick in ((nine, "Nine"), (neural, "Neural")):
        client.register(nick, "#team")
        ask(client, "PING y")  # whatever else a welcome is
    refused = talk(server, neural, 0)
    assert refused > 10
    fill(there / "filler")
    assert ask(neural, "PRIVMSG #team :again").startswith(REFUSED)
    shown = [f"{number} {'x' * 400}" for number in range(refused)]
    assert said(server, there, tmp_path / "full") == shown
    (there / "other").unlink()
    server.until("Messages are kept again")
    server.output.clear()
    more = talk(server, neural, refused + 1)
    assert more > refused + 10
    nine.send("PING heard")
    heard = nine.until("PONG gchat.test :heard\r\n").split("\r\n")
    shown += [f"{number} {'x' * 400}" for number in range(refused + 1, more)]
    assert [line.partition(" PRIVMSG #team :")[2] for line in heard if " PRIVMSG " in line] == shown
    assert said(server, there, tmp_path / "full again") == shown
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
