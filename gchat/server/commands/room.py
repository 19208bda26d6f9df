"""How long an answer may be: LIST and WHO of a big server must not end the client that asks.

SAFELIST promises that (https://modern.ircdocs.horse/#safelist-parameter): what a client is sent at once stays
under half of its SendQ.
"""

from __future__ import annotations

from gchat.server.request import Request

_OVERHEAD = 128  # bytes of a reply besides its parameters: server, numeric, nick, tags


class Room:
    """What is left of the room for one answer."""

    def __init__(self, request: Request) -> None:
        self._left = request.settings.limits.sendq // 2

    def take(self, *params: str) -> bool:
        """Take the room for one more reply with these parameters; False where it does not fit."""
        self._left -= _OVERHEAD + sum(len(param.encode()) + 1 for param in params)
        return self._left >= 0
