"""WHO: the members of a channel, one user, or all who match a mask.

https://modern.ircdocs.horse/#who-message, https://ircv3.net/specs/extensions/whox
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gchat.irc import limits
from gchat.irc.mask import compile_mask
from gchat.irc.numerics import ERR_TOOMANYMATCHES, RPL_ENDOFWHO, RPL_WHOREPLY, RPL_WHOSPCRPL
from gchat.server import capabilities as cap
from gchat.server import roles
from gchat.server.commands import about
from gchat.server.commands.room import Room
from gchat.server.commands.slices import BREATH, PEOPLE
from gchat.server.request import Request, Steps
from gchat.server.visibility import can_see_address, can_see_member, can_see_user
from gchat.server.world import Channel, User

EVERYBODY = ("*", "0")  # "0" is RFC 1459's
_FIELDS = "tcuihsnfdlaor"  # of WHOX, in the order in which they are sent
_HIDDEN_IP = "255.255.255.255"
_MASKLEN = 200  # bytes of the asker's mask that are sent back, more than anything that can match has

# What a mask may match: all of it but the account, or what a flag before the % names (as ircu has them).
_MATCHED: dict[str, Callable[[User], str]] = {
    "n": lambda user: user.nick,
    "u": lambda user: user.username,
    "h": lambda user: user.host,
    "r": lambda user: user.realname,
    "a": lambda user: user.account,
}
_USUAL = "nuhr"


class _Options(NamedTuple):
    """The second parameter: ``flags%fields,token``.  ``fields`` is None without a ``%``, a plain WHO."""

    flags: str
    fields: str | None
    token: str

    @classmethod
    def parse(cls, text: str) -> _Options:
        flags, percent, rest = text.partition("%")
        fields, _, token = rest.partition(",")
        if not (token.isascii() and token.isdigit() and len(token) <= 3):
            token = "0"
        return cls(flags, fields if percent else None, token)


def who(request: Request) -> Steps:
    """WHO [mask [flags][%fields[,token]]]; the flag ``o`` asks for server operators only"""
    mask = request.param(0) or "*"
    options = _Options.parse(request.param(1))
    numeric = RPL_WHOREPLY if options.fields is None else RPL_WHOSPCRPL
    room = Room(request)
    candidates, is_meant = _asked(request, mask, options.flags)
    for index, (user, channel) in enumerate(candidates):
        if index and not index % PEOPLE:
            yield BREATH
        if not is_meant(user, channel) or ("o" in options.flags and not user.is_operator):
            continue
        if options.fields is None:
            params = _plain(request, user, channel)
        else:
            params = _extended(request, user, channel, options.fields, options.token)
        if not room.take(*params, user.realname):
            text = "There are more: ask for fewer, with a channel or a narrower mask"
            request.reply(ERR_TOOMANYMATCHES, "WHO", limits.cut(mask, _MASKLEN), text=text)
            break
        request.reply(numeric, *params, hopcount="0", realname=user.realname)
    request.reply(RPL_ENDOFWHO, limits.cut(mask, _MASKLEN))


_Candidates = list[tuple[User, Channel | None]]


def _asked(
    request: Request, mask: str, flags: str
) -> tuple[_Candidates, Callable[[User, Channel | None], bool]]:
    """Whom the mask may mean, with the channel if it is one; and whether somebody of them is meant.

    That is asked of each when their turn comes: by then, they may be gone.
    """
    viewer, world = request.user, request.world
    if mask.startswith("#"):
        channel = world.channel(mask)
        members: _Candidates = [(user, channel) for user in channel.members] if channel is not None else []
        return (
            members,
            lambda user, channel: (
                channel is not None and user in channel.members and can_see_member(viewer, user, channel)
            ),
        )
    exact = world.user(mask)
    if exact is not None:  # who knows the nick may ask, invisible or not
        return [(exact, None)], lambda user, channel: True
    fits = compile_mask("*" if mask in EVERYBODY else mask)
    looked_at = [_MATCHED[flag] for flag in flags if flag in _MATCHED] or [_MATCHED[flag] for flag in _USUAL]
    if "!" in mask or "@" in mask:
        looked_at.append(lambda user: user.source)
    return (
        [(user, None) for user in world.users.values()],
        lambda user, channel: (
            user.uid in world.users
            and can_see_user(viewer, user)
            and any(fits(text(user)) for text in looked_at)
        ),
    )


def _flags(request: Request, user: User, channel: Channel | None) -> str:
    """Here or gone, server operator, roles in the channel, bot (https://ircv3.net/specs/extensions/bot-mode)."""
    held = channel.roles_of(user) if channel is not None else ""
    prefix = roles.prefix(held, bool(request.session.caps & cap.MULTI_PREFIX))
    operator = "*" if user.is_operator else ""
    return ("G" if user.away else "H") + operator + prefix + ("B" if "B" in user.modes else "")


def _plain(request: Request, user: User, channel: Channel | None) -> tuple[str, ...]:
    """The parameters of RPL_WHOREPLY before the hop count and the real name."""
    name = channel.name if channel is not None else "*"
    server = request.settings.server.name
    return (name, user.username, user.host, server, user.nick, _flags(request, user, channel))


def _extended(
    request: Request, user: User, channel: Channel | None, fields: str, token: str
) -> tuple[str, ...]:
    """The parameters of RPL_WHOSPCRPL: exactly what was asked for."""
    values = {
        "t": token,
        "c": channel.name if channel is not None else "*",
        "u": user.username,
        "i": (about.ip(user) if can_see_address(request.user, user) else "") or _HIDDEN_IP,
        "h": user.host,
        "s": request.settings.server.name,
        "n": user.nick,
        "f": _flags(request, user, channel),
        "d": "0",
        "l": str(about.idle(user, request.engine.clock()) or 0),
        "a": user.account or "0",
        "o": "n/a",
        "r": user.realname,
    }
    return tuple(values[field] for field in _FIELDS if field in fields)
