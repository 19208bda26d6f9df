"""CHATHISTORY: what was said before.  https://ircv3.net/specs/extensions/chathistory"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.message import NO_TAGS, Message
from gchat.server import capabilities as cap
from gchat.server import playback
from gchat.server.commands.selectors import END, Place, read_limit, read_place
from gchat.server.delivery import timestamp
from gchat.server.reading import Ask, Query, fetch, still_seen, targets_of
from gchat.server.request import FailError, Request, Steps, Work
from gchat.server.stores.base import History, Mark, Record, StoreError
from gchat.server.visibility import can_see_history
from gchat.server.world import GUEST

TARGETS_BATCH = "draft/chathistory-targets"
_UNREADABLE = "Messages could not be retrieved"
_ALL_TARGETS = 1 << 30


def chathistory(request: Request) -> Steps:
    """CHATHISTORY subcommand target selector [selector] limit"""
    subcommand = request.param(0).upper()
    if subcommand == "TARGETS":
        return _targets(request)
    if subcommand not in Ask.__members__:
        raise _invalid(request, text="Unknown command")
    _count(request, 5 if subcommand == "BETWEEN" else 4)
    return _messages(request, Ask[subcommand])


def _count(request: Request, wanted: int) -> None:
    given = len(request.params)
    if given != wanted:
        raise _invalid(request, text="Insufficient parameters" if given < wanted else "Too many parameters")


def _invalid(request: Request, *context: str, text: str) -> FailError:
    return FailError(
        "INVALID_PARAMS", *(limits.cut(c, 64) or "*" for c in (request.param(0), *context)), text=text
    )


def _history(request: Request) -> History:
    history = request.engine.store.history
    if history is None:
        raise FailError("MESSAGE_ERROR", *request.params[:2], text="This server keeps no messages")
    return history


def _messages(request: Request, ask: Ask) -> Steps:
    history, name = _history(request), request.params[1]
    query = _query(request, ask)
    targets = targets_of(request.world, request.user, name)
    if not targets:
        raise FailError("INVALID_TARGET", request.params[0], limits.cut(name, 64) or "*", text=_UNREADABLE)
    try:
        records = yield Work(fetch, (history, targets, query))
    except StoreError:
        raise FailError("MESSAGE_ERROR", request.params[0], name, text=_UNREADABLE) from None
    channel = request.world.channel(name)
    seen = still_seen(request.world, request.user, records)
    send_batch(request, "chathistory", [channel.name if channel is not None else name], seen)


def _query(request: Request, ask: Ask) -> Query:
    limit = read_limit(request.params[-1], request.settings.history.page)
    if limit is None:
        raise _invalid(request, request.params[-1], text="The limit is no number")
    events = bool(request.session.caps & cap.EVENT_PLAYBACK)
    if ask is Ask.LATEST and request.params[2] == "*":
        return Query(ask, Mark(0), END, limit, events)
    places = [_place(request, text) for text in request.params[2:-1]]
    first = places[0]
    if ask is Ask.BETWEEN:
        begin, end, limit = _span(first, places[1], limit)
        return Query(ask, begin, end, limit, events)
    begin = {Ask.BEFORE: first.begin, Ask.AROUND: first.before_begin}.get(ask, first.end)
    return Query(ask, begin, END, limit, events)


def _span(first: Place, second: Place, limit: int) -> tuple[Mark, Mark, int]:
    """The marks to exclude between two places, in their order; the same place twice has nothing between."""
    if first.begin < second.begin:
        return first.end, second.begin, limit
    return first.begin, second.end, limit if first.begin > second.begin else 0


def _place(request: Request, text: str) -> Place:
    place = read_place(text)
    if place is None:
        kind = (
            "msgid"
            if text.startswith("msgid=")
            else "timestamp"
            if text.startswith("timestamp=")
            else "selector"
        )
        raise _invalid(request, text, text=f"Invalid {kind}")
    return place


def _time(request: Request, text: str) -> Place:
    place = read_place(text) if text.startswith("timestamp=") else None
    if place is None:
        raise _invalid(request, text, text="Invalid timestamp")
    return place


def send_batch(request: Request, kind: str, params: Sequence[str], records: Iterable[Record]) -> None:
    """Send records as a batch, or as they are to a client without batches."""
    caps, engine = request.session.caps, request.engine
    reference = engine.batch_reference() if caps & cap.BATCH else ""
    server = request.settings.server.name
    if reference:
        request.send(Message("BATCH", ("+" + reference, kind, *params), server))
    for message in playback.shown(records, caps, reference, engine.batch_reference):
        request.send(message)
    if reference:
        request.send(Message("BATCH", ("-" + reference,), server))


# TARGETS


def _targets(request: Request) -> Steps:
    _count(request, 4)
    history, user = _history(request), request.user
    first, second = (_time(request, text) for text in request.params[1:3])
    limit = read_limit(request.params[3], request.settings.history.page)
    if limit is None:
        raise _invalid(request, request.params[3], text="The limit is no number")
    begin, end, limit = _span(first, second, limit)
    channels = list(user.channels)
    account = fold(user.account)
    try:
        found = yield Work(_newest, (history, channels, account, min(begin, end)))
    except StoreError:
        raise FailError("MESSAGE_ERROR", "TARGETS", text=_UNREADABLE) from None
    named = _named(request, found)
    rows = [row for row in named if row[1] < max(begin, end)]
    _send_targets(request, rows[:limit] if begin < end else rows[max(len(rows) - limit, 0) :])


def _newest(history: History, channels: list[str], account: str, after: Mark) -> list[tuple[str, Mark]]:
    """Every target with the last that was said in it, after a mark.  Runs in a thread.  Raises StoreError."""
    direct = history.direct_targets(account) if account else []
    return history.newest([*channels, *direct], after, END, _ALL_TARGETS)


def _named(request: Request, found: Iterable[tuple[str, Mark]]) -> list[tuple[str, Mark]]:
    """The targets by the names that the user knows them by, in order; one name has one row, its last."""
    world, user = request.world, request.user
    rows: dict[str, Mark] = {}
    for target, mark in found:
        since = can_see_history(world, user, target)
        if since is None or mark <= since:
            continue
        if target.startswith("#"):
            channel = world.channels.get(target)
            name = channel.name if channel is not None else target
        else:
            name = partner(request, target)
        rows.pop(name, None)
        rows[name] = mark
    return sorted(rows.items(), key=lambda row: row[1])


def partner(request: Request, target: str) -> str:
    """The nick of the other side of direct messages, as it is now."""
    world, me = request.world, request.user.party
    one, _, other = target.partition(" ")
    party = other if one == me else one
    if party.startswith(GUEST):
        guest = world.user(party.removeprefix(GUEST))
        return guest.nick if guest is not None else party.removeprefix(GUEST)
    online, account = world.users_of(party), world.account(party)
    return online[0].nick if online else account.name if account is not None else party


def _send_targets(request: Request, rows: Iterable[tuple[str, Mark]]) -> None:
    reference = request.engine.batch_reference() if request.session.caps & cap.BATCH else ""
    server = request.settings.server.name
    tags: Mapping[str, str] = {"batch": reference} if reference else NO_TAGS
    if reference:
        request.send(Message("BATCH", ("+" + reference, TARGETS_BATCH), server))
    for name, mark in rows:
        request.send(Message("CHATHISTORY", ("TARGETS", name, timestamp(mark.milliseconds)), server, tags))
    if reference:
        request.send(Message("BATCH", ("-" + reference,), server))
