"""Strict transport security by real TLS: the name that a client asks for decides what it is told."""

from __future__ import annotations

import signal
import socket
import ssl

import trustme

from tests.e2e.processes import PATIENCE, Machine


def capabilities(port: int, context: ssl.SSLContext, name: str | None) -> str:
    """What CAP LS says to somebody who wants to talk to this name."""
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
    with context.wrap_socket(raw, server_hostname=name) as connection:
        connection.sendall(b"CAP LS 302\r\nNICK\r\n")
        data = b""
        while b" 431 " not in data:
            data += connection.recv(1 << 16)
    return data.decode()


def test_only_who_asks_for_a_name_of_the_certificate_is_told(machine: Machine) -> None:
    authority = trustme.CA()
    pem = machine.home / "server.pem"
    authority.issue_cert("chat.example.org").private_key_and_cert_chain_pem.write_to_path(str(pem))
    config = machine.home / "gchat-server.toml"
    text = f'listen = ["tls://127.0.0.1:0"]\n[tls]\ncert = "{pem}"\nkey = "{pem}"\n'
    config.write_text(text + 'sts = "30d"\n')
    server = machine.server("--config", str(config), "--listen", "tls://127.0.0.1:0")
    port = int((machine.home / "port").read_text().split()[1].rpartition(":")[2])
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.check_hostname = False
    assert "sts=duration=2592000" in capabilities(port, context, "chat.example.org")
    assert "sts=" not in capabilities(port, context, "other.example.org")
    assert "sts=" not in capabilities(port, context, None)
    config.write_text(text + 'sts = "0"\n')
    server.signal(signal.SIGHUP)
    server.until("Configuration read again")
    assert "sts=duration=0" in capabilities(port, context, "chat.example.org")
