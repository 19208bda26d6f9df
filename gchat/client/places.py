"""Places in a text that is being written: where characters, words and lines begin and end.

A place is an index into the text.  What looks like one character is never parted.
"""

from bisect import bisect_left, bisect_right

from gchat.client.text import boundaries, width


def at_or_before(text: str, index: int) -> int:
    """Return the boundary of characters at or before an index, wherever that is."""
    index = min(max(index, 0), len(text))
    if text.isascii():
        return index
    edges = boundaries(text)
    return edges[bisect_right(edges, index) - 1]


def at_or_after(text: str, index: int) -> int:
    """Return the boundary at or after an index."""
    if text.isascii():
        return index
    edges = boundaries(text)
    return edges[bisect_left(edges, index)]


def after(text: str, index: int) -> int:
    """Return the boundary after an index."""
    if text.isascii() or index >= len(text):
        return min(index + 1, len(text))
    edges = boundaries(text)
    return edges[bisect_right(edges, index)]


def before(text: str, index: int) -> int:
    """Return the boundary before an index."""
    if text.isascii() or index <= 0:
        return max(index - 1, 0)
    edges = boundaries(text)
    return edges[bisect_left(edges, index) - 1]


def word_end(text: str, index: int) -> int:
    """Return where the word at or after an index ends."""
    while index < len(text) and not _of_word(text[index]):
        index += 1
    while index < len(text) and _of_word(text[index]):
        index += 1
    return index


def word_start(text: str, index: int) -> int:
    """Return where the word before an index begins."""
    while index and not _of_word(text[index - 1]):
        index -= 1
    while index and _of_word(text[index - 1]):
        index -= 1
    return index


def spaced_start(text: str, index: int) -> int:
    """Return where what stands between spaces before an index begins, whatever it is made of."""
    while index and text[index - 1].isspace():
        index -= 1
    while index and not text[index - 1].isspace():
        index -= 1
    return index


def line(text: str, index: int) -> tuple[int, int]:
    """Return start and end (before its newline) of the line an index is in."""
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    return start, len(text) if end < 0 else end


def _of_word(char: str) -> bool:
    return char.isalnum() or char == "_" or (char > "\u02ff" and width(char) == 0)
