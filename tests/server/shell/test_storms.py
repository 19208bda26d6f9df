"""Many who come, or go, or never finish coming: they are bounded, and who is in notices nothing."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import struct
import threading
from collections import deque
from pathlib import Path

import pytest
import trustme

from gchat.server import flush, net, opening, tls
from gchat.server.session import Session
from gchat.server.settings import Limits, Listener, Tutorial
from tests.server.shell.conftest import LISTENER, PATIENCE, Client, Running, Serve

SOON = Limits(registration_timeout=0.2, shutdown_timeout=0.2)
TLS = Listener("127.0.0.1", 0, tls=True)
CLIENT_HELLO = bytes.fromhex("1603010200010001fc0303")
RESET = struct.pack("ii", 1, 0)


@pytest.fixture(autouse=True)
def _time_flies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net, "SECOND", 0.1)


def until_alone(server: Running, honest: Client) -> None:
    """Talk until nobody else is connected, in a session or on the way to one."""
    network = server.network
    kept = (network._census, network._connections, network._links, network.engine.sessions)
    for _ in range(100_000):
        honest.settle()
        if server.call(lambda: [len(each) for each in kept]) == [1, 1, 1, 1]:
            return
    pytest.fail("they are still there")


def test_a_storm_from_one_address_is_told_to_wait(serve: Serve) -> None:
    limits = Limits(connections_per_address=1000, connection_rate=0.001, connection_burst=5.0)
    server = serve(throttle=True, limits=limits)
    honest = server.user("Neural")
    clients = [server.connect() for _ in range(200)]
    reason = "Too many new connections from your address: wait a minute"
    for client in clients[4:]:
        assert client.to_end() == f"ERROR :Closing link: (127.0.0.1) [{reason}]\r\n"
        client.close()
    assert server.call(lambda: len(server.network._census)) == 5
    honest.settle()


def test_an_exempt_network_has_no_limit_of_its_own(serve: Serve) -> None:
    limits = Limits(connections_per_address=1, connection_burst=1.0, exempt=("127.0.0.0/8",))
    server = serve(throttle=True, limits=limits)
    for number in range(5):
        server.connect().register(f"m{number}")


def test_limits_can_be_changed_while_it_runs(serve: Serve) -> None:
    server = serve(throttle=True, limits=Limits(connections_per_address=1))
    honest = server.user("Neural")
    assert "Too many connections from your address" in server.connect().to_end()
    wider = dataclasses.replace(server.network.engine.settings, limits=Limits(connections_per_address=2))
    server.call(lambda: server.network.configure(wider, None))
    server.user("Nine")
    honest.settle()


@pytest.mark.parametrize("greeted", [True, False])
@pytest.mark.parametrize("begun", [b"", b"N", b"NICK x\r\n", b"GET / HTTP/1.1\r\nHost:", b"\x16\x03"])
def test_who_never_finishes_coming_is_ended(serve: Serve, begun: bytes, greeted: bool) -> None:
    server = serve(limits=SOON, tutorial=Tutorial(enabled=greeted, greet_after=0.05))
    honest = server.user("Neural")
    slow = [server.connect() for _ in range(20)]
    for client in slow:
        client.socket.sendall(begun)
    until_alone(server, honest)


@pytest.mark.parametrize(("seconds", "most"), [(30.0, 31.0), (1.0, 1.25), (0.2, 0.25)])
def test_those_who_came_together_are_waited_for_differently_long(seconds: float, most: float) -> None:
    found = {opening._patience(seconds) for _ in range(50)}
    assert len(found) > 1
    assert seconds <= min(found) <= max(found) <= most


@pytest.mark.pure
def test_a_look_at_many_is_taken_in_parts(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    network = serve().network
    steps = iter([None] * 10)
    monkeypatch.setattr(net, "SLICE", 60.0)
    assert [network._go_on(steps, 4) for _ in range(3)] == [True, True, False]
    steps = iter([None] * 2 * net.STEPS)
    monkeypatch.setattr(net, "SLICE", -1.0)  # it takes long
    assert network._go_on(steps, 1000)
    assert len(list(steps)) == net.STEPS


def test_slowloris_byte_by_byte_is_ended_at_the_same_time(serve: Serve) -> None:
    server = serve(limits=SOON, tutorial=Tutorial(enabled=False))
    honest, slow = server.user("Neural"), server.connect()
    try:
        for _ in range(100_000):
            slow.socket.send(b"x")
            honest.settle()
    except OSError:  # it was closed, though there was always another byte
        pass
    else:
        pytest.fail("it is still there")
    until_alone(server, honest)


@pytest.fixture
def tls_server(serve: Serve, tmp_path: Path) -> Running:
    """One with a port for TLS, the second."""
    pair = trustme.CA().issue_cert("gchat.test")
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    pair.cert_chain_pems[0].write_to_path(cert)
    pair.private_key_pem.write_to_path(key)
    return serve(tls.load(cert, key), listeners=(LISTENER, TLS), limits=SOON)


@pytest.mark.parametrize("begun", [b"", CLIENT_HELLO, CLIENT_HELLO + bytes(400)])
def test_a_tls_handshake_that_is_never_finished_is_ended(tls_server: Running, begun: bytes) -> None:
    honest = tls_server.user("Neural")
    for _ in range(20):
        tls_server.connect(tls_server.ports[1]).socket.sendall(begun)
    until_alone(tls_server, honest)


def test_a_tls_handshake_whose_answer_is_never_read_is_ended(tls_server: Running) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(
        incoming, outgoing, server_hostname="gchat.test"
    )
    with pytest.raises(ssl.SSLWantReadError):
        stranger.do_handshake()
    honest, hello = tls_server.user("Neural"), outgoing.read()
    for _ in range(20):
        tls_server.connect(tls_server.ports[1]).socket.sendall(hello)
    until_alone(tls_server, honest)


@pytest.mark.parametrize("reset", [True, False])
def test_a_room_that_is_left_at_once_is_left_by_all(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, reset: bool
) -> None:
    monkeypatch.setattr(net, "SLICE", 0.0)  # one at a time
    server = serve()
    honest = server.user("Neural", "#team")
    members = [server.user(f"m{number}", "#team") for number in range(60)]
    members[0].send("PRIVMSG #team :the last words")
    members[0].settle()
    for member in members:
        if reset:
            member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        member.socket.close()
    said = honest.until(" QUIT ")
    assert "the last words" in said
    for _ in members[1:]:
        honest.until(" QUIT ")
    until_alone(server, honest)
    assert server.call(lambda: len(server.network.engine.world.users)) == 1


def test_a_room_that_quits_at_once_hears_its_goodbyes(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net, "SLICE", 0.0)  # one at a time
    server = serve()
    honest = server.user("Neural", "#team")
    members = [server.user(f"m{number}", "#team") for number in range(60)]
    for member in members:
        member.send("QUIT :bye")
    for number, member in enumerate(members):
        said = member.to_end()
        assert said.endswith("ERROR :Closing link: (127.0.0.1) [Quit: bye]\r\n")
        assert said.count(f":m{number}!~m{number}@127.0.0.1 QUIT :Quit: bye\r\n") == 1
        member.close()
    for _ in members:
        honest.until(" QUIT :Quit: bye")
    until_alone(server, honest)


def test_who_is_to_be_ended_is_not_heard_any_more(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a flood of theirs would keep the server from ending anybody: what came in is handled before."""
    heard: list[bytes] = []
    arrived = flush.Flush.arrived

    def listen(self: flush.Flush, session: Session, data: bytes) -> None:
        heard.append(data)
        arrived(self, session, data)

    monkeypatch.setattr(flush.Flush, "arrived", listen)
    server = serve()
    honest, flooder = server.user("Neural", "#team"), server.user("Nine")
    engine = server.network.engine
    session = next(session for session in engine.sessions.values() if session.nick == "Nine")
    with monkeypatch.context() as patch:
        patch.setattr(net.Network, "_see_off", lambda self: None)
        server.call(lambda: engine.close(session, "enough"))
        flooder.until("ERROR")
        flooder.send("PING late")
        honest.settle()
    assert b"PING late\r\n" not in heard
    server.call(server.network._see_off)
    flooder.close()
    until_alone(server, honest)


def test_who_goes_on_and_on_is_cut_off(serve: Serve) -> None:
    """The goodbye waits for the other side to close, but not while it floods for all that time."""
    server = serve()
    flooder = server.user("Nine")
    flooder.send("QUIT :bye")
    flooder.until("ERROR")
    flood = b"\n" * net.EARFUL
    with pytest.raises(ConnectionError):
        deque((flooder.socket.sendall(flood) for _ in range(1000)), maxlen=0)


def test_who_floods_keeps_nobody_from_ending(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """There may always be somebody who has something that is not handled yet."""
    server = serve()
    honest, leaving = server.user("Neural", "#team"), server.user("Nine", "#team")
    monkeypatch.setattr(
        flush.Flush, "handle", lambda self, until=None: False
    )  # as with more than can be done
    leaving.socket.close()
    monkeypatch.setattr(flush.Flush, "waits", lambda self, session: False)
    assert " QUIT " in honest.until(" QUIT ")


def test_a_bug_in_one_end_keeps_nobody_from_ending(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server, ended = serve(), threading.Event()

    def fail() -> None:
        raise RuntimeError("a bug")

    def part() -> None:
        server.network._later(None, fail)
        server.network._later(None, ended.set)

    server.call(part)
    assert ended.wait(PATIENCE)
    assert "A bug in" in caplog.text
    caplog.clear()


def test_those_who_are_gone_when_it_ends_are_gone(serve: Serve) -> None:
    server = serve()
    members = [server.user(f"m{number}", "#team") for number in range(20)]
    for member in members:
        member.socket.close()
    server.stop()
    assert not server.network._links
    assert not server.network.engine.sessions
