"""What accounts and channels say to people in words: the pseudo-users NickServ and ChanServ, and how each
command hears of success.

A service is somebody whom one can send a PRIVMSG to and who answers with NOTICEs.  Who wants another one adds
a row to ``NAMES`` here, and its words to ``SERVICES`` of ``commands/services.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.server.request import FailError, Request, Steps
from gchat.server.settings import Server

NICKSERV = "NickServ"
CHANSERV = "ChanServ"
NAMES = {fold(name): name for name in (NICKSERV, CHANSERV)}
NOT_POSSIBLE = "This name cannot be registered: it is taken, or it was"


class Word(NamedTuple):
    """One thing that a service understands.  ``handler`` gets what stands behind the word.

    ``secret``: what stands there is never sent back.  ``login``: only for who is logged in.
    """

    handler: Callable[[Request, list[str]], Steps]
    params: int  # that it needs
    usage: str
    help: str
    secret: bool = False
    login: bool = True
    hidden: bool = False  # not in the list of HELP


def source(server: Server, service: str) -> str:
    """Where what a service does comes from."""
    return f"{service}!{service}@{server.services or server.name}"


def say(request: Request, text: str, service: str = NICKSERV) -> None:
    """Answer in words: a NOTICE of a service."""
    message = Message("NOTICE", (request.session.name, text), source(request.settings.server, service))
    request.send(message)


def refuse_registration(request: Request, account: str) -> None:
    """Say that somebody else has the name."""
    if request.message.command == "REGISTER":
        request.refuse(FailError("ACCOUNT_EXISTS", account, text=NOT_POSSIBLE))
    else:
        say(request, f"{account}: {NOT_POSSIBLE[0].lower()}{NOT_POSSIBLE[1:]}")


def tell_registered(request: Request, account: str) -> None:
    """Say that there is an account now.  https://ircv3.net/specs/extensions/account-registration"""
    text = f"The account {account} is yours, and so is the nick"
    if request.message.command == "REGISTER":
        request.send(Message("REGISTER", ("SUCCESS", account, text), request.settings.server.name))
    else:
        say(request, text)
