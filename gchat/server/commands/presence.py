"""AWAY and SETNAME: what users say of themselves.

https://modern.ircdocs.horse/#away-message, https://ircv3.net/specs/extensions/pre-away,
https://ircv3.net/specs/extensions/setname
"""

from __future__ import annotations

from gchat.irc import limits
from gchat.irc.numerics import ERR_NOTREGISTERED, RPL_NOWAWAY, RPL_UNAWAY
from gchat.server import capabilities as cap
from gchat.server.events import AwaySet, RealnameSet
from gchat.server.request import FailError, ReplyError, Request

ABSENT = "*"  # as somebody's message: not here, for no reason given


def away(request: Request) -> None:
    """AWAY [message]; without one the user is back

    With draft/pre-away also before there is a user, and * for a connection without anybody in front of it.
    """
    session, message = request.session, limits.cut(request.param(0), limits.AWAYLEN)
    knows = bool(session.caps & cap.PRE_AWAY)
    if session.user is not None:
        request.commit(AwaySet(session.user.uid, message, session.id, knows and message == ABSENT))
        return
    if not knows:
        raise ReplyError(ERR_NOTREGISTERED)
    session.away, session.absent = message, message == ABSENT
    request.reply(RPL_NOWAWAY if message else RPL_UNAWAY)


def setname(request: Request) -> None:
    """SETNAME realname.  It is refused and not cut: the client was told NAMELEN."""
    realname = request.params[0]
    if not realname.strip():
        raise FailError("INVALID_REALNAME", text="The real name must not be empty")
    if len(realname.encode("utf-8", "replace")) > limits.REALNAMELEN:
        text = f"The real name is too long: {limits.REALNAMELEN} bytes at most"
        raise FailError("INVALID_REALNAME", text=text)
    request.commit(RealnameSet(request.user.uid, realname))
