"""The two lists beside the messages: networks with their buffers at the left, members at the right."""

from gchat.client.frame import Row, Style, fit
from gchat.client.model import Buffer, BufferKind, Member, Model, Network, State
from gchat.client.text import pad, shorten, width
from gchat.client.view.lines import Looks

BUSY = 25  # members from which a channel's messages are counted quietly


def buffer_rows(model: Model, height: int, columns: int, looks: Looks) -> list[Row]:
    """Return the list of networks and buffers: as many as there is room for, the current one among them."""
    rows: list[Row] = []
    current = 0
    network: Network | None = None
    for number, buffer in enumerate(model.buffers, 1):
        if buffer.network is not network:
            network = buffer.network
            rows.append(_network_row(network, columns, looks))
        if buffer is model.current:
            current = len(rows)
        rows.append(_buffer_row(number, buffer, buffer is model.current, columns, looks))
    top = max(0, min(current - height // 2, len(rows) - height))
    return rows[top : top + height]


def _network_row(network: Network, columns: int, looks: Looks) -> Row:
    theme, signs = looks
    state = ""
    if network.state in (State.CONNECTING, State.REGISTERING, State.WAITING):
        state = signs.ellipsis
    elif network.state is State.DISCONNECTED:
        state = signs.failed
    name = shorten(network.name, columns - 3 - len(state), signs.ellipsis)
    return fit([(f" {name} ", theme.text), (state, theme.quiet)], columns, theme.text)


def _buffer_row(number: int, buffer: Buffer, current: bool, columns: int, looks: Looks) -> Row:
    theme, signs = looks
    text, style = count_of(buffer, looks)
    name = "server" if buffer.kind is BufferKind.SERVER else buffer.name
    look = theme.strong if current else theme.text
    if buffer.kind is BufferKind.CHANNEL and not buffer.joined:
        name, look = f"({name})", (theme.strong if current else theme.quiet)
    room = columns - 5 - 2 - (width(text) + 1 if text else 0)
    name = pad(shorten(name, room, signs.ellipsis), room)
    return fit(
        [
            (" " + (signs.bar if current else " "), theme.accent),
            (f"{number:2} ", theme.quiet),
            (name, look),
            (" " if text else "", theme.text),
            (text, style),
        ],
        columns,
        theme.text,
    )


def count_of(buffer: Buffer, looks: Looks) -> tuple[str, Style]:
    """Return how many messages wait, as the list says it: ``3``, ``·12`` in a busy room, ``@1`` for us."""
    theme, signs = looks
    if buffer.mentions:
        return f"@{_short(buffer.mentions)}", theme.accent
    if not buffer.unread:
        return "", theme.text
    if is_busy(buffer):
        return signs.dot + _short(buffer.unread), theme.quiet
    return _short(buffer.unread), theme.text


def is_busy(buffer: Buffer) -> bool:
    """Say whether so many talk in a channel that its messages do not each ask to be read.

    One that is not joined has no members that could be counted, and nothing new.
    """
    return len(buffer.members) >= BUSY or (buffer.kind is BufferKind.CHANNEL and not buffer.joined)


def _short(count: int) -> str:
    return str(count) if count < 1000 else "999+"


class MemberRows:
    """The list of members, sorted and drawn again only when it changed."""

    def __init__(self, looks: Looks) -> None:
        """Keep nothing."""
        self.looks = looks
        self._key: tuple[int, int, int, int, str] | None = None
        self._rows: list[Row] = []

    def of(self, buffer: Buffer, height: int, columns: int) -> list[Row]:
        """Return the rows for a buffer's members, by role and then by name."""
        key = (id(buffer), buffer.roster_version, height, columns, buffer.network.nick)
        if key != self._key:
            self._key = key
            self._rows = self._draw(buffer, height, columns)
        return self._rows

    def _draw(self, buffer: Buffer, height: int, columns: int) -> list[Row]:
        theme, signs = self.looks
        network = buffer.network
        ranks = {symbol: rank for rank, symbol in enumerate(network.isupport.mode_types.symbols)}

        def order(entry: tuple[str, Member]) -> tuple[int, str]:
            return ranks.get(entry[1].prefixes[:1], len(ranks)), entry[0]

        members = [member for _, member in sorted(buffer.members.items(), key=order)]
        rows: list[Row] = []
        for member in members[:height]:
            nick = member.user.nick
            if member.user.away:
                style = theme.quiet
            else:
                style = theme.own if nick == network.nick else theme.text
            name = shorten(nick, columns - 3, signs.ellipsis)
            sign = member.prefixes[:1] or " "
            rows.append(fit([(f" {sign} ", theme.quiet), (name, style)], columns, theme.text))
        if len(members) > height > 0:
            more = f"   {len(members) - height + 1} more"
            rows[-1] = fit([(more, theme.quiet)], columns, theme.text)
        return rows
