"""Which nicknames a server can be asked for at all.  What else it dislikes about one, the server says.

https://modern.ircdocs.horse/#clients; RFC 2812, 2.3.1, for the first character.
"""

_NOWHERE = " ,*?!@."  # what would end the parameter, or make it a mask or a server's name
_NOT_FIRST = ":#&$-0123456789"  # what would make it a text, a channel, a host's mask or a number


def why_not(nick: str) -> str:
    """Return what is wrong with a nickname, a sentence; "" where nothing is."""
    if not nick:
        return "A nickname is what others call you; it needs a letter at least."
    bad = next((c for c in nick if c in _NOWHERE or not c.isprintable()), "")
    if bad:
        named = "space" if bad == " " else f"'{bad}'" if bad.isprintable() else "control characters"
        return f"A nickname holds no {named}."
    return "A nickname begins with a letter." if nick[0] in _NOT_FIRST else ""


def plain_nick(nick: str) -> str:
    """Return what every server allows of a nickname; "" where no letter is left of it."""
    plain = "".join(c for c in nick if c.isascii() and (c.isalnum() or c in "_-[]|{}^`"))
    plain = plain.lstrip("0123456789-")[:9]
    return plain if any(c.isalpha() for c in plain) else ""
