"""gchat.tutorial.detect: who is there, from the first bytes."""

from __future__ import annotations

import http.client
import io
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.tutorial.detect import _METHODS, _VERBS, HTTP_ON_PLAIN, QUIET, TLS_ON_PLAIN, Detected, detect

IRC, TLS, HTTP = Detected.IRC, Detected.TLS, Detected.HTTP
TUTORIAL, LINE, MORE = Detected.TUTORIAL, Detected.LINE, Detected.MORE

CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"

# Whoever speaks before the greeting
FIRST = [
    (b"", MORE),
    (b"CAP LS 302\r\n", IRC),
    (b"NICK Neural\r\nUSER n 0 * n\r\n", IRC),
    (b"CAP LS 30", IRC),
    (b"PASS secret\n", IRC),
    (b"nick neural\n", IRC),
    (b"hello\n", IRC),
    (b"Neural", IRC),
    (b"\r\n", IRC),
    (b"\x00", IRC),
    (b"@label=1 CAP LS\r\n", IRC),
    (b"PRIVMSG #lobby :hi\r\n", IRC),
    (b"P", MORE),  # PASS, or POST
    (b"PO", MORE),
    (b"PA", MORE),  # PATCH
    (b"PAS", IRC),
    (b"GETTER", IRC),
    (b"GET", MORE),
    (b"GET / HTTP/1.1\r\n", HTTP),
    (b"POST /x HTTP/1.0\r\n", HTTP),
    (b"HEAD / HTTP/1.1\r\n", HTTP),
    (b"PUT / HTTP/1.1\r\n", HTTP),
    (b"OPTIONS * HTTP/1.1\r\n", HTTP),
    (b"CONNECT example:443 HTTP/1.1\r\n", HTTP),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP),
    (CLIENT_HELLO, TLS),
    (b"\x16", MORE),
    (b"\x16\x02", IRC),
]

# Answers to NICK
GREETED = [
    (b"", MORE),
    (b"Neural", TUTORIAL),
    (b"NeuralNine", TUTORIAL),
    (b"The Boss", TUTORIAL),
    (b"NeuralNeural: hello", TUTORIAL),
    ("José".encode(), TUTORIAL),
    (b"\xe9\xff", TUTORIAL),
    (b"Captain", TUTORIAL),
    (b"PINGU", TUTORIAL),
    (b"Neural\n", LINE),
    (b"Neural\r\n", LINE),
    (b"\nNeural\n", LINE),
    (b"Neural\nhello\n", LINE),
    ("José\n".encode(), LINE),
    (b"The Boss\n", LINE),
    (b"Nick\n", LINE),  # a person of that name
    (b"\n", MORE),
    (b"\r\n\r\n", MORE),
    (b"\n" * 65, LINE),
    (b"Neural\r", MORE),
    (b"CAP LS 302\r\n", IRC),
    (b"CAP LS 30", IRC),
    (b"CAP ", IRC),
    (b"CAP", MORE),
    (b"C", MORE),
    (b"NICK Neural\r\n", IRC),
    (b"\r\nNICK Neural\r\n", IRC),
    (b"NICK\r\n", IRC),
    (b"NICK\r", IRC),
    (b"nick Neural\r\n", IRC),
    (b"Nick Cave", MORE),
    (b"nick Neural\r", MORE),
    (b"USER n 0 * n\r\n", IRC),
    (b"PASS secret\r\n", IRC),
    (b"PING x\r\n", IRC),
    (b"QUIT\r\n", IRC),
    (b"QUIT :bye\r\n", IRC),
    (b"AUTHENTICATE PLAIN\r\n", IRC),
    (b"WEBIRC pw gw host 127.0.0.1\r\n", IRC),
    (b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", IRC),
    (b"STARTTLS\r\n", IRC),
    (b"GET / HTTP/1.1\r\n", HTTP),
    (b"GET", MORE),
    (b"Get", TUTORIAL),
    (CLIENT_HELLO, TLS),
    (b"\x16", MORE),
    (b"\x16\x02", TUTORIAL),
]

# When nothing more came for a while, what could still have been several is the simplest
WAITED = [
    (b"P", False, IRC),
    (b"GET", False, IRC),
    (b"\x16", False, IRC),
    (b"CAP", True, TUTORIAL),
    (b"Nick", True, TUTORIAL),
    (b"Nick Cave", True, TUTORIAL),
    (b"GET", True, TUTORIAL),
    (b"\x16", True, TUTORIAL),
    (b"Neural\r", True, LINE),
    (b"nick Neural\r", True, LINE),
    (b"CAP LS 30", True, IRC),
    (b"\n", True, MORE),  # somebody pressed Enter and thinks about a name
]


@pytest.mark.parametrize(("data", "who"), FIRST)
def test_who_speaks_first(data: bytes, who: Detected) -> None:
    assert detect(data, False) is who


@pytest.mark.parametrize(("data", "who"), GREETED)
def test_who_answers_the_greeting(data: bytes, who: Detected) -> None:
    assert detect(data, True) is who


@pytest.mark.parametrize(("data", "greeted", "who"), WAITED)
def test_who_says_nothing_more(data: bytes, greeted: bool, who: Detected) -> None:
    assert detect(data, greeted, waited=True) is who


@pytest.mark.parametrize(
    ("data", "greeted", "who"),
    [(data, False, who) for data, who in FIRST]
    + [(data, True, who) for data, who in GREETED if who in (IRC, TLS, HTTP)],
)
def test_byte_by_byte_it_is_the_same(data: bytes, greeted: bool, who: Detected) -> None:
    answers = [detect(data[:end], greeted) for end in range(1, len(data) + 1)]
    assert set(answers) <= {MORE, who}
    # once it is clear, it stays so
    assert answers == sorted(answers, key=lambda answer: answer is not MORE)


@pytest.mark.parametrize(
    ("first", "rest", "greeted", "who"),
    [
        (b"GE", b"T / HTTP/1.1\r\n", False, HTTP),
        (b"GE", b"T / HTTP/1.1\r\n", True, HTTP),
        (b"\x16", CLIENT_HELLO[1:], False, TLS),
        (b"NICK", b" Neural\r\n", True, IRC),
        (b"CA", b"P LS 302\r\n", True, IRC),
        (b"nick Neu", b"ral\r\n", True, IRC),
    ],
)
def test_a_packet_that_is_lost_changes_nothing(
    first: bytes, rest: bytes, greeted: bool, who: Detected
) -> None:
    sent_again = 1.0  # seconds: RFC 6298 section 2.1
    assert detect(first, greeted, waited=sent_again >= QUIET) is MORE
    assert detect(first + rest, greeted) is who


def test_a_slow_nickname_in_a_line_is_one_as_soon_as_it_cannot_be_a_command() -> None:
    # Without a newline a nickname has no end: its first chunk is all of it.
    answers = [detect(b"Nine\n"[:end], True) for end in range(1, 6)]
    assert answers == [MORE, MORE, TUTORIAL, TUTORIAL, LINE]


@given(st.binary(max_size=700), st.booleans(), st.booleans())
def test_any_bytes_get_an_answer(data: bytes, greeted: bool, waited: bool) -> None:
    who = detect(data, greeted, waited)
    if len(data) > 512 + 64 or (data.strip(b"\r\n") and waited):
        assert who is not MORE


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20))
def test_every_name_comes_in_in_the_end(name: str) -> None:
    if name.encode().split(b" ")[0].upper() in (*_VERBS, *_METHODS):
        return
    assert detect(name.encode(), True, waited=True) is TUTORIAL
    assert detect(name.encode() + b"\n", True) is LINE


def test_tls_on_a_plain_port_is_told_so() -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    assert detect(hello, True) is detect(hello, False) is TLS
    incoming.write(TLS_ON_PLAIN)
    with pytest.raises(ssl.SSLError, match=r"(?i)alert.unexpected.message"):
        client.do_handshake()


def test_http_on_a_plain_port_is_told_so() -> None:
    class Socket(io.BytesIO):
        def makefile(self, mode: str) -> io.BytesIO:
            return self

    response = http.client.HTTPResponse(Socket(HTTP_ON_PLAIN))  # type: ignore[arg-type]  # it only reads a file
    response.begin()
    assert response.status == 400
    assert b"IRC" in response.read()
    assert response.getheader("Connection") == "close"
