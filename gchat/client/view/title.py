"""The title: which buffer this is, its topic, its modes, how many are here."""

from gchat.client.frame import Row, Run, fit
from gchat.client.model import Buffer, BufferKind, Model, State
from gchat.client.text import shorten, width, wrap
from gchat.client.view.lines import Looks

_MODES_FROM = 60  # columns


def wanted(model: Model) -> int:
    """Return how many rows the title would like: one, and those of the topic while all of it is shown."""
    buffer = model.current
    if buffer is None or not model.panes.get("topic"):
        return 1
    return 1 + len(wrap(buffer.topic, max(1, model.columns - 2)))


def title_rows(buffer: Buffer | None, height: int, columns: int, looks: Looks) -> list[Row]:
    """Return the title's rows."""
    theme = looks.theme
    if not height:
        return []
    if buffer is None:
        return [fit([(" gchat", theme.strong)], columns, theme.text)] * height
    name = f" {buffer.name}"
    about = "" if height > 1 else _about(buffer)
    right = _right(buffer, columns, looks)
    taken = sum(width(text) for text, _ in right)
    runs: list[Run] = [(shorten(name, max(1, columns - taken), looks.signs.ellipsis), theme.strong)]
    room = columns - width(runs[0][0]) - taken - 4
    if room > 4 and about:
        about = shorten(about, room, looks.signs.ellipsis)
        runs.append(("  " + about, theme.text))
    gap = columns - sum(width(text) for text, _ in runs) - taken
    rows = [fit([*runs, (" " * max(gap, 0), theme.text), *right], columns, theme.text)]
    for start, end in wrap(buffer.topic, max(1, columns - 2))[: height - 1]:
        rows.append(fit([(" " + buffer.topic[start:end], theme.text)], columns, theme.text))
    while len(rows) < height:
        rows.append(fit([], columns, theme.text))
    return rows


def _about(buffer: Buffer) -> str:
    """Return what there is to say of a buffer: a channel's topic, a nick's name, a server's address."""
    network = buffer.network
    if buffer.kind is BufferKind.SERVER:
        return str(network.address)
    if buffer.kind is BufferKind.QUERY:
        user = network.users.get(network.fold(buffer.name))
        if user is None:
            return ""
        name = user.realname if user.realname != buffer.name else ""
        return f"{name} (away)".lstrip() if user.away else name
    return buffer.topic


def _right(buffer: Buffer, columns: int, looks: Looks) -> list[Run]:
    """Return what stands at the title's right edge."""
    quiet = looks.theme.quiet
    if buffer.kind is not BufferKind.CHANNEL:
        return []
    if not buffer.joined:
        here = "not joined" if buffer.network.state is State.READY else "not connected"
        return [(here, quiet)]
    modes = buffer.modes.partition(" ")[0] if columns >= _MODES_FROM else ""
    return [(modes + "  " if modes else "", quiet), (f"{len(buffer.members)} here", quiet)]
