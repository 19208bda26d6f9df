"""The input line: text, a cursor, and what Emacs keys do to them.

Pure: ``Editor.do`` takes the name of an action (``keys.ACTIONS`` says which keys stand for it).  The text is
what will be sent, so it keeps joiners and selectors of emoji; the view shows it through ``text.sanitise``.
The cursor is an index into the text and always stands between clusters.

To add an action: a method here, its row in ``_ACTIONS`` and one in ``keys.ACTIONS``.
"""

from collections.abc import Callable

from gchat.client import places
from gchat.client.text import width

LONGEST = 64 * 1024  # characters an input holds; more is cut, whoever pastes it
_KILLS = 60
_UNDO = 200
_HISTORY = 500
_KEEP = {ord("\n"): "\n", ord("\t"): "    ", ord("\r"): None}
_CLEAN: dict[int, str | None] = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0))) | _KEEP


class KillRing:
    """What was cut, newest last; shared by the inputs of all buffers."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: list[str] = []

    def add(self, text: str, *, joined: str = "") -> None:
        """Keep a cut text; ``joined`` "after" or "before" adds it to the newest entry instead."""
        if joined and self.entries:
            last = self.entries[-1]
            self.entries[-1] = (last + text if joined == "after" else text + last)[:LONGEST]
        else:
            self.entries.append(text)
            del self.entries[:-_KILLS]


class Editor:
    """A line (or several) that is being written, and the lines that were written before it."""

    __slots__ = (
        "_column",
        "_last",
        "_undo",
        "_yanked",
        "browsing",
        "cursor",
        "draft",
        "history",
        "kills",
        "limit",
        "text",
    )

    def __init__(self, kills: KillRing | None = None, limit: int = _HISTORY) -> None:
        """Start empty; ``kills`` is the ring to share, ``limit`` how many lines of history are kept."""
        self.text = ""
        self.cursor = 0
        self.kills = kills or KillRing()
        self.limit = limit
        self.history: list[str] = []  # oldest first
        self.browsing: int | None = None  # the entry of the history that is shown, None = the draft
        self.draft = ""  # what was being written when the history was opened
        self._undo: list[tuple[str, int]] = []
        self._last = ""  # the action before this one: kills in a row are one, so are moves up and down
        self._yanked: tuple[int, int, int] | None = None  # start, end, how far back in the ring
        self._column = 0

    # --- from outside ------------------------------------------------------------------------

    def insert(self, text: str) -> None:
        """Put text in at the cursor; newlines stay, other controls do not."""
        if not text.isprintable():
            text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)
        text = text[: LONGEST - len(self.text)]
        self._remember("insert")
        self._put(self.cursor, self.cursor, text)

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text in place of a part, the cursor behind it."""
        self._remember("replace")
        self._put(start, end, text)

    def set(self, text: str, cursor: int | None = None) -> None:
        """Show another text; the cursor goes to its end unless it is given."""
        self._remember("set")
        self.text = text
        self._to(len(text) if cursor is None else cursor)

    def clear(self) -> None:
        """Empty the line; the history stays."""
        self.set("", 0)
        self.browsing = None

    def take(self) -> str:
        """Return the text, remember it in the history and start anew."""
        text = self.text
        if text.strip() and (not self.history or self.history[-1] != text):
            self.history.append(text)
            del self.history[: -self.limit or None]
        self.text, self.cursor, self.draft, self.browsing = "", 0, "", None
        self._undo.clear()
        self._last = ""
        return text

    def do(self, action: str) -> bool:
        """Carry out an action by its name; False where it changed nothing (or is none of the editor's)."""
        method = _ACTIONS.get(action)
        if method is None:
            return False
        before = (self.text, self.cursor, self.browsing)
        method(self)
        self._last = action
        return (self.text, self.cursor, self.browsing) != before

    # --- the cursor ---------------------------------------------------------------------------

    def _to(self, index: int) -> None:
        """Move the cursor to the boundary at or before an index."""
        self.cursor = places.at_or_before(self.text, index)

    def _left(self) -> None:
        self.cursor = places.before(self.text, self.cursor)

    def _right(self) -> None:
        self.cursor = places.after(self.text, self.cursor)

    def _word_left(self) -> None:
        self._to(places.word_start(self.text, self.cursor))

    def _word_right(self) -> None:
        self._to(places.word_end(self.text, self.cursor))

    def _start(self) -> None:
        self.cursor = places.line(self.text, self.cursor)[0]

    def _end(self) -> None:
        self.cursor = places.line(self.text, self.cursor)[1]

    def _first(self) -> None:
        self.cursor = 0

    def _last_index(self) -> None:
        self.cursor = len(self.text)

    def _vertical(self, step: int) -> bool:
        """Move a line up (-1) or down (1), near the column the movement began in; False at the edge."""
        start, end = places.line(self.text, self.cursor)
        if self._last not in ("input-up", "input-down"):
            self._column = width(self.text[start : self.cursor])
        if (start == 0) if step < 0 else (end == len(self.text)):
            return False
        first, last = places.line(self.text, start - 1 if step < 0 else end + 1)
        index = first
        while index < last and width(self.text[first : places.after(self.text, index)]) <= self._column:
            index = places.after(self.text, index)
        self.cursor = index
        return True

    def _up(self) -> None:
        if not self._vertical(-1):
            self._older()

    def _down(self) -> None:
        if not self._vertical(1):
            self._newer()

    # --- the history --------------------------------------------------------------------------

    def _older(self) -> None:
        if self.browsing is None:
            self.draft = self.text
        self._show((len(self.history) if self.browsing is None else self.browsing) - 1)

    def _newer(self) -> None:
        if self.browsing is not None:
            self._show(self.browsing + 1)
        elif self.text.strip():  # a draft is put aside, where Up finds it, and the line is empty again
            self.take()

    def _show(self, index: int) -> None:
        """Show an entry of the history, or the draft after its end."""
        if index < 0:
            return
        if index < len(self.history):
            self.browsing = index
            self.set(self.history[index])
        else:
            self.browsing = None
            self.set(self.draft)

    # --- changing -----------------------------------------------------------------------------

    def _put(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)
        # a mark typed alone joins what stands before it
        self.cursor = places.at_or_after(self.text, self.cursor)

    def _remember(self, action: str) -> None:
        """Keep the state for undo; typing in a row is undone as one."""
        if not (
            action == self._last == "insert" and self._undo and not self.text[: self.cursor][-1:].isspace()
        ):
            self._undo.append((self.text, self.cursor))
            del self._undo[:-_UNDO]
        self._last = action

    def _kill(self, start: int, end: int, *, backward: bool = False) -> None:
        """Cut a part into the ring; cuts in a row make one entry."""
        if start == end:
            return
        row = self._last in _KILL_ACTIONS
        self._remember("kill")
        self.kills.add(self.text[start:end], joined=("before" if backward else "after") if row else "")
        self._put(start, end, "")

    def _delete(self) -> None:
        if self.cursor < len(self.text):
            self._remember("delete")
            self._put(self.cursor, places.after(self.text, self.cursor), "")

    def _backspace(self) -> None:
        if self.cursor:
            self._remember("delete")
            self._put(places.before(self.text, self.cursor), self.cursor, "")

    def _kill_end(self) -> None:
        end = places.line(self.text, self.cursor)[1]
        self._kill(self.cursor, end if end > self.cursor else min(end + 1, len(self.text)))

    def _kill_start(self) -> None:
        start = places.line(self.text, self.cursor)[0]
        self._kill(start if start < self.cursor else max(start - 1, 0), self.cursor, backward=True)

    def _kill_word(self) -> None:
        self._kill(self.cursor, places.word_end(self.text, self.cursor))

    def _kill_word_back(self) -> None:
        self._kill(places.word_start(self.text, self.cursor), self.cursor, backward=True)

    def _kill_spaced_back(self) -> None:
        """Cut back to the space before the word, whatever the word is made of."""
        start = places.spaced_start(self.text, self.cursor)
        self._kill(start, self.cursor, backward=True)

    def _yank(self) -> None:
        if self.kills.entries:
            self._remember("yank")
            start = self.cursor
            self._put(start, start, self.kills.entries[-1])
            self._yanked = (start, self.cursor, 1)

    def _yank_older(self) -> None:
        """Put an older cut in place of the one just yanked."""
        if self._yanked is None or self._last not in ("input-yank", "input-yank-older"):
            self._yanked = None  # what was yanked may have changed since: the next M-y finds nothing either
            return
        start, end, back = self._yanked
        back = back % len(self.kills.entries) + 1
        self._remember("yank")
        self._put(start, end, self.kills.entries[-back])
        self._yanked = (start, self.cursor, back)

    def _transpose(self) -> None:
        """Exchange the clusters around the cursor; at the end of the line, the two before it."""
        at = self.cursor
        if at and at == places.line(self.text, at)[1]:
            at = places.before(self.text, at)
        before, after = places.before(self.text, at), places.after(self.text, at)
        if not at or after == at or "\n" in self.text[before:after]:
            return
        self._remember("transpose")
        self._put(before, after, self.text[at:after] + self.text[before:at])

    def _transpose_words(self) -> None:
        """Exchange the word before the cursor with the one at or after it."""
        text = self.text
        second_end = places.word_end(text, self.cursor)
        second = places.word_start(text, second_end)
        first = places.word_start(text, second)
        first_end = places.word_end(text, first)
        if first_end > second or first == second:
            return
        swapped = text[second:second_end] + text[first_end:second] + text[first:first_end]
        self._remember("transpose")
        self._put(first, second_end, swapped)

    def _change_word(self, change: Callable[[str], str]) -> None:
        end = places.word_end(self.text, self.cursor)
        if end > self.cursor:
            self._remember("case")
            self._put(self.cursor, end, change(self.text[self.cursor : end]))

    def _upper(self) -> None:
        self._change_word(str.upper)

    def _lower(self) -> None:
        self._change_word(str.lower)

    def _capital(self) -> None:
        self._change_word(lambda part: part.title())

    def _newline(self) -> None:
        self.insert("\n")

    def _undo_one(self) -> None:
        if self._undo:
            self.text, self.cursor = self._undo.pop()


_KILL_ACTIONS = frozenset(
    [
        "input-kill-end",
        "input-kill-start",
        "input-kill-word",
        "input-kill-word-back",
        "input-kill-spaced-back",
    ]
)
_ACTIONS: dict[str, Callable[[Editor], None]] = {
    "input-left": Editor._left,
    "input-right": Editor._right,
    "input-word-left": Editor._word_left,
    "input-word-right": Editor._word_right,
    "input-start": Editor._start,
    "input-end": Editor._end,
    "input-first": Editor._first,
    "input-last": Editor._last_index,
    "input-up": Editor._up,
    "input-down": Editor._down,
    "input-older": Editor._older,
    "input-newer": Editor._newer,
    "input-delete": Editor._delete,
    "input-backspace": Editor._backspace,
    "input-kill-end": Editor._kill_end,
    "input-kill-start": Editor._kill_start,
    "input-kill-word": Editor._kill_word,
    "input-kill-word-back": Editor._kill_word_back,
    "input-kill-spaced-back": Editor._kill_spaced_back,
    "input-yank": Editor._yank,
    "input-yank-older": Editor._yank_older,
    "input-transpose": Editor._transpose,
    "input-transpose-words": Editor._transpose_words,
    "input-upper": Editor._upper,
    "input-lower": Editor._lower,
    "input-capital": Editor._capital,
    "input-newline": Editor._newline,
    "input-undo": Editor._undo_one,
}
EDITOR_ACTIONS = frozenset(_ACTIONS)
