"""The status line: who I am and where, the connection, who is typing, what waits elsewhere, a hint."""

from gchat.client.frame import Row, Run, Style, fit
from gchat.client.model import Buffer, Model, Network, State
from gchat.client.overlay import Help, Mentions, Search
from gchat.client.text import shorten, width
from gchat.client.view.lines import Looks
from gchat.client.view.lists import is_busy

_SLOW = 1.0  # seconds of lag from which it is worth a colour
_SHORT_UNDER = 40  # columns: then only what is told apart, not what is known
_COUNTDOWN_FROM = 60  # columns
_NAMED = 2  # nicks that are named when several type


class _Piece:
    """A part of the line; those of the highest worth come first when there is little room."""

    __slots__ = ("cells", "gap", "style", "text", "worth")

    def __init__(self, worth: int, text: str, style: Style, gap: int = 2) -> None:
        self.worth = worth
        self.text = text
        self.style = style
        self.gap = gap  # cells left free before it
        self.cells = width(text) + gap


def status_row(model: Model, titled: bool, columns: int, now: float, looks: Looks) -> Row:
    """Return the status line; without a title it names the buffer instead of the network."""
    theme, signs = looks
    buffer = model.current
    if buffer is None:
        return fit([], columns, theme.text)
    left = [
        _whereabouts(model, buffer, titled, columns, looks),
        *_connection(buffer.network, columns, now, looks),
    ]
    if buffer.anchor is not None:
        text = f"{signs.down} {buffer.fresh} new" if buffer.fresh else f"{signs.down} more"
        left.append(_Piece(9, text, theme.accent))
    if typing := typing_text(buffer, now, looks):
        left.append(_Piece(5, typing, theme.text, 3))
    right = [*_waiting(model, columns, looks), *_hint(model, looks)]
    return _join(left, right, columns, looks)


def _join(left: list[_Piece], right: list[_Piece], columns: int, looks: Looks) -> Row:
    """Set the pieces at both edges: the most worth first, then each of the others that there is room for."""
    text = looks.theme.text
    room = columns
    kept: set[int] = set()
    for piece in sorted((*left, *right), key=lambda piece: -piece.worth):
        if piece.cells <= room or not kept:
            kept.add(id(piece))
            room -= piece.cells
    left = [piece for piece in left if id(piece) in kept]
    right = [piece for piece in right if id(piece) in kept]
    runs: list[Run] = []
    for number, piece in enumerate(left):
        runs += [(" " * (piece.gap if number else 1), text), (piece.text, piece.style)]
    ending: list[Run] = []
    for piece in right:
        ending += [(" " * piece.gap, text), (piece.text, piece.style)]
    if ending:
        gap = columns - 1 - sum(width(run[0]) for run in (*runs, *ending))
        runs.append((" " * max(gap, 0), text))
    return fit([*runs, *ending], columns, text)


def _whereabouts(model: Model, buffer: Buffer, titled: bool, columns: int, looks: Looks) -> _Piece:
    network = buffer.network
    who = network.nick or network.settings.nick or model.settings.nick
    where = network.name if titled else buffer.name
    text = f"{who} {looks.signs.at} {where}" if who and columns >= _SHORT_UNDER else where
    if network.away:
        text += " (away)"
    return _Piece(10, shorten(text, columns - 2, looks.signs.ellipsis), looks.theme.strong)


def _connection(network: Network, columns: int, now: float, looks: Looks) -> list[_Piece]:
    theme = looks.theme
    if network.state is State.READY:
        if network.lag is None:
            return []
        slow = network.lag >= _SLOW
        text = f"lag {network.lag:.1f} s" if slow else f"lag {network.lag * 1000:.0f} ms"
        return [_Piece(7 if slow else 1, text, theme.alert if slow else theme.quiet)]
    if network.state is State.WAITING:
        wait = max(0, round(network.next_attempt - now))
        again = f", tries again in {wait} s" if columns >= _COUNTDOWN_FROM else ""
        return [_Piece(8, f"not connected{again}", theme.alert)]
    if network.state is State.DISCONNECTED:
        return [_Piece(8, "not connected", theme.alert)]
    return [_Piece(8, network.status or "connecting", theme.quiet)]


def typing_text(buffer: Buffer, now: float, looks: Looks) -> str:
    """Return who is typing in a buffer, in words."""
    nicks = [nick for nick, until in buffer.typing.items() if until > now]
    dots = looks.signs.ellipsis
    if not nicks:
        return ""
    if len(nicks) > _NAMED:
        return f"{len(nicks)} are typing{dots}"
    return f"{' and '.join(nicks)} {'is' if len(nicks) == 1 else 'are'} typing{dots}"


def _waiting(model: Model, columns: int, looks: Looks) -> list[_Piece]:
    """Return the buffers where something waits, but busy rooms that did not call us."""
    theme = looks.theme
    named = columns >= _SHORT_UNDER
    pieces = []
    for number, buffer in enumerate(model.buffers, 1):
        if buffer is model.current:
            continue
        name = f"{number} {buffer.name}" if named else str(number)
        if buffer.mentions:
            pieces.append(_Piece(6, f"{name}:@{buffer.mentions}", theme.accent))
        elif buffer.unread and not is_busy(buffer):
            pieces.append(_Piece(3, f"{name}:{buffer.unread}", theme.text))
    return pieces


def _hint(model: Model, looks: Looks) -> list[_Piece]:
    """Return the one thing worth pressing now."""
    quiet = looks.theme.quiet
    if model.hint:
        return [_Piece(9, model.hint, looks.theme.accent)]
    short = model.columns < _SHORT_UNDER
    if isinstance(model.overlay, Help):
        text = "Escape leaves" if short else "PageDown shows more, Escape leaves the help"
        return [_Piece(8, text, quiet)]
    if isinstance(model.overlay, Mentions):
        return [_Piece(8, "Escape leaves" if short else "Enter goes there, Escape leaves", quiet)]
    if isinstance(model.overlay, Search):
        found = len(model.overlay.hits)
        text = (
            f"{found or 'no'} {'line' if found == 1 else 'lines'}, Up and Down go through them, Escape leaves"
        )
        return [_Piece(8, text, quiet)]
    if model.current is not None and model.current.anchor is not None:
        return [_Piece(2, "M-> newest", quiet)]
    if any((b.unread or b.mentions) and b is not model.current for b in model.buffers):
        return [_Piece(2, "M-a next", quiet, 3)]
    return [_Piece(0, "F1 help", quiet)]
