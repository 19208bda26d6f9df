"""From a line to its handler: the table of commands, and the guards that every one of them passes.

To add a command, write a handler in ``commands/`` and a row here.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from gchat.irc import message as irc
from gchat.irc.message import NO_TAGS, BadLine, Message
from gchat.irc.numerics import (
    ERR_ALREADYREGISTERED,
    ERR_INPUTTOOLONG,
    ERR_NEEDMOREPARAMS,
    ERR_NOPRIVILEGES,
    ERR_NOTREGISTERED,
    ERR_UNKNOWNCOMMAND,
)
from gchat.server import capabilities as cap
from gchat.server.apply import returning
from gchat.server.commands import (
    accounts,
    channels,
    gateways,
    history,
    invitations,
    markers,
    messages,
    metadata,
    moderation,
    modes,
    monitor,
    multiline,
    negotiation,
    operators,
    persistence,
    presence,
    purging,
    redaction,
    registration,
    renaming,
    replay,
    sasl,
    search,
    server,
    services,
    who,
    whois,
)
from gchat.server.commands import list as listing
from gchat.server.request import FailError, Handler, ReplyError, Request, Steps


class When(Enum):
    """When a command may be used."""

    BEFORE = "only before registration is complete"
    AFTER = "only by registered users"
    ANY = "always"


class Command(NamedTuple):
    """A row of the table: the handler, how many parameters it needs, and who may use it."""

    handler: Handler
    params: int = 0
    when: When = When.AFTER
    operator: bool = False


TABLE: Final[dict[str, Command]] = {
    "CAP": Command(negotiation.cap_, 1, When.ANY),
    "WEBIRC": Command(gateways.webirc, 4, When.BEFORE),
    "PASS": Command(registration.pass_, 1, When.BEFORE),
    "NICK": Command(registration.nick, 0, When.ANY),
    "USER": Command(registration.user, 4, When.BEFORE),
    "AUTHENTICATE": Command(sasl.authenticate, 1, When.ANY),
    "REGISTER": Command(accounts.register, 3, When.ANY),
    "VERIFY": Command(accounts.verify, 2, When.ANY),
    "REDEEM": Command(invitations.redeem, 1, When.ANY),
    "PING": Command(registration.ping, 1, When.ANY),
    "PONG": Command(registration.pong, 0, When.ANY),
    "QUIT": Command(registration.quit_, 0, When.ANY),
    "ERROR": Command(registration.error, 0, When.ANY),
    "JOIN": Command(channels.join, 1),
    "PART": Command(channels.part, 1),
    "TOPIC": Command(channels.topic, 1),
    "NAMES": Command(channels.names),
    "RENAME": Command(renaming.rename, 2),
    "INVITE": Command(channels.invite),
    "KICK": Command(channels.kick, 2),
    "LIST": Command(listing.list_),
    "MODE": Command(modes.mode, 1),
    "TBAN": Command(moderation.tban, 1),
    "MODLOG": Command(moderation.modlog, 1),
    "PURGE": Command(purging.purge, 3),
    "PRIVMSG": Command(messages.privmsg),
    "NOTICE": Command(messages.notice),
    "TAGMSG": Command(messages.tagmsg),
    "NS": Command(services.nickserv_),
    "NICKSERV": Command(services.nickserv_),
    "CS": Command(services.chanserv_),
    "CHANSERV": Command(services.chanserv_),
    "BATCH": Command(multiline.batch, 1),
    "CHATHISTORY": Command(history.chathistory),
    "MARKREAD": Command(markers.markread),
    "REDACT": Command(redaction.redact, 2),
    "EDIT": Command(redaction.edit, 3),
    "SEARCH": Command(search.search, 1),
    "WHO": Command(who.who),
    "WHOIS": Command(whois.whois),
    "WHOWAS": Command(whois.whowas),
    "USERHOST": Command(whois.userhost, 1),
    "ISON": Command(whois.ison, 1),
    "MONITOR": Command(monitor.monitor, 1),
    "AWAY": Command(presence.away, 0, When.ANY),
    "SETNAME": Command(presence.setname, 1),
    "OPER": Command(operators.oper, 2),
    "KILL": Command(operators.kill, 1, operator=True),
    "WALLOPS": Command(operators.wallops, 1, operator=True),
    "REHASH": Command(operators.rehash, operator=True),
    "MOTD": Command(server.motd),
    "VERSION": Command(server.version),
    "ADMIN": Command(server.admin),
    "LUSERS": Command(server.lusers),
    "TIME": Command(server.time_),
    "STATS": Command(server.stats),
    "HELP": Command(server.help_),
    "HELPOP": Command(server.help_),
    "INFO": Command(server.info),
    "LINKS": Command(server.links),
    "ISUPPORT": Command(server.isupport, 0, When.ANY),
    "PERSISTENCE": Command(persistence.persistence, 1),
    "METADATA": Command(metadata.metadata, 2, When.ANY),
}

_BEFORE: Final = When.BEFORE  # every message asks: an Enum's member takes as long to find as ten other names
_BAD_LINE: Final = " BAD LINE"  # the space makes it a command that no line can name


def bad_line(bad: BadLine) -> Message:
    """What stands in for a line that could not be read, until its turn comes to be refused."""
    return Message(_BAD_LINE, (bad.reason, bad.text), tags={"label": bad.label} if bad.label else NO_TAGS)


def run(request: Request) -> Steps | None:
    """Find the command, pass its guards, call its handler.  Raises ReplyError or FailError for a refusal."""
    name, params, _, tags = request.message
    if tags and "batch" in tags and _is_part_of_batch(request):
        multiline.line(request)
        return None
    command = TABLE.get(name)
    if command is None:
        return _run_other(request)
    handler, needed, when, for_operators = command
    if request.session.user is None:
        if when is When.AFTER:
            raise ReplyError(ERR_NOTREGISTERED)
    elif when is _BEFORE:
        raise ReplyError(ERR_ALREADYREGISTERED)
    if len(params) < needed:
        raise ReplyError(ERR_NEEDMOREPARAMS, name)
    if for_operators and not request.user.is_operator:
        raise ReplyError(ERR_NOPRIVILEGES)
    counts = request.engine.command_counts
    counts[name] = counts.get(name, 0) + 1
    return handler(request)


def _run_other(request: Request) -> Steps | None:
    """See to what is not in the table."""
    name = request.message.command
    if name == _BAD_LINE:
        _refuse_line(*request.params)
    if name == returning.REPLAY:
        return replay.replay(request)
    if request.session.user is None:
        raise ReplyError(ERR_NOTREGISTERED)
    raise ReplyError(ERR_UNKNOWNCOMMAND, name)


def _is_part_of_batch(request: Request) -> bool:
    session = request.session
    if session.user is None or request.message.command == "BATCH":
        return False
    return session.batch is not None or bool(session.caps & cap.MULTILINE)


def _refuse_line(reason: str, text: str) -> None:
    if reason == irc.NOT_UTF8:
        # https://ircv3.net/specs/extensions/utf8-only
        raise FailError("INVALID_UTF8", text="That was not UTF-8, so it was not sent", command=text)
    if reason == irc.MALFORMED:
        raise ReplyError(ERR_UNKNOWNCOMMAND, text.partition(" ")[0] or "*")
    raise ReplyError(ERR_INPUTTOOLONG)
