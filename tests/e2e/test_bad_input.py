"""What a hostile or broken client sends must cost nobody else anything."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from tests.e2e.processes import Machine

MEGABYTE = 1 << 20


def resident(pid: int) -> int:
    """Resident memory in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def send_all(connection: socket.socket, data: bytes) -> None:
    """Send until all is sent or the server hangs up, reading nothing."""
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return


def test_ten_megabytes_without_a_newline(machine: Machine) -> None:
    server = machine.server("--no-throttle")
    honest = machine.raw(server.port)
    honest.register("Neural", "#team")
    before = resident(server.pid)
    for hello in ("", "NICK Nine\r\nUSER Nine 0 * :Nine\r\n"):
        bad = machine.raw(server.port)
        bad.socket.sendall(hello.encode())
        for _ in range(10):
            send_all(bad.socket, b"x" * MEGABYTE)
        send_all(bad.socket, b"\r\nPING end\r\n")
        bad.until(" 417 ")
        bad.until("PONG")
        honest.send("PING still-here")
        honest.until("still-here")
    assert resident(server.pid) - before < 4 * MEGABYTE


def test_a_hundred_thousand_random_lines(machine: Machine) -> None:
    server = machine.server("--no-throttle")
    honest = machine.raw(server.port)
    honest.register("Neural", "#team")
    source = random.Random(4711)
    before = 0
    for round_ in range(5):
        bad = machine.raw(server.port)
        bad.register(f"bad{round_}")
        bad.socket.settimeout(0)
        for _ in range(20):
            chunk = b"\n".join(source.randbytes(source.randrange(60)) for _ in range(1000)) + b"\n"
            view = memoryview(chunk)
            while view:
                try:
                    view = view[bad.socket.send(view) :]
                except BlockingIOError:
                    honest.send("PING turn")  # lets the server work, and shows that it does
                    honest.until("turn")
                try:
                    bad.socket.recv(MEGABYTE)
                except BlockingIOError:
                    continue
        bad.socket.settimeout(20)
        bad.send("", "PING end")
        bad.until("end")
        bad.close()
        honest.send("PING still-here")
        honest.until("still-here")
        if round_ == 0:
            before = resident(server.pid)
    assert resident(server.pid) - before < 8 * MEGABYTE
    assert b"Traceback" not in server.output
