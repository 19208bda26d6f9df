"""Channels that belong to an account: registered, handed over, dropped, and the roles that last.

Whoever changes what a channel is set to calls ``keep`` afterwards.  What a role list says is told to the
members as MODEs of ChanServ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.modes import ModeChange, format_modes
from gchat.server import events, mode_lines, registrations, roles, services
from gchat.server.apply import metadata, modlog, records, seats
from gchat.server.apply.context import Applying
from gchat.server.channel_modes import REGISTERED
from gchat.server.delivery import Stamp
from gchat.server.registrations import FOUNDER, KIND, Access, Registration
from gchat.server.stores.base import Document
from gchat.server.world import Channel, User

NOBODY = "*"  # did it, as far as anybody knows


def keep(now: Applying, channel: Channel) -> None:
    """Have a channel last as it is now, if it is registered, or somebody in it stays without a connection."""
    now.world.lasting.touch_channel(channel)
    if channel.registration is not None:
        now.engine.keep(registrations.document(channel))


def renamed(now: Applying, channel: Channel, before: str) -> None:
    """Keep a channel under its new name; ``before`` is the (folded) one that it had."""
    if channel.registration is not None and channel.key != before:
        now.engine.keep(Document(KIND, before, None))
    keep(now, channel)


# whose a channel is


def channel_registered(now: Applying, event: events.ChannelRegistered) -> None:
    """A channel belongs to a member's account.  Somebody else may have been faster."""
    user, channel = now.world.users.get(event.uid), now.world.channel(event.channel)
    if user is None or channel is None:
        return
    may = roles.may(channel.roles_of(user), roles.Right.MODES)
    if not user.account or not may or channel.registration is not None:
        _answer(now, f"{channel.name} cannot be registered any more")
        return
    now.world.register(channel, Registration(user.account, now.seconds))
    channel.modes[REGISTERED] = ""
    _answer(
        now, f"{channel.name} belongs to {user.account}: it stays, with its topic, modes, lists and roles"
    )
    _tell(now, channel, [ModeChange(True, REGISTERED)])
    _tell(now, channel, _give(now, channel, now.world.users_of(user.account), FOUNDER), recorded=False)
    keep(now, channel)
    modlog.log(now, channel, user, "register")


def channel_dropped(now: Applying, event: events.ChannelDropped) -> None:
    """A channel belongs to nobody any more; who is in it stays, in the role that they have."""
    channel = now.world.known_channel(event.channel)
    if channel is None or channel.registration is None:
        return
    _answer(now, f"{channel.name} is registered no more")
    modlog.log(now, channel, now.world.users.get(event.uid), "drop")
    _drop(now, channel)


def _drop(now: Applying, channel: Channel) -> None:
    now.engine.keep(Document(KIND, channel.key, None))
    channel.modes.pop(REGISTERED, None)
    now.world.register(channel, None)
    now.world.lasting.touch_channel(channel)
    _tell(now, channel, [ModeChange(False, REGISTERED)])
    seats.emptied(now, (channel,))
    metadata.ended(now, (channel,))


def founder_set(now: Applying, event: events.FounderSet) -> None:
    """A channel belongs to another account."""
    channel, account = now.world.known_channel(event.channel), now.world.account(event.account)
    if channel is None or channel.registration is None or account is None:
        _answer(now, f"{event.channel} stays as it was: it is registered no more, or the account is gone")
        return
    _answer(now, f"{channel.name} belongs to {account.name} now")
    modlog.log(now, channel, now.world.users.get(event.uid), "founder", [(account.name, account.name)])
    _change(now, channel, channel.registration.hand_over(account.name))


def successor_set(now: Applying, event: events.SuccessorSet) -> None:
    """It is said whose a channel will be when the founder's account is gone; empty: nobody's."""
    channel, account = now.world.known_channel(event.channel), now.world.account(event.account)
    if channel is None or channel.registration is None or (event.account and account is None):
        _answer(now, f"{event.channel} stays as it was: it is registered no more, or the account is gone")
        return
    name = account.name if account is not None else ""
    modlog.log(now, channel, now.world.users.get(event.uid), "successor", [(name, name)] if name else ())
    _answer(now, f"{channel.name} has {f'the successor {name}' if name else 'no successor'}")
    now.world.register(channel, replace(channel.registration, successor=name))
    keep(now, channel)


# roles that last


def access_set(now: Applying, event: events.AccessSet) -> None:
    """An account has another role in a channel from now on, or none."""
    channel, account = now.world.known_channel(event.channel), now.world.account(event.account)
    registration = channel.registration if channel is not None else None
    if channel is None or registration is None or (event.role and account is None):
        _answer(now, f"{event.channel} stays as it was: it is registered no more, or the account is gone")
        return
    name = account.name if account is not None else event.account
    user = now.world.users.get(event.uid)
    if not event.role:
        modlog.log(now, channel, user, "unaccess", [(name, name)])
        _answer(now, f"{name} has no role in {channel.name} any more")
        _change(now, channel, registration.take(name))
        return
    role = roles.BY_LETTER[event.role].name
    modlog.log(now, channel, user, "access", [(name, name)], role)
    _answer(now, f"{name} is {role} of {channel.name} from now on")
    _change(
        now,
        channel,
        registration.give(Access(name, event.role, user.account if user is not None else "", now.seconds)),
    )


def grant(now: Applying, channel: Channel, account: str, letter: str, by: str) -> None:
    """Give an account a role in a registered channel, unless it has a higher one; tell who is there.

    ``by`` is the account that does it, empty for an administrator.  The event may be in the history as
    something else, a JOIN, so this is not.
    """
    registration = channel.registration
    if registration is not None and roles.rank(registration.role_of(account)) < roles.rank(letter):
        role = roles.BY_LETTER[letter].name
        modlog.log(now, channel, (by, by) if by else None, "access", [(account, account)], role)
        entry = Access(account, letter, by, now.seconds)
        _change(now, channel, registration.give(entry), recorded=False)


def role_set(now: Applying, event: events.RoleSet) -> None:
    """ChanServ gives a member a role, or takes it, for now."""
    channel, target = now.world.channel(event.channel), now.world.users.get(event.target)
    if channel is None or channel.registration is None:
        _answer(now, f"{event.channel} is registered no more")
        return
    if target is None or target not in channel.members:
        _answer(now, f"Nobody of that name is in {channel.name} any more")
        return
    changes = (
        _give(now, channel, [target], event.role) if event.add else _take(now, channel, target, event.role)
    )
    if not changes:
        _answer(now, f"{target.nick} {'has' if event.add else 'does not have'} that role already")
    else:
        sign = f"{'+' if event.add else '-'}{event.role}"
        modlog.log(now, channel, now.world.users.get(event.uid), "role", [modlog.person(target)], sign)
    _tell(now, channel, changes)


def switched(now: Applying, user: User, account: str) -> None:
    """A user was logged in to another account (or none, empty), and has the roles of the one of now."""
    for channel in user.channels.values():
        if channel.registration is not None:
            before, after = channel.registration.role_of(account), channel.registration.role_of(user.account)
            if before != after:
                changes = _take(now, channel, user, before) + _give(now, channel, [user], after)
                _tell(now, channel, changes, recorded=False)


def entered(now: Applying, user: User, channel: Channel) -> None:
    """Tell the members of a channel which role somebody came in with."""
    if channel.registration is not None:
        held = channel.roles_of(user)
        _tell(now, channel, [ModeChange(True, letter, user.nick) for letter in held], recorded=False)


def erased(now: Applying, nicks: Collection[str]) -> None:
    """Somebody (by their folded nicks) is to be named nowhere: not as who set a topic, or banned somebody."""
    for channel in (*now.world.channels.values(), *now.world.resting.values()):
        rows = [ban for known in channel.lists.values() for ban in known.values() if _by(ban.by) in nicks]
        if rows or _by(channel.topic_by) in nicks:
            channel.topic_by = NOBODY if _by(channel.topic_by) in nicks else channel.topic_by
            for known in channel.lists.values():
                known.update({key: ban._replace(by=NOBODY) for key, ban in known.items() if ban in rows})
            keep(now, channel)


def _by(source: str) -> str:
    return fold(source.partition("!")[0])


def forget(now: Applying, account: str) -> None:
    """An account (by its folded name) is gone: its channels are its successors', or nobody's."""
    for channel, registration in list(now.world.registered_channels()):
        if registration.concerns(account):
            left = registration.without(account)
            if left is None:
                modlog.log(now, channel, None, "drop")
                _drop(now, channel)
            else:
                if left.founder != registration.founder:
                    modlog.log(now, channel, None, "founder", [(left.founder, left.founder)])
                _change(now, channel, left)


def _change(now: Applying, channel: Channel, after: Registration, *, recorded: bool = True) -> None:
    """Have a channel's roles be others, also those of the members who are there."""
    before = channel.registration
    assert before is not None, "it is registered"
    now.world.register(channel, after)
    keep(now, channel)
    changes: list[ModeChange] = []
    for user in channel.members:
        old, new = before.role_of(user.account), after.role_of(user.account)
        if old != new:
            changes += _take(now, channel, user, old) + _give(now, channel, [user], new)
    _tell(now, channel, changes, recorded=recorded)


def _give(now: Applying, channel: Channel, users: Iterable[User], letter: str) -> list[ModeChange]:
    """Give members a role; return what was not so before."""
    given: list[ModeChange] = []
    for user in users:
        held = channel.members.get(user)
        if letter and held is not None and letter not in held:
            now.world.set_roles(user, channel, held + letter)
            given.append(ModeChange(True, letter, user.nick))
    return given


def _take(now: Applying, channel: Channel, user: User, letter: str) -> list[ModeChange]:
    held = channel.members[user]
    if not letter or letter not in held:
        return []
    now.world.set_roles(user, channel, held.replace(letter, ""))
    return [ModeChange(False, letter, user.nick)]


# telling


def _answer(now: Applying, text: str) -> None:
    if now.origin is not None:
        services.say(now.origin, text, services.CHANSERV)


def _tell(now: Applying, channel: Channel, changes: list[ModeChange], *, recorded: bool = True) -> None:
    """Tell the members of changes that ChanServ made.

    ``recorded`` False: what they follow from, a JOIN, is in the history under this event's id.
    """
    if not changes or not channel.members:
        return
    source, msgid = services.source(now.engine.settings.server, services.CHANSERV), ""
    if recorded:
        msgid = records.keep_served(now, channel, source, "MODE", channel.name, *format_modes(changes))
    for line in mode_lines.announced(changes, source, channel.name):
        _deliver(now, channel, Message("MODE", (channel.name, *line), source), now.stamp(None, msgid))
        msgid = ""  # a message has one id, and these lines are one


def _deliver(now: Applying, channel: Channel, message: Message, stamp: Stamp) -> None:
    now.deliver(channel.sessions, lambda caps: message._replace(tags=stamp.tags(caps)))
