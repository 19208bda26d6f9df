"""Talking to a service: ``PRIVMSG NickServ :HELP``, or ``NS HELP``; ``CS`` is ChanServ.

A service understands words, each a row of its table: how it is written, what it does, and whether what stands
behind it is a secret, which is never sent back as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.server import capabilities as cap
from gchat.server import login, services
from gchat.server.commands import chanserv, nickserv
from gchat.server.delivery import Stamp
from gchat.server.request import FailError, Request, Steps
from gchat.server.services import Word

SERVICES: Mapping[str, Mapping[str, Word]] = {
    services.NICKSERV: nickserv.WORDS,
    services.CHANSERV: chanserv.WORDS,
}


def addressed(target: str) -> str:
    """The name of the service that a target is, empty where it is none."""
    name = services.NAMES.get(fold(target.partition("@")[0]), "")
    return name if name in SERVICES else ""


def nickserv_(request: Request) -> Steps | None:
    """NS word [parameter ...]"""
    return hear(request, services.NICKSERV, " ".join(request.params))


def chanserv_(request: Request) -> Steps | None:
    """CS word [parameter ...]"""
    return hear(request, services.CHANSERV, " ".join(request.params))


def hear(request: Request, service: str, text: str) -> Steps | None:
    """Understand what was said to a service, and answer."""
    words = text.split()
    table = SERVICES[service]
    name = words[0].upper() if words else "HELP"
    word = table.get(name)
    _echo(request, service, _masked(name, text) if word is None or word.secret else text)
    if name == "HELP":
        _help(request, service, words[1].upper() if len(words) > 1 else "")
        return None
    if word is None:
        services.say(request, f"I do not know {_harmless(words[0])}: HELP lists what I understand", service)
        return None
    if word.login and not request.user.account:
        how = "IDENTIFY" if service == services.NICKSERV else f"/msg {services.NICKSERV} IDENTIFY"
        services.say(request, f"You are not logged in: {how} [account] <password> does that", service)
        return None
    if len(words) - 1 < word.params:
        services.say(request, f"It is written {word.usage}", service)
        return None
    return _run(request, service, word, words[1:])


def _run(request: Request, service: str, word: Word, words: list[str]) -> Steps:
    try:
        yield from word.handler(request, words)
    except FailError as error:
        services.say(request, error.text, service)
    except login.LoginError as error:
        services.say(request, str(error), service)


def _echo(request: Request, service: str, text: str) -> None:
    """Give the sender's own words back to who asked for that, without the secrets in them."""
    session = request.session
    if request.message.command != "PRIVMSG" or not session.caps & cap.ECHO_MESSAGE:
        return
    user = request.user
    stamp = Stamp(request.engine.now_ms(), user.account)
    request.send(Message("PRIVMSG", (service, text), user.source, stamp.tags(session.caps)))


def _masked(name: str, text: str) -> str:
    """The word alone.  Of one that nobody knows the whole may be a secret."""
    first, blank, _ = text.strip().partition(" ")
    return f"{first} ****" if blank else first


def _harmless(word: str) -> str:
    return word[:32] if word.isprintable() else "that"


def _help(request: Request, service: str, about: str) -> None:
    table = SERVICES[service]
    word = table.get(about)
    if word is not None:
        services.say(request, word.usage, service)
        services.say(request, word.help, service)
        return
    for word in dict.fromkeys(table.values()):
        if not word.hidden:
            services.say(request, f"{word.usage}: {word.help}", service)
