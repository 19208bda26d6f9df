"""REDEEM: taking an invitation, with an account that is there or is made for it."""

from __future__ import annotations

from gchat.irc.message import Message
from gchat.irc.numerics import ERR_TOOMANYCHANNELS
from gchat.server import login
from gchat.server.commands import accounts
from gchat.server.events import Redeemed
from gchat.server.invitations import UNKNOWN, Invitation
from gchat.server.request import FailError, ReplyError, Request, Steps
from gchat.server.throttle import neighbourhood


def redeem(request: Request) -> Steps:
    """REDEEM token [password]

    Before the connection is complete it is only shown: it allows REGISTER, or with a password makes the
    account at once; a REDEEM afterwards takes it.
    """
    yield from take(request, request.params[0], request.param(1))


def take(request: Request, token: str, password: str) -> Steps:
    """Take an invitation, or raise FailError with the reason against it."""
    session = request.session
    invitation = _find(request, token)
    session.invitation = invitation.id
    if not session.account and password:
        yield from _have_account(request, password)
    elif not session.account and session.user is not None:
        text = "An invitation is for an account: log in, or give a password behind the token to have one"
        raise FailError("ACCOUNT_REQUIRED", text=text)
    user = session.user
    if user is None:
        params = ("REDEEM", "SHOWN", invitation.channel, f"You are invited to {invitation.channel}")
        request.send(Message("NOTE", params, request.settings.server.name))
        return
    known = request.world.known_channel(invitation.channel)
    if (known is None or user not in known.members) and len(user.channels) >= (
        request.settings.limits.channels_per_user
    ):
        raise ReplyError(ERR_TOOMANYCHANNELS, invitation.channel)
    request.commit(Redeemed(user.uid, invitation.id))


def _find(request: Request, token: str) -> Invitation:
    """The invitation of a token.  Wrong ones are counted for the address that they come from."""
    engine = request.engine
    key = f"invitation {neighbourhood(request.session.host)}"
    if not engine.logins.take(key, engine.clock()):
        text = "Too many wrong invitations from your address: wait some minutes"
        raise FailError("TOO_MANY_ATTEMPTS", text=text)
    invitation = request.world.invitations.find(token)
    if invitation is None:
        raise FailError(UNKNOWN.code, text=UNKNOWN.text)
    engine.logins.give_back(key)
    problem = invitation.why_not(engine.now_ms() / 1000, request.session.account)
    if problem is not None:
        raise FailError(problem.code, text=problem.text)
    return invitation


def _have_account(request: Request, password: str) -> Steps:
    """Log in to the account that the asker's nick belongs to, or make it."""
    session = request.session
    name = session.nick or session.refused_nick
    if not name:
        raise FailError("NEED_NICK", text="Choose a nick first, with NICK")
    owner = request.world.account_of_nick(name)
    if owner is None:
        if session.user is None and not accounts.may_register_before_connect(request):
            text = "Finish connecting first, then take the invitation"
            raise FailError("COMPLETE_CONNECTION_REQUIRED", text=text)
        yield from accounts.make(request, name, "", password)
        return
    try:
        done = yield from login.by_password(request, name, password)
    except login.LoginError as error:
        text = str(error)
        if text == login.WRONG:
            text = f"{owner.name} has an account, and that is not its password: give it, or take another nick"
        raise FailError("WRONG_PASSWORD", text=text) from error
    request.commit(done)
