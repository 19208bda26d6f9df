"""How a connection becomes a user, lives and ends: PASS, NICK, USER, PING, PONG, QUIT, ERROR.

https://modern.ircdocs.horse/#connection-registration
"""

from __future__ import annotations

from gchat.irc import limits
from gchat.irc.message import Message
from gchat.irc.numerics import (
    ERR_BANNICKCHANGE,
    ERR_ERRONEUSNICKNAME,
    ERR_NEEDMOREPARAMS,
    ERR_NICKNAMEINUSE,
    ERR_NONICKNAMEGIVEN,
    ERR_NOORIGIN,
    ERR_PASSWDMISMATCH,
    RPL_TRYAGAIN,
)
from gchat.server import admission, nicknames, passwords
from gchat.server.events import NickChanged, Registered
from gchat.server.request import ReplyError, Request, Steps, Work


def pass_(request: Request) -> None:
    """PASS password"""
    request.session.password = request.param(0)


def nick(request: Request) -> Steps | None:
    """NICK nickname"""
    session, wanted = request.session, request.param(0)
    if not wanted:
        raise ReplyError(ERR_NONICKNAMEGIVEN)
    holder = request.world.user(wanted)
    taken = holder is not None and holder is not session.user
    if session.plain and session.user is None:
        return _plain_nick(request, wanted, taken)
    if not nicknames.is_nick(wanted):
        # A nick that a line could not carry back is named without what makes it impossible.
        raise ReplyError(ERR_ERRONEUSNICKNAME, limits.cut(wanted.replace(" ", "_"), 64))
    if taken:
        raise ReplyError(ERR_NICKNAMEINUSE, wanted)
    if session.user is not None:
        if wanted == session.user.nick:
            return None
        silencing = admission.where_silenced(session.user)
        if silencing is not None:
            raise ReplyError(ERR_BANNICKCHANGE, wanted, silencing.name)
        if not session.nick_bucket.take(request.engine.clock()):
            raise ReplyError(RPL_TRYAGAIN, "NICK", text="You change your nick too often: wait a minute")
        request.commit(NickChanged(session.user.uid, wanted))
        return None
    session.nick = wanted
    return register(request)


def _plain_nick(request: Request, wanted: str, taken: bool) -> Steps | None:
    # The tutorial's client answers NICK for ever with the same name, so it is not asked twice.
    session = request.session
    session.nick = (
        wanted if nicknames.is_nick(wanted) and not taken else nicknames.free(request.world, wanted)
    )
    if session.nick != wanted:
        why = "taken" if taken else "not possible here"
        text = f"The nickname {limits.cut(wanted, 64)} is {why}: you are {session.nick}"
        request.send(Message("NOTICE", (session.nick, text), request.settings.server.name))
    return register(request)


def user(request: Request) -> Steps | None:
    """USER username 0 * realname"""
    username = "".join(c for c in request.param(0) if c.isascii() and (c.isalnum() or c in "-_.^[]{}|`"))
    if not (request.param(0) and request.param(3)):
        raise ReplyError(ERR_NEEDMOREPARAMS, "USER")
    request.session.username = "~" + (username or "user")[: limits.USERLEN - 1]
    request.session.realname = limits.cut(request.param(3), limits.REALNAMELEN)
    return register(request)


def register(request: Request) -> Steps | None:
    """Complete the registration if all that it needs is there."""
    session, settings = request.session, request.settings
    if session.user is not None or session.negotiating or not (session.nick and session.username):
        return None
    if settings.server.password:
        return _check_password(request)
    _commit(request)
    return None


def _check_password(request: Request) -> Steps:
    session = request.session
    if session.plain:
        request.engine.close(session, "This server has a password, which only an IRC client can give")
        return
    if not (yield Work(passwords.verify, (request.settings.server.password, session.password))):
        request.reply(ERR_PASSWDMISMATCH)
        request.engine.close(session, "The password is wrong")
        return
    session.password = ""
    _commit(request)


def _commit(request: Request) -> None:
    session = request.session
    request.commit(
        Registered(
            session.id,
            session.nick,
            session.username,
            session.host,
            session.realname or session.nick,
            session.secure,
        )
    )


def ping(request: Request) -> None:
    """PING token: answered with the token and nothing else of ours."""
    if not request.param(0):
        raise ReplyError(ERR_NOORIGIN)
    name = request.settings.server.name
    request.send(Message("PONG", (name, request.param(0)), name))


def pong(request: Request) -> None:
    """PONG token: that the line came at all is the sign of life; see ``Engine.receive``."""


def error(request: Request) -> None:
    """ERROR is for servers to send; from a client it means nothing."""


def quit_(request: Request) -> None:
    """QUIT [reason].  "Quit: " tells others that it was the user who ended it, also without a reason."""
    request.engine.close(request.session, f"Quit: {limits.cut(request.param(0), limits.QUITLEN)}")
