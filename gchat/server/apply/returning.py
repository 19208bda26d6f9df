"""What a device missed while it was away: remember how far it saw, and have it replayed when it is back.

Only for clients without draft/chathistory: the others ask for it themselves.  The replay itself is a command
of the session's (``commands/replay.py``), because it has to read from the store.
"""

from __future__ import annotations

from collections.abc import Iterable

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.server import capabilities as cap
from gchat.server.apply.context import Applying
from gchat.server.positions import DIRECT
from gchat.server.session import Session
from gchat.server.stores.base import Change, Mark
from gchat.server.world import Channel

REPLAY = " REPLAY"  # the space makes it a command that no line can name


def entered(now: Applying, session: Session, channel: Channel) -> None:
    """A session sees a channel from now on: its user came in, or the session came to its user."""
    session.shown[channel.key] = mark = now.mark
    if session.account:
        _catch_up(now, session, channel)
    elif limit := now.engine.settings.history.replay_to_strangers:
        _replay(now, session, channel.key, Mark(0), mark, limit)


def left(now: Applying, session: Session, channel: Channel) -> None:
    """A session sees a channel no more, its user having left it."""
    session.shown.pop(channel.key, None)
    if session.account:
        _put(now, session, channel.key, now.mark)


def logged_in(now: Applying, session: Session) -> None:
    """A session of a user belongs to an account now: it gets what its device missed before it was known."""
    if session.user is None or not session.account:
        return
    session.shown[DIRECT] = now.mark
    _catch_up(now, session, None)
    for channel in session.user.channels.values():
        _catch_up(now, session, channel)


def gone(now: Applying, session: Session) -> None:
    """A session ends, or is logged out: from here on its device misses things.

    What was sent to a connection that gave no sign of life any more counts as missed.
    """
    if not session.account or session.user is None:
        return
    mark = now.mark
    if session.pinged_at or session.closing == "SendQ exceeded":
        mark = min(mark, Mark(int(session.last_sign * 1000)))
    _keep(now, now.world.positions.gone(fold(session.account), device(session), session.shown, mark))


def device(session: Session) -> str:
    """Which of its account's devices a session is."""
    return session.device or session.username


def _catch_up(now: Applying, session: Session, channel: Channel | None) -> None:
    """Have a device get what it missed of a channel, or of its direct messages."""
    place = channel.key if channel is not None else DIRECT
    positions, account, name = now.world.positions, fold(session.account), device(session)
    settings = now.engine.settings.history
    if not positions.knows(account, name, place):
        if channel is not None:
            _replay(now, session, place, Mark(0), session.shown[place], settings.replay_new)
    else:
        after = positions.get(account, name, place)
        if after is None:  # it is there already, it seems: its old connection may be dead without knowing
            after = _last_sign(now, session)
        if after is not None:
            _replay(now, session, place, after, session.shown[place], settings.replay)
    _put(now, session, place, None)


def _last_sign(now: Applying, session: Session) -> Mark | None:
    """When another connection of the same device was heard of last."""
    name = device(session)
    others = [
        other.last_sign
        for user in now.world.users_of(session.account)
        for other in user.sessions
        if other is not session and device(other) == name
    ]
    return Mark(int(min(others) * 1000)) if others else None


def _replay(now: Applying, session: Session, place: str, after: Mark, until: Mark, limit: int) -> None:
    if limit and not session.caps & cap.CHATHISTORY and now.engine.store.history is not None:
        now.engine.errand(session, Message(REPLAY, (place, str(after), str(until), str(limit))))


def _put(now: Applying, session: Session, place: str, mark: Mark | None) -> None:
    _keep(now, now.world.positions.put(fold(session.account), device(session), place, mark))


def _keep(now: Applying, changes: Iterable[Change]) -> None:
    for change in changes:
        now.engine.keep(change)
