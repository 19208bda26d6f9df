"""Themes: which colours and attributes the parts of the screen have.

The background is always the terminal's own, and so is the colour of what people say: there is one accent, a
quiet grey, one colour for errors, and the colours of nicks.  A colour is never the only sign of anything.
``dark`` and ``light`` are for terminals of which that is known; ``default`` is readable on both
(tests/client/test_theme.py computes the contrast of every colour here).

A new theme is an entry in ``THEMES``, its name one in ``settings.THEMES``.
"""

from typing import NamedTuple

from gchat.client.frame import BOLD, PLAIN, REVERSE, UNDERLINE, Style


class Theme(NamedTuple):
    """A style for each part of the screen."""

    text: Style
    strong: Style  # the buffer's name, who I am
    quiet: Style  # times, rules, presence, counts of busy rooms
    accent: Style  # mentions, the bar beside the current buffer, the prompt
    alert: Style  # errors and what failed
    called: Style  # the nick column of a line that mentions us
    own: Style  # our own nick
    hit: Style  # what a search found
    nicks: tuple[Style, ...]

    def nick(self, nick: str) -> Style:
        """Return the colour of somebody's nick: always the same one, at everybody who uses this theme."""
        return self.nicks[_hash(nick) % len(self.nicks)]


def _hash(nick: str) -> int:
    """Return a number for a nick: FNV-1a, because Python's own hash differs from start to start."""
    value = 0x811C9DC5
    for byte in nick.casefold().rstrip("_`^|").encode("utf-8", "replace"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value ^ value >> 15


def _theme(quiet: int, accent: int, alert: int, nicks: tuple[int, ...]) -> Theme:
    """Make a theme of its colours."""
    return Theme(
        text=Style(),
        strong=Style(attributes=BOLD),
        quiet=Style(quiet),
        accent=Style(accent, PLAIN, BOLD),
        alert=Style(alert),
        called=Style(accent, PLAIN, BOLD | REVERSE),
        own=Style(attributes=BOLD),
        hit=Style(attributes=UNDERLINE),
        nicks=tuple(Style(colour) for colour in nicks),
    )


THEMES: dict[str, Theme] = {
    "default": _theme(243, 31, 161, (28, 30, 63, 64, 98, 130, 131, 132, 133, 163, 97, 29)),
    "dark": _theme(
        247, 75, 203, (80, 114, 150, 141, 215, 176, 211, 222, 110, 79, 180, 186, 147, 217, 117, 209)
    ),
    "light": _theme(242, 26, 160, (24, 22, 58, 54, 94, 90, 125, 130, 61, 23, 88, 53, 25, 161, 97, 28)),
}
