"""What each channel role may do: the one table that every command asks.

Roles are letters as in MODE (``q a o h v``); a member's roles are a string of them, highest first.
https://modern.ircdocs.horse/#channel-membership-prefixes
"""

from __future__ import annotations

from enum import IntFlag, auto
from functools import lru_cache
from typing import Final, NamedTuple


class Right(IntFlag):
    """A thing that a role lets its holder do in the channel."""

    SPEAK = auto()  # in a moderated channel, through a ban, through a mute
    TOPIC = auto()  # set the topic where +t is set
    INVITE = auto()  # invite where +i is set
    KICK = auto()  # remove members of the same or a lower rank
    BAN = auto()  # change the lists b, e and I
    REDACT = auto()  # remove what others said
    MODES = auto()  # change every other channel mode


class Role(NamedTuple):
    """One row: mode letter, prefix symbol, name in words, rank, rights, and the roles it may give."""

    letter: str
    symbol: str
    name: str
    rank: int
    rights: Right
    grants: str


_MODERATE: Final = Right.SPEAK | Right.TOPIC | Right.INVITE | Right.KICK | Right.BAN | Right.REDACT
_ALL: Final = _MODERATE | Right.MODES

ROLES: Final[tuple[Role, ...]] = (
    Role("q", "~", "founder", 5, _ALL, "qaohv"),
    Role("a", "&", "admin", 4, _ALL, "ohv"),
    Role("o", "@", "operator", 3, _ALL, "ohv"),
    Role("h", "%", "half-operator", 2, _MODERATE, "v"),
    Role("v", "+", "voice", 1, Right.SPEAK, ""),
)
LETTERS: Final = "".join(role.letter for role in ROLES)
SYMBOLS: Final = "".join(role.symbol for role in ROLES)
BY_LETTER: Final[dict[str, Role]] = {role.letter: role for role in ROLES}
BY_SYMBOL: Final[dict[str, Role]] = {role.symbol: role for role in ROLES}
_NO_RIGHT: Final = Right(0)


def ordered(roles: str) -> str:
    """The same roles, highest first, each once."""
    return "".join(letter for letter in LETTERS if letter in roles)


def rank(roles: str) -> int:
    """The rank of the highest role; 0 for a member without one."""
    return BY_LETTER[roles[0]].rank if roles else 0


@lru_cache(maxsize=64)  # there are 32 sets of roles, and every message asks
def rights(roles: str) -> Right:
    """Everything that the roles allow together."""
    found = _NO_RIGHT
    for letter in roles:
        found |= BY_LETTER[letter].rights
    return found


@lru_cache(maxsize=256)
def may(roles: str, right: Right) -> bool:
    """True where one of the roles has the right."""
    return bool(rights(roles) & right)


def may_grant(roles: str, letter: str) -> bool:
    """True where one of the roles may give and take the role ``letter``."""
    return any(letter in BY_LETTER[held].grants for held in roles)


def prefix(roles: str, multi: bool) -> str:
    """The symbols in front of a nick: the highest one, or all with the multi-prefix capability."""
    if multi:
        return "".join(BY_LETTER[letter].symbol for letter in roles)
    return BY_LETTER[roles[0]].symbol if roles else ""


def at_least(roles: str, symbol: str) -> bool:
    """True where the roles reach the rank of a STATUSMSG prefix."""
    return rank(roles) >= BY_SYMBOL[symbol].rank
