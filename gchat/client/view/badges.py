"""Reactions as they stand at a line's right: ``👍 2  🎉 1``."""

from gchat.client.line import Reactions
from gchat.client.references import SHORTHANDS
from gchat.client.view.signs import Signs

_PLAIN = {emoji: shorthand for shorthand, emoji in SHORTHANDS.items()}


def badge(reactions: Reactions, signs: Signs) -> str:
    """Return the reactions of a line and how many people have each."""
    return "  ".join(f"{_shown(reaction, signs)} {len(people)}" for reaction, people in reactions.items())


def _shown(reaction: str, signs: Signs) -> str:
    """Return a reaction as this terminal can show it; what has no shorthand is the terminal's to replace."""
    if signs.emoji:
        return reaction
    return _PLAIN.get(reaction, reaction)
