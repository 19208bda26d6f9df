"""The known wounds that are the wire's (``tests/server/test_known_wounds.py`` has them all, in memory), over
real sockets: what the kernel, the reading and the framing make of them.
"""

from __future__ import annotations

import re
import socket
import struct

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, Event, Ping, Pong, TextMessage

from gchat.irc import limits
from gchat.server.passwords import hash_password
from gchat.server.settings import Gateway, Limits
from tests.server.shell.conftest import Client, Running, Serve

FORGED = ":Neural!~Neural@127.0.0.1 QUIT :forged"


def byte_by_byte(client: Client, data: bytes) -> None:
    """Send it in as many pieces as it can have."""
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in data:
        client.socket.send(bytes([byte]))


@pytest.mark.parametrize("end", [b"\r", b"\0", b"\r\0\r"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_bare_cr_forges_no_line(serve: Serve, end: bytes, whole: bool) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    nine.settle()
    data = b"PRIVMSG #team :hello" + end + FORGED.encode() + end + b"\r\n"
    neural.socket.sendall(data) if whole else byte_by_byte(neural, data)
    neural.settle()
    for line in nine.settle().encode().split(b"\r\n"):
        assert not set(line) & {0, 10, 13}
        assert not line.startswith(FORGED.encode())


@pytest.mark.parametrize("size", [510, 512, 8192, 100_000])
@pytest.mark.parametrize("start", [b"", b"@a=", b"PRIVMSG #team :"])
def test_512_bytes_without_a_newline(serve: Serve, size: int, start: bytes) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    nine.settle()
    neural.socket.sendall(start + b"x" * (size - len(start)))
    nine.settle()
    assert server.connection("Neural").session.wire.pending <= limits.LINE + limits.CLIENT_TAGS
    neural.send("", "PING after")
    neural.until("PONG gchat.test :after")
    assert all(len(line) <= limits.LINE - 2 for line in nine.settle().encode().split(b"\r\n"))


def page(server: Running) -> tuple[Client, Connection]:
    """A WebSocket whose opening is done."""
    client = server.connect()
    client.send(
        "GET / HTTP/1.1",
        "Host: chat.example",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "",
    )
    client.until("101 ")
    client.until("\r\n\r\n")
    return client, Connection(ConnectionType.CLIENT)


@pytest.mark.parametrize(
    "event",
    [Ping(b"x"), Pong(b"x"), TextMessage(""), BytesMessage(b""), TextMessage("", message_finished=False)],
    ids=["pings", "pongs", "empty texts", "empty bytes", "fragments"],
)
def test_a_websocket_frame_flood_does_not_dodge_the_throttle(
    serve: Serve, event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(throttle=True, limits=Limits(command_rate=0.001, command_burst=30.0, recvq=8192))
    honest = server.user("Neural")
    client, frames = page(server)
    first = frames.send(event)
    fragment = isinstance(event, TextMessage) and not event.message_finished
    data = (frames.send(event) if fragment else first) * 1000  # what follows the first piece says so
    try:
        client.socket.sendall(first)
        for _ in range(20):
            client.socket.sendall(data)
        while client.socket.recv(1 << 16):
            pass
    except (ConnectionResetError, BrokenPipeError):
        pass  # it was ended with something of this unread
    assert server.call(lambda: len(server.network.engine.sessions)) == 1
    client.close()
    while "Disconnected" not in caplog.text:  # it is told once the other side has closed, too
        honest.settle()
    assert re.search("Disconnected .*: (RecvQ exceeded|Quit: Too many frames at once)\n", caplog.text)


@pytest.mark.parametrize("claimed", [125, 126, 65535, 1 << 63])
def test_a_websocket_ping_that_claims_more_than_it_holds(serve: Serve, claimed: int) -> None:
    client, _ = page(serve())
    if claimed < 126:
        size = bytes([0x80 | claimed])
    elif claimed < 65536:
        size = b"\xfe" + struct.pack(">H", claimed)
    else:
        size = b"\xff" + struct.pack(">Q", claimed)
    client.socket.sendall(b"\x89" + size + b"\0\0\0\0heart")
    client.socket.shutdown(socket.SHUT_WR)
    received = bytearray(client.data)
    while data := client.socket.recv(1 << 16):
        received += data
    assert b"heart" not in received


@pytest.mark.parametrize("token", ["x", "x" * 400, "é" * 150, "%s%n{0}", "\x7f\x01"])
def test_a_pong_echoes_what_was_sent_and_no_memory(serve: Serve, token: str) -> None:
    neural = serve().user("Neural")
    neural.settle()
    byte_by_byte(neural, f"PING :{token}\r\n".encode())
    assert neural.settle().split("\r\n")[0] == f":gchat.test PONG gchat.test :{token}"


@pytest.mark.parametrize("name", ["evil\x03.example", "evil\x1b[2J", "evil\u202eb", "evil" * 150])
def test_an_rdns_name_with_control_characters_is_nobody_s_host(
    serve: Serve, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway("web", ("127.0.0.1",), hash_password("sesame", b"salt", n=2))
    server = serve(gateways=(gateway,))
    passed_on = server.connect()
    passed_on.send(f"WEBIRC sesame Page {name} 198.51.100.3", "NICK Neural", "USER n 0 * :n", "PING x")
    passed_on.until("PONG")
    nine = server.user("Nine")
    nine.send("WHOIS Neural", "WHO *", "USERHOST Neural")
    assert "evil" not in nine.settle()
    assert not any("evil" in record.getMessage() for record in caplog.records)


def test_ssrf_by_any_address_that_somebody_gives(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        host = address.removeprefix("http://").rstrip("/")
        server = serve()
        neural = server.connect()
        neural.send("CAP REQ :draft/metadata-2 message-tags batch", "CAP END")
        neural.register("Neural", "#team")
        for given in (address, host, f"PROXY TCP4 {host}"):
            neural.send(
                f"METADATA * SET avatar :{given}",
                f"METADATA #team SET url :{given}",
                f"TOPIC #team :{given}",
                f"PRIVMSG #team :{given}",
                f"@+draft/preview={host} TAGMSG #team",
                f"AWAY :{given}",
                f"SETNAME :{given}",
                f"CONNECT {given}",
                f"WHOIS {given} Neural",
                f"VERSION {given}",
                f"WEBIRC x y {host} 127.0.0.1",
                f"REGISTER * me@{host} password",
                f"SQUIT {given}",
            )
        neural.settle()
        server.connect().socket.sendall(f"GET {address} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        neural.settle()
        with pytest.raises(BlockingIOError):
            trap.accept()
