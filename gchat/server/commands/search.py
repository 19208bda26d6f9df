"""SEARCH: what was said with some words, as far as one may read it.

https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md (capability ``soju.im/search``)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.message import parse_tags
from gchat.server.commands.history import send_batch
from gchat.server.commands.selectors import END, read_limit, read_time
from gchat.server.lanes import Lane
from gchat.server.reading import still_seen, targets_of
from gchat.server.request import FailError, Request, Steps, Work
from gchat.server.stores.base import History, Mark, Record, StoreError, TooSlow
from gchat.server.visibility import can_see_history

BATCH: Final = "soju.im/search"
ATTRIBUTES: Final = frozenset(("in", "from", "after", "before", "text", "limit"))
LONGEST: Final = 400  # bytes of text that are searched for


def search(request: Request) -> Steps:
    """SEARCH attribute=value[;attribute=value]"""
    history = request.engine.store.history
    if history is None:
        raise FailError("INTERNAL_ERROR", text="This server keeps no messages")
    asked = parse_tags(request.params[0])
    for name in asked:
        if name not in ATTRIBUTES:
            raise _invalid(name, f"There is no attribute {limits.cut(name, 64)}")
    words, nick = asked.get("text", ""), fold(asked.get("from", ""))
    if not (words.strip() or nick) or len(words.encode()) > LONGEST:
        raise _invalid("text", "Say which words to search for, or from whom")
    page = request.settings.history.page
    limit = read_limit(asked["limit"], page) if "limit" in asked else page
    if limit is None:
        raise _invalid("limit", "The limit is no number")
    # Both times count: "sent at or after this time", "sent at or before this time"
    after, before = _time(asked, "after", 0), _time(asked, "before", END.milliseconds - 1)
    targets = _targets(request, asked.get("in", ""))
    account = "" if "in" in asked else fold(request.user.account)
    arguments = (history, targets, account, words, nick, after, before, limit)
    try:
        found = yield Work(_find, arguments, Lane.SEARCHING)
    except TooSlow:
        text = "The search took too long: name a channel (in=), or a time (after=, before=)"
        raise FailError("TIMEOUT", text=text) from None
    except StoreError:
        raise FailError("INTERNAL_ERROR", text="The search could not be run") from None
    send_batch(request, BATCH, (), still_seen(request.world, request.user, found))


def _invalid(name: str, text: str) -> FailError:
    return FailError("INVALID_PARAMS", limits.cut(name.replace(" ", "_"), 64) or "*", text=text)


def _time(asked: Mapping[str, str], name: str, default: int) -> int:
    if name not in asked:
        return default
    milliseconds = read_time(asked[name])
    if milliseconds is None:
        raise _invalid(name, f"The time of {name} is none, such as 2026-11-22T10:02:03.004Z")
    return milliseconds


def _targets(request: Request, name: str) -> dict[str, Mark]:
    """Where to search, with the mark after which each may be read; direct messages are found in the store."""
    world, user = request.world, request.user
    if name:
        targets = targets_of(world, user, name)
        if not targets:
            raise _invalid(name, "You cannot search there")
        return targets
    seen = {key: can_see_history(world, user, key) for key in user.channels}
    return {key: since for key, since in seen.items() if since is not None}


def _find(
    history: History,
    targets: Mapping[str, Mark],
    account: str,
    words: str,
    nick: str,
    after: int,
    before: int,
    limit: int,
) -> list[Record]:
    """The last that fits, also in an account's direct messages.  Runs in a thread.  Raises StoreError."""
    direct = history.direct_targets(account) if account else []
    begin = Mark(after - 1, END.sequence)
    marks = {target: max(since, begin) for target, since in targets.items()}
    marks.update(dict.fromkeys(direct, max(Mark(0), begin)))
    return history.search(marks, words, nick, Mark(before + 1), limit)
