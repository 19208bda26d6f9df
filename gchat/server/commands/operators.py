"""OPER, KILL, WALLOPS and REHASH: what server operators may do, and how somebody becomes one.

https://modern.ircdocs.horse/#operator-messages
"""

from __future__ import annotations

import logging

from gchat.irc import limits
from gchat.irc.mask import matches
from gchat.irc.message import Message
from gchat.irc.numerics import (
    ERR_CANTKILLSERVER,
    ERR_NEEDMOREPARAMS,
    ERR_NOOPERHOST,
    ERR_NOSUCHNICK,
    ERR_PASSWDMISMATCH,
    RPL_REHASHING,
)
from gchat.server import passwords
from gchat.server.events import Killed, Opered, Walloped
from gchat.server.lanes import Lane
from gchat.server.request import ReplyError, Request, Steps, Work
from gchat.server.settings import Operator, Settings
from gchat.server.throttle import neighbourhood
from gchat.server.world import User

log = logging.getLogger("gchat.server")

OPER_ATTEMPTS = 3  # wrong ones that a connection may make
NO_REASON = "No reason given"
CONFIGURATION = "gchat-server.toml"


def oper(request: Request) -> Steps:
    """OPER name password.  A name that nobody has is refused as slowly as a wrong password."""
    session, name, attempts = request.session, request.params[0], request.engine.logins
    key = f"oper {neighbourhood(session.host)}"
    if not attempts.take(key, request.engine.clock()):
        raise ReplyError(ERR_PASSWDMISMATCH, text="Too many wrong passwords: wait some minutes")
    block = _block(request.settings, name)
    hashed = block.password if block is not None else passwords.NOBODY
    fits = yield Work(passwords.verify, (hashed, request.params[1]), Lane.HASHING)
    # While the hash was made, the configuration may have been read again and the user may have changed.
    block = _block(request.settings, name)
    if not fits or block is None or block.password != hashed:
        session.oper_failures += 1
        log.warning("A wrong OPER password from %s, %s", session.peer, request.user.nick)
        request.reply(ERR_PASSWDMISMATCH)
        if session.oper_failures >= OPER_ATTEMPTS:
            request.engine.close(session, "Too many wrong OPER passwords")
        return
    attempts.give_back(key)
    if not _may_come_from(block, request.user):
        log.warning(
            "OPER %s refused to %s, %s: not one of its hosts", block.name, session.peer, request.user.nick
        )
        raise ReplyError(ERR_NOOPERHOST)
    session.oper_failures = 0
    log.info("%s, %s, is server operator %s now", request.user.nick, session.peer, block.name)
    request.commit(Opered(request.user.uid, block.name))


def _block(settings: Settings, name: str) -> Operator | None:
    return next((block for block in settings.operators if block.name == name), None)


def _may_come_from(block: Operator, user: User) -> bool:
    """True where one of the block's masks fits ``user@host``; a mask without ``@`` is one of the host."""
    address = f"{user.username}@{user.host}"
    masks = (mask if "@" in mask else f"*@{mask}" for mask in block.host.split())
    return any(matches(mask, address) for mask in masks)


def kill(request: Request) -> None:
    """KILL nick [reason]"""
    nick = request.params[0]
    target = request.world.user(nick)
    if target is None:
        if matches(nick, request.settings.server.name):
            raise ReplyError(ERR_CANTKILLSERVER)
        raise ReplyError(ERR_NOSUCHNICK, limits.cut(nick, 64) or "*")
    reason = limits.cut(request.param(1), limits.QUITLEN) or NO_REASON
    request.commit(Killed(request.user.uid, target.uid, reason))


def wallops(request: Request) -> None:
    """WALLOPS text"""
    if not request.params[0]:
        raise ReplyError(ERR_NEEDMOREPARAMS, "WALLOPS")
    request.commit(Walloped(request.user.uid, request.params[0]))


def rehash(request: Request) -> None:
    """REHASH: read the configuration again; what is wrong with it is said, and the old one stays."""
    request.reply(RPL_REHASHING, CONFIGURATION)
    failure = request.engine.rehash()
    if failure:
        text = f"The configuration stays as it was: {failure}"
        request.send(Message("NOTICE", (request.session.name, text), request.settings.server.name))
