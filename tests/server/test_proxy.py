"""gchat.server.proxy: PROXY headers of both versions."""

from __future__ import annotations

import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.server.proxy import V1, V2, Header, Malformed, may_begin, read


def v2(family: int, payload: bytes, command: int = 0x21, length: int = -1) -> bytes:
    size = len(payload) if length < 0 else length
    return V2 + bytes([command, family]) + struct.pack("!H", size) + payload


def tcp4(source: str, port: int) -> bytes:
    packed = ipaddress.ip_address(source).packed + ipaddress.ip_address("127.0.0.1").packed
    return packed + struct.pack("!HH", port, 6667)


def tcp6(source: str, port: int) -> bytes:
    packed = ipaddress.ip_address(source).packed + ipaddress.ip_address("::1").packed
    return packed + struct.pack("!HH", port, 6667)


GOOD = [
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\r\n", "192.0.2.7", 56324),
    (b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n", "2001:db8::7", 56324),
    (b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255", 65535),
    (b"PROXY UNKNOWN\r\n", "", 0),
    (b"PROXY UNKNOWN ffff::ffff whatever is here\r\n", "", 0),
    (v2(0x11, tcp4("192.0.2.7", 56324)), "192.0.2.7", 56324),
    (v2(0x11, tcp4("192.0.2.7", 1) + b"\x04\x00\x03xyz"), "192.0.2.7", 1),  # with a TLV
    (v2(0x21, tcp6("2001:db8::7", 56324)), "2001:db8::7", 56324),
    (v2(0x00, b""), "", 0),
    (v2(0x11, tcp4("192.0.2.7", 1), command=0x20), "", 0),  # LOCAL: the balancer's own
    (v2(0x31, b"x" * 216), "", 0),  # unix sockets
    (v2(0x12, tcp4("192.0.2.7", 1)), "", 0),  # UDP
]


@pytest.mark.parametrize(("header", "ip", "port"), GOOD)
def test_a_header_is_read_however_it_comes(header: bytes, ip: str, port: int) -> None:
    for end in range(len(header)):
        assert may_begin(header[:end])
        assert read(header[:end]) is None
    assert read(header) == Header(ip, port, len(header))
    assert read(header + b"NICK Neural\r\n") == Header(ip, port, len(header))


SSL = b"\x20\x00\x0f%c\x00\x00\x00\x00\x21\x00\x07TLSv1.3"  # flags, verified, PP2_SUBTYPE_SSL_VERSION


@pytest.mark.parametrize(
    ("tlvs", "tls"),
    [
        (SSL % 1, True),
        (SSL % 5, True),  # with a certificate
        (b"\x04\x00\x03xyz" + SSL % 1, True),
        (SSL % 0, False),
        (b"\x20\x00\x00", False),
        (b"\x20\x00", False),
        (b"\x01\xff\xff" + SSL % 1, False),  # longer than what there is
    ],
)
def test_a_balancer_may_say_that_the_client_speaks_tls(tlvs: bytes, tls: bool) -> None:
    for header in (v2(0x11, tcp4("192.0.2.7", 1) + tlvs), v2(0x21, tcp6("::7", 1) + tlvs)):
        found = read(header)
        assert found is not None
        assert (found.tls, found.size) == (tls, len(header))


BAD = [
    b"NICK Neural\r\n",
    b"PROXX",
    b"\r\n\r\nNICK",
    b"\x16\x03\x01",
    b"PROXY \r\n",
    b"PROXY TCP4\r\n",
    b"PROXY TCP5 192.0.2.7 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 1\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3\r\n",
    b"PROXY TCP4  192.0.2.7 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
    b"PROXY TCP6 192.0.2.7 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 example.org 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 65536 2\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 -1 2\r\n",
    b"PROXY TCP4 192.0.2.7 192.0.2.1 1 \xd9\xa1\r\n",
    b"PROXY UNKNOWN" + b"x" * 107,
    v2(0x11, b"short"),
    v2(0x21, tcp4("192.0.2.7", 1)),
    v2(0x11, tcp4("192.0.2.7", 1), command=0x11),
    v2(0x11, tcp4("192.0.2.7", 1), command=0x22),
]


@pytest.mark.parametrize("data", BAD)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


@given(st.sampled_from([V1, V2, b"", V1 + b"TCP4 "]), st.binary(max_size=150))
def test_any_bytes_are_a_header_too_few_or_malformed(begin: bytes, rest: bytes) -> None:
    try:
        header = read(begin + rest)
    except Malformed:
        return
    assert header is None or 0 < header.size <= len(begin + rest)
