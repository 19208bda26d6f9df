"""What keys do: actions, the keys that stand for them, and the table the help and the manual are made from.

To bind a key: a row in ``BINDINGS``.  To add an action: a row in ``ACTIONS`` and its code, in ``editor.py``
for the names that begin with ``input-``, in ``update.py`` for the others.

A printable character is called by itself; other keys are named as Emacs does: ``"C-a"``, ``"M-1"``,
``"S-Tab"``. ``keyreader.py`` makes these names of what a terminal sends.
"""

from typing import NamedTuple


class Action(NamedTuple):
    """Something a key can do: its heading in the help, and the help's line."""

    group: str
    text: str


_BUFFERS, _SCROLL, _INPUT, _SCREEN = "Buffers", "Scrolling", "Input line", "Screen"
ACTIONS: dict[str, Action] = {
    "send": Action(_INPUT, "send the line"),
    "send-again": Action(_INPUT, "send again what could not be sent"),
    "complete-next": Action(_INPUT, "complete a nick, channel or command; again for the next one"),
    "complete-previous": Action(_INPUT, "the completion before"),
    "input-newline": Action(_INPUT, "begin another line of the same message"),
    "input-left": Action(_INPUT, "a character back"),
    "input-right": Action(_INPUT, "a character on"),
    "input-word-left": Action(_INPUT, "a word back"),
    "input-word-right": Action(_INPUT, "a word on"),
    "input-start": Action(_INPUT, "to the start of the line"),
    "input-end": Action(_INPUT, "to the end of the line"),
    "input-first": Action(_INPUT, "to the start of the first line"),
    "input-last": Action(_INPUT, "to the end of the last line"),
    "input-up": Action(_INPUT, "a line up; from the first, the line written before"),
    "input-down": Action(_INPUT, "a line down; from the last, the line written after"),
    "input-older": Action(_INPUT, "the line written before"),
    "input-newer": Action(_INPUT, "the line written after"),
    "input-delete": Action(_INPUT, "delete the character under the cursor"),
    "input-backspace": Action(_INPUT, "delete the character before the cursor"),
    "input-kill-end": Action(_INPUT, "cut to the end of the line"),
    "input-kill-start": Action(_INPUT, "cut to the start of the line"),
    "input-kill-word": Action(_INPUT, "cut to the end of the word"),
    "input-kill-word-back": Action(_INPUT, "cut to the start of the word"),
    "input-kill-spaced-back": Action(_INPUT, "cut back to the space before"),
    "input-yank": Action(_INPUT, "put back what was cut"),
    "input-yank-older": Action(_INPUT, "after that: what was cut before it instead"),
    "input-transpose": Action(_INPUT, "exchange two characters"),
    "input-transpose-words": Action(_INPUT, "exchange two words"),
    "input-upper": Action(_INPUT, "the word in capitals"),
    "input-lower": Action(_INPUT, "the word in small letters"),
    "input-capital": Action(_INPUT, "the word with a capital"),
    "input-undo": Action(_INPUT, "undo"),
    "buffer-waiting": Action(_BUFFERS, "the next buffer where something waits, mentions first"),
    "buffer-next": Action(_BUFFERS, "the buffer below"),
    "buffer-previous": Action(_BUFFERS, "the buffer above"),
    "buffer-last": Action(_BUFFERS, "the buffer shown before this one"),
    **{f"buffer-{n}": Action(_BUFFERS, f"buffer {n}") for n in range(1, 11)},
    "scroll-up": Action(_SCROLL, "a page up"),
    "scroll-down": Action(_SCROLL, "a page down"),
    "scroll-line-up": Action(_SCROLL, "a row up"),
    "scroll-line-down": Action(_SCROLL, "a row down"),
    "scroll-top": Action(_SCROLL, "to the oldest line"),
    "scroll-bottom": Action(_SCROLL, "to the newest line"),
    "search": Action(_SCROLL, "search this buffer"),
    "mentions": Action(_SCREEN, "what called you; Enter goes there"),
    "help": Action(_SCREEN, "the help"),
    "show-topic": Action(_SCREEN, "the whole topic; on a low screen the status line, too"),
    "show-times": Action(_SCREEN, "show or hide the times and the column of nicks"),
    "show-buffers": Action(_SCREEN, "show or hide the list of buffers"),
    "show-members": Action(_SCREEN, "show or hide the list of nicks"),
    "mouse": Action(_SCREEN, "mouse wheel on or off"),
    "redraw": Action(_SCREEN, "paint the screen anew"),
    "suspend": Action(_SCREEN, "back to the shell, which brings gchat back with fg"),
    "cancel": Action(_SCREEN, "leave the help, list or search; else empty the line"),
}

BINDINGS: dict[str, str] = {
    "Enter": "send",
    "M-s": "send-again",
    "Tab": "complete-next",
    "S-Tab": "complete-previous",
    "M-Enter": "input-newline",
    "C-j": "input-newline",
    "C-b": "input-left",
    "Left": "input-left",
    "C-f": "input-right",
    "Right": "input-right",
    "M-b": "input-word-left",
    "C-Left": "input-word-left",
    "M-Left": "input-word-left",
    "M-f": "input-word-right",
    "C-Right": "input-word-right",
    "M-Right": "input-word-right",
    "C-a": "input-start",
    "Home": "input-start",
    "C-e": "input-end",
    "End": "input-end",
    "C-Home": "input-first",
    "C-End": "input-last",
    "Up": "input-up",
    "Down": "input-down",
    "C-p": "input-older",
    "M-p": "input-older",
    "C-n": "input-newer",
    "M-n": "input-newer",
    "C-d": "input-delete",
    "Delete": "input-delete",
    "Backspace": "input-backspace",
    "C-k": "input-kill-end",
    "C-u": "input-kill-start",
    "M-d": "input-kill-word",
    "M-Delete": "input-kill-word",
    "C-Delete": "input-kill-word",
    "M-Backspace": "input-kill-word-back",
    "C-w": "input-kill-spaced-back",
    "C-y": "input-yank",
    "M-y": "input-yank-older",
    "C-t": "input-transpose",
    "M-t": "input-transpose-words",
    "M-u": "input-upper",
    "M-l": "input-lower",
    "M-c": "input-capital",
    "C-_": "input-undo",
    "M-a": "buffer-waiting",
    "M-Down": "buffer-next",
    "C-PageDown": "buffer-next",
    "F6": "buffer-next",
    "M-Up": "buffer-previous",
    "C-PageUp": "buffer-previous",
    "F5": "buffer-previous",
    "M-/": "buffer-last",
    **{f"M-{n % 10}": f"buffer-{n}" for n in range(1, 11)},
    "PageUp": "scroll-up",
    "M-v": "scroll-up",
    "PageDown": "scroll-down",
    "C-v": "scroll-down",
    "S-Up": "scroll-line-up",
    "C-Up": "scroll-line-up",
    "WheelUp": "scroll-line-up",
    "S-Down": "scroll-line-down",
    "C-Down": "scroll-line-down",
    "WheelDown": "scroll-line-down",
    "M-<": "scroll-top",
    "M-Home": "scroll-top",
    "M->": "scroll-bottom",
    "M-End": "scroll-bottom",
    "C-r": "search",
    "C-s": "search",
    "F1": "help",
    "M-?": "help",
    "F3": "mentions",
    "M-@": "mentions",
    "F2": "show-topic",
    "M-T": "show-topic",
    "F4": "show-times",
    "F7": "show-buffers",
    "M-B": "show-buffers",
    "F8": "show-members",
    "M-N": "show-members",
    "F9": "mouse",
    "M-m": "mouse",
    "C-l": "redraw",
    "C-z": "suspend",
    "Escape": "cancel",
    "C-g": "cancel",
    "C-c": "cancel",
}


class Row(NamedTuple):
    """A line of the key table: the keys as people write them, the action, the help's line."""

    group: str
    keys: tuple[str, ...]
    action: str
    text: str


def table() -> list[Row]:
    """Return every action with its keys, group after group, buffers 1 to 10 as one row."""
    keys: dict[str, list[str]] = {}
    for key, action in BINDINGS.items():
        keys.setdefault(action, []).append(key)
    rows = [Row(_BUFFERS, ("M-1 ... M-9", "M-0"), "buffer-1", "buffer 1 to 9, and 10")]
    for name, (group, text) in ACTIONS.items():
        if not (name.startswith("buffer-") and name[7:].isdecimal()):
            rows.append(Row(group, tuple(keys.get(name, ())), name, text))
    order = [_BUFFERS, _SCROLL, _SCREEN, _INPUT]
    return sorted(rows, key=lambda row: order.index(row.group))
