"""Words of people where they stand beside the server's own: in refusals, lists and the moderation log."""

from __future__ import annotations

_JOINER = "\u200d"  # of emoji


def harmless(text: str) -> str:
    """The text without what is no writing: controls, formatting of IRC, marks that turn a line around."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == _JOINER else "?" for c in text)
