"""From when on a member could have read the channel: the rules that ``gchat/server/seats.py`` tells of."""

from __future__ import annotations

from collections.abc import Iterable

from gchat.irc.casemap import fold
from gchat.irc.modes import ModeChange
from gchat.server import admission
from gchat.server.apply.context import Applying
from gchat.server.channel_modes import MUTE
from gchat.server.seats import BEGINNING, FORGOTTEN, WALLS, Fence
from gchat.server.stores.base import Change, Mark
from gchat.server.world import Channel, User


def arrived(now: Applying, user: User, channel: Channel) -> None:
    """A user came in, or a member logged in to an account."""
    seats, account = now.world.seats, fold(user.account)
    seat = seats.seat(account, channel.key) if account else None
    since = _since(now, user, channel, seat)
    present = seats.since(user.uid, channel.key)
    if present is not None:
        since = min(since, present)
    seats.sit(user.uid, channel.key, since)
    if account and since != seat:
        _keep(now, seats.take(account, channel.key, since))


def _since(now: Applying, user: User, channel: Channel, seat: Mark | None) -> Mark:
    fences = now.world.seats.fences
    fence, forgotten = fences.get(channel.key) or Fence(), _forgotten(fences.get(FORGOTTEN), channel)
    walls = {letter: None for letter in WALLS if letter in channel.modes}
    since = BEGINNING if seat is None else seat
    if seat is None:
        for letter, at in {**forgotten, **fence.walls, **walls}.items():
            if letter != "R" or not user.account:
                since = max(since, now.mark if at is None else at)
    for mask, at in fence.bars.items():
        if at is not None and at > since and admission.fits(user, mask):
            since = at
    return now.mark if admission.listed(user, channel, "b") else since


def _forgotten(fence: Fence | None, channel: Channel) -> dict[str, Mark | None]:
    """What all channels remember together of those that ended, as far as this may be one of them again.

    A channel that was there all the time is none: what is forgotten hides nothing that was said since it
    began, or whoever makes many channels and leaves them would hide everybody's history.
    """
    began = Mark(channel.created * 1000 - 1)
    return {} if fence is None else {name: min(at or began, began) for name, at in fence.walls.items()}


def removed(now: Applying, user: User, channel: Channel) -> None:
    """A user left the channel or was removed, not only disconnected."""
    if user.account:
        _keep(now, now.world.seats.give_up(fold(user.account), channel.key))


def emptied(now: Applying, channels: Iterable[Channel]) -> None:
    """Members have left these channels; one that has ended with the last of them keeps nobody out."""
    for channel in channels:
        fence = now.world.seats.fences.get(channel.key)
        if fence is not None and now.world.has_ended(channel):
            fence.fallen(now.mark)
            _keep(now, [now.world.seats.document(channel.key), *now.world.seats.ended(channel.key)])


def mode_changed(now: Applying, channel: Channel, change: ModeChange) -> None:
    """A mode or a ban, as it was announced, is set or gone now."""
    seats = now.world.seats
    at = None if change.add else now.mark
    if change.letter in WALLS:
        seats.fence(channel.key).walls[change.letter] = at
    elif change.letter == "b" and change.param and not change.param.startswith(MUTE):
        fence, mask = seats.fence(channel.key), fold(change.param)
        fence.bars.pop(mask, None)  # the one that was touched last is the last to be forgotten
        fence.bars[mask] = at
        fence.forget_bars()
    else:
        return
    now.engine.keep(seats.document(channel.key))


def _keep(now: Applying, changes: Iterable[Change]) -> None:
    for change in changes:
        now.engine.keep(change)
