"""Passwords that are said to services stay off the screen: who looks over a shoulder reads stars.

What leaves is what was typed.  A service is told by its name.  Which of the words is the
password differs from network to network, so everything behind such a command is hidden.
"""

from collections.abc import Sequence
from typing import Final

STARS: Final = "***"
_SERVICES = frozenset({"nickserv", "authserv", "userserv"})
_WORDS = frozenset(
    {
        "auth",
        "drop",
        "ghost",
        "id",
        "identify",
        "login",
        "newpass",
        "passwd",
        "password",
        "recover",
        "redeem",
        "regain",
        "register",
        "release",
        "set",
        "totp",
    }
)


def hidden(target: str, text: str) -> str:
    """Return what is shown of a text said to somebody: REGISTER *** for ``REGISTER opensesame``."""
    if not _is_secret(target, text):
        return text
    command, *rest = text.split()
    return " ".join([command, *(STARS for _ in rest)])


def all_hidden(target: str, lines: Sequence[str]) -> list[str]:
    """Return what is shown of lines said one after the other: behind a secret one all may be secret."""
    shown = [hidden(target, line) for line in lines]
    first = next((i for i, line in enumerate(lines) if _is_secret(target, line)), len(lines))
    return shown[: first + 1] + [" ".join(STARS for _ in line.split()) for line in lines[first + 1 :]]


def _is_secret(target: str, text: str) -> bool:
    if target.partition("@")[0].casefold() not in _SERVICES:
        return False
    return "".join(text.split(maxsplit=1)[:1]).casefold() in _WORDS
