"""What goes into a channel's moderation log: one entry for each thing that somebody did with a role's right.

``log`` is called by the functions of this package, after the thing is done.  Of channels that are not
registered there is a log, too; what ends by itself (a ban whose time is over) has no entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gchat.irc.modes import ModeChange, format_modes
from gchat.server import roles
from gchat.server.apply.context import Applying
from gchat.server.channel_modes import ACCOUNT, MUTE
from gchat.server.harmless import harmless
from gchat.server.stores.base import Moderation
from gchat.server.world import Channel, User

Person = tuple[str, str]  # the name and the account, which may be ""


def log(
    now: Applying,
    channel: Channel,
    user: User | Person | None,
    action: str,
    whom: Iterable[Person] = (),
    detail: str = "",
    reason: str = "",
) -> None:
    """Keep an entry; ``user`` None stands for the server itself."""
    nick, account = person(user) if isinstance(user, User) else user or (now.server, "")
    now.engine.keep(
        Moderation(
            channel.key,
            now.entry.id,
            action,
            nick,
            account,
            tuple(whom),
            harmless(detail),
            harmless(reason),
        )
    )


def modes(now: Applying, channel: Channel, user: User, done: Sequence[ModeChange]) -> None:
    """Keep an entry of the changes of one MODE, as they were announced."""
    letters = {change.letter for change in done}
    signs = {change.add for change in done}
    kinds = {(change.param or "").startswith(MUTE) for change in done}
    # A key is not for those who read this later.
    shown = format_modes(change._replace(param="*") if change.letter == "k" else change for change in done)
    if letters == {"b"} and len(signs) == len(kinds) == 1:
        (add,), (mute,) = signs, kinds
        action = ("" if add else "un") + ("mute" if mute else "ban")
        log(now, channel, user, action, [masked(change.param or "") for change in done])
    elif letters <= set(roles.LETTERS):
        members = [now.world.user(change.param or "") for change in done]
        log(now, channel, user, "role", [person(one) for one in members if one], shown[0])
    else:
        log(now, channel, user, "mode", _people(now, done), " ".join(shown))


def _people(now: Applying, done: Sequence[ModeChange]) -> list[Person]:
    found: list[Person] = []
    for change in done:
        member = now.world.user(change.param or "") if change.letter in roles.LETTERS else None
        if member is not None:
            found.append(person(member))
        elif change.letter in "beI":
            found.append(masked(change.param or ""))
    return found


def person(user: User) -> Person:
    """A user as an entry names them."""
    return user.nick, user.account


def masked(mask: str) -> Person:
    """A mask as an entry names it; one of an account is that account's."""
    name = mask.removeprefix(MUTE)
    return name, name[len(ACCOUNT) :] if name.startswith(ACCOUNT) else ""
