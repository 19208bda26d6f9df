"""The moderation log of a server that runs: printed, verified, and a byte of the file that is another."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.e2e.processes import PATIENCE, Machine, environment


def modlog(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gchat.server", "modlog", *arguments],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_changed_byte_is_found(machine: Machine, home: Path) -> None:
    server = machine.server()
    neural, nine = machine.raw(server.port), machine.raw(server.port)
    neural.register("Neural", "#team")
    nine.register("Nine", "#team")
    neural.send("KICK #team Nine :a plain reason", "TBAN #team 1h Nine :another", "MODE #team +m", "PING end")
    neural.until("PONG")
    printed = modlog(home, "--channel", "#TEAM")
    kicked, banned, moderated = (line.partition(" UTC: ")[2] for line in printed.stdout.splitlines())
    assert kicked == "Neural removed Nine: a plain reason"
    assert banned.startswith("Neural banned Nine!*@* until ")
    assert banned.endswith(" UTC: another")
    assert moderated == "Neural set +m"
    verified = modlog(home, "--verify")
    assert verified.returncode == 0, verified
    assert verified.stdout.startswith("#team: 3 entries (0 erased), whole; the newest is ")
    server.signal(signal.SIGTERM)
    assert server.wait() == 0

    path = home / ".local/share/gchat/gchat.db"
    data = path.read_bytes()
    at = data.index(b"a plain reason", data.index(b'[[["Nine"'))
    path.write_bytes(data[:at] + b"A" + data[at + 1 :])
    found = modlog(home, "--verify", "--channel", "#team")
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("#team: entry 1 (")
    assert found.stderr.endswith("what was done, to whom or why was changed\n")


def test_nothing_is_there_to_be_read(home: Path) -> None:
    found = modlog(home, "--verify")
    assert found.returncode == 1
    assert "gchat.db is not there: nothing is kept; " in found.stderr
