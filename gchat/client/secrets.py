"""Passwords that are said to services stay off the screen: who looks over a shoulder reads stars.

What leaves is what was typed.  A service is told by its name.  Which of the words is the
password differs from network to network, so everything behind such a command is hidden.
"""

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
    if target.partition("@")[0].casefold() not in _SERVICES:
        return text
    command, *rest = text.split() or [""]
    if command.casefold() not in _WORDS:
        return text
    return " ".join([command, *(STARS for _ in rest)])
