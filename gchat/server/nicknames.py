"""Which nicks and channel names are possible, and how to find a free one.

https://modern.ircdocs.horse/#clients and #channels; RFC 2812, 2.3.1
"""

from __future__ import annotations

import string
import unicodedata
from itertools import pairwise

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.numerics import ERR_NICKNAMEINUSE
from gchat.server import services
from gchat.server.request import ReplyError
from gchat.server.world import User, World
from gchat.tutorial.text import to_ascii

_FIRST = frozenset(string.ascii_letters + "[]\\`_^{|}")
_REST = _FIRST | frozenset(string.digits + "-")
_NOT_IN_CHANNEL = frozenset(" ,\a\r\n\0")
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")  # Unicode's controls, formats and separators
# Of other categories, and yet nothing to see: Hangul fillers, the Braille blank, combining grapheme joiner,
# Khmer vowels that are not to be used, variation selectors but for U+FE0F, which emoji have.
_BLANK = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
            *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE0F), *range(0xE0100, 0xE01F0)),
        ),
    )
)
FALLBACK = "Guest"


def is_nick(text: str) -> bool:
    """True for a nick that somebody may have; a service's is none."""
    possible = bool(text) and len(text) <= limits.NICKLEN and text[0] in _FIRST and _REST.issuperset(text)
    return possible and fold(text) not in services.NAMES


def is_channel(text: str) -> bool:
    """True for a channel name: ``#`` and at least one more character, none blank or a control code.

    Nobody may open a second ``#team`` that looks like the first.
    """
    return (
        len(text) > 1
        and text[0] == "#"
        and len(text.encode()) <= limits.CHANNELLEN
        and (text.isascii() or not _has_blanks(text))
        and not any(c in _NOT_IN_CHANNEL or unicodedata.category(c) in _INVISIBLE for c in text)
    )


def _has_blanks(text: str) -> bool:
    """True where something cannot be seen: a blank letter, or U+FE0F that makes no emoji of a symbol."""
    return any(c in _BLANK for c in text) or any(
        c == "\ufe0f" and unicodedata.category(before) not in ("So", "Sm", "Sk", "Po")
        for before, c in pairwise(text)
    )


def is_free(world: World, nick: str, account: str, user: User | None = None) -> bool:
    """True where nobody else has the nick and it is not held for another account than this one."""
    holder = world.user(nick)
    if holder is not None and holder is not user:
        return False
    owner = world.account_of_nick(nick)
    return owner is None or owner.key == fold(account)


def taken(world: World, nick: str) -> ReplyError:
    """Refuse a nick, with what its owner can do about it."""
    owner = world.account_of_nick(nick)
    if owner is None:
        return ReplyError(ERR_NICKNAMEINUSE, nick)
    text = f"This nick is registered: if it is yours, log in to {owner.name}, else take another one"
    return ReplyError(ERR_NICKNAMEINUSE, nick, text=text)


def free(world: World, wanted: str) -> str:
    """A possible nick that nobody has, as like the wanted one as can be."""
    words = to_ascii(wanted).strip()
    base = "".join("_" if c == " " else c for c in words if c in _REST or c == " ").lstrip("-")
    if base and base[0] in string.digits:
        base = "_" + base
    base = base[: limits.NICKLEN] or FALLBACK
    candidate, number = base, 1
    while (
        world.user(candidate) is not None
        or world.account_of_nick(candidate) is not None
        or not is_nick(candidate)
    ):
        number += 1
        suffix = str(number)
        candidate = base[: limits.NICKLEN - len(suffix)] + suffix
    return candidate
