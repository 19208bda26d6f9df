"""A page of the history for one reader: which targets a name means, and what of them may be seen.

The functions that take a ``History`` run in threads and are given nothing of the world; the world is asked
before, and asked again when the page is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from gchat.irc.casemap import fold
from gchat.server.stores.base import History, Mark, Record, direct
from gchat.server.visibility import can_see_history
from gchat.server.world import GUEST, User, World


class Ask(Enum):
    """Which part of a target is wanted."""

    LATEST = "the last ones, after a mark if there is one"
    BEFORE = "the last ones before a mark"
    AFTER = "the first ones after a mark"
    AROUND = "those before a mark and those after it"
    BETWEEN = "those between two marks, nearest to the first"


class Query(NamedTuple):
    """A part of a target, the marks excluded (for AROUND: ``last`` excluded, ``first`` where it begins)."""

    ask: Ask
    first: Mark
    last: Mark
    limit: int
    events: bool


def targets_of(world: World, viewer: User, name: str) -> dict[str, Mark]:
    """The targets that a name means to a viewer, with the mark after which each may be read; none: none.

    The messages of a nick are those with the account that it belongs to, and those with whoever had the nick
    without an account.
    """
    if name.startswith("#"):
        found = [fold(name)]
    else:
        user, owner = world.user(name), world.account_of_nick(name)
        account = (
            user.account if user is not None and user.account else owner.name if owner is not None else ""
        )
        others = [GUEST + fold(name), fold(account)] if account else [GUEST + fold(name)]
        found = [direct(viewer.party, other) for other in others]
    seen = {target: can_see_history(world, viewer, target) for target in found}
    return {target: since for target, since in seen.items() if since is not None}


def still_seen(world: World, viewer: User, records: Iterable[Record]) -> list[Record]:
    """Those of the records that the viewer may see now, who may have been removed while waiting for them."""
    known: dict[str, Mark | None] = {}
    shown = []
    for record in records:
        if record.target not in known:
            known[record.target] = can_see_history(world, viewer, record.target)
        since, mark = known[record.target], Mark.of(record.id)
        if since is not None and mark is not None and mark > since:
            shown.append(record)
    return shown


def fetch(history: History, targets: Mapping[str, Mark], query: Query) -> list[Record]:
    """The records of a query, oldest first.  Runs in a thread.  Raises StoreError."""
    if len(targets) == 1:
        ((target, since),) = targets.items()
        return _page(history, target, since, query)
    if query.ask is Ask.AROUND:
        before = query._replace(ask=Ask.BEFORE, limit=query.limit // 2)
        earlier = fetch(history, targets, before._replace(first=_next(query.first)))
        after = query._replace(ask=Ask.AFTER, limit=query.limit - len(earlier))
        return [*earlier, *fetch(history, targets, after)]
    found = [record for target, since in targets.items() for record in _page(history, target, since, query)]
    found.sort(key=lambda record: Mark.of(record.id) or Mark(0))
    from_the_end = query.ask in (Ask.LATEST, Ask.BEFORE) or query.first > query.last
    return found[max(len(found) - query.limit, 0) :] if from_the_end else found[: query.limit]


def _next(mark: Mark) -> Mark:
    return Mark(mark.milliseconds, mark.sequence + 1)


def _page(history: History, target: str, since: Mark, query: Query) -> list[Record]:
    ask, first, last, limit, events = query
    if limit <= 0:
        return []
    if ask is Ask.LATEST:
        return history.latest(target, max(first, since), limit, events)
    if ask is Ask.BEFORE:
        return history.between(target, first, since, limit, events) if first > since else []
    if ask is Ask.AFTER:
        return history.after(target, max(first, since), limit, events)
    if ask is Ask.AROUND:
        begin = _next(first)  # ``first`` is the mark before the place
        earlier = (
            history.between(target, begin, since, limit // 2, events) if begin > since and limit > 1 else []
        )
        return [*earlier, *history.after(target, max(first, since), limit - len(earlier), events)]
    low, high = max(min(first, last), since), max(first, last)
    ends = (high, low) if first > last else (low, high)
    return history.between(target, *ends, limit, events) if low < high else []
