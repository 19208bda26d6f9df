"""Strict transport security: tell clients to come by TLS, and promise no more than the certificate holds.

A client that was told keeps to it, and cannot connect at all when TLS fails; so nothing is promised beyond
the certificate's end, for a name that is not in it, or on a connection within the machine.
https://ircv3.net/specs/extensions/sts
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from gchat.server.settings import Listener

CAPABILITY = "sts"


class Policy(NamedTuple):
    """What is configured and what there is.

    ``port`` is that of a TLS listener that others can reach, 0 for none; ``duration`` in seconds, 0 takes
    back what was promised before; ``names`` and ``expires`` (Unix seconds) are the certificate's.
    """

    port: int
    duration: int
    names: tuple[str, ...]
    expires: float


def port(listeners: Iterable[Listener]) -> int:
    """The first TLS listener that other machines can reach; 0 where there is none."""
    return next((listener.port for listener in listeners if listener.tls and listener.is_public), 0)


def value(policy: Policy | None, now: float, host: str, secure: bool, server_name: str) -> str | None:
    """What a connection is told; None for nothing.

    ``now`` in Unix seconds, ``host`` where it comes from, ``server_name`` the name that its TLS asked for.
    """
    if policy is None:
        return None
    duration = max(0, min(policy.duration, int(policy.expires - now)))
    if secure:
        # "If no hostname has been provided for the connection, an STS persistence policy SHOULD NOT be
        # advertised."
        return f"duration={duration}" if holds_for(policy.names, server_name) else None
    return f"port={policy.port},duration={duration}" if duration and policy.port and _is_far(host) else None


def holds_for(names: Iterable[str], name: str) -> bool:
    """True where one of a certificate's names is this one.  RFC 6125, 6.4.3: ``*`` is one whole label."""
    wanted = name.lower().rstrip(".")
    if not wanted:
        return False
    _, _, parent = wanted.partition(".")
    return any(known.lower() in (wanted, f"*.{parent}" if "." in parent else wanted) for known in names)


def _is_far(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:  # a unix socket
        return False
