"""What keys do: each action of ``keys.ACTIONS`` that is not the editor's, and keys under an overlay.

A new action is a function here, its row in ``_ACTIONS``, and its row in ``keys.py``.
"""

from collections.abc import Callable

from gchat.client import composing, history, mentions, searching, welcome
from gchat.client.commands import COMMANDS, enter, help_lines
from gchat.client.completion import Completion, Sources
from gchat.client.events import Redraw, Suspend
from gchat.client.keys import BINDINGS
from gchat.client.model import Buffer, BufferKind, Model
from gchat.client.overlay import Help, Mentions, Search, Welcome
from gchat.client.saying import say_again
from gchat.client.slash.program import show_help
from gchat.client.turn import Turn
from gchat.client.view.layout import BUFFER_LIST_FROM, NICK_LIST_FROM, TIMES_FROM
from gchat.client.view.scroll import page_rows, scroll

_COMMAND_KINDS = {name: command.kinds for name, command in COMMANDS.items()}


def press(turn: Turn, key: str) -> None:
    """Take a key."""
    model = turn.model
    model.hint = ""
    overlay = model.overlay
    action = BINDINGS.get(key, "")
    if isinstance(overlay, Welcome):
        welcome.press(turn, overlay, key)
    elif isinstance(overlay, Search):
        searching.press(turn, overlay, key)
    elif isinstance(overlay, Mentions) and action not in _OVER_HELP:
        mentions.press(turn, overlay, key)
    elif isinstance(overlay, Help) and not action.startswith("scroll-") and action not in _OVER_HELP:
        if key == "q" or action in {"send", "help", "cancel"}:
            model.overlay = None
    else:
        _do(turn, action, key)


_OVER_HELP = frozenset({"redraw", "suspend", "mouse"})


def _do(turn: Turn, action: str, key: str) -> None:
    """Carry out an action, or write the key into the input."""
    model = turn.model
    if not action.startswith("complete-"):
        model.completion = None
    act = _ACTIONS.get(action)
    buffer = model.current
    if buffer is None:
        return
    before = buffer.editor.text
    if act is not None:
        act(turn, buffer)
    elif action:
        buffer.editor.do(action)
    elif len(key) == 1:
        buffer.editor.insert(key)
    if action != "send" and buffer.editor.text != before:
        composing.changed(turn, buffer)


def paste(turn: Turn, text: str) -> None:
    """Take a pasted text: its lines go into the input and are sent with Enter."""
    model = turn.model
    overlay = model.overlay
    if isinstance(overlay, Welcome):
        welcome.paste(overlay, text)
    elif isinstance(overlay, Search):
        searching.paste(turn, overlay, text)
    elif model.current is not None:  # over the help or a list: back to the input
        model.overlay = model.completion = None
        model.current.editor.insert(text)
        composing.changed(turn, model.current)


# --- input ---------------------------------------------------------------------------------------


def _send(turn: Turn, buffer: Buffer) -> None:
    text = buffer.editor.take()
    if text.strip():
        buffer.follow()
        enter(turn, buffer, text)


def _send_again(turn: Turn, buffer: Buffer) -> None:
    say_again(turn, buffer)


def _complete(step: int) -> "Action":
    def run(turn: Turn, buffer: Buffer) -> None:
        model, editor = turn.model, buffer.editor
        completion = model.completion
        if completion is None:
            completion = Completion.begin(editor.text, editor.cursor, sources(model, buffer))
        if completion is None:
            return
        model.completion, text, cursor = completion.step(step)
        editor.set(text, cursor)

    return run


def sources(model: Model, buffer: Buffer) -> Sources:
    """Return what Tab may choose from: who spoke last first, then by name; nobody calls themselves."""
    network = buffer.network
    own = network.fold(network.nick)
    members = sorted(buffer.members.items(), key=lambda item: (-item[1].spoke, item[0]))
    nicks = [member.user.nick for folded, member in members if folded != own]
    if buffer.kind is BufferKind.QUERY:
        nicks = [buffer.name]
    channels = [b.name for b in network.buffers.values() if b.kind is BufferKind.CHANNEL]
    known = [settings.name for settings in model.settings.networks if settings.name]
    servers = [*known, *(other.name for other in model.networks if other.name not in known)]
    return Sources(nicks, channels, _COMMAND_KINDS, servers, buffer.topic, ":", network.fold)


def _cancel(turn: Turn, buffer: Buffer) -> None:
    if turn.model.overlay is not None:
        turn.model.overlay = None
    elif buffer.editor.text:
        buffer.editor.clear()
    else:
        turn.model.hint = "/quit leaves gchat"  # what C-c does elsewhere


# --- buffers -------------------------------------------------------------------------------------


def _step(by: int) -> "Action":
    def run(turn: Turn, buffer: Buffer) -> None:
        buffers = turn.model.buffers
        turn.model.show(buffers[(buffers.index(buffer) + by) % len(buffers)])

    return run


def _number(number: int) -> "Action":
    def run(turn: Turn, buffer: Buffer) -> None:
        if number <= len(turn.model.buffers):
            turn.model.show(turn.model.buffers[number - 1])
        else:
            turn.model.hint = f"there is no buffer {number}"

    return run


def _last(turn: Turn, buffer: Buffer) -> None:
    if turn.model.previous in turn.model.buffers and turn.model.previous is not None:
        turn.model.show(turn.model.previous)


def _waiting(turn: Turn, buffer: Buffer) -> None:
    """Go to the next buffer with a mention, else the next with something unread, from here on down."""
    buffers = turn.model.buffers
    at = buffers.index(buffer)
    others = buffers[at + 1 :] + buffers[:at]
    found = next((b for b in others if b.mentions), None) or next((b for b in others if b.unread), None)
    if found is not None:
        turn.model.show(found)
    else:
        turn.model.hint = "nothing waits anywhere"


# --- scrolling and panes -------------------------------------------------------------------------


def _page(direction: int) -> "Action":
    def run(turn: Turn, buffer: Buffer) -> None:
        history.move(turn, direction * page_rows(turn.model))

    return run


def _row(direction: int) -> "Action":
    def run(turn: Turn, buffer: Buffer) -> None:
        history.move(turn, direction)

    return run


def _top(turn: Turn, buffer: Buffer) -> None:
    if isinstance(turn.model.overlay, Help):
        turn.model.overlay.top = 0
    else:
        history.move(turn, None)


def _bottom(turn: Turn, buffer: Buffer) -> None:
    if isinstance(turn.model.overlay, Help):
        scroll(turn.model, len(turn.model.overlay.lines) * 4)
    else:
        buffer.follow()


def _search(turn: Turn, buffer: Buffer) -> None:
    searching.begin(turn)


def _mentions(turn: Turn, buffer: Buffer) -> None:
    if not mentions.show(turn.model):
        turn.model.hint = "nobody has called you yet"


def _help(turn: Turn, buffer: Buffer) -> None:
    show_help(turn, "Help", help_lines())


def _toggle(pane: str, shown_from: int) -> "Action":
    """Show or hide a pane against what the screen's width chooses; as it chooses, the width decides again."""

    def run(turn: Turn, buffer: Buffer) -> None:
        panes = turn.model.panes
        chosen = turn.model.columns >= shown_from
        shown = not panes.get(pane, chosen)
        if shown == chosen:
            panes.pop(pane, None)
        else:
            panes[pane] = shown

    return run


def _mouse(turn: Turn, buffer: Buffer) -> None:
    settings = turn.model.settings
    settings.mouse = not settings.mouse
    turn.model.hint = "the mouse wheel scrolls" if settings.mouse else "the mouse is the terminal's again"


def _redraw(turn: Turn, buffer: Buffer) -> None:
    turn.effects.append(Redraw())


def _suspend(turn: Turn, buffer: Buffer) -> None:
    turn.effects.append(Suspend())


Action = Callable[[Turn, Buffer], None]
_NEVER = 1 << 30  # no screen is so wide: the pane is hidden until it is asked for
_ACTIONS: dict[str, Action] = {
    "send": _send,
    "send-again": _send_again,
    "complete-next": _complete(1),
    "complete-previous": _complete(-1),
    "cancel": _cancel,
    "buffer-waiting": _waiting,
    "buffer-next": _step(1),
    "buffer-previous": _step(-1),
    "buffer-last": _last,
    **{f"buffer-{number}": _number(number) for number in range(1, 11)},
    "scroll-up": _page(-1),
    "scroll-down": _page(1),
    "scroll-line-up": _row(-1),
    "scroll-line-down": _row(1),
    "scroll-top": _top,
    "scroll-bottom": _bottom,
    "search": _search,
    "mentions": _mentions,
    "help": _help,
    "show-topic": _toggle("topic", _NEVER),
    "show-times": _toggle("times", TIMES_FROM),
    "show-buffers": _toggle("buffers", BUFFER_LIST_FROM),
    "show-members": _toggle("members", NICK_LIST_FROM),
    "mouse": _mouse,
    "redraw": _redraw,
    "suspend": _suspend,
}
