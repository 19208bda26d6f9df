"""Who may say that a connection is really somebody else's: the gateways of the configuration.  Pure.

A gateway is known by the addresses that it connects from.  It speaks the PROXY protocol (``proxy.py``), or
WEBIRC (``commands/gateways.py``) with a password, or both.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from gchat.server.settings import Gateway

UNIX: Final = "unix"  # among a gateway's hosts: whoever comes through a unix socket
LOCAL: Final = "localhost"  # what is shown as the address of such

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=256)  # a connection storm asks for the same few again and again
def network(text: str) -> _Network | None:
    """Read an address or a network such as ``10.0.0.0/8``; None for anything else."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def address(text: str) -> str:
    """An IP address in its usual form, also an IPv4 address in IPv6's clothes; empty for anything else."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found).partition("%")[0]


def at(gateways: Iterable[Gateway], host: str) -> list[Gateway]:
    """The gateways that connect from the address ``host``, which is as users see it."""
    return [gateway for gateway in gateways if is_among(gateway.hosts, host)]


def is_among(entries: Iterable[str], host: str) -> bool:
    """True where addresses, networks and ``unix`` of the configuration mean the address ``host``, which is as
    users see it.
    """
    return any(_fits(entry, host) for entry in entries)


def _fits(entry: str, host: str) -> bool:
    if entry == UNIX:
        return host == LOCAL
    found, plain = network(entry), address(host)
    if found is None or not plain:
        return False
    return ipaddress.ip_address(plain) in found


def is_near(host: str) -> bool:
    """True for a gateway on this machine: nobody can listen between it and us."""
    plain = address(host)
    return host == LOCAL or bool(plain and ipaddress.ip_address(plain).is_loopback)


def options(text: str) -> dict[str, str]:
    """The options of WEBIRC: ``name[=value]``, separated by spaces; of two with one name the last counts.

    Values are left as they are written: none of those that are used here can hold what has to be escaped.
    """
    found = {}
    for word in text.split(" "):
        name, _, value = word.partition("=")
        if name:
            found[name] = value
    return found
