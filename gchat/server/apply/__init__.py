"""From an event to the changed world and the deliveries that tell of it: the only writer of the world.

Everything a client sees because something *happened* is made here, for those who watch and for the session
that caused it; replies to questions are the handlers'.  An event may have become impossible since its handler
looked (somebody took the nick): then nothing changes, and the session that asked is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gchat.server import events, staying
from gchat.server.apply import (
    accounts,
    channels,
    history,
    invitations,
    messages,
    metadata,
    moderation,
    registrations,
    renaming,
    users,
)
from gchat.server.apply.context import Apply, Applying

__all__ = ["Apply", "Applying", "apply"]

_TABLE: Final[dict[type[Any], Callable[[Applying, Any], None]]] = {
    events.Registered: users.registered,
    events.NickChanged: users.nick_changed,
    events.Quit: users.quit_,
    events.Killed: users.killed,
    events.Detached: users.detached,
    events.Reconfigured: users.reconfigured,
    events.AwaySet: users.away_set,
    events.RealnameSet: users.realname_set,
    events.HostChanged: users.host_changed,
    events.Opered: users.opered,
    events.UserModesSet: users.modes_set,
    events.Joined: channels.joined,
    events.Parted: channels.parted,
    events.Kicked: channels.kicked,
    events.TopicSet: channels.topic_set,
    events.ModesSet: channels.modes_set,
    events.ChannelRenamed: renaming.channel_renamed,
    events.Banned: moderation.banned,
    events.BansEnded: moderation.bans_ended,
    events.Purged: moderation.purged,
    events.Invited: channels.invited,
    events.Said: messages.said,
    events.Redacted: history.redacted,
    events.Edited: history.edited,
    events.MarkedRead: history.marked_read,
    events.Walloped: messages.walloped,
    events.LoggedIn: accounts.logged_in,
    events.LoggedOut: accounts.logged_out,
    events.AccountRegistered: accounts.account_registered,
    events.AccountChanged: accounts.account_changed,
    events.AccountDropped: accounts.account_dropped,
    events.InvitationMade: invitations.invitation_made,
    events.InvitationRevoked: invitations.invitation_revoked,
    events.Redeemed: invitations.redeemed,
    events.MetadataSet: metadata.metadata_set,
    events.MetadataCleared: metadata.metadata_cleared,
    events.ChannelRegistered: registrations.channel_registered,
    events.ChannelDropped: registrations.channel_dropped,
    events.FounderSet: registrations.founder_set,
    events.SuccessorSet: registrations.successor_set,
    events.AccessSet: registrations.access_set,
    events.RoleSet: registrations.role_set,
}


def apply(applying: Applying) -> None:
    """Apply one event."""
    event, world = applying.entry.event, applying.world
    _TABLE[type(event)](applying, event)
    if world.lasting.touched:
        for change in staying.changes(world, applying.engine.settings.accounts):
            applying.engine.keep(change)
