"""Who is connected from where: names for addresses, and how many connections each may have.  Pure."""

from __future__ import annotations

import socket
from collections import Counter
from typing import Any, NamedTuple

from gchat.server.gateways import LOCAL
from gchat.server.settings import Limits


class Address(NamedTuple):
    """One client's address: as users see it, as the log says it, as the tutorial's server printed it, and
    what is counted (``b""`` for nothing).
    """

    host: str
    peer: str
    printed: str
    counted: bytes


def name(address: Any) -> Address:
    """Name what ``accept`` returned: (host, port), (host, port, flow, scope), or a unix socket's path."""
    if not isinstance(address, tuple):
        return Address(LOCAL, "a unix socket", "a unix socket", b"")
    host, port = address[:2]
    printed = repr((host, port))
    if ":" not in host:
        return Address(host, f"{host}:{port}", printed, socket.inet_pton(socket.AF_INET, host))
    bare = host.partition("%")[0]  # a link-local address names its interface
    # Whoever has one address of IPv6 has at least a network of 64 bits of them.
    counted = socket.inet_pton(socket.AF_INET6, bare)[:8]
    # A ':' at the beginning of a word of IRC is the last parameter's.
    shown = f"0{bare}" if bare.startswith(":") else bare
    return Address(shown, f"[{bare}]:{port}", printed, counted)


class Census:
    """How many connections there are, in all and by address."""

    def __init__(self) -> None:
        self._by_address: Counter[bytes] = Counter()
        self._total = 0

    def __len__(self) -> int:
        return self._total

    def why_not(self, address: Address, limits: Limits, throttle: bool) -> str:
        """A sentence that refuses one more connection, empty where it may come in."""
        if self._total >= limits.connections:
            return "This server is full"
        if (
            throttle
            and address.counted
            and self._by_address[address.counted] >= limits.connections_per_address
        ):
            return "Too many connections from your address"
        return ""

    def enter(self, address: Address) -> None:
        """Count a connection."""
        self._total += 1
        if address.counted:
            self._by_address[address.counted] += 1

    def leave(self, address: Address) -> None:
        """Count it no more."""
        self._total -= 1
        if address.counted:
            self._by_address[address.counted] -= 1
            if not self._by_address[address.counted]:
                del self._by_address[address.counted]
