"""Load balancers in front of real sockets: PROXY headers, plain and before TLS."""

from __future__ import annotations

import socket
import ssl
import struct

import pytest
import trustme

from gchat.server.passwords import hash_password
from tests.e2e.processes import PATIENCE, GchatServer, Machine

V1 = b"PROXY TCP4 198.51.100.3 127.0.0.1 56324 6667\r\n"
V2 = (
    b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c"
    + bytes([198, 51, 100, 3, 127, 0, 0, 1])
    + struct.pack("!HH", 1, 2)
)
REGISTER = b"NICK Neural\r\nUSER Neural 0 * :n\r\nWHOIS Neural\r\n"


def serve(machine: Machine, gateway: str, *options: str) -> GchatServer:
    config = machine.home / "gchat-server.toml"
    config.write_text(
        f'[limits]\nconnections_per_address = 2\n[gateways.front]\nhosts = ["127.0.0.1"]\n{gateway}\n'
    )
    return machine.server("--config", str(config), *options)


def connect(port: int, *pieces: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    for piece in pieces:
        connection.sendall(piece)
    return connection


def until(connection: socket.socket, wanted: bytes) -> bytes:
    """Read until this came, or the end."""
    data = b""
    while wanted not in data:
        more = connection.recv(1 << 16)
        if not more:
            break
        data += more
    return data


def test_a_header_may_say_that_the_client_speaks_tls(machine: Machine) -> None:
    server = serve(machine, 'proxy = "required"')
    secure = V2[:14] + struct.pack("!H", 12 + 8) + V2[16:] + b"\x20\0\x05\1\0\0\0\0"
    for header, said in ((V2, False), (secure, True)):
        with connect(server.port, header + REGISTER) as connection:
            assert (b" 671 Neural Neural " in until(connection, b" 318 ")) is said
            connection.sendall(b"QUIT\r\n")
            until(connection, b"never")


@pytest.mark.parametrize("mode", ["required", "optional"])
@pytest.mark.parametrize("header", [V1, V2], ids=["v1", "v2"])
def test_a_header_gives_the_real_address(machine: Machine, mode: str, header: bytes) -> None:
    server = serve(machine, f'proxy = "{mode}"')
    for pieces in ((header + REGISTER,), (header[:5], header[5:], REGISTER)):
        with connect(server.port, *pieces) as connection:
            assert b" 311 Neural Neural ~Neural 198.51.100.3 " in until(connection, b" 318 ")
            connection.sendall(b"QUIT\r\n")
            until(connection, b"never")
    server.until("is ('198.51.100.3', ")


def test_whoever_should_send_a_header_and_does_not_is_refused(machine: Machine) -> None:
    server = serve(machine, 'proxy = "required"')
    with connect(server.port, REGISTER) as connection:
        assert until(connection, b"never") == b""
    server.until("it does not begin with a PROXY header")


def test_whoever_may_send_a_header_need_not(machine: Machine) -> None:
    server = serve(machine, 'proxy = "optional"')
    with connect(server.port, REGISTER) as connection:
        assert b" 311 Neural Neural ~Neural 127.0.0.1 " in until(connection, b" 318 ")
    with connect(server.port) as silent:
        assert until(silent, b"NICK") == b"NICK"
        silent.sendall(b"Nine")
        assert b"Nine" in until(silent, b"Nine")


def test_nobody_else_may_send_a_header(machine: Machine) -> None:
    server = machine.server()
    with connect(server.port, V1 + REGISTER) as connection:
        assert b" 311 Neural Neural ~Neural 127.0.0.1 " in until(connection, b" 318 ")


def test_a_header_comes_before_tls(machine: Machine) -> None:
    authority = trustme.CA()
    pem = machine.home / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(pem))
    options = ["--tls-cert", str(pem), "--tls-key", str(pem), "--listen", "tls://127.0.0.1:0"]
    serve(machine, 'proxy = "required"', *options)
    port = int((machine.home / "port").read_text().split()[1].rpartition(":")[2])
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with context.wrap_socket(connect(port, V2), server_hostname="127.0.0.1") as connection:
        connection.sendall(REGISTER)
        data = until(connection, b" 318 ")
        assert b" 311 Neural Neural ~Neural 198.51.100.3 " in data
        assert b" 671 " in data


def test_what_comes_with_the_end_of_the_handshake_is_read(machine: Machine) -> None:
    authority = trustme.CA()
    pem = machine.home / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(pem))
    options = ["--tls-cert", str(pem), "--tls-key", str(pem), "--listen", "tls://127.0.0.1:0"]
    machine.server(*options)
    port = int((machine.home / "port").read_text().split()[1].rpartition(":")[2])
    context = ssl.create_default_context()
    authority.configure_trust(context)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with connect(port) as connection:
        done = False
        while not done:
            try:
                tls.do_handshake()
                done = True
                tls.write(REGISTER)
            except ssl.SSLWantReadError:
                pass
            connection.sendall(outgoing.read())
            if not done:
                incoming.write(connection.recv(1 << 16))
        data = b""
        while b" 001 Neural " not in data:
            try:
                data += tls.read(1 << 16)
            except ssl.SSLWantReadError:
                incoming.write(connection.recv(1 << 16))


def test_limits_follow_the_real_address(machine: Machine) -> None:
    server = serve(machine, f'proxy = "optional"\npassword = "{hash_password("sesame", b"salt")}"')
    v1 = V1.replace(b"198.51.100.3", b"%s")
    held = [connect(server.port, b"WEBIRC sesame Page x 198.51.100.3\r\nNICK a\r\n") for _ in range(2)]
    held += [
        connect(server.port, v1 % address) for address in (b"198.51.100.4", b"198.51.100.4", b"198.51.100.5")
    ]
    for connection in held:  # until each is counted: they are handled in any order
        connection.sendall(b"PING counted\r\n")
        until(connection, b"counted")
    for pieces in (
        (b"WEBIRC sesame Page x 198.51.100.3\r\n",),
        (v1 % b"198.51.100.4",),
        (b"WEBIRC sesame Page x 198.51.100.4\r\n",),
    ):
        with connect(server.port, *pieces) as connection:
            assert b"Too many connections from your address" in until(connection, b"never")
    held[0].close()
    server.until("Disconnected from ('198.51.100.3', ")
    with connect(server.port, b"WEBIRC sesame Page x 198.51.100.3\r\n", REGISTER) as connection:
        assert b" 001 " in until(connection, b" 001 ")
    for connection in held:
        connection.close()
