"""The list of lines that called us: time, network and channel, nick and text in a row, a rule over a day."""

from gchat.client.frame import Row, Run, fit
from gchat.client.model import Mention
from gchat.client.overlay import Mentions
from gchat.client.text import pad, pad_left, shorten, width
from gchat.client.view.clock import minute
from gchat.client.view.lines import Looks, day_line, pane_of

_WIDEST = 16  # cells of a column
_TIMES_FROM = 34  # columns of the pane
_PLACES_FROM = 44


def mention_rows(overlay: Mentions, height: int, columns: int, looks: Looks) -> list[Row]:
    """Return the rows around the chosen mention, a heading first."""
    theme = looks.theme
    room = max(1, height - 2)
    rules = pane_of(columns, columns >= _PLACES_FROM, columns >= _TIMES_FROM, 0)
    places = [_place(mention, overlay.entries) for mention in overlay.entries]
    cells = (
        min(max(map(width, places)), _WIDEST) if columns >= _PLACES_FROM else 0,
        min(max(width(mention.line.nick) for mention in overlay.entries), _WIDEST),
    )
    rows: list[Row] = []
    at = 0
    day = None
    for number, (mention, place) in enumerate(zip(overlay.entries, places, strict=True)):
        if day != (day := minute(mention.line.time).day):
            rows.append(day_line(day, rules, looks))
        if number == overlay.chosen:
            at = len(rows)
        rows.append(_row(mention, place, cells, number == overlay.chosen, columns, looks))
    top = max(0, min(at - room // 2, len(rows) - room))
    heading = fit([(" Mentions", theme.strong)], columns, theme.text)
    return [heading, fit([], columns, theme.text), *rows[top : top + room]][:height]


def _place(mention: Mention, entries: list[Mention]) -> str:
    """Return where it was said; the network, too, when there is more than one."""
    buffer = mention.buffer
    network = buffer.network
    one = all(other.buffer.network is network for other in entries)
    return buffer.name if one or buffer is network.server_buffer else f"{buffer.name} {network.name}"


def _row(
    mention: Mention, place: str, cells: tuple[int, int], chosen: bool, columns: int, looks: Looks
) -> Row:
    """Return one mention; ``cells`` are those of the columns of places and nicks."""
    theme, signs = looks
    line = mention.line
    runs: list[Run] = [(signs.bar if chosen else " ", theme.accent), (" ", theme.text)]
    if columns >= _TIMES_FROM:
        runs.append((minute(line.time).text + "  ", theme.quiet))
    if cells[0]:
        runs.append((pad(shorten(place, cells[0], signs.ellipsis), cells[0]) + "  ", theme.text))
    if cells[1]:
        nick = pad_left(shorten(line.nick, cells[1], signs.ellipsis), cells[1])
        runs.append((nick + "  ", theme.own if line.own else theme.nick(line.nick)))
    left = columns - sum(width(text) for text, _ in runs) - 1
    text = shorten(line.text, max(1, left), signs.ellipsis)
    return fit([*runs, (text, theme.strong if chosen else theme.text)], columns, theme.text)
