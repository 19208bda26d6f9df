"""One line of a buffer as rows of the message pane: time, nick column, text, state of our own.

``render`` gives rows that are exactly as wide as the pane; what it is given decides all of it, so rows can
be kept by its arguments.
"""

from itertools import pairwise
from typing import NamedTuple

from gchat.client.frame import Row, Run, Style, fit, text_of
from gchat.client.line import Delivery, Fate, Line, LineKind
from gchat.client.text import pad, shorten, width, wrap
from gchat.client.theme import Theme
from gchat.client.view.badges import badge
from gchat.client.view.clock import date, minute
from gchat.client.view.signs import Signs

NICK_COLUMN = 8  # cells at least ...
WIDEST_NICK_COLUMN = 16  # ... and at most
_INDENTED_OVER = 8  # cells
_EDITED = " (edited)"
_SEND_AGAIN = " (M-s sends it again)"


class Pane(NamedTuple):
    """How lines are laid out in the message pane: what all of them share."""

    width: int
    times: bool
    nick: int  # cells of the nick column, 0 = the nick stands above its text
    margin: int  # cells at the right that text leaves free; 3 hold the state of our own lines
    hit: str = ""  # what is searched for, in small letters

    @property
    def nick_at(self) -> int:
        """The column the nick column begins in."""
        if not self.nick:
            return 0
        return 7 if self.times else 1

    @property
    def text_at(self) -> int:
        """The column texts begin in."""
        if self.nick:
            return self.nick_at + self.nick + 2
        return (
            1 if self.width > _INDENTED_OVER else 0
        )  # so that a nick above its text stands out without colours

    @property
    def text_width(self) -> int:
        """Cells of a row of text."""
        return max(1, self.width - self.text_at - self.margin)


def pane_of(columns: int, times: bool, nicks: bool, longest: int, hit: str = "") -> Pane:
    """Return the layout for a pane of so many columns whose longest nick has ``longest`` cells."""
    if not nicks:
        return Pane(columns, False, 0, 0, hit)
    widest = min(WIDEST_NICK_COLUMN, max(NICK_COLUMN, columns // 5))
    margin = 3 if columns >= 50 else 1
    return Pane(columns, times, min(max(longest, NICK_COLUMN), widest), margin, hit)


class Looks(NamedTuple):
    """What is drawn with: the theme and the signs."""

    theme: Theme
    signs: Signs


class _Text(NamedTuple):
    """A line's words: the whole text, its style, and parts of it that have another (start, end, style)."""

    text: str
    style: Style
    parts: tuple[tuple[int, int, Style], ...] = ()


def render(line: Line, pane: Pane, timed: bool, looks: Looks) -> list[Row]:
    """Return the rows of a line, at least one; ``timed`` shows its time."""
    theme, signs = looks
    words = _words(line, looks)
    if line.fate is not Fate.SAID:
        words = _corrected(line, words, theme)
    rows: list[Row] = []
    lead: list[Run] = []
    if pane.nick:
        lead = _lead(line, pane, timed, looks)
    elif line.kind is LineKind.MESSAGE:
        name = shorten(line.nick, pane.width, signs.ellipsis)
        rows.append(fit([(name, _nick_style(line, theme))], pane.width, words.style))
    else:
        words = _behind_sign(words, *_sign(line, looks))
    if line.delivery is Delivery.PENDING and pane.margin < 3:
        words = words._replace(text=f"{words.text} {signs.pending}")
    if line.quote:
        quoted = shorten(f"{signs.quote} {line.quote}", pane.text_width, signs.ellipsis)
        _set(rows, _Text(quoted, theme.quiet), pane, lead)
        lead = []
    if pane.hit:
        words = words._replace(parts=(*words.parts, *_hits(words.text, pane.hit, theme.hit)))
    _set(rows, words, pane, lead)
    if line.delivery is Delivery.PENDING and pane.margin >= 3:
        last = rows[-1]
        rows[-1] = fit([*_head(last, pane.width - 2), (signs.pending, theme.quiet)], pane.width, words.style)
    elif line.delivery is Delivery.FAILED:
        _set(rows, _Text(f"{signs.failed} {line.problem}{_SEND_AGAIN}", theme.alert), pane, [])
    if line.reactions:
        _append(rows, badge(line.reactions, signs), pane, looks)
    return rows


def _words(line: Line, looks: Looks) -> _Text:
    """Return what stands in the text column."""
    theme = looks.theme
    kind = line.kind
    if kind is LineKind.MESSAGE:
        return _Text(line.text, theme.text)
    if kind is LineKind.ACTION:
        return _Text(f"{line.nick} {line.text}", theme.text, ((0, len(line.nick), _nick_style(line, theme)),))
    if kind is LineKind.NOTICE and line.nick:
        return _Text(
            f"{line.nick}: {line.text}", theme.text, ((0, len(line.nick), _nick_style(line, theme)),)
        )
    if kind is LineKind.PRESENCE:
        return _Text(line.text, theme.quiet)
    return _Text(line.text, theme.alert if kind is LineKind.ERROR else theme.text)


def _corrected(line: Line, words: _Text, theme: Theme) -> _Text:
    """Return the words of a line that was deleted or edited."""
    if line.fate is Fate.DELETED:
        return _Text(words.text, theme.quiet)
    text = words.text + _EDITED
    return words._replace(text=text, parts=(*words.parts, (len(words.text), len(text), theme.quiet)))


def _sign(line: Line, looks: Looks) -> Run:
    """Return what stands in the nick column instead of a nick."""
    theme, signs = looks
    kind = line.kind
    if kind is LineKind.ACTION:
        return signs.action, theme.called if line.highlight else _nick_style(line, theme)
    if kind is LineKind.NOTICE:
        return signs.notice, theme.called if line.highlight else theme.accent
    if kind is LineKind.ERROR:
        return signs.failed, theme.alert
    return signs.dot, theme.quiet


def _nick_style(line: Line, theme: Theme) -> Style:
    if line.highlight and line.kind is LineKind.MESSAGE:
        return theme.called
    return theme.own if line.own else theme.nick(line.nick)


def _lead(line: Line, pane: Pane, timed: bool, looks: Looks) -> list[Run]:
    """Return what stands before the text in a line's first row: time and nick column."""
    theme, signs = looks
    if line.kind is LineKind.MESSAGE:
        name = shorten(line.nick, pane.nick, signs.ellipsis)
        style = _nick_style(line, theme)
    else:
        name, style = _sign(line, looks)
    before = f" {minute(line.time).text} " if timed and pane.times else " " * pane.nick_at
    gap = pane.nick - width(name)
    return [(before + " " * gap, theme.quiet), (name, style), ("  ", theme.text)]


def _behind_sign(words: _Text, sign: str, style: Style) -> _Text:
    """Put a line's sign before its text, where there is no column for it."""
    by = len(sign) + 1
    parts = [(start + by, end + by, part) for start, end, part in words.parts]
    return _Text(f"{sign} {words.text}", words.style, ((0, len(sign), style), *parts))


def _set(rows: list[Row], words: _Text, pane: Pane, lead: list[Run]) -> None:
    """Wrap words into the text column and append the rows; ``lead`` stands before the first one."""
    text, style, parts = words
    room = pane.width - pane.text_at
    indent: list[Run] = [(" " * pane.text_at, style)] if pane.text_at else []
    for start, end in wrap(text, pane.text_width):
        if not parts:  # nearly all rows: one run, filled up to the edge
            runs = [(pad(text[start:end], room), style)]
        else:
            runs = [*fit(_styled(text, start, end, style, parts), room, style)]
        rows.append((*(lead or indent), *runs))
        lead = []


def _styled(
    text: str, start: int, end: int, style: Style, parts: tuple[tuple[int, int, Style], ...]
) -> list[Run]:
    """Cut a piece of a text into runs; of parts that overlap the later one wins."""
    edges = {start, end}
    for a, b, _ in parts:
        edges |= {min(max(a, start), end), min(max(b, start), end)}
    runs = []
    ordered = sorted(edges)
    for a, b in pairwise(ordered):
        look = style
        for first, last, part in parts:
            if first <= a and b <= last:
                look = part
        runs.append((text[a:b], look))
    return runs


def _hits(text: str, hit: str, style: Style) -> list[tuple[int, int, Style]]:
    """Return where a searched text stands in another, in any case of letters."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is longer, such as İ: positions would be wrong
        lower = text
    found = []
    at = lower.find(hit)
    while at >= 0:
        found.append((at, at + len(hit), style))
        at = lower.find(hit, at + len(hit))
    return found


def _head(row: Row, cells: int) -> Row:
    """Return a row's start."""
    return fit(row, cells, row[-1][1])


def _append(rows: list[Row], text: str, pane: Pane, looks: Looks) -> None:
    """Set a text at the right of the last row, or under it where there is no room."""
    theme = looks.theme
    right = 2 if pane.margin >= 3 else min(1, pane.width - 1)
    text = shorten(text, max(1, pane.width - right - pane.text_at), looks.signs.ellipsis)
    start = max(0, pane.width - right - width(text))
    last = rows[-1]
    if width(text_of(last).rstrip()) + 2 <= start:
        rows[-1] = fit([*_head(last, start), (text, theme.quiet)], pane.width, theme.text)
    else:
        rows.append(fit([(" " * start, theme.text), (text, theme.quiet)], pane.width, theme.text))


def day_line(day: tuple[int, int, int, int], pane: Pane, looks: Looks) -> Row:
    """Return the rule that begins a day, its words where texts begin."""
    rule = looks.signs.horizontal
    before = max(pane.text_at - 4, 0)
    words = date(day, pane.width - before - 6)
    start = " " * before + rule * min(3, pane.width) + " " + words + " "
    line = start + rule * (pane.width - len(start) - (1 if pane.nick else 0))
    return fit([(line, looks.theme.quiet)], pane.width, looks.theme.quiet)


def new_line(pane: Pane, looks: Looks) -> Row:
    """Return the rule above the first line that nobody has seen."""
    rule = looks.signs.horizontal
    margin = 1 if pane.nick else 0
    end = f" new {rule * 2}"
    after = 2 if pane.margin >= 3 else margin
    line = " " * margin + rule * (pane.width - margin - after - len(end)) + end
    return fit([(line, looks.theme.accent)], pane.width, looks.theme.accent)
