"""Who is connected from where: names for addresses, and how many connections each may have.  Pure."""

from __future__ import annotations

import logging
import socket
from collections import Counter
from typing import Any, Final, NamedTuple

from gchat.server.gateways import LOCAL, is_among
from gchat.server.settings import Gateway, Limits
from gchat.server.throttle import Buckets

log = logging.getLogger("gchat.server")

TOLD: Final = 10  # refusals a second that stand in the log by themselves


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


class Guest(NamedTuple):
    """Somebody who may come in: from where, by TLS or not, and as which gateways' client."""

    address: Address
    tls: bool
    gateways: list[Gateway]


class Refusals:
    """Tells the log who is turned away: the first of every second by name, the others by number."""

    def __init__(self) -> None:
        self._count = 0

    def tell(self, who: str, why: str) -> None:
        """Somebody was turned away."""
        self._count += 1
        if self._count <= TOLD:
            log.warning("Refused %s: %s", who, why)

    def sum_up(self) -> None:
        """Say how many more there were; call it once a second."""
        if self._count > TOLD:
            log.warning("Refused %d more connections in this second", self._count - TOLD)
        self._count = 0


class Census:
    """How many connections there are, in all and by address, and how many came lately.

    ``configure`` it before anything else; ``most`` is what the system has descriptors for.
    """

    def __init__(self) -> None:
        self.most = 0  # connections; 0 for no limit but the configuration's
        self._by_address: Counter[bytes] = Counter()
        self._total = 0
        self._limits = Limits()
        self._throttle = True
        self._arrivals = Buckets(0.0, 0.0)

    def __len__(self) -> int:
        return self._total

    def configure(self, limits: Limits, throttle: bool) -> None:
        """Go by these limits from now on; ``throttle`` false: by that of all connections alone."""
        self._limits = limits
        self._throttle = throttle
        self._arrivals.change(limits.connection_rate, limits.connection_burst)

    def why_not(self, address: Address, now: float, passes_on: bool = False) -> str:
        """A sentence that refuses one more connection, empty where it may come in; ``now`` in seconds.

        ``passes_on`` for a gateway, whose clients are counted by themselves.
        """
        limits, counted = self._limits, address.counted
        if self._total >= limits.connections or 0 < self.most <= self._total:
            return "This server is full"
        if not self._throttle or passes_on or not counted or is_among(limits.exempt, address.host):
            return ""
        if self._by_address[counted] >= limits.connections_per_address:
            return "Too many connections from your address"
        if not self._arrivals.take(counted, now):
            return "Too many new connections from your address: wait a minute"
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
