"""Users come, change and go."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from itertools import chain

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.modes import format_modes
from gchat.irc.numerics import (
    RPL_LOGGEDIN,
    RPL_MONOFFLINE,
    RPL_MONONLINE,
    RPL_NOWAWAY,
    RPL_UNAWAY,
    RPL_YOUREOPER,
)
from gchat.server import capabilities as cap
from gchat.server import events, keyvalues, nicknames, replies, staying
from gchat.server.accounts import Account
from gchat.server.apply import metadata, records, returning, seats
from gchat.server.apply.context import Applying
from gchat.server.audience import Audience
from gchat.server.delivery import Shape
from gchat.server.session import Session
from gchat.server.staying import ABSENT, NOBODY
from gchat.server.world import User

log = logging.getLogger("gchat.server")


def registered(now: Applying, event: events.Registered) -> None:
    """A user is here, or one more connection of a user.

    The nick may have gone to somebody else since the handler looked, or may be held for an account now.
    """
    world, origin = now.world, now.origin
    account = world.account(event.account)
    if account is not None and account.suspended:
        account = None
    if origin is not None and account is not None and origin.session.account != account.name:
        tell_logged_in(now, origin.session, account)
    if account is not None and account.shares_user(now.engine.settings.accounts):
        present = world.users_of(event.account)
        if present:
            _attach(now, present[0], event)
            return
    if account is not None and account.owns(event.nick):
        make_room(now, event.nick, account)
    if not nicknames.is_free(world, event.nick, event.account):
        if origin is None:
            return
        if origin.session.plain:  # its client would answer the question with the same name for ever
            origin.commit(event._replace(nick=nicknames.free(world, event.nick)))
            return
        origin.session.nick = ""
        origin.refuse(nicknames.taken(world, event.nick))
        return
    user = User(event.uid, event.nick, event.username, event.host, event.realname, now.seconds)
    user.secure = event.secure
    user.modes.update(event.modes)
    user.account = account.name if account is not None else ""
    world.add_user(user)
    session = now.engine.sessions.get(event.uid)
    if session is not None:
        _become(now, session, user, event.device)
        log.info("Nickname is %s", user.nick)  # as the tutorial's server says
    metadata.introduced(now, user, event.metadata, known_to_others=False)
    _tell_watchers(now, user.nick, user.source, online=True)
    set_away(now, user, event.away)
    if origin is None:
        return
    if origin.session.closing:  # the connection ended on the way, when there was nobody yet to quit
        now.engine.backplane.commit(
            events.Detached(user.uid, origin.session.id, origin.session.closing), None
        )
        return
    replies.welcome(origin)
    returning.logged_in(now, origin.session)


def tell_logged_in(now: Applying, session: Session, account: Account) -> None:
    """Tell a session that it is logged in.  https://ircv3.net/specs/extensions/sasl-3.1"""
    user = session.user
    source = user.source if user is not None else f"{session.name}!{session.username or '*'}@{session.host}"
    if now.origin is not None:
        now.origin.reply(RPL_LOGGEDIN, source, account.name, account=account.name)


def _attach(now: Applying, user: User, event: events.Registered) -> None:
    """Let one more connection be a user who is online, and tell it where it is."""
    origin = now.origin
    if origin is None or origin.session.closing:
        return
    session = origin.session
    _become(now, session, user, event.device)
    log.info("Another device of %s", user.nick)
    metadata.introduced(now, user, event.metadata, known_to_others=True)
    replies.welcome(origin)
    if not session.absent and (event.away or user.away in (ABSENT, NOBODY)):
        set_away(now, user, event.away)
    for channel in user.channels.values():
        now.echo(join_shape(now, user, channel.name))
        if channel.topic:
            replies.topic(origin, channel)
        if session.caps & cap.READ_MARKER:
            origin.send(replies.marker(now.engine, user, channel.name))
        replies.implicit_names(origin, channel)
        metadata.shown(now, session, channel)
        session.shown[channel.key] = now.mark
    returning.logged_in(now, session)


def _become(now: Applying, session: Session, user: User, device: str) -> None:
    """Have a connection speak as a user from now on."""
    session.user, session.nick = user, user.nick
    session.account, session.device = user.account, device
    now.world.attach(user, session)
    now.engine.strangers.discard(session)


def detached(now: Applying, event: events.Detached) -> None:
    """A connection ended; the user goes with the last one, or is away from then on."""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    if len(user.sessions) > 1 or stays(now, user):
        session = next((session for session in user.sessions if session.id == event.session), None)
        if session is not None:
            returning.gone(now, session)
            now.world.detach(user, session)
            if not user.away and all(left.absent for left in user.sessions):
                set_away(now, user, NOBODY if user.sessions else ABSENT)
            return
    _remove(now, user, event.reason)


def stays(now: Applying, user: User) -> bool:
    """True for a user who is here without a connection, too."""
    return staying.stays(now.world, user, now.engine.settings.accounts)


def reconfigured(now: Applying, event: events.Reconfigured) -> None:
    """The configuration is another one, which may say something else of who stays."""
    for user in list(now.world.users.values()):
        now.world.lasting.touch(user)
        if not user.sessions and not stays(now, user):
            _remove(now, user, "No longer always on")


def make_room(now: Applying, nick: str, account: Account) -> bool:
    """Take a nick from whoever is not its owner; False where a user of the account itself has it."""
    holder = now.world.user(nick)
    if holder is None:
        return True
    if fold(holder.account) == account.key:
        return False
    text = f"{nick} belongs to the account {account.name}, whose owner is here now"
    notice = Message("NOTICE", (holder.nick, text), now.server)
    now.deliver(holder.sessions, lambda caps: notice)
    change_nick(now, holder, nicknames.free(now.world, holder.nick))
    return True


def nick_changed(now: Applying, event: events.NickChanged) -> None:
    """A user has another nick; the same nick in other letters is no conflict."""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    account = now.world.account(user.account)
    holder = now.world.user(event.nick)
    if account is not None and account.owns(event.nick) and holder is not user:
        make_room(now, event.nick, account)
    if not nicknames.is_free(now.world, event.nick, user.account, user):
        if now.origin is not None:
            now.origin.refuse(nicknames.taken(now.world, event.nick))
        return
    if event.nick != user.nick:
        change_nick(now, user, event.nick)


def change_nick(now: Applying, user: User, nick: str) -> None:
    """Give a user another nick, which nobody else has, and tell everybody who sees the user."""
    old = user.nick
    now.world.remember(user, now.seconds)
    msgid = records.keep(now, user.channels.values(), user, "NICK", nick)
    now.tell(now.world.audience(user), user, "NICK", nick, msgid=msgid)
    now.world.rename(user, nick)
    for session in user.sessions:
        session.nick = nick
    if fold(old) != fold(nick):
        _tell_watchers(now, old, old, online=False)
        _tell_watchers(now, user.nick, user.source, online=True)


def quit_(now: Applying, event: events.Quit) -> None:
    """A user is gone."""
    user = now.world.users.get(event.uid)
    if user is not None:
        _remove(now, user, event.reason)


def killed(now: Applying, event: events.Killed) -> None:
    """A server operator ended a user's connections.  https://modern.ircdocs.horse/#kill-message"""
    user = now.world.users.get(event.target)
    operator = now.world.users.get(event.uid)
    if user is None or operator is None:
        return
    source, reason = operator.source, f"Killed ({operator.nick} ({event.reason}))"
    victims = tuple(user.sessions)
    params = (user.nick, event.reason)
    _remove(now, user, reason)
    for session in victims:
        now.engine.queue.send(session, Message("KILL", params, source))
        now.engine.queue.send(session, Message("QUIT", (reason,), user.source))
        now.engine.close(session, reason)


def _remove(now: Applying, user: User, reason: str) -> None:
    for session in user.sessions:
        returning.gone(now, session)
    channels = tuple(user.channels.values())
    msgid = records.keep(now, channels, user, "QUIT", reason)
    nick = user.nick
    now.world.remove_user(user, now.seconds)
    # Of several who quit at once, most are in the same one channel: its audience is there already.
    together = (channel.sessions for channel in channels)
    others = next(together) if len(channels) == 1 else Audience(chain.from_iterable(together))
    now.tell(others, user, "QUIT", reason, msgid=msgid)
    seats.emptied(now, channels)
    metadata.ended(now, channels)
    metadata.forget(now, f" {user.uid}")
    now.world.marks.forget(f" {user.uid}")
    _tell_watchers(now, nick, nick, online=False)


def away_set(now: Applying, event: events.AwaySet) -> None:
    """A user went away, or is back.  https://ircv3.net/specs/extensions/away-notify"""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    for session in user.sessions:
        if session.id == event.session:
            session.absent = event.absent
    if now.origin is not None:
        now.origin.reply(RPL_NOWAWAY if event.message else RPL_UNAWAY)
    if not event.absent:
        set_away(now, user, event.message)
    elif not user.away and all(session.absent for session in user.sessions):
        # https://ircv3.net/specs/extensions/pre-away: it is "as though the connection did not exist at all"
        set_away(now, user, NOBODY)


def set_away(now: Applying, user: User, message: str) -> None:
    """Have a user be away, or back for an empty message, and tell who wants to know."""
    if user.away != message:
        user.away = message
        now.world.lasting.touch(user)
        tell_interested(now, user, cap.AWAY_NOTIFY, "AWAY", *([message] if message else []))


def realname_set(now: Applying, event: events.RealnameSet) -> None:
    """A user changed the real name.  https://ircv3.net/specs/extensions/setname"""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    user.realname = event.realname
    now.world.lasting.touch(user)
    now.tell(_own_and_interested(now, user), user, "SETNAME", event.realname, needs=cap.SETNAME)


def host_changed(now: Applying, event: events.HostChanged) -> None:
    """A user has another username or host.

    Who does not know chghost sees a QUIT, and the user come back.  https://ircv3.net/specs/extensions/chghost
    """
    user = now.world.users.get(event.uid)
    if user is None or (user.username, user.host) == (event.username, event.host):
        return
    now.tell(_own_and_interested(now, user), user, "CHGHOST", event.username, event.host, needs=cap.CHGHOST)
    old = user.source
    others = [s for s in now.world.audience(user) if s.user is not user and not s.caps & cap.CHGHOST]
    user.describe(username=event.username, host=event.host)
    now.world.lasting.touch(user)
    stamp = now.stamp(user)
    now.deliver(others, lambda caps: Message("QUIT", ("Changing host",), old, stamp.tags(caps)))
    for channel in user.channels.values():
        away = [s for s in channel.sessions if s.user is not user and not s.caps & cap.CHGHOST]
        now.deliver(away, join_shape(now, user, channel.name))
        held = channel.roles_of(user)
        if held:
            params = (channel.name, "+" + held, *[user.nick] * len(held))
            _tell_as_server(now, away, Message("MODE", params, now.server))


def opered(now: Applying, event: events.Opered) -> None:
    """A user is a server operator now.  https://modern.ircdocs.horse/#oper-message"""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    known = user.is_operator
    user.oper = event.name
    now.world.set_mode(user, "o", True)
    if now.origin is not None:
        now.origin.reply(RPL_YOUREOPER)
    if not known:
        now.tell(user.sessions, user, "MODE", user.nick, "+o")


def modes_set(now: Applying, event: events.UserModesSet) -> None:
    """A user changed the modes of their own."""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    done = [change for change in event.changes if now.world.set_mode(user, change.letter, change.add)]
    if not user.is_operator:
        user.oper = ""
    now.world.lasting.touch(user)
    if done:
        now.tell(user.sessions, user, "MODE", user.nick, *format_modes(done))


def join_shape(now: Applying, user: User, channel: str, msgid: str = "") -> Shape:
    """A JOIN as each capability set sees it.  https://ircv3.net/specs/extensions/extended-join"""
    stamp, source = now.stamp(user, msgid), user.source
    extended = (channel, user.account or "*", user.realname)

    def shape(caps: int) -> Message:
        return Message("JOIN", extended if caps & cap.EXTENDED_JOIN else (channel,), source, stamp.tags(caps))

    return shape


def _tell_as_server(now: Applying, sessions: Iterable[Session], message: Message) -> None:
    stamp = now.stamp(None)
    now.deliver(sessions, lambda caps: message._replace(tags=stamp.tags(caps)))


def _own_and_interested(now: Applying, user: User) -> Iterable[Session]:
    """The user's own sessions, those who share a channel, and those who watch with extended-monitor."""
    found = now.world.audience(user)
    watchers = [s for s in now.engine.monitors.watchers(user.nick) if s.caps & cap.EXTENDED_MONITOR]
    return dict.fromkeys((*found, *watchers)) if watchers else found


def tell_interested(
    now: Applying, user: User, needs: int, command: str, *params: str, own: bool = False
) -> None:
    """Tell those who see or watch the user and have the capability; ``own``: the user's connections, too.

    https://ircv3.net/specs/extensions/extended-monitor
    """
    others = _own_and_interested(now, user)
    if not own:
        others = [session for session in others if session.user is not user]
    now.tell(others, user, command, *params, needs=needs)


def _tell_watchers(now: Applying, nick: str, shown: str, *, online: bool) -> None:
    """Tell who watches a nick.  https://ircv3.net/specs/extensions/monitor"""
    numeric = RPL_MONONLINE if online else RPL_MONOFFLINE
    for session in now.engine.monitors.watchers(nick):
        now.engine.queue.send(session, Message(numeric.number, (session.name, shown), now.server))
        user = now.world.user(nick)
        if online and user is not None:
            keyvalues.meet(now.engine, session, partial(now.give, session), user)
