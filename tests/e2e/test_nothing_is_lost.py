"""What anybody was shown is kept: a server that is killed, a disk that is full, a backup while it runs."""

from __future__ import annotations

import itertools
import json
import os
import re
import resource
import select
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.processes import PATIENCE, GchatServer, Machine, Raw, environment

# How often the server is killed, among how many, each of whom says how much before.  Ten thousand messages:
# GCHAT_TEST_KILLS="5 20 100" python -m pytest tests/e2e/test_nothing_is_lost.py -k kill_9
ROUNDS, CLIENTS, MESSAGES = map(int, os.environ.get("GCHAT_TEST_KILLS", "2 5 200").split())


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gchat.server", *arguments],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def database(home: Path) -> str:
    return str(home / ".local/share/gchat/gchat.db")


class Kept(NamedTuple):
    """A message as it was kept."""

    id: str
    source: str
    text: str


def kept(path: str) -> list[Kept]:
    """Everything said, in the order in which it was written."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT ms || '-' || seq, source, text FROM records WHERE kind = 1 ORDER BY number"
    )
    found = [Kept(*row) for row in rows]
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return found


def in_order(ids: list[str]) -> bool:
    marks = [tuple(map(int, id.split("-"))) for id in ids]
    return all(one < other for one, other in itertools.pairwise(marks))


def come(machine: Machine, server: GchatServer) -> list[Raw]:
    """So many in one channel, who hear themselves, too."""
    clients = [machine.raw(server.port) for _ in range(CLIENTS)]
    for index, client in enumerate(clients):
        client.send("CAP REQ :echo-message")
        client.send(f"NICK n{index}", f"USER n{index} 0 * :n", "CAP END", "JOIN #team")
        client.until(" 366 ")
    return clients


def say(clients: list[Raw], number: int) -> None:
    """Everybody says which time this is, whose message it is, and which of theirs."""
    for index, client in enumerate(clients):
        client.send(*(f"PRIVMSG #team :{number} {index} {n}" for n in range(MESSAGES)))


def heard(text: str) -> list[tuple[str, str]]:
    """The sources and texts of the messages in what somebody received: each is its own sender's, and once."""
    found: list[tuple[str, str]] = re.findall(r"^:(\S+) PRIVMSG #team :(\d+ \d+ \d+)\r?$", text, re.MULTILINE)
    for source, said in found:
        assert source.startswith(f"n{said.split()[1]}!")
    assert len(found) == len(set(found))
    return found


def read_until_the_end(clients: list[Raw], server: GchatServer, kill_after: int) -> list[str]:
    """Read what everybody receives, kill the server in the middle of it, read the rest; return all of it."""
    open_ = {client.socket: client for client in clients}
    deadline, killed, shown = time.monotonic() + PATIENCE, False, 0
    while open_:
        assert time.monotonic() < deadline
        for sock in select.select(list(open_), [], [], 1)[0]:
            try:
                data = sock.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            open_[sock].data += data
            if not data:
                del open_[sock]
            shown += data.count(b"PRIVMSG #team :")
        if shown >= kill_after and not killed:
            server.signal(signal.SIGKILL)
            killed = True
    return [bytes(client.data).rpartition(b"\r\n")[0].decode() for client in clients]


def test_what_anybody_received_survives_kill_9(machine: Machine, home: Path) -> None:
    received: set[tuple[str, str]] = set()
    for number in range(ROUNDS):
        server = machine.server("--no-throttle")
        clients = come(machine, server)
        say(clients, number)
        for text in read_until_the_end(clients, server, kill_after=CLIENTS * CLIENTS * MESSAGES // 4):
            received.update(heard(text))
        assert server.wait() == -signal.SIGKILL
    survived = kept(database(home))
    assert received <= {(row.source, row.text) for row in survived}
    assert len(received) > ROUNDS * 50
    # Those who come back go on, and nothing of before comes between.
    clients = come(machine, machine.server("--no-throttle"))
    say(clients, ROUNDS)
    for client in clients:
        client.send("PING said")
    texts = [client.until(" :said\r\n") for client in clients]
    for client in clients:  # by now everybody's messages are on their way to everybody
        client.send("PING heard")
    texts = [text + client.until(" :heard\r\n") for text, client in zip(texts, clients, strict=True)]
    assert len(heard(texts[0])) == CLIENTS * MESSAGES
    assert all(heard(text) == heard(texts[0]) for text in texts)
    rows = kept(database(home))
    assert rows[: len(survived)] == survived
    assert [(row.source, row.text) for row in rows[len(survived) :]] == heard(texts[0])
    assert all(row.source.startswith(f"n{row.text.split()[1]}!") for row in rows)
    assert len(rows) == len({row.text for row in rows})
    assert in_order([row.id for row in rows])


def test_a_full_disk_refuses_messages_until_there_is_room(machine: Machine, home: Path) -> None:
    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux can change the limits of another process")
    server = machine.server("--no-throttle")
    neural, nine = machine.raw(server.port), machine.raw(server.port)
    neural.register("Neural", "#team")
    nine.register("Nine", "#team")
    neural.send("PRIVMSG #team :before")
    nine.until("PRIVMSG #team :before\r\n")
    size = Path(database(home) + "-wal").stat().st_size
    soft = (size, resource.RLIM_INFINITY)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, soft)
    neural.send("PRIVMSG #team :during", "PING x")
    neural.until("FAIL PRIVMSG TEMPORARILY_UNAVAILABLE #team :")
    server.until("gchat.db cannot be")
    neural.send("PING y")
    neural.until("PONG")
    everywhere = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, everywhere)
    server.until("Messages are kept again")
    neural.send("PRIVMSG #team :after")
    seen = nine.until("PRIVMSG #team :after\r\n")
    assert "during" not in seen
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert [row.text for row in kept(database(home))] == ["before", "after"]


def test_a_backup_and_an_export_while_the_server_runs(machine: Machine, home: Path) -> None:
    server = machine.server()
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    neural.send("PRIVMSG #team :hello", "PING x")
    neural.until("PONG")
    copy = home / "copy.db"
    done = run(home, "backup", str(copy))
    assert (done.returncode, done.stderr) == (0, "")
    assert [row.text for row in kept(str(copy))] == ["hello"]
    again = run(home, "backup", str(copy))
    assert again.returncode == 1
    assert "is there already" in again.stderr
    nobody = run(home, "export", "--account", "Nobody")
    assert nobody.stderr == "gchat-server: nothing is kept of an account Nobody\n"


def test_an_account_is_erased_while_the_server_runs(machine: Machine, home: Path) -> None:
    server = machine.server()
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    neural.send("REGISTER * * :a long password of mine")
    neural.until("REGISTER SUCCESS ")
    neural.send("PRIVMSG #team :mine", "PING x")
    neural.until("PONG")
    lines = [json.loads(line) for line in run(home, "export", "--account", "neural").stdout.splitlines()]
    assert {"document", "record"} <= {line["type"] for line in lines}
    done = run(home, "erase", "--account", "neural")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "neural is erased, and the text of 1 message with it\n"
    assert run(home, "export", "--account", "neural").returncode == 1
    again = run(home, "erase", "--account", "Typo")
    assert (again.returncode, again.stderr) == (1, "gchat-server: nothing is kept of an account Typo\n")
    neural.send("PING y")
    neural.until("PONG")


def test_a_store_in_use_is_one_sentence(machine: Machine, home: Path) -> None:
    first = machine.server()
    second = run(home, "--listen", "127.0.0.1:0")
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert f"is in use by another gchat-server (process {first.pid})" in second.stderr


def test_a_chat_that_forgets_leaves_nothing(machine: Machine, home: Path) -> None:
    config = home / "gchat-server.toml"
    config.write_text('[store]\npath = ":memory:"\n')
    server = machine.server("--config", str(config))
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    neural.send("PRIVMSG #team :hello", "PING x")
    neural.until("PONG")
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not Path(database(home)).exists()


def test_a_registered_channel_survives_kill_9(machine: Machine, home: Path) -> None:
    server = machine.server("--no-throttle")
    neural, nine = machine.raw(server.port), machine.raw(server.port)
    for client, nick in ((neural, "Neural"), (nine, "Nine")):
        client.register(nick, "#team")
        client.send("REGISTER * * sesame-sesame")
        client.until("REGISTER SUCCESS ")
    neural.send("CS REGISTER #team", "TOPIC #team :ours", "MODE #team +b Ten!*@*")
    neural.send("CS ACCESS #team ADD Nine operator")
    nine.until("MODE #team +o Nine\r\n")  # what anybody was shown is kept
    server.signal(signal.SIGKILL)
    assert server.wait() == -signal.SIGKILL
    server = machine.server("--no-throttle")
    guest, ten, nine = (machine.raw(server.port) for _ in range(3))
    ten.send("NICK Ten", "USER Ten 0 * :Ten", "JOIN #team")
    ten.until(" 474 Ten #team ")
    guest.send("NICK Guest", "USER Guest 0 * :Guest", "JOIN #team", "MODE #team")
    seen = guest.until(" 324 Guest #team ")
    assert " 332 Guest #team :ours\r\n" in seen
    assert "@Guest" not in seen
    nine.send("NICK Other", "USER Other 0 * :Nine", "NS IDENTIFY Nine sesame-sesame")
    nine.until(" NICK Nine\r\n")
    nine.send("JOIN #team")
    guest.until("MODE #team +o Nine\r\n")
