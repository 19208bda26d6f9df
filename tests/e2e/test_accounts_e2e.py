"""Accounts on a server that really runs: who stays when it is killed."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from tests.e2e.processes import GchatServer, Machine, Raw


def server_with(machine: Machine, folder: Path, port: int = 0) -> GchatServer:
    """A server that keeps what there is in a folder."""
    return machine.server("--data-dir", str(folder), "--no-throttle", port=port)


def log_in(raw: Raw, nick: str, account: str, password: str) -> str:
    """Register with SASL PLAIN, as every client does; return what was answered to the password."""
    raw.send("CAP REQ :sasl", f"NICK {nick}", f"USER {nick} 0 * :{nick}", "AUTHENTICATE PLAIN")
    raw.until("AUTHENTICATE +")
    raw.send("AUTHENTICATE " + b64encode(f"\0{account}\0{password}".encode()).decode())
    answer = raw.until(" :SASL authentication ")
    raw.send("CAP END")
    raw.until(f" 422 {nick} ")
    return answer


def test_who_stays_is_there_after_the_server_was_killed(machine: Machine, tmp_path: Path) -> None:
    server = server_with(machine, tmp_path / "data")
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    neural.send("NS REGISTER sesame-open", "NS ALWAYSON ON", "PING kept")
    neural.until(" PONG gchat.local :kept")
    server.process.kill()
    server.wait()
    again = server_with(machine, tmp_path / "data")
    nine = machine.raw(again.port)
    nine.register("Nine", "#team")
    nine.send("WHOIS Neural")
    assert " 319 Nine Neural :@#team" in nine.until(" 301 Nine Neural :Not connected")
    neural = machine.raw(again.port)
    assert " 903 " in log_in(neural, "Neural", "Neural", "sesame-open")
    neural.until(" 353 Neural = #team :@Neural Nine")
