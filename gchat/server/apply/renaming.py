"""A channel has another name.  https://ircv3.net/specs/extensions/channel-rename"""

from __future__ import annotations

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.server import capabilities as cap
from gchat.server import events, replies
from gchat.server.apply import history, modlog, records, registrations
from gchat.server.apply.context import Applying
from gchat.server.apply.users import join_shape
from gchat.server.request import FailError, Request
from gchat.server.session import Session
from gchat.server.stores.base import Moved
from gchat.server.world import Channel


def channel_renamed(now: Applying, event: events.ChannelRenamed) -> None:
    """Everything of the channel goes with it: members, modes, lists, history, and what hangs on that."""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    if user is None or channel is None or user not in channel.members:
        _refuse(now, event, "CANNOT_RENAME", f"You are not in {event.channel} any more")
        return
    old, key, to = channel.name, channel.key, fold(event.name)
    if to != key and now.world.known_channel(to) is not None:
        _refuse(now, event, "CHANNEL_NAME_IN_USE", f"There is a channel {event.name} by now")
        return
    now.world.rename_channel(channel, event.name)
    if to != key:
        now.engine.keep(Moved(key, to))
        history.renamed(now, key, to)
        for change in now.world.renames.put(key, to, now.seconds):
            now.engine.keep(change)
    registrations.renamed(now, channel, key)
    params = (old, channel.name, event.reason)
    msgid = records.keep(now, (channel,), user, "RENAME", *params)
    modlog.log(now, channel, user, "rename", detail=f"{old} to {channel.name}", reason=event.reason)
    now.tell(channel.sessions, user, "RENAME", *params, needs=cap.CHANNEL_RENAME, msgid=msgid)
    if to != key:  # "This fallback SHOULD NOT be used if the rename only changes the case"
        for session in channel.sessions:
            if not session.caps & cap.CHANNEL_RENAME:
                _fall_back(now, session, channel, old, event.reason)


def _refuse(now: Applying, event: events.ChannelRenamed, code: str, text: str) -> None:
    if now.origin is not None:
        now.origin.refuse(FailError(code, event.channel, event.name, text=text))


def _fall_back(now: Applying, session: Session, channel: Channel, old: str, reason: str) -> None:
    """Have a client that knows no RENAME leave one channel and come into the other."""
    user = session.user
    assert user is not None, "it is a member's"
    request = now.origin if now.origin is not None and session is now.asker else None
    request = request or Request(now.engine, session, Message("RENAME"))
    said = (reason,) if reason else ()
    request.send(Message("PART", (old, *said), user.source, now.stamp(user).tags(session.caps)))
    joined = join_shape(now, user, channel.name)(session.caps)
    assert joined is not None, "everybody sees a JOIN"
    request.send(joined)
    if channel.topic:
        replies.topic(request, channel)
    if session.caps & cap.READ_MARKER:
        request.send(replies.marker(now.engine, user, channel.name))
    replies.implicit_names(request, channel)


def name_taken(now: Applying, name: str) -> None:
    """There is another channel of this (folded) name: who asks for it is sent on no more."""
    for change in now.world.renames.forget(name):
        now.engine.keep(change)
