"""Text as it stands in cells: made harmless, measured, cut, wrapped.

``sanitise`` is the one function every remote string passes once, when it comes in, before it reaches any
cell, title, notification, log or pipe.  Everything else here works on what it returns.

Widths are those curses will show, which is the sum over single characters (``CURSES.md``: ncurses drops the
joiner of emoji sequences and counts their parts): so what a joiner, a variation selector or a skin tone would
change is taken out, and the rest looks the same in every terminal.  ``terminal.py`` checks with ncurses
itself before it draws.

Tables are filled as characters are met; ``wcwidth`` and ``unicodedata`` are imported at the first one that
needs them, because a start in plain text should not pay for them (20 ms).
"""

import re
from collections.abc import Iterable
from itertools import pairwise

_MARKS = 4  # combining characters that one cell of curses holds (CCHARW_MAX is 5 with the base)
_TAB = "    "
# modern.ircdocs.horse/formatting: bold, colour with its digits, hex colour, reset, monospace, reverse,
# italics, strikethrough, underline
_FORMATTING = re.compile(
    "\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)
# Not of the general category Cf, and yet nothing to see: Hangul fillers, combining grapheme joiner, Khmer
# vowels that are not to be used, Mongolian and other variation selectors (Unicode 15.0,
# DerivedCoreProperties, Default_Ignorable)
_INVISIBLE = frozenset(
    (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
    )
)


class _Harmless(dict[int, "int | str | None"]):
    """What ``str.translate`` puts in a character's place; asked once for each character ever seen."""

    def __missing__(self, code: int) -> int | str | None:
        result = self[code] = _harmless(code)
        return result


def _harmless(code: int) -> int | str | None:
    """Return what stands for one character: itself, other text, or None where it is dropped."""
    if code < 0x20 or code == 0x7F:
        return _TAB if code == 9 else "^" + chr(code ^ 0x40)
    if code < 0x80:
        return code
    if code < 0xA0 or code in _INVISIBLE:
        return None
    if code in (0x2028, 0x2029):
        return " "
    if 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE:  # lone surrogates, noncharacters
        return 0xFFFD
    import unicodedata

    # Cf: bidi controls, joiners, zero-width space, soft hyphen, tags, byte order mark, interlinear annotation
    return None if unicodedata.category(chr(code)) == "Cf" else code


class _Widths(dict[str, int]):
    """Cells of one character: 0, 1 or 2."""

    def __missing__(self, char: str) -> int:
        result = self[char] = _measure(char)
        return result


def _measure(char: str) -> int:
    """Return how many cells a character takes in curses."""
    code = ord(char)
    if code < 0x0300 or 0x2010 <= code < 0x2028 or 0x2030 <= code < 0x2060 or 0x2500 <= code < 0x25A0:
        return 1  # Latin, dashes and quotes, boxes: what the screen itself is drawn with
    if code in _REGIONAL:
        return 1  # a flag is two of them
    from wcwidth import wcwidth

    cells = wcwidth(char)
    if cells == 0:
        import unicodedata

        # libc gives a spacing vowel sign a cell of its own, and so do the terminals that ask it
        return 1 if unicodedata.category(char) == "Mc" else 0
    return max(1, cells)  # not assigned yet: drawn as one cell or not at all


_HARMLESS = _Harmless()
_WIDTHS = _Widths()


def sanitise(text: str) -> str:
    """Return a text that can do no harm on a screen, on one line.  Idempotent.

    IRC formatting is taken out, C0 controls are shown as ``^G``, tabs as spaces; C1, bidi controls,
    zero-width and tag characters are dropped, as is every combining mark after the fourth in one cell.
    """
    if text.isascii():
        if text.isprintable():
            return text
        return _FORMATTING.sub("", text).translate(_HARMLESS)
    text = _FORMATTING.sub("", text).translate(_HARMLESS)
    if max(text, default="") < "\u0300":
        return text
    return "".join(_capped(text))


def _capped(text: str) -> Iterable[str]:
    """Leave out what fits no cell: marks without a base, marks past the fourth, skin tones."""
    widths = _WIDTHS
    marks = _MARKS  # nothing to sit on before the first character
    before = 0
    for char in text:
        cells = widths[char]
        if cells == 0:
            if marks < _MARKS:
                marks += 1
                yield char
            continue
        if ord(char) in _SKIN_TONES and before == 2:
            continue
        marks = 0
        before = cells
        yield char


def width(text: str) -> int:
    """Return the cells that a sanitised text takes."""
    if text.isascii():
        return len(text)
    widths = _WIDTHS
    return sum([widths[char] for char in text])


def boundaries(text: str) -> list[int]:
    """Return the indexes where a cluster begins, and the text's length: ``"e\u0301x"`` gives ``[0, 2, 3]``.

    A cluster is what one press of Backspace or an arrow key takes: a character with its marks, an emoji
    sequence with joiners, a flag.  Any text is taken, also one that is not sanitised (a person's own input).
    """
    if text.isascii():
        return list(range(len(text) + 1))
    result = []
    alone = True  # nothing belongs to what stands before: the start, or a newline
    joined = False
    regional = 0
    for index, char in enumerate(text):
        code = ord(char)
        flag = code in _REGIONAL
        if alone or code == 10 or not (joined or (flag and regional % 2) or _extends(code, char)):
            result.append(index)
        alone = code == 10
        joined = code == 0x200D
        regional = regional + 1 if flag else 0
    result.append(len(text))
    return result


def _extends(code: int, char: str) -> bool:
    """Say whether a character belongs to the one before it."""
    return code >= 0x0300 and (code in _SKIN_TONES or _WIDTHS[char] == 0)


def clusters(text: str) -> list[str]:
    """Return the pieces of a text that are one character to a person."""
    edges = boundaries(text)
    return [text[a:b] for a, b in pairwise(edges)]


def cut(text: str, cells: int) -> str:
    """Return the start of a sanitised text that fits into so many cells; no cluster is split."""
    if cells <= 0:
        return ""
    if text.isascii():
        return text[:cells]
    used = 0
    edges = boundaries(text)
    for start, end in pairwise(edges):
        used += width(text[start:end])
        if used > cells:
            return text[:start]
    return text


def shorten(text: str, cells: int, ellipsis: str = "…") -> str:
    """Return the text, or its start and an ellipsis where it does not fit."""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    return cut(text, room).rstrip() + ellipsis if room > 0 else cut(text, cells)


def pad(text: str, cells: int) -> str:
    """Return the text cut or filled with spaces at its end to exactly so many cells."""
    if text.isascii():
        return text[: max(0, cells)].ljust(cells)
    text = cut(text, cells)
    return text + " " * (cells - width(text))


def pad_left(text: str, cells: int) -> str:
    """Return the text cut at its end or filled with spaces at its start to exactly so many cells."""
    text = cut(text, cells)
    return " " * (cells - width(text)) + text


def wrap(text: str, cells: int) -> list[tuple[int, int]]:
    """Return the start and end of each row of a sanitised text in rows of so many cells; at least one.

    Rows end between words; a space at a row's end is in no row, other spaces stay.  A word longer than a row
    is broken between clusters, and wide characters (CJK) can be parted anywhere.  Every index but those
    spaces is in one row.
    """
    cells = max(1, cells)
    if text.isascii() or _is_plain(text):
        return _wrap_plain(text, cells)
    return _wrap_wide(text, cells)


def _is_plain(text: str) -> bool:
    """Say whether every character is a cluster and a cell of its own."""
    widths = _WIDTHS
    return max(text) < "\U0001f1e6" and {widths[char] for char in text} == {1}


def _wrap_plain(text: str, cells: int) -> list[tuple[int, int]]:
    length = len(text)
    rows = []
    start = 0
    while length - start > cells:
        end = text.rfind(" ", start + 1, start + cells + 1)
        if end < 0 or not text[start:end].strip(" "):
            rows.append((start, start + cells))
            start += cells
            continue
        rows.append((start, end))
        start = end + 1
    if start < length or not rows:
        rows.append((start, length))
    return rows


def _wrap_wide(text: str, cells: int) -> list[tuple[int, int]]:
    rows = []
    start = used = 0
    word = 0  # where the row may end: the last chance before here ...
    resume = 0  # ... and where the next row would begin
    edges = boundaries(text)
    for at, after in pairwise(edges):
        cluster = text[at:after]
        space = cluster == " "
        wide = width(cluster)
        if wide == 2 and at > start:
            word = resume = at
        if used + wide > cells and at > start:
            if space:
                rows.append((start, at))
                start, used, word, resume = after, 0, after, after
                continue
            if word > start and text[start:word].strip(" "):
                rows.append((start, word))
                start = resume
            else:
                rows.append((start, at))
                start = at
            used = width(text[start:at])
            word = resume = start
        used += wide
        if space:
            word, resume = at, after
        elif wide == 2:
            word = resume = after
    if start < len(text) or not rows:
        rows.append((start, len(text)))
    return rows
