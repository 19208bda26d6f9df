"""Messages taken back or changed, and how far somebody has read."""

from __future__ import annotations

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.server import capabilities as cap
from gchat.server import events, replies, slow
from gchat.server.apply import modlog
from gchat.server.apply.context import Applying
from gchat.server.apply.messages import deliver
from gchat.server.audience import Audience
from gchat.server.playback import EDIT, EDITED
from gchat.server.request import FailError
from gchat.server.session import Session
from gchat.server.stores.base import Document, Record, Redaction
from gchat.server.world import GUEST, User


def redacted(now: Applying, event: events.Redacted) -> None:
    """A message is gone.  https://ircv3.net/specs/extensions/message-redaction"""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    source, stamp = user.source, now.stamp(user)
    params = (event.name, event.msgid, *((event.reason,) if event.reason else ()))

    def shape(caps: int) -> Message | None:
        return Message("REDACT", params, source, stamp.tags(caps)) if caps & cap.MESSAGE_REDACTION else None

    change = Redaction(event.target, event.msgid, source, event.reason, now.seconds)
    deliver(now, [shape], _audience(now, user, event.target), now.asker, change, cap.MESSAGE_REDACTION)
    channel = now.world.channels.get(event.target)
    if event.author is not None and channel is not None:
        modlog.log(now, channel, user, "redact", [event.author], event.msgid, event.reason)


def edited(now: Applying, event: events.Edited) -> None:
    """A message says something else now; who cannot replace it reads the new text as another message.

    The first text stays in the history, and so does every later one.
    """
    user = now.world.users.get(event.uid)
    if user is None:
        return
    channel = now.world.channels.get(event.target)
    if channel is not None and "W" in channel.modes:
        wait = slow.why_wait(user, channel, now.entry.milliseconds)
        if wait:
            if now.origin is not None:
                now.origin.refuse(FailError("EDIT_FORBIDDEN", event.name, event.msgid, text=wait))
            return
        slow.spoke(user, channel, now.entry.milliseconds)
    stamp = now.stamp(user, now.entry.id)
    reply = now.stamp(user, now.entry.id, {"+reply": event.msgid})
    source, command = user.source, event.command
    known, other = (event.name, event.msgid, event.text), (event.name, EDITED + event.text)

    def shape(caps: int) -> Message:
        if caps & cap.EDIT:
            return Message("EDIT", known, source, stamp.tags(caps))
        return Message(command, other, source, reply.tags(caps))

    if not user.account:
        user.remember(now.entry.id)
    record = Record(
        now.entry.id,
        event.target,
        command,
        source,
        user.account,
        (event.name, event.text),
        {EDIT: event.msgid, "+reply": event.msgid},
        "B" in user.modes,
    )
    deliver(now, [shape], _audience(now, user, event.target), now.asker, record)


def _audience(now: Applying, user: User, target: str) -> Audience:
    """Those who see a channel, or both sides of direct messages."""
    channel = now.world.channels.get(target)
    if channel is not None:
        return channel.sessions
    sessions: list[Session] = [*user.sessions]
    for party in target.split(" "):
        if party.startswith(GUEST):
            guest = now.world.user(party[len(GUEST) :])
            sessions += guest.sessions if guest is not None and not guest.account else ()
        else:
            sessions += (session for one in now.world.users_of(party) for session in one.sessions)
    return Audience(sessions)


def marked_read(now: Applying, event: events.MarkedRead) -> None:
    """Somebody has read up to here.  All their connections are told; a mark never goes back.

    https://ircv3.net/specs/extensions/read-marker
    """
    user = now.world.users.get(event.uid)
    if user is None:
        return
    owner, target = replies.reader(user), fold(event.target)
    before = now.world.marks.get(owner, target)
    if before is None or event.milliseconds > before:
        _keep(now, now.world.marks.put(owner, target, event.milliseconds))
        message = replies.marker(now.engine, user, event.target)
        sessions = (s for one in now.world.users_of(user.account) or (user,) for s in one.sessions)
        others = [s for s in sessions if s is not now.asker and s.caps & cap.READ_MARKER]
        now.deliver(others, lambda caps: message._replace(tags=now.stamp(None).tags(caps)))
    if now.origin is not None:
        now.origin.send(replies.marker(now.engine, user, event.target))


def forget(now: Applying, account: str) -> None:
    """An account (by its folded name) is gone, and with it what it may read, has seen and has read."""
    world = now.world
    _keep(now, [*world.seats.forget(account), *world.positions.forget(account), *world.marks.forget(account)])


def renamed(now: Applying, channel: str, to: str) -> None:
    """A channel has another name (both folded): who may read it, has seen and has read it stays the same."""
    world = now.world
    _keep(
        now,
        [
            *world.seats.rename(channel, to),
            *world.positions.rename(channel, to),
            *world.marks.rename(channel, to),
            *world.metadata.rename(channel, to),
            *world.invitations.rename(channel, to),
        ],
    )
    for session in now.engine.sessions.values():
        if channel in session.shown:
            session.shown[to] = session.shown.pop(channel)


def _keep(now: Applying, changes: list[Document]) -> None:
    for change in changes:
        now.engine.keep(change)
