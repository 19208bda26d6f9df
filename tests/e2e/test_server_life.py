"""gchat-server as a process: signals, configuration, what it prints."""

from __future__ import annotations

import fcntl
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from tests.e2e.processes import PATIENCE, GchatServer, Machine, environment


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gchat.server", *arguments],
        cwd=home,
        env=environment(home),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_says_goodbye_and_ends_with_0(machine: Machine, number: signal.Signals) -> None:
    server = machine.server()
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    server.signal(number)
    neural.until("ERROR :Server going down")
    assert server.wait() == 0


def test_reads_its_configuration_again_and_keeps_every_connection(machine: Machine) -> None:
    config = machine.home / "gchat-server.toml"
    config.write_text('[server]\nmotd = "before"\n')
    server = machine.server("--config", str(config))
    neural = machine.raw(server.port)
    neural.register("Neural")
    neural.until(":- before")
    config.write_text('[server]\nmotd = "after"\nmotdd = "?"\n')
    server.signal(signal.SIGHUP)
    server.until("did you mean motd")
    neural.send("MOTD")
    neural.until(":- before")
    config.write_text('[server]\nmotd = "after"\n')
    server.signal(signal.SIGHUP)
    server.until("Configuration read again")
    neural.send("MOTD")
    neural.until(":- after")


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="no pipes of a size")
def test_a_log_that_nobody_reads_holds_up_nobody(machine: Machine) -> None:
    config = machine.home / "gchat-server.toml"
    config.write_text("[limits]\nconnection_rate = 0\n")
    server = machine.server("--config", str(config))
    assert server.process.stdout is not None
    fcntl.fcntl(server.process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 4096)
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    for number in range(100):  # two lines of the log each
        passer_by = machine.raw(server.port)
        passer_by.send(f"PING {number}")
        passer_by.until(f" :{number}")
        passer_by.socket.close()
    neural.send("PRIVMSG #team :hi", "PING after")
    neural.until("after")
    server.signal(signal.SIGTERM)
    neural.until("ERROR :Server going down")
    assert server.wait() == 0


def test_a_new_certificate_is_used_after_sighup(machine: Machine) -> None:
    authority = trustme.CA()
    cert, key = machine.home / "cert.pem", machine.home / "key.pem"

    def issue(name: str) -> None:
        issued = authority.issue_cert(name, "127.0.0.1")
        issued.private_key_pem.write_to_path(str(key))
        cert.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))

    def names(port: int) -> set[str]:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as connection:
            found = connection.getpeercert()
            assert found is not None
            return {value for _, value in found["subjectAltName"]}

    issue("before.example")
    config = machine.home / "gchat-server.toml"
    config.write_text(f'[tls]\ncert = "{cert}"\nkey = "{key}"\n')
    tls_port = machine.free_port()
    server = machine.server("--config", str(config), "--listen", f"tls://127.0.0.1:{tls_port}")
    assert "before.example" in names(tls_port)
    issue("after.example")
    server.signal(signal.SIGHUP)
    server.until("Configuration read again")
    assert "after.example" in names(tls_port)


def test_check_says_what_it_would_do(home: Path) -> None:
    config = home / "gchat-server.toml"
    config.write_text('listen = ["0.0.0.0:6667"]\n[server]\nname = "chat.example"\n')
    found = run(home, "--config", str(config), "--check")
    assert found.returncode == 0, found.stderr
    assert "chat.example" in found.stdout
    assert "Listens on 0.0.0.0:6667 on all addresses\n" in found.stdout
    assert [line for line in found.stdout.splitlines() if line.startswith("Warning: ")] == [
        "Warning: 0.0.0.0:6667 can be reached from other machines and has no TLS: "
        "what is said there, passwords too, can be read on the way"
    ]
    near = run(home, "--config", str(config), "--check", "--listen", "127.0.0.1:6667", "--no-throttle")
    assert [line for line in near.stdout.splitlines() if line.startswith("Warning: ")] == [
        "Warning: no rates and no limit per address or account (--no-throttle): for measuring only"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[limits]\nsendq = 'big'\n", "limits.sendq: expected a whole number"),
        ("[limits]\nsendqq = 1\n", "limits.sendqq is not a key that gchat-server knows; did you mean sendq?"),
        ("[server\n", "is not TOML"),
        (
            "listen = ['tls://127.0.0.1:0']\n",
            "gchat-server.toml: listen: tls://127.0.0.1:0 needs a certificate and its key: "
            "expected --tls-cert and --tls-key, or cert and key in [tls]",
        ),
    ],
)
def test_a_wrong_configuration_is_one_sentence(home: Path, text: str, expected: str) -> None:
    config = home / "gchat-server.toml"
    config.write_text(text)
    for options in (["--check"], []):
        found = run(home, "--config", str(config), *options)
        assert found.returncode == 2
        assert found.stderr.count("\n") == 1
        assert str(config) in found.stderr
        assert expected in found.stderr


def test_a_port_in_use_is_one_sentence(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = run(machine.home, "--listen", f"127.0.0.1:{port}")
    assert found.returncode == 2
    assert str(port) in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_hashed_password_opens_the_server(machine: Machine) -> None:
    hashed = run(machine.home, "hash-password", stdin="sesame\n").stdout.strip()
    config = machine.home / "gchat-server.toml"
    config.write_text(f'[server]\npassword = "{hashed}"\n[operators.root]\npassword = "{hashed}"\n')
    server = machine.server("--config", str(config))
    wrong = machine.raw(server.port)
    wrong.send("PASS open", "NICK Nine", "USER Nine 0 * :x")
    wrong.until(" 464 ")
    right = machine.raw(server.port)
    right.send("PASS sesame", "NICK Neural", "USER Neural 0 * :x", "OPER root sesame")
    right.until(" 381 ")
    assert "sesame" not in server.output.decode()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x15\x03"),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 400"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"HTTP/1.1 400"),
    ],
)
def test_bytes_of_other_protocols_get_a_clear_end(machine: Machine, sent: bytes, answer: bytes) -> None:
    server = machine.server()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(sent)
        assert connection.recv(100).startswith(answer)
        while connection.recv(1000):
            pass


def test_a_slow_irc_client_that_was_greeted_is_served_as_irc(machine: Machine) -> None:
    server: GchatServer = machine.server()
    slow = machine.raw(server.port)
    slow.until("NICK")
    slow.register("Neural", "#team")
    slow.send("PING x")
    slow.until("PONG")


def test_a_unix_socket_serves_too(machine: Machine) -> None:
    path = machine.home / "chat.sock"
    server = machine.server("--listen", f"unix:{path}")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        connection.sendall(b"NICK Neural\r\nUSER n 0 * :n\r\n")
        data = b""
        while b" 001 Neural " not in data:
            data += connection.recv(4096)
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not path.exists()
