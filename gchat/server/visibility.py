"""Who may see what: the one place that every way of reading asks."""

from __future__ import annotations

from gchat.server.stores.base import Mark
from gchat.server.world import Channel, User, World


def can_see(viewer: User | None, channel: Channel) -> bool:
    """True where the channel, its topic and its members are no secret to the viewer.

    https://modern.ircdocs.horse/#secret-channel-mode
    """
    return "s" not in channel.modes or viewer in channel.members


def can_see_member(viewer: User | None, user: User, channel: Channel) -> bool:
    """True where the viewer may know that the user is in the channel: members know each other, others see who
    is not invisible.  https://modern.ircdocs.horse/#invisible-user-mode
    """
    if viewer in channel.members or viewer is user:
        return True
    return can_see(viewer, channel) and ("i" not in user.modes or (viewer is not None and viewer.is_operator))


def can_see_user(viewer: User, user: User) -> bool:
    """True where a search without an exact nick may find the user."""
    if "i" not in user.modes or viewer is user or viewer.is_operator:
        return True
    return any(key in user.channels for key in viewer.channels)


def can_see_history(world: World, viewer: User, target: str) -> Mark | None:
    """After which mark the viewer may read what was said in a target; None where nothing of it.

    ``target`` is a channel's folded name or ``direct`` of two sides.  A channel is read by its members, as
    far back as they could have read it live (``seats.py``); direct messages by the two accounts that they
    are between.  Who waited for an answer asks again before it is shown.
    """
    if target.startswith("#"):
        return world.seats.since(viewer.uid, target)
    return Mark(0) if viewer.account and viewer.party in target.split(" ") else None


def can_see_metadata(viewer: User, channel: Channel) -> bool:
    """True where the viewer may read what the channel says of itself: as far as it is no secret, and open to
    whoever wants to come in.
    """
    if viewer in channel.members or viewer.is_operator:
        return True
    return can_see(viewer, channel) and not channel.modes.keys() & {"i", "k"}


def may_address(viewer: User, channel: Channel) -> bool:
    """True where a command that names the channel may admit that it exists.

    Server operators put things right in every channel; they are shown no secret that they cannot name.
    """
    return can_see(viewer, channel) or viewer.is_operator


def can_see_address(viewer: User, user: User) -> bool:
    """True where the viewer may know from where the user really connects."""
    return viewer is user or viewer.is_operator


def moderated_since(viewer: User, channel: Channel) -> Mark:
    """The mark after which its operators see to a channel: who has made one anew is no operator of the one
    that had its name before.
    """
    return Mark(0) if viewer.is_operator else Mark(channel.created * 1000 - 1)
