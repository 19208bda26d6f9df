"""PURGE: a channel's operators delete what somebody said there in the last minutes, all at once.

What may be deleted is decided on what is kept: the rows of this channel that name this nick or account, as
far back as the operator could have read them.  https://ircv3.net/specs/extensions/message-redaction tells
clients, a REDACT for each message.
"""

from __future__ import annotations

from typing import Final

from gchat.irc import durations, limits
from gchat.irc.casemap import fold
from gchat.irc.numerics import ERR_NOTONCHANNEL
from gchat.server import roles
from gchat.server.channel_modes import ACCOUNT
from gchat.server.commands.moderation import moderated
from gchat.server.commands.redaction import REDACTABLE, author_of
from gchat.server.commands.selectors import END
from gchat.server.events import Purged
from gchat.server.keeping import unavailable
from gchat.server.lanes import Lane
from gchat.server.playback import EDIT
from gchat.server.reading import still_seen, targets_of
from gchat.server.request import FailError, ReplyError, Request, Steps, Work
from gchat.server.stores.base import History, Mark, Record
from gchat.server.visibility import moderated_since

MOST: Final = 500  # messages of one PURGE
LONGEST: Final = 30 * 86_400  # seconds
_PAGE: Final = 500


def purge(request: Request) -> Steps:
    """PURGE channel nick|a:account duration [reason]"""
    name, whose, given = request.params[:3]
    yield from delete(request, name, whose, given, request.param(3))


def delete(request: Request, name: str, whose: str, given: str, reason: str) -> Steps:
    """Delete what somebody said in a time as it was written.  Raises ReplyError and FailError."""
    channel = moderated(request, name, roles.Right.REDACT)
    seconds = durations.parse(given) or 0
    if not 0 < seconds <= LONGEST:
        text = "The time is written like 10m or 2h, and is 30 days at most"
        raise FailError("INVALID_DURATION", channel.name, limits.cut(given, 64) or "*", text=text)
    history, targets = request.engine.store.history, targets_of(request.world, request.user, channel.name)
    if history is None or request.engine.keeping.outage:
        raise unavailable("PURGE", channel.name)
    if not targets:
        raise ReplyError(ERR_NOTONCHANNEL, channel.name)
    nick, account = _who(request, whose)
    begin = Mark(request.engine.now_ms() - seconds * 1000)
    since = max(targets[channel.key], moderated_since(request.user, channel), begin)
    found: list[Record] = yield Work(
        _look, (history, channel.key, since, fold(nick), fold(account)), Lane.SEARCHING
    )
    channel = moderated(request, name, roles.Right.REDACT)
    records = still_seen(request.world, request.user, found)[:MOST]
    shown = nick or account
    if not records:
        text = f"Nothing that {shown} said in {channel.name} in the last {durations.spoken(seconds)} is kept"
        raise FailError("NOTHING_FOUND", channel.name, shown, text=text)
    why = limits.cut(reason, limits.KICKLEN)
    ids = tuple(record.id for record in records)
    # by account, as it stands in the rows: one may have had several nicks
    authors = {fold(record.account): author_of(record) for record in reversed(records)}
    request.commit(Purged(request.user.uid, channel.name, ids, tuple(authors.values()), seconds, why))


def _who(request: Request, word: str) -> tuple[str, str]:
    """A nick and the account that whoever has it is logged in to; for ``a:account`` the account alone."""
    given = word.removeprefix("$")
    if given.startswith(ACCOUNT) and len(given) > len(ACCOUNT):
        return "", limits.cut(given[len(ACCOUNT) :], 64)
    user = request.world.user(word)
    return (user.nick, user.account) if user is not None else (limits.cut(word, limits.NICKLEN) or "*", "")


def _look(history: History, target: str, since: Mark, nick: str, account: str) -> list[Record]:
    """What somebody said in a target, with all versions of what was edited; somewhat more than ``MOST`` at
    most.  Runs in a thread.  Raises StoreError.
    """
    found: dict[str, Record] = {}
    mark = since
    while len(found) <= MOST:
        page = history.between(target, mark, END, _PAGE, True)
        for record in page:
            if record.command in REDACTABLE and _is_of(record, nick, account):
                found[record.id] = record
        if len(page) < _PAGE:
            break
        mark = Mark.of(page[-1].id) or END
    edited = {record.tags[EDIT] for record in found.values() if EDIT in record.tags}
    firsts = [first for id in edited - found.keys() if (first := history.find(target, id)) is not None]
    if firsts:  # else an earlier text would be the last
        found.update((one.id, one) for one in (*firsts, *history.changes(target, [one.id for one in firsts])))
    return sorted(found.values(), key=lambda record: Mark.of(record.id) or END)


def _is_of(record: Record, nick: str, account: str) -> bool:
    if account and fold(record.account) == account:
        return True
    return bool(nick) and fold(record.source.partition("!")[0]) == nick
