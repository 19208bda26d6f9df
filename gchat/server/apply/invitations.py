"""Invitations are made, taken back and taken: the one place where they are counted."""

from __future__ import annotations

from dataclasses import replace

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.modes import ModeChange
from gchat.server import admission, events, invitations, mode_lines, services
from gchat.server.apply import channels, modlog, registrations
from gchat.server.apply.context import Applying
from gchat.server.channel_modes import ACCOUNT
from gchat.server.invitations import UNKNOWN, Invitation, Problem
from gchat.server.request import FailError
from gchat.server.roles import BY_LETTER
from gchat.server.stores.base import Document
from gchat.server.world import Ban, Channel, User


def invitation_made(now: Applying, event: events.InvitationMade) -> None:
    """There is one more invitation, and those that were over long ago are forgotten."""
    known = now.world.invitations
    _keep(now, known.tidy(now.seconds))
    _keep(now, known.put(invitations.from_document(event.body)))


def invitation_revoked(now: Applying, event: events.InvitationRevoked) -> None:
    """An invitation lets nobody in any more."""
    invitation = now.world.invitations.get(event.invitation)
    if invitation is not None and not invitation.revoked:
        _keep(now, now.world.invitations.put(replace(invitation, revoked=now.seconds)))


def use(now: Applying, id: str, account: str) -> Invitation | None:
    """Have an account use an invitation, which counts once; None, and the asker is told, where it may not."""
    invitation = now.world.invitations.get(id)
    problem = UNKNOWN if invitation is None else invitation.why_not(now.seconds, account)
    if invitation is None or problem is not None:
        _refuse(now, problem or UNKNOWN)
        return None
    invitation = invitation.use(account)
    _keep(now, now.world.invitations.put(invitation))
    return invitation


def redeemed(now: Applying, event: events.Redeemed) -> None:
    """A user comes into the channel of an invitation and has its role there from now on."""
    user, invitation = now.world.users.get(event.uid), now.world.invitations.get(event.invitation)
    if user is None or not user.account:
        return  # the account did not come about, and the asker was told why
    channel = now.world.known_channel(invitation.channel) if invitation is not None else None
    if (
        channel is not None
        and admission.listed(user, channel, "b")
        and not admission.listed(user, channel, "e")
    ):
        _refuse(now, Problem("BANNED", f"You are banned from {channel.name}, and no invitation ends that"))
        return
    invitation = use(now, event.invitation, user.account)
    if invitation is None:
        return
    _welcome(now, invitation)
    if invitation.bearer(user.account) in invitation.inside:
        # Those who removed somebody, or took the role back, have the last word.
        channels.joined(now, events.Joined(user.uid, invitation.channel))
        return
    _keep(now, now.world.invitations.put(invitation.let_in(user.account)))
    _let_in(now, user, channel, invitation)


def _welcome(now: Applying, invitation: Invitation) -> None:
    text = f"The invitation to {invitation.channel}{_role(invitation)} is yours"
    if now.origin is not None and now.origin.message.command == "REDEEM":
        params = ("REDEEM", "ACCEPTED", invitation.channel, text)
        now.origin.send(Message("NOTE", params, now.server))
    elif now.origin is not None:
        services.say(now.origin, text)


def _role(invitation: Invitation) -> str:
    return f" as {BY_LETTER[invitation.role].name}" if invitation.role else ""


def _let_in(now: Applying, user: User, channel: Channel | None, invitation: Invitation) -> None:
    lasting = channel is not None and channel.registration is not None
    if channel is not None and lasting and invitation.role:
        registrations.grant(now, channel, user.account, invitation.role, "")
    if channel is not None and user not in channel.members:
        now.world.invite(user, channel)
    key = channel.modes.get("k", "") if channel is not None else ""
    channels.joined(now, events.Joined(user.uid, invitation.channel, key))
    channel = now.world.channel(invitation.channel)
    assert channel is not None, "the user is in it"
    changes = [] if lasting and invitation.role else _guest(now, channel, user)
    if not lasting and invitation.role and invitation.role not in channel.members[user]:
        now.world.set_roles(user, channel, channel.members[user] + invitation.role)
        changes.append(ModeChange(True, invitation.role, user.nick))
    _tell(now, channel, changes)
    modlog.log(now, channel, None, "invitation", [modlog.person(user)], f"{invitation.id}{_role(invitation)}")


def _guest(now: Applying, channel: Channel, user: User) -> list[ModeChange]:
    """Let an account come again without an invitation: it goes to the channel's list I."""
    mask, rows = ACCOUNT + user.account, channel.lists["I"]
    if fold(mask) in rows or len(rows) >= now.engine.settings.limits.list_entries:
        return []
    rows[fold(mask)] = Ban(mask, now.server, now.seconds)
    return [ModeChange(True, "I", mask)]


def _tell(now: Applying, channel: Channel, changes: list[ModeChange]) -> None:
    if not changes:
        return
    registrations.keep(now, channel)
    for line in mode_lines.announced(changes, now.server, channel.name):
        _deliver(now, channel, Message("MODE", (channel.name, *line), now.server))


def _deliver(now: Applying, channel: Channel, message: Message) -> None:
    stamp = now.stamp(None)  # it follows from the JOIN, which is in the history
    now.deliver(channel.sessions, lambda caps: message._replace(tags=stamp.tags(caps)))


def _refuse(now: Applying, problem: Problem) -> None:
    if now.origin is None:
        return
    if now.origin.message.command in ("REDEEM", "REGISTER"):
        now.origin.refuse(FailError(problem.code, text=problem.text, command="REDEEM"))
    else:
        services.say(now.origin, problem.text)


def _keep(now: Applying, changes: list[Document]) -> None:
    for change in changes:
        now.engine.keep(change)
