"""The PROXY protocol: a load balancer says, before anything else, whose connection it passes on.

Both versions, bytes in, an address out.  Whether somebody may say such a thing is ``gateways.py``.
https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
"""

from __future__ import annotations

import ipaddress
import struct
from typing import Final, NamedTuple

V1: Final = b"PROXY "
V2: Final = b"\r\n\r\n\x00\r\nQUIT\n"
LONGEST_V1: Final = 107  # "the maximum line lengths the receiver must support including the CRLF"
_FAMILIES: Final = {"TCP4": 4, "TCP6": 6}
_V2_HEAD: Final = struct.Struct("!12sBBH")
# "\x11 : TCP over IPv4", "\x21 : TCP over IPv6": two addresses and two ports
_V2_ADDRESSES: Final = {0x11: struct.Struct("!4s4sHH"), 0x21: struct.Struct("!16s16sHH")}
_LOCAL, _PROXY = 0x20, 0x21
_TLV: Final = struct.Struct("!BH")  # type, length; then as many bytes
_SSL, _CLIENT_SSL = 0x20, 0x01  # PP2_TYPE_SSL; "the client connected over SSL/TLS", the bit of its first byte


class Malformed(ValueError):
    """This is no PROXY header; ``str(error)`` says what was wrong."""


class Header(NamedTuple):
    """Whose connection it is, and how many bytes of what came said so.

    ``ip`` is empty where the balancer speaks for itself (to see whether we are alive) or does not know;
    ``tls``: the client speaks TLS with the balancer.
    """

    ip: str
    port: int
    size: int
    tls: bool = False


def may_begin(data: bytes) -> bool:
    """True where bytes are the beginning of a header, or can still become one."""
    return any(data[: len(sign)] == sign[: len(data)] for sign in (V1, V2))


def read(data: bytes) -> Header | None:
    """Read the header at the beginning of the bytes; None while more of it has to come.  Raises Malformed."""
    if not may_begin(data):
        raise Malformed("it does not begin with a PROXY header")
    if data[:1] == V1[:1]:
        return _read_v1(data)
    return _read_v2(data)


def _read_v1(data: bytes) -> Header | None:
    line, end, _ = data[:LONGEST_V1].partition(b"\r\n")
    if not end:
        if len(data) >= LONGEST_V1:
            raise Malformed("its PROXY line does not end")
        return None
    size = len(line) + 2
    words = line.decode("ascii", "replace").split(" ")
    if words[1] == "UNKNOWN":  # "the receiver must ignore anything presented before the CRLF"
        return Header("", 0, size)
    version = _FAMILIES.get(words[1])
    if version is None or len(words) != 6:
        raise Malformed("its PROXY line is not one of TCP4, TCP6 or UNKNOWN")
    try:
        source, target = ipaddress.ip_address(words[2]), ipaddress.ip_address(words[3])
    except ValueError as error:
        raise Malformed("its PROXY line holds something that is no address") from error
    ports = [int(word) for word in words[4:] if word.isascii() and word.isdigit() and len(word) <= 5]
    if source.version != version or target.version != version or len(ports) != 2 or max(ports) > 65535:
        raise Malformed("the addresses and ports of its PROXY line do not fit together")
    return Header(str(source), ports[0], size)


def _read_v2(data: bytes) -> Header | None:
    if len(data) < _V2_HEAD.size:
        return None
    _, command, family, length = _V2_HEAD.unpack_from(data)
    if command not in (_LOCAL, _PROXY):
        raise Malformed("its PROXY header is of another version")
    size = _V2_HEAD.size + length
    if len(data) < size:
        return None
    addresses = _V2_ADDRESSES.get(family)
    # "the receiver must accept this connection as valid and must use the real connection endpoints"
    if command == _LOCAL or addresses is None:
        return Header("", 0, size)
    if length < addresses.size:
        raise Malformed("its PROXY header is too short for its addresses")
    source, _, port, _ = addresses.unpack_from(data, _V2_HEAD.size)
    more = data[_V2_HEAD.size + addresses.size : size]
    return Header(str(ipaddress.ip_address(source)), port, size, _speaks_tls(more))


def _speaks_tls(more: bytes) -> bool:
    """Look for what a balancer says of TLS behind the addresses, where type, length and value follow each
    other; what is cut short says nothing.
    """
    while len(more) > _TLV.size:
        kind, length = _TLV.unpack_from(more)
        value, more = more[_TLV.size : _TLV.size + length], more[_TLV.size + length :]
        if kind == _SSL and value:
            return bool(value[0] & _CLIENT_SSL)
    return False
