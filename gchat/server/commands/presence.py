"""AWAY and SETNAME: what users say of themselves.

https://modern.ircdocs.horse/#away-message, https://ircv3.net/specs/extensions/setname
"""

from __future__ import annotations

from gchat.irc import limits
from gchat.server.events import AwaySet, RealnameSet
from gchat.server.request import FailError, Request


def away(request: Request) -> None:
    """AWAY [message]; without one the user is back"""
    request.commit(AwaySet(request.user.uid, limits.cut(request.param(0), limits.AWAYLEN)))


def setname(request: Request) -> None:
    """SETNAME realname.  It is refused and not cut: the client was told NAMELEN."""
    realname = request.params[0]
    if not realname.strip():
        raise FailError("INVALID_REALNAME", text="The real name must not be empty")
    if len(realname.encode("utf-8", "replace")) > limits.REALNAMELEN:
        text = f"The real name is too long: {limits.REALNAMELEN} bytes at most"
        raise FailError("INVALID_REALNAME", text=text)
    request.commit(RealnameSet(request.user.uid, realname))
