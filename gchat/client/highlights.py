"""Whether a text calls somebody: the own nick, or a configured word, standing as a word of its own."""

from collections.abc import Iterable

# Characters that nicks are made of beside letters and digits (RFC 2812, 2.3.1): "Nine-bot" does not call
# Nine.
_OF_A_NICK = frozenset("_-[]{}\\|^`")


def calls(text: str, nick: str, words: Iterable[str]) -> bool:
    """Tell whether ``text`` holds ``nick`` or one of ``words`` as a word; letter case does not count."""
    lower = text.lower()
    folded = nick.lower()
    if folded and folded in lower and _as_word(lower, folded):
        return True
    return any(word and word.lower() in lower and _as_word(lower, word.lower()) for word in words)


def _as_word(text: str, word: str) -> bool:
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and _joins(text[start - 1])) and not (end < len(text) and _joins(text[end])):
            return True
        start = text.find(word, start + 1)
    return False


def _joins(character: str) -> bool:
    return character.isalnum() or character in _OF_A_NICK
