"""Memberships, topics, modes and invitations."""

from __future__ import annotations

from gchat.irc.casemap import fold
from gchat.irc.modes import ModeChange, format_modes
from gchat.irc.numerics import ERR_NOTONCHANNEL, RPL_INVITING
from gchat.server import admission, events, mode_lines, replies, roles
from gchat.server import capabilities as cap
from gchat.server.apply import metadata, modlog, records, registrations, renaming, returning, seats
from gchat.server.apply.context import Applying
from gchat.server.apply.users import join_shape
from gchat.server.world import Ban, Channel, User


def joined(now: Applying, event: events.Joined) -> None:
    """A user is in a channel now.  https://modern.ircdocs.horse/#join-message"""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    known = now.world.known_channel(event.channel)
    if known is not None:
        if user in known.members:
            return
        # Others may have come in, or closed the door, since the handler looked.
        refusal = admission.why_not_join(user, known, event.key)
        if refusal is not None:
            if now.origin is not None:
                now.origin.reply(refusal, known.name, text=admission.in_words(refusal, user, known))
            return
    channel = now.world.enter(user, event.channel, now.seconds)
    if known is None:  # what another channel of this name said is not its word
        metadata.forget(now, channel.key)
        renaming.name_taken(now, channel.key)
    seats.arrived(now, user, channel)
    params = (channel.name, user.account or "*", user.realname)  # a JOIN as those with extended-join see it
    msgid = records.keep(now, (channel,), user, "JOIN", *params)
    now.deliver(channel.sessions, join_shape(now, user, channel.name, msgid))
    registrations.entered(now, user, channel)
    if user.away:
        others = [session for session in channel.sessions if session.user is not user]
        now.tell(others, user, "AWAY", user.away, needs=cap.AWAY_NOTIFY)
    if now.origin is not None and channel.topic:
        replies.topic(now.origin, channel)
    for session in user.sessions:
        if session.caps & cap.READ_MARKER:  # "MUST be sent before the RPL_ENDOFNAMES reply"
            now.give(session, replies.marker(now.engine, user, channel.name))
    if now.origin is not None:
        replies.implicit_names(now.origin, channel)
    metadata.entered(now, user, channel)
    for session in user.sessions:
        returning.entered(now, session, channel)


def parted(now: Applying, event: events.Parted) -> None:
    """A user left a channel."""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    if user is None or channel is None or user not in channel.members:
        return
    reason = (event.reason,) if event.reason else ()
    msgid = records.keep(now, (channel,), user, "PART", channel.name, *reason)
    now.tell(channel.sessions, user, "PART", channel.name, *reason, msgid=msgid)
    _leave(now, user, channel)


def kicked(now: Applying, event: events.Kicked) -> None:
    """A member was removed by another."""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    target = now.world.users.get(event.target)
    if user is None or target is None or channel is None or target not in channel.members:
        return
    if is_outside(now, user, channel):
        return
    params = (channel.name, target.nick, event.reason)
    msgid = records.keep(now, (channel,), user, "KICK", *params)
    now.tell(channel.sessions, user, "KICK", *params, msgid=msgid)
    reason = "" if event.reason == user.nick else event.reason  # what stands there if none was given
    modlog.log(now, channel, user, "kick", [modlog.person(target)], reason=reason)
    _leave(now, target, channel)


def _leave(now: Applying, user: User, channel: Channel) -> None:
    seats.removed(now, user, channel)
    for session in user.sessions:
        returning.left(now, session, channel)
    now.world.leave(user, channel)
    seats.emptied(now, (channel,))
    metadata.ended(now, (channel,))


def topic_set(now: Applying, event: events.TopicSet) -> None:
    """A channel has another topic."""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    if user is None or channel is None or is_outside(now, user, channel):
        return
    channel.topic = event.topic
    channel.topic_by = user.source if event.topic else ""
    channel.topic_at = now.seconds if event.topic else 0
    registrations.keep(now, channel)
    msgid = records.keep(now, (channel,), user, "TOPIC", channel.name, event.topic)
    now.tell(channel.sessions, user, "TOPIC", channel.name, event.topic, msgid=msgid)


def invited(now: Applying, event: events.Invited) -> None:
    """Somebody is asked in.  https://ircv3.net/specs/extensions/invite-notify"""
    user, target = now.world.users.get(event.uid), now.world.users.get(event.target)
    channel = now.world.channel(event.channel)
    if user is None or target is None:
        return
    if channel is not None and is_outside(now, user, channel):
        return
    name = channel.name if channel is not None else event.channel
    if channel is not None and (user.is_operator or roles.may(channel.roles_of(user), roles.Right.INVITE)):
        now.world.invite(target, channel)  # of anybody else it is a word, and opens nothing
    if now.origin is not None:
        now.origin.reply(RPL_INVITING, target.nick, name)
    now.tell(target.sessions, user, "INVITE", target.nick, name)
    if channel is not None:
        # Those who may let people in should know who was let in.
        watching = [
            session
            for session in channel.sessions
            if session is not now.asker
            and session.user is not target
            and roles.may(channel.roles_of(session.user), roles.Right.INVITE)
        ]
        now.tell(watching, user, "INVITE", target.nick, name, needs=cap.INVITE_NOTIFY)


def is_outside(now: Applying, user: User, channel: Channel) -> bool:
    """True, and the asker reads it, where a user is not in the channel any more.

    It may even be another channel by now, of the same name, which somebody else has made.
    """
    if user in channel.members:
        return False
    if now.origin is not None:
        now.origin.reply(ERR_NOTONCHANNEL, channel.name)
    return True


def modes_set(now: Applying, event: events.ModesSet) -> None:
    """A channel's modes, lists and roles are others now; what was so already is not announced."""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    if user is None or channel is None:
        return
    if not user.is_operator and is_outside(now, user, channel):
        return
    done = [shown for change in event.changes if (shown := _change(now, user, channel, change)) is not None]
    msgid = ""
    if done:
        registrations.keep(now, channel)
        msgid = records.keep(now, (channel,), user, "MODE", channel.name, *format_modes(done))
        modlog.modes(now, channel, user, done)
    for line in mode_lines.announced(done, user.source, channel.name):
        now.tell(channel.sessions, user, "MODE", channel.name, *line, msgid=msgid)
        msgid = ""  # a message has one id, and these lines are one


def _change(now: Applying, user: User, channel: Channel, change: ModeChange) -> ModeChange | None:
    """Make one change; return it as it is announced, None if there was nothing to change."""
    letter, param = change.letter, change.param or ""
    if letter in roles.LETTERS:
        return _change_role(now, channel, change)
    if letter in channel.lists:
        return _change_list(now, user, channel, change)
    if change.add:
        if channel.modes.get(letter) == param:
            return None
        channel.modes[letter] = param
        seats.mode_changed(now, channel, change)
        return change
    if letter not in channel.modes:
        return None
    old = channel.modes.pop(letter)
    seats.mode_changed(now, channel, change)
    return ModeChange(False, letter, old or param if letter == "k" else None)


def _change_role(now: Applying, channel: Channel, change: ModeChange) -> ModeChange | None:
    target = now.world.users.get(change.param or "")
    if target is None or target not in channel.members:
        return None
    held = channel.members[target]
    if (change.letter in held) == change.add:
        return None
    now.world.set_roles(
        target, channel, held + change.letter if change.add else held.replace(change.letter, "")
    )
    return change._replace(param=target.nick)


def _change_list(now: Applying, user: User, channel: Channel, change: ModeChange) -> ModeChange | None:
    rows, mask = channel.lists[change.letter], change.param or ""
    key = fold(mask)
    if change.add:
        if key in rows and not rows[key].until:
            return None
        rows[key] = Ban(mask, user.source, now.seconds)
        seats.mode_changed(now, channel, change)
        return change
    row = rows.pop(key, None)
    if row is None:
        return None
    change = change._replace(param=row.mask)
    seats.mode_changed(now, channel, change)
    return change
