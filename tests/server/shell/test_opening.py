"""Every plain listener understands every plain protocol."""

from __future__ import annotations

import pytest

from gchat.server.settings import Limits, Tutorial
from gchat.tutorial import detect
from tests.server.shell.conftest import Serve

QUICK = Tutorial(greet_after=0.02)
LATE = Tutorial(greet_after=60.0)
CLIENT_HELLO = bytes.fromhex("1603010200010001fc0303")


def test_whoever_speaks_first_speaks_irc(serve: Serve) -> None:
    server = serve(tutorial=LATE)
    neural = server.connect()
    neural.send("NICK Neural", "USER n 0 * :n")
    assert neural.until(" 001 ").startswith(":gchat.test 001 Neural ")


def test_whoever_is_silent_is_greeted_without_a_newline(serve: Serve) -> None:
    neural = serve(tutorial=QUICK).connect()
    assert neural.socket.recv(100) == b"NICK"


def test_the_tutorials_client_is_served(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(tutorial=QUICK)
    neural, nine = server.connect(), server.user("Nine", "#lobby")
    neural.until("NICK")
    neural.socket.sendall(b"Neural")
    neural.until("Connected to server!")
    nine.until(":Neural!~Neural@127.0.0.1 JOIN #lobby")
    neural.socket.sendall(b"Neural: What's up?")
    assert nine.until("PRIVMSG") == ":Neural!~Neural@127.0.0.1 PRIVMSG #lobby :What's up?\r\n"
    nine.send("PRIVMSG #lobby :fine")
    neural.until("Nine: fine")
    port = neural.socket.getsockname()[1]
    assert f"Connected with ('127.0.0.1', {port})" in caplog.text
    assert "Nickname is Neural" in caplog.text


def test_its_own_commands_are_answered(serve: Serve) -> None:
    neural = serve(tutorial=QUICK).connect()
    neural.until("NICK")
    neural.socket.sendall(b"Neural")
    neural.until("Connected to server!")
    neural.socket.sendall(b"Neural: /help")
    neural.until("/quit")


def test_the_tutorials_client_is_ended_with_a_reset(serve: Serve) -> None:
    neural = serve(tutorial=QUICK).connect()
    neural.until("NICK")
    neural.socket.sendall(b"Neural")
    neural.until("Connected to server!")
    neural.socket.sendall(b"Neural: /quit")
    with pytest.raises(ConnectionResetError):  # it takes an end for empty messages without end
        neural.to_end()


def test_going_down_resets_the_tutorials_client_too(serve: Serve) -> None:
    server = serve(tutorial=QUICK)
    neural = server.connect()
    neural.until("NICK")
    neural.socket.sendall(b"Neural")
    neural.until("Connected to server!")
    server.stop()
    with pytest.raises(ConnectionResetError):
        neural.to_end()


def test_a_name_with_a_newline_gets_lines(serve: Serve) -> None:
    server = serve(tutorial=QUICK)
    neural, nine = server.connect(), server.user("Nine", "#lobby")
    neural.until("NICK")
    neural.socket.sendall(b"Neural\n")
    nine.until("JOIN #lobby")
    nine.send("PRIVMSG #lobby :grüße")
    assert neural.until("Nine: grüße").endswith("\n")
    neural.socket.sendall(b"/quit\n")
    neural.to_end()


@pytest.mark.parametrize("line", ["NICK Neural", "CAP LS 302", "USER n 0 * :n", "PASS x"])
def test_a_slow_irc_client_is_recognised(serve: Serve, line: str) -> None:
    server = serve(tutorial=QUICK)
    neural = server.connect()
    neural.until("NICK")
    neural.send(line, "NICK Neural", "USER n 0 * :n", "CAP END")
    assert neural.until(" 001 Neural").startswith("\r\n:gchat.test ")


def test_a_name_in_pieces_that_may_be_a_command_is_waited_for(serve: Serve) -> None:
    server = serve(tutorial=QUICK)
    neural = server.connect()
    neural.until("NICK")
    neural.socket.sendall(b"CAP")  # of which nothing more comes: somebody's name
    neural.until("Connected to server!")


@pytest.mark.parametrize(
    ("sent", "answer", "said"),
    [
        (CLIENT_HELLO, detect.TLS_ON_PLAIN, "began with TLS"),
        (b"GET / HTTP/1.1\r\nHost: gchat\r\n\r\n", detect.HTTP_ON_PLAIN, "it spoke HTTP"),
    ],
)
@pytest.mark.parametrize("tutorial", [LATE, QUICK, Tutorial(enabled=False)], ids=["first", "greeted", "off"])
def test_other_protocols_get_a_clear_end(
    serve: Serve, caplog: pytest.LogCaptureFixture, tutorial: Tutorial, sent: bytes, answer: bytes, said: str
) -> None:
    client = serve(tutorial=tutorial).connect()
    if tutorial is QUICK:
        client.until("NICK")
    client.socket.sendall(sent)
    while data := client.socket.recv(1 << 16):
        client.data += data
    assert bytes(client.data) == answer
    assert any(record.levelname == "WARNING" and said in record.message for record in caplog.records)


@pytest.mark.parametrize("sent", [b"", b"NI", b"\r\n"], ids=["nothing", "half a word", "an empty line"])
@pytest.mark.parametrize("enabled", [True, False], ids=["greeted", "not greeted"])
def test_who_never_says_who_they_are_is_ended(
    serve: Serve, caplog: pytest.LogCaptureFixture, enabled: bool, sent: bytes
) -> None:
    limits = Limits(registration_timeout=0.2)
    client = serve(limits=limits, tutorial=Tutorial(enabled=enabled, greet_after=0.02)).connect()
    client.socket.sendall(sent)
    greeting = "NICK\r\n" if enabled and not sent else ""
    assert client.to_end() == greeting + "ERROR :Closing link: (127.0.0.1) [Registration timed out]\r\n"
