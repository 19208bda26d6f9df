"""Clients come, talk and go, over real sockets."""

from __future__ import annotations

import dataclasses
import socket
import struct
import sys
import threading
from pathlib import Path

import pytest

from gchat.server.listeners import ListenError
from gchat.server.passwords import hash_password
from gchat.server.settings import Limits, Listener, Server
from tests.server.shell.conftest import LISTENER, PATIENCE, Running, Serve


def test_two_users_talk(serve: Serve) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    neural.until("JOIN #team")
    neural.send("PRIVMSG #team :What's up?")
    assert nine.until("PRIVMSG") == ":Neural!~Neural@127.0.0.1 PRIVMSG #team :What's up?\r\n"


def test_what_comes_together_is_handled_in_order(serve: Serve) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    neural.send(*(f"PRIVMSG #team :{number}" for number in range(500)))
    neural.settle()
    said = [line.rpartition(":")[2] for line in nine.until("#team :499").splitlines()]
    assert said == [str(number) for number in range(500)]


def test_who_speaks_first_is_heard_first(serve: Serve) -> None:
    """Also where all of it is there at once when the server looks."""
    server = serve()
    listener = server.user("Listener", "#team")
    speakers = [server.user(f"Nick{number}", "#team") for number in range(10)]
    listener.settle()
    server.user("Guest")  # a socket that was ready in the last poll keeps its place in the next one
    order = [*speakers[::2], *speakers[1::2]]
    busy, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        busy.set()
        assert go_on.wait(PATIENCE)

    holding = threading.Thread(target=server.call, args=(hold,))
    holding.start()
    assert busy.wait(PATIENCE)
    for speaker in order:
        speaker.send("PRIVMSG #team :hi")
    listener.send("PING settled")
    go_on.set()
    holding.join(PATIENCE)
    heard = listener.until("PONG gchat.test :settled").splitlines()
    assert [line[1:6] for line in heard if "PRIVMSG" in line] == [
        f"Nick{speakers.index(speaker)}" for speaker in order
    ]


def test_quit_reaches_both_sides(serve: Serve) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    neural.send("QUIT :bye")
    assert neural.to_end().endswith("ERROR :Closing link: (127.0.0.1) [Quit: bye]\r\n")
    assert nine.until("QUIT") == ":Neural!~Neural@127.0.0.1 QUIT :Quit: bye\r\n"


def test_a_connection_that_closes_is_a_quit(serve: Serve) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    neural.settle()  # closed with something unread, it would be a reset
    neural.close()
    assert nine.until("QUIT").endswith("QUIT :Connection closed\r\n")


def test_a_reset_is_a_quit_with_its_reason(serve: Serve) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    neural.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    neural.close()
    assert nine.until("QUIT").endswith("QUIT :Connection reset by peer\r\n")


def test_the_last_words_arrive_though_bytes_wait_unread(serve: Serve) -> None:
    server = serve()
    neural = server.user("Neural")
    neural.send("QUIT")
    neural.socket.sendall(b"x" * 100_000)
    assert "ERROR :Closing link" in neural.to_end()


def narrow(server: Running, nick: str) -> None:
    """Have the kernel keep little for somebody, so that the server soon has to."""
    sock = server.connection(nick)._socket
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


def test_the_kernel_looks_after_whom_nobody_can_ask_for_a_sign_of_life(serve: Serve) -> None:
    server = serve()
    server.user("Neural")
    sock = server.connection("Neural")._socket
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    for name, seconds in (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == seconds, name
    assert sys.platform != "linux" or hasattr(socket, "TCP_KEEPCNT")


@pytest.mark.parametrize("sendq", [64 * 1024, 256 * 1024])
def test_who_does_not_read_is_ended_by_sendq_and_nobody_waits(serve: Serve, sendq: int) -> None:
    server = serve(limits=Limits(sendq=sendq))
    server.user("Slow", "#team").socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow(server, "Slow")
    slow = server.connection("Slow")
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    said = f"PRIVMSG #team :{'x' * 400}"
    shown = f":Neural!~Neural@127.0.0.1 {said}\r\n"
    waiting, heard = 0, ""
    for number in range(2000):  # a line at a time, each of which is known to have been handled
        neural.send(said, f"PING {number}")
        heard += neural.until(f"PONG gchat.test :{number}\r\n")
        now = server.call(lambda: -1 if slow.ending else len(slow._unsent or b""))
        if now < 0:
            break
        waiting = now
    else:
        pytest.fail("Slow is still there")
    # no more than it may be, and with another line it would have been
    assert sendq - len(shown) < waiting <= sendq
    expected = ":Slow!~Slow@127.0.0.1 QUIT :SendQ exceeded\r\n"
    assert expected in heard or neural.until("QUIT") == expected
    assert nine.until("QUIT").endswith(expected)
    nine.send("WHOIS Slow")
    nine.until(" 401 Nine Slow ")


def test_who_reads_late_reads_everything_in_order(serve: Serve) -> None:
    server = serve(limits=Limits(sendq=64 * 1024 * 1024))
    slow = server.user("Slow", "#team")
    narrow(server, "Slow")
    neural = server.user("Neural", "#team")
    text, more, number = "x" * 400, 3, 0
    while more:  # some more than the kernel takes
        neural.send(*(f"PRIVMSG #team :{text} {number}.{part}" for part in range(100)))
        neural.settle()
        number += 1
        more -= server.call(lambda: bool(server.connection("Slow")._unsent))
    slow.until("JOIN #team")
    numbers = [line.rpartition(" ")[2] for line in slow.until(f" {number - 1}.99").splitlines()]
    assert numbers == [f"{batch}.{part}" for batch in range(number) for part in range(100)]


def test_a_flush_of_many_takes_breath_and_reaches_all(serve: Serve) -> None:
    server = serve(limits=Limits(connections_per_address=1000))
    members = [server.user(f"m{number}", "#team") for number in range(300)]
    members[0].settle()
    members[0].send("PRIVMSG #team :first", "PRIVMSG #team :second")
    for member in members[1:]:
        assert member.until("second").index("first") > 0


def test_a_password_is_checked_beside_the_loop(serve: Serve) -> None:
    server = serve(server=Server(name="gchat.test", password=hash_password("sesame", b"salt", n=2)))
    wrong, right = server.connect(), server.connect()
    wrong.send("PASS wrong", "NICK Neural", "USER n 0 * :n")
    right.send("PASS sesame", "NICK Nine", "USER n 0 * :n")
    assert " 464 " in wrong.to_end()
    right.until(" 001 Nine ")


def test_who_sends_too_fast_lags_and_is_answered(serve: Serve) -> None:
    server = serve(throttle=True, limits=Limits(command_rate=50.0, command_burst=5.0))
    neural = server.user("Neural")
    neural.send(*(f"PING {number}" for number in range(20)))
    neural.until("PONG gchat.test :19")


def test_too_many_from_one_address_are_refused(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(throttle=True, limits=Limits(connections_per_address=2))
    first = server.user("Neural")
    server.user("Nine")
    third = server.connect()
    expected = "ERROR :Closing link: (127.0.0.1) [Too many connections from your address]\r\n"
    assert third.to_end() == expected
    assert "Too many connections from your address" in caplog.text
    first.send("QUIT")
    first.to_end()
    first.close()
    second_try(server)


def second_try(server: Running) -> None:
    """Connect until the place that became free is ours; the server has to see the other side's end first."""
    for _ in range(1000):
        client = server.connect()
        client.send("NICK Eve", "USER e 0 * :e")
        try:
            client.until(" 001 Eve ")
        except (AssertionError, ConnectionError):
            continue
        return
    pytest.fail("the place stays taken")


def test_a_full_server_says_so(serve: Serve) -> None:
    server = serve(limits=Limits(connections=1))
    server.user("Neural")
    assert "[This server is full]" in server.connect().to_end()


def test_goodbye_comes_to_everybody_and_files_go(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "chat.sock"
    server = serve(listeners=(LISTENER, Listener(path=str(path))))
    neural = server.user("Neural")
    silent = server.connect()
    nine = server.adopt(unix(path)).register("Nine")
    server.stop()
    for client in (neural, nine):
        assert client.to_end() == "ERROR :Server going down\r\n"
    assert silent.to_end() in ("", "NICK")
    assert not path.exists()


def unix(path: Path) -> socket.socket:
    """Connect to a unix socket."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(str(path))
    return sock


def test_a_user_of_a_unix_socket_is_from_localhost(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "chat.sock"
    server = serve(listeners=(LISTENER, Listener(path=str(path))))
    server.adopt(unix(path)).register("Nine", "#team")
    neural = server.user("Neural", "#team")
    neural.send("WHOIS Nine")
    assert " Nine ~Nine localhost * " in neural.until(" 311 ")


def test_a_new_configuration_keeps_everybody(serve: Serve) -> None:
    server = serve()
    neural = server.user("Neural")
    settings = server.network.engine.settings
    more = dataclasses.replace(settings, listeners=(LISTENER, Listener("127.0.0.1", 0, path="")))
    server.call(lambda: server.network.configure(more, None))
    assert len(server.ports) == 1, "the same address twice is one listener"
    other = dataclasses.replace(
        settings, listeners=(Listener("127.0.0.2", 0),), server=Server(name="other.test")
    )
    before = server.ports[0]
    server.call(lambda: server.network.configure(other, None))
    assert before not in server.ports
    with pytest.raises(ConnectionRefusedError):
        server.connect(before)
    server.connect(host="127.0.0.2").send("PING 1")
    neural.send("PING 2")
    neural.until("PONG other.test :2")


def test_a_listener_that_cannot_be_had_changes_nothing(serve: Serve) -> None:
    server = serve(listeners=(LISTENER, Listener("127.0.0.2", 0)))
    neural = server.user("Neural")
    settings = server.network.engine.settings
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listener = Listener("127.0.0.1", taken.getsockname()[1])
        other = dataclasses.replace(
            settings, listeners=(LISTENER, listener), server=Server(name="other.test")
        )
        with pytest.raises(ListenError, match="another program listens there"):
            server.call(lambda: server.network.configure(other, None))
    neural.settle()
    for there in server.network.addresses:
        server.connect(there.port, there.host).register(f"on{there.port}")


def test_a_bug_in_one_wire_ends_one_connection(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    sessions = server.network.engine.sessions.values()
    session = next(session for session in sessions if session.nick == "Nine")

    class Broken:
        def encode(self, message: object) -> bytes:
            return b"hi\n"

        def __getattr__(self, name: str) -> object:
            raise ZeroDivisionError(name)

    session.wire = Broken()  # type: ignore[assignment]
    session.plain, session.profile = True, None  # such a wire is asked to join what it wrote
    assert session.user is not None
    session.user.channels["#team"].sessions.regroup()
    neural.send("PRIVMSG #team :hi")
    nine.to_end()
    assert "QUIT :Internal error" in neural.until("QUIT")
    assert "ZeroDivisionError" in caplog.text
    neural.settle()


def test_a_store_that_fails_keeps_everything_back_and_goes_on(serve: Serve) -> None:
    server = serve()
    neural, nine = server.user("Neural", "#team"), server.user("Nine", "#team")
    store, failures = server.network.engine.store, [OSError("full"), OSError("still full")]
    write = store.write

    def failing(entries: object) -> None:
        if failures:
            raise failures.pop()
        write(entries)  # type: ignore[arg-type]

    store.write = failing  # type: ignore[method-assign, assignment]
    neural.send("PRIVMSG #team :one")
    neural.send("PRIVMSG #team :two")
    nine.until("two")
