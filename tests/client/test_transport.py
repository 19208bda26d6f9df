"""Connections over the loopback: what happens on the way there, bytes both ways, TLS, and the end."""

import datetime
import errno
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from gchat.client.address import Address
from gchat.client.events import (
    Connect,
    Connected,
    Connecting,
    ConnectionFailed,
    ConnectionLost,
    Event,
    Flushed,
    Received,
)
from gchat.client.transport import HURRY, MOST_WAITING, PATIENCE, Resolve, Transport, resolve

LIMIT = 10.0  # seconds a test waits for something that never comes


class Peer:
    """A server's listening socket, and a transport on its way there."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(LIMIT)
        self.port = self.listener.getsockname()[1]
        self.woken = threading.Event()
        self.transports: list[Transport] = []
        self.accepted: list[socket.socket] = []

    def connect(
        self, host: str = "127.0.0.1", port: int = 0, resolve: Resolve = resolve, ca: str = "", **parts: Any
    ) -> Transport:
        verify, cert = parts.pop("verify", True), parts.pop("cert", "")
        wish = Connect(1, Address(host, port or self.port, **parts), ca, verify, cert)
        transport = Transport(wish, 0.0, self.woken.set, resolve)
        self.transports.append(transport)
        return transport

    def run(self, transport: Transport, until: Callable[[list[Event]], object]) -> list[Event]:
        """Do what the loop does until the events so far are enough."""
        assert self.woken.wait(LIMIT)
        events = transport.ready(0.0) if transport.wants is None else []
        end = time.monotonic() + LIMIT
        while not until(events) and not transport.closed:
            assert time.monotonic() < end, events
            events += turn(transport)
        return events

    def accept(self) -> socket.socket:
        sock, _ = self.listener.accept()
        sock.settimeout(LIMIT)
        self.accepted.append(sock)
        return sock

    def close(self) -> None:
        for sock in (self.listener, *self.accepted, *self.transports):
            sock.close()

    def open(self, **parts: Any) -> tuple[Transport, socket.socket]:
        """A connection that stands, and the server's end of it."""
        transport = self.connect(**parts)
        events = self.run(transport, lambda found: Connected(1) in found)
        assert events[-1] == Connected(1)
        return transport, self.accept()


def turn(transport: Transport) -> list[Event]:
    """Wait for what a transport wants, as long as a test may; give what happened."""
    wants = transport.wants
    if wants is None:
        return []
    number, reads, writes = wants
    wait = 0 if transport.pending else LIMIT
    readable, writable, _ = select.select([number] if reads else [], [number] if writes else [], [], wait)
    return transport.ready(0.0, bool(readable) or transport.pending, bool(writable))


def data_of(events: list[Event]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, Received))


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A server."""
    made = Peer()
    yield made
    made.close()


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def answer(*ports: int) -> Resolve:
    """A name lookup that finds these ports of this machine."""
    return lambda host, port: [(socket.AF_INET, ("127.0.0.1", one)) for one in ports]


def test_a_connection_stands_and_carries_bytes(peer: Peer) -> None:
    transport = peer.connect()
    events = peer.run(transport, lambda found: Connected(1) in found)
    assert events == [Connecting(1, f"127.0.0.1 port {peer.port}"), Connected(1)]
    server = peer.accept()
    assert transport.send(b"NICK Neural\r\n") == []
    assert transport.send(b"USER n\r\n") == []
    assert transport.flush() == [Flushed(1)]
    assert transport.flush() == []
    assert server.recv(100) == b"NICK Neural\r\nUSER n\r\n"
    server.sendall(b":s 001 Neural :hi\r\n")
    assert peer.run(transport, data_of) == [Received(1, b":s 001 Neural :hi\r\n")]
    server.close()
    assert peer.run(transport, bool) == [ConnectionLost(1)]
    assert transport.closed
    assert transport.wants is None


def test_a_name_is_looked_up_in_a_thread(peer: Peer) -> None:
    seen = []

    def look_up(host: str, port: int) -> list[tuple[int, Any]]:
        seen.append((host, port, threading.current_thread() is threading.main_thread()))
        return answer(peer.port)(host, port)

    transport = peer.connect("irc.example", 6667, look_up)
    assert Connected(1) in peer.run(transport, lambda found: Connected(1) in found)
    assert seen == [("irc.example", 6667, False)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "there is no host called irc.example",
        ),
        (
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure"),
            "the name irc.example could not be looked up: no name server answers",
        ),
        (
            UnicodeError("label empty or too long"),
            "the name irc.example could not be looked up: label empty or too long",
        ),
    ],
)
def test_a_name_that_is_not_found(peer: Peer, error: Exception, reason: str) -> None:
    def look_up(host: str, port: int) -> list[tuple[int, Any]]:
        raise error

    transport = peer.connect("irc.example", 6667, look_up)
    assert peer.run(transport, bool) == [ConnectionFailed(1, reason)]


def test_nobody_listens(peer: Peer) -> None:
    port = closed_port()
    events = peer.run(peer.connect(port=port), lambda found: len(found) > 1)
    assert events[-1] == ConnectionFailed(1, f"nobody answers at 127.0.0.1 port {port}", refused=True)


def test_the_addresses_are_tried_in_turn(peer: Peer) -> None:
    wrong = closed_port()
    transport = peer.connect("irc.example", 6667, answer(wrong, peer.port))
    events = peer.run(transport, lambda found: Connected(1) in found)
    assert [event.where for event in events if isinstance(event, Connecting)] == [
        f"127.0.0.1 port {wrong}",
        f"127.0.0.1 port {peer.port}",
    ]


def test_an_address_that_does_not_answer_is_given_up(peer: Peer) -> None:
    transport = peer.connect("irc.example", 6667, answer(peer.port, peer.port))
    assert peer.woken.wait(LIMIT)
    assert len(transport.ready(0.0)) == 1
    assert transport.deadline == HURRY
    assert transport.expired(HURRY - 1) == []
    assert transport.expired(HURRY) == [Connecting(1, f"127.0.0.1 port {peer.port}")]
    assert transport.deadline == HURRY + PATIENCE
    assert transport.expired(HURRY + PATIENCE) == [
        ConnectionFailed(1, "no answer from irc.example port 6667")
    ]


def test_a_name_without_an_address(peer: Peer) -> None:
    transport = peer.connect("irc.example", 6667, answer())
    assert peer.run(transport, bool) == [ConnectionFailed(1, "irc.example port 6667 has no address")]


def test_a_network_that_cannot_be_reached(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect_ex", lambda self, where: errno.ENETUNREACH)
    (failed,) = peer.run(peer.connect("192.0.2.1"), bool)
    assert isinstance(failed, ConnectionFailed)
    assert failed.reason.startswith("there is no way to 192.0.2.1 port")


def test_a_unix_socket(peer: Peer, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    (failed,) = peer.run(peer.connect(path=path), bool)
    assert failed == ConnectionFailed(1, f"there is no socket at {path}", refused=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        events = peer.run(peer.connect(path=path), lambda found: Connected(1) in found)
        assert events == [Connecting(1, path), Connected(1)]


def test_a_reset_is_an_end(peer: Peer) -> None:
    transport, server = peer.open()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    server.close()
    assert peer.run(transport, bool) == [ConnectionLost(1)]


def test_what_a_server_does_not_read_is_bounded(peer: Peer) -> None:
    transport, _ = peer.open()
    chunk = b"x" * (1 << 20)
    events: list[Event] = []
    for _ in range(3 * MOST_WAITING // len(chunk)):
        events += transport.send(chunk) or transport.flush()
        if transport.closed:
            break
    assert events[-1] == ConnectionLost(1, "the server stopped reading what we send")


def test_what_waits_is_written_when_there_is_room(peer: Peer) -> None:
    transport, server = peer.open()
    sent = b"0123456789" * (MOST_WAITING // 10)
    transport.send(sent)
    assert transport.flush() == []
    got = b""
    while len(got) < len(sent):
        got += server.recv(1 << 20)
        transport.ready(0.0, False, True)
    assert got == sent


def test_the_last_words_are_written_and_nothing_happens_any_more(peer: Peer) -> None:
    transport, server = peer.open()
    transport.send(b"QUIT :bye\r\n")
    transport.end(0.0, 1.0)
    server.sendall(b":s NOTICE * :something unread\r\n")
    assert transport.flush() == [] or transport.wants
    assert server.recv(100) == b"QUIT :bye\r\n"
    assert server.recv(100) == b""
    server.close()
    end = time.monotonic() + LIMIT
    while not transport.closed:
        assert time.monotonic() < end
        assert turn(transport) == []


def test_the_end_does_not_wait_for_ever(peer: Peer) -> None:
    transport, _ = peer.open()
    transport.end(5.0, 1.0)
    assert transport.deadline == 6.0
    assert transport.expired(6.0) == []
    assert transport.closed


def test_ending_before_it_stands_closes(peer: Peer) -> None:
    transport = peer.connect()
    transport.end(0.0, 1.0)
    assert transport.closed
    assert transport.send(b"x") == []


# --- TLS ------------------------------------------------------------------------------------------


class TlsServer:
    """Handshakes in a thread, then echoes until the end."""

    def __init__(self, listener: socket.socket, certificate: trustme.LeafCert) -> None:
        self.listener = listener
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self.context)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        try:
            raw, _ = self.listener.accept()
            with self.context.wrap_socket(raw, server_side=True) as sock:
                while data := sock.recv(1 << 16):
                    sock.sendall(data)
        except OSError:  # the client did not like the certificate
            pass


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Somebody who vouches for servers."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    """The authority's certificate."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def handshake(peer: Peer, certificate: trustme.LeafCert, **parts: Any) -> tuple[Transport, list[Event]]:
    """Connect under TLS; give what came of it."""
    server = TlsServer(peer.listener, certificate)
    transport = peer.connect(parts.pop("host", "127.0.0.1"), tls=True, **parts)
    events = peer.run(transport, lambda found: isinstance(found[-1], Connected | ConnectionFailed))
    if transport.closed:
        server.thread.join(LIMIT)
    return transport, events[1:]


def test_tls_with_a_trusted_certificate(peer: Peer, authority: trustme.CA, ca_file: str) -> None:
    transport, events = handshake(peer, authority.issue_cert("127.0.0.1"), ca=ca_file)
    assert events == [Connected(1)]
    sent = b"0123456789" * 60_000
    transport.send(sent)
    events = transport.flush()
    got = b""
    end = time.monotonic() + LIMIT
    while len(got) < len(sent):
        assert time.monotonic() < end
        found = turn(transport)
        events += found
        got += data_of(found)
    assert got == sent
    assert Flushed(1) in events


@pytest.mark.parametrize(
    ("names", "options", "reason", "hint"),
    [
        (
            ["irc.example"],
            {},
            "the certificate is for another name than 127.0.0.1",
            "the name in the certificate",
        ),
        (
            ["127.0.0.1"],
            {"not_after": datetime.datetime(2020, 1, 1)},
            "the certificate of 127.0.0.1 has expired",
            "clock is right",
        ),
        (
            ["127.0.0.1"],
            {"not_before": datetime.datetime(2999, 1, 1), "not_after": datetime.datetime(2999, 2, 1)},
            "the certificate of 127.0.0.1 is not valid yet",
            "clock is right",
        ),
    ],
)
def test_certificates_that_do_not_fit(
    peer: Peer,
    authority: trustme.CA,
    ca_file: str,
    names: list[str],
    options: dict[str, Any],
    reason: str,
    hint: str,
) -> None:
    transport, (failed,) = handshake(peer, authority.issue_cert(*names, **options), ca=ca_file)
    assert isinstance(failed, ConnectionFailed)
    assert failed.reason == reason
    assert hint in failed.hint
    assert not failed.again
    assert transport.closed


def test_a_certificate_from_an_unknown_issuer(peer: Peer, authority: trustme.CA) -> None:
    _, (failed,) = handshake(peer, authority.issue_cert("127.0.0.1"))
    assert isinstance(failed, ConnectionFailed)
    assert failed.reason == "the certificate of 127.0.0.1 is from an issuer this machine does not know"
    assert "--tls-ca" in failed.hint
    assert not failed.again


def test_any_certificate_will_do_without_verification(peer: Peer, authority: trustme.CA) -> None:
    _, events = handshake(peer, authority.issue_cert("irc.example"), verify=False)
    assert events == [Connected(1)]


@pytest.mark.parametrize(
    "answer",
    [
        b":s NOTICE * :*** Looking up your hostname\r\n",
        b"\x15\x03\x03\x00\x02\x02\x0a",  # the alert unexpected_message, as gchat-server sends it
    ],
)
def test_a_server_that_does_not_speak_tls(peer: Peer, answer: bytes) -> None:
    transport = peer.connect(tls=True)
    assert peer.woken.wait(LIMIT)
    events = transport.ready(0.0)
    events += turn(transport)
    server = peer.accept()
    server.sendall(answer)
    events += peer.run(transport, lambda found: any(isinstance(e, ConnectionFailed) for e in found))
    failed = events[-1]
    assert isinstance(failed, ConnectionFailed)
    assert failed.reason == f"127.0.0.1 port {peer.port} does not speak TLS"
    assert "--tls" in failed.hint


def test_a_server_that_closes_during_the_handshake(peer: Peer) -> None:
    transport = peer.connect(tls=True)
    assert peer.woken.wait(LIMIT)
    transport.ready(0.0)
    turn(transport)
    peer.accept().close()
    (failed,) = peer.run(transport, bool)
    assert isinstance(failed, ConnectionFailed)
    assert failed.reason == f"127.0.0.1 port {peer.port} ended the connection during the TLS handshake"
    assert failed.again


def test_a_handshake_that_takes_too_long(peer: Peer) -> None:
    transport = peer.connect(tls=True)
    assert peer.woken.wait(LIMIT)
    transport.ready(0.0)
    turn(transport)
    (failed,) = transport.expired(PATIENCE)
    assert isinstance(failed, ConnectionFailed)
    assert "did not finish the TLS handshake in 10 seconds" in failed.reason


def test_a_file_of_certificates_that_cannot_be_read(peer: Peer, tmp_path: Path) -> None:
    events = peer.run(peer.connect(tls=True, ca=str(tmp_path / "none.pem")), lambda found: len(found) > 1)
    assert isinstance(events[-1], ConnectionFailed)
    assert events[-1].reason == f"{tmp_path}/none.pem cannot be read: No such file or directory"


@pytest.mark.parametrize("what", ["missing", "no key", "passphrase"])
def test_a_certificate_of_our_own_that_will_not_do(
    peer: Peer, authority: trustme.CA, tmp_path: Path, what: str
) -> None:
    path, mine = tmp_path / "me.pem", authority.issue_cert("neural")
    if what == "no key":
        mine.cert_chain_pems[0].write_to_path(path)
    elif what == "passphrase":
        key = serialization.load_pem_private_key(mine.private_key_pem.bytes(), None)
        locked = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
        path.write_bytes(locked + mine.cert_chain_pems[0].bytes())
    events = peer.run(peer.connect(tls=True, cert=str(path)), lambda found: len(found) > 1)
    assert isinstance(events[-1], ConnectionFailed)
    assert events[-1].reason.startswith(
        {
            "missing": f"{path} cannot be read: No such file or directory",
            "no key": f"{path} needs a certificate and its key in it",
            "passphrase": f"the key in {path} has a passphrase",
        }[what]
    )
    assert not events[-1].again
