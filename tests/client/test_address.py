"""What people type for a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.address import TUTORIAL, Address, BadAddress, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("irc.example", Address("irc.example")),
        (" irc.example ", Address("irc.example")),
        ("irc.example:7000", Address("irc.example", 7000)),
        ("irc.example/7000", Address("irc.example", 7000)),
        ("irc.example:+6697", Address("irc.example", 6697, True)),
        ("irc.example/+7000", Address("irc.example", 7000, True)),
        ("irc://irc.example", Address("irc.example")),
        ("IRCS://irc.example", Address("irc.example", 6697, True)),
        ("ircs://irc.example:7000/#team", Address("irc.example", 7000, True, channels=("#team",))),
        ("irc://irc.example/team,#ops,&local", Address("irc.example", channels=("#team", "#ops", "&local"))),
        ("irc://irc.example/%23team", Address("irc.example", channels=("#team",))),
        ("irc://irc.example/#team?sesame", Address("irc.example", channels=("#team",), key="sesame")),
        ("irc://irc.example/#team?key=s%20e", Address("irc.example", channels=("#team",), key="s e")),
        (
            "irc://irc.example/#team?invitation=ab-cd",
            Address("irc.example", channels=("#team",), invitation="ab-cd"),
        ),
        (
            "irc://irc.example/team?sesame&invitation=a%2Db",
            Address("irc.example", channels=("#team",), key="sesame", invitation="a-b"),
        ),
        ("irc://Neural@irc.example/", Address("irc.example", nick="Neural")),
        ("irc://Neural:x@irc.example/", Address("irc.example", nick="Neural")),
        ("::1", Address("::1")),
        ("[::1]", Address("::1")),
        ("[::1]:7000", Address("::1", 7000)),
        ("ircs://[2001:db8::1]/#team", Address("2001:db8::1", 6697, True, channels=("#team",))),
        ("tutorial://localhost", Address("localhost", 55555, False, TUTORIAL)),
        ("unix:/run/gchat/socket", Address(path="/run/gchat/socket")),
        ("unix:///run/gchat/socket", Address(path="/run/gchat/socket")),
        ("127.0.0.1:6667", Address("127.0.0.1")),
        ("irc://irc.example/%zz%4", Address("irc.example", channels=("#%zz%4",))),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse_address(text) == address


def test_tls_where_no_scheme_says_otherwise() -> None:
    assert parse_address("irc.example", tls=True) == Address("irc.example", 6697, True)
    assert not parse_address("irc://irc.example", tls=True).tls


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no server"),
        ("irc://", "names no server"),
        ("irc:///team", "names no server"),
        (":6667", "names no server"),
        ("a b", "names no server"),
        ("x" * 300, "names no server"),
        ("irc://irc.example=Neural/#team", "names no server"),
        ("irc://\x9b31mirc.example", "names no server"),
        ("irc://irc.example\u202e", "names no server"),
        ("gopher://irc.example", "'gopher://' is not an address gchat knows"),
        ("irc.example:0", "is no port"),
        ("irc.example:65536", "is no port"),
        ("irc.example:http", "'http' in 'irc.example:http' is no port"),
        ("irc.example:٦٦٦٧", "is no port"),
        ("unix:", "needs the path"),
    ],
)
def test_what_is_no_address(text: str, words: str) -> None:
    with pytest.raises(BadAddress, match=words):
        parse_address(text)


@pytest.mark.parametrize(
    ("address", "text", "where"),
    [
        (Address("irc.example"), "irc://irc.example", "irc.example:6667"),
        (Address("irc.example", 7000, True), "ircs://irc.example:7000", "irc.example:7000"),
        (Address("::1", 6697, True), "ircs://[::1]", "[::1]:6697"),
        (Address("localhost", 55555, False, TUTORIAL), "tutorial://localhost", "localhost:55555"),
        (Address(path="/run/x"), "unix:/run/x", "/run/x"),
    ],
)
def test_written_again(address: Address, text: str, where: str) -> None:
    assert (str(address), address.where) == (text, where)
    assert parse_address(text) == address


@given(st.text(max_size=60))
def test_no_text_does_anything_else(text: str) -> None:
    try:
        address = parse_address(text)
    except BadAddress:
        return
    assert address.host
    assert 0 < address.port < 65536


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("ircs://irc.example", True),
        ("unix:/run/gchat", True),
        ("irc://localhost", True),
        ("irc://127.0.0.1:6667", True),
        ("irc://[::1]", True),
        ("irc://irc.example", False),
        ("irc://127.irc.example", False),
        ("irc://localhost.irc.example", False),
    ],
)
def test_where_nobody_reads_along(text: str, private: bool) -> None:
    assert parse_address(text).is_private is private
