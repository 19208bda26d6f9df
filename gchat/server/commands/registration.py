"""How a connection becomes a user, lives and ends: PASS, NICK, USER, PING, PONG, QUIT, ERROR.

https://modern.ircdocs.horse/#connection-registration
"""

from __future__ import annotations

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.numerics import (
    ERR_BANNICKCHANGE,
    ERR_ERRONEUSNICKNAME,
    ERR_NEEDMOREPARAMS,
    ERR_NONICKNAMEGIVEN,
    ERR_NOORIGIN,
    ERR_PASSWDMISMATCH,
    ERR_SASLABORTED,
    RPL_TRYAGAIN,
)
from gchat.server import admission, login, nicknames, passwords
from gchat.server.commands.channels import may_say
from gchat.server.commands.slices import BREATH, slices
from gchat.server.events import AccountChanged, NickChanged, Registered
from gchat.server.lanes import Lane
from gchat.server.login import LoginError
from gchat.server.request import FailError, ReplyError, Request, Steps, Work
from gchat.server.session import Session
from gchat.server.world import User


def pass_(request: Request) -> None:
    """PASS password"""
    request.session.password = request.param(0)


def nick(request: Request) -> Steps | None:
    """NICK nickname"""
    session, wanted = request.session, request.param(0)
    if not wanted:
        raise ReplyError(ERR_NONICKNAMEGIVEN)
    if session.plain and session.user is None:
        return _plain_nick(request, wanted)
    if not nicknames.is_nick(wanted):
        long = len(wanted) > limits.NICKLEN
        text = f"Erroneous nickname: it is longer than {limits.NICKLEN} characters" if long else None
        # A nick that a line could not carry back is named without what makes it impossible.
        raise ReplyError(ERR_ERRONEUSNICKNAME, limits.cut(wanted.replace(" ", "_"), 64), text=text)
    if not _may_take(request, wanted):
        session.refused_nick = wanted
        raise nicknames.taken(request.world, wanted)
    if session.user is not None:
        if wanted == session.user.nick:
            return None
        return _change_nick(request, wanted)
    session.nick = wanted
    return register(request)


def _change_nick(request: Request, wanted: str) -> Steps:
    """Have a user be called otherwise, unless another nick would undo a ban or a mute."""
    user = request.user
    if not request.session.nick_bucket.take(request.engine.clock()):
        raise ReplyError(RPL_TRYAGAIN, "NICK", text="You change your nick too often: wait a minute")
    for index, some in enumerate(slices(request, list(user.channels.values()), lambda channel: channel)):
        if index:
            yield BREATH
        silencing = admission.where_silenced(user, some)
        if silencing is not None:
            raise ReplyError(ERR_BANNICKCHANGE, wanted, silencing.name)
    request.commit(NickChanged(user.uid, wanted))


def _may_take(request: Request, wanted: str) -> bool:
    """True where the nick can be had, or may prove to be the asker's by the end of the registration."""
    session, world = request.session, request.world
    if session.user is not None:
        return _can_have(request, wanted, session.user.account, session.user)
    if _can_have(request, wanted, session.account):
        return True
    holder = world.user(wanted)
    may_log_in = session.negotiating or _login(session) is not None
    return may_log_in and (world.account_of_nick(wanted) is not None or bool(holder and holder.account))


def _can_have(request: Request, nick: str, account_name: str, user: User | None = None) -> bool:
    """True where a nick is free or the account's own, or where the user is online and not asked for it."""
    world = request.world
    if nicknames.is_free(world, nick, account_name, user):
        return True
    account, holder = world.account(account_name), world.user(nick)
    if account is None:
        return False
    if user is None and world.users_of(account.name) and account.shares_user(request.settings.accounts):
        return True
    return account.owns(nick) and holder is not None and fold(holder.account) != account.key


def _plain_nick(request: Request, wanted: str) -> Steps | None:
    # The tutorial's client answers NICK for ever with the same name, so it is not asked twice.
    session, world = request.session, request.world
    possible = nicknames.is_nick(wanted)
    session.nick = (
        wanted if possible and nicknames.is_free(world, wanted, "") else nicknames.free(world, wanted)
    )
    if session.nick != wanted:
        owner = world.account_of_nick(wanted)
        why = "not possible here" if not possible else "taken" if owner is None else "registered"
        text = f"The nickname {limits.cut(wanted, 64)} is {why}: you are {session.nick}"
        if owner is not None:
            session.refused_nick = wanted
            text += f". Is it yours? /msg NickServ IDENTIFY {owner.name} PASSWORD"
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
    if session.sasl is not None:
        # https://ircv3.net/specs/extensions/sasl-3.1: "the server SHOULD abort it and send a 906 numeric"
        session.sasl = None
        request.reply(ERR_SASLABORTED)
    if settings.server.password:
        return _check_password(request)
    if _login(session) is not None:
        return _log_in(request)
    _complete(request)
    return None


def _check_password(request: Request) -> Steps:
    session = request.session
    if session.plain:
        request.engine.close(session, "This server has a password, which only an IRC client can give")
        return
    if not (yield Work(passwords.verify, (request.settings.server.password, session.password), Lane.HASHING)):
        request.reply(ERR_PASSWDMISMATCH)
        request.engine.close(session, "The password is wrong")
        return
    session.password = ""
    _complete(request)


def _login(session: Session) -> tuple[str, str] | None:
    """The account and the password of ``PASS account:password``, for clients that know nothing of SASL."""
    name, colon, password = session.password.partition(":")
    return (name, password) if colon and name and password and not session.account else None


def _log_in(request: Request) -> Steps:
    session, given = request.session, _login(request.session)
    session.password = ""
    assert given is not None
    try:
        done = yield from login.by_password(request, *given)
    except LoginError as error:
        request.reply(ERR_PASSWDMISMATCH, text=str(error))
        request.engine.close(session, str(error))
        return
    if done.step:
        request.commit(AccountChanged(done.account, "totp_step", done.step))
    _complete(request, done.account, done.device)


def _complete(request: Request, account: str = "", device: str = "") -> None:
    """Commit the registration, unless it needs an account, or the nick is held for another one."""
    session, world = request.session, request.world
    account, device = account or session.account, device or session.device
    if request.settings.accounts.required and not account:
        text = "You need an account here: log in with SASL, or with PASS account:password"
        request.refuse(FailError("ACCOUNT_REQUIRED", text=text, command="*"))
        request.engine.close(session, text)
        return
    if account and login.is_crowded(request, account):
        request.engine.close(session, login.CROWDED)
        return
    if not _can_have(request, session.nick, account):
        session.refused_nick, session.nick = session.nick, ""
        raise nicknames.taken(world, session.refused_nick)
    request.commit(
        Registered(
            session.id,
            session.nick,
            session.username,
            session.host,
            session.realname or session.nick,
            session.secure,
            "i" if request.settings.server.invisible else "",
            account=account,
            device=device,
            away=session.away,
            metadata=tuple(session.metadata.items()),
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


def quit_(request: Request) -> Steps | None:
    """QUIT [reason].  "Quit: " tells others that it was the user who ended it, also without a reason."""
    reason, user = limits.cut(request.param(0), limits.QUITLEN), request.session.user
    if reason and user is not None and user.channels:
        return _quit_saying(request, user, reason)
    _quit(request, reason)
    return None


def _quit_saying(request: Request, user: User, reason: str) -> Steps:
    """Who may not speak in one of their channels quits without a word: all of them read the same."""
    for index, some in enumerate(slices(request, list(user.channels.values()), lambda channel: channel)):
        if index:
            yield BREATH
        if not all(may_say(request, channel) for channel in some if user in channel.members):
            reason = ""
            break
    _quit(request, reason)


def _quit(request: Request, said: str) -> None:
    reason, session, user = f"Quit: {said}", request.session, request.session.user
    if user is not None and not session.plain:
        # before ERROR, as Ergo has it: of several connections of a user only this one is told
        request.send(Message("QUIT", (reason,), user.source))
    request.engine.close(session, reason)
