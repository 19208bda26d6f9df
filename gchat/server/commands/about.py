"""What several commands tell of a user: how long idle, from where."""

from __future__ import annotations

import ipaddress

from gchat.server.world import User


def idle(user: User, now: float) -> int | None:
    """Seconds since the user last said something; None where no connection of theirs is on this machine.

    ``now`` is Unix seconds.
    """
    spoke_at = [session.spoke_at for session in user.sessions]
    return max(0, int(now - max(spoke_at))) if spoke_at else None


def addresses(user: User) -> list[str]:
    """The hosts that the user really connects from, each once."""
    return list(dict.fromkeys(session.host for session in user.sessions))


def ip(user: User) -> str:
    """The user's IP address, empty where it is not known: on another machine, on a unix socket."""
    for address in addresses(user):
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            continue
    return ""


def certificates(user: User) -> list[str]:
    """The fingerprints of the certificates that the user's connections showed, each once."""
    return list(dict.fromkeys(session.certificate for session in user.sessions if session.certificate))
