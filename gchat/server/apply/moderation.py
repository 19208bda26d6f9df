"""What operators do about people: bans with an end and a reason, and all of their messages deleted."""

from __future__ import annotations

from gchat.irc import durations
from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.modes import ModeChange, format_modes
from gchat.server import capabilities as cap
from gchat.server import events, mode_lines, timed
from gchat.server.apply import channels, modlog, records, registrations, seats
from gchat.server.apply.context import Applying
from gchat.server.channel_modes import MUTE
from gchat.server.delivery import Shape
from gchat.server.stores.base import Redaction
from gchat.server.world import Ban


def banned(now: Applying, event: events.Banned) -> None:
    """A mask is in the list b, with an end or a reason; one that was there already has others now."""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    if user is None or channel is None:
        return
    if not user.is_operator and channels.is_outside(now, user, channel):
        return
    rows, key = channel.lists["b"], fold(event.mask)
    known = rows.get(key)
    mask = event.mask if known is None else known.mask
    ban = rows[key] = Ban(mask, user.source, now.seconds, event.until, event.reason)
    now.world.watch(channel)
    registrations.keep(now, channel)
    change = ModeChange(True, "b", mask)
    action, ends = ("mute" if mask.startswith(MUTE) else "ban"), timed.until(event.until)
    modlog.log(now, channel, user, action, [modlog.masked(mask)], ends, event.reason)
    if known is None:
        seats.mode_changed(now, channel, change)
        params = (channel.name, *format_modes([change]))
        msgid = records.keep(now, (channel,), user, "MODE", *params)
        now.tell(channel.sessions, user, "MODE", *params, msgid=msgid)
    elif now.origin is not None:  # everybody knows that it is there
        text = f"{channel.name}: {mask} is in the list {timed.terms(ban)}".rstrip()
        now.origin.send(Message("NOTICE", (user.nick, text), now.server))


def bans_ended(now: Applying, event: events.BansEnded) -> None:
    """The time of bans is over: they are lifted, as if the server had set ``-b``."""
    channel = now.world.known_channel(event.channel)
    if channel is None:
        return
    rows = channel.lists["b"]
    over = [key for key, ban in rows.items() if ban.until and ban.until * 1000 <= now.entry.milliseconds]
    changes = [ModeChange(False, "b", rows.pop(key).mask) for key in over]
    now.world.watch(channel)
    if not changes:
        return
    registrations.keep(now, channel)
    for change in changes:
        seats.mode_changed(now, channel, change)
    params = (channel.name, *format_modes(changes))
    msgid = records.keep_served(now, channel, now.server, "MODE", *params)
    for line in mode_lines.announced(changes, now.server, channel.name):
        now.deliver(channel.sessions, _by_server(now, msgid, "MODE", channel.name, *line))
        msgid = ""  # a message has one id, and these lines are one


def purged(now: Applying, event: events.Purged) -> None:
    """Messages are gone.  https://ircv3.net/specs/extensions/message-redaction"""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    if user is None or channel is None:
        return
    if channels.is_outside(now, user, channel):
        return
    reason = (event.reason,) if event.reason else ()
    for msgid in event.msgids:
        now.engine.keep(Redaction(channel.key, msgid, user.source, event.reason, now.seconds))
        params = (channel.name, msgid, *reason)
        now.tell(channel.sessions, user, "REDACT", *params, needs=cap.MESSAGE_REDACTION)
    number = f"{len(event.msgids)} message{'s' if len(event.msgids) > 1 else ''}"
    detail = f"{number} (the last {durations.spoken(event.seconds)})"
    modlog.log(now, channel, user, "purge", event.whom, detail, event.reason)
    if now.origin is not None:
        names = ", ".join(nick for nick, _ in event.whom)
        text = f"{channel.name}: {number} of {names} {'are' if number[-1] == 's' else 'is'} deleted"
        now.origin.send(Message("NOTICE", (user.nick, text), now.server))


def _by_server(now: Applying, msgid: str, command: str, *params: str) -> Shape:
    message, stamp = Message(command, params, now.server), now.stamp(None, msgid)
    return lambda caps: message._replace(tags=stamp.tags(caps))
