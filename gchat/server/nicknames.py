"""Which nicks and channel names are possible, and how to find a free one.

https://modern.ircdocs.horse/#clients and #channels; RFC 2812, 2.3.1
"""

from __future__ import annotations

import string
import unicodedata
from itertools import pairwise

from gchat.irc import limits
from gchat.server.world import World

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
    """True for a nick that somebody may have."""
    return bool(text) and len(text) <= limits.NICKLEN and text[0] in _FIRST and _REST.issuperset(text)


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


def free(world: World, wanted: str) -> str:
    """A possible nick that nobody has, as like the wanted one as can be."""
    ascii_only = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode()
    base = "".join("_" if c == " " else c for c in ascii_only.strip() if c in _REST or c == " ").lstrip("-")
    if base and base[0] in string.digits:
        base = "_" + base
    base = base[: limits.NICKLEN] or FALLBACK
    candidate, number = base, 1
    while world.user(candidate) is not None or not is_nick(candidate):
        number += 1
        suffix = str(number)
        candidate = base[: limits.NICKLEN - len(suffix)] + suffix
    return candidate
