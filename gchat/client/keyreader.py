"""What a terminal sends for keys: characters, special keys and control sequences, made into events.

``KeyReader`` takes what curses gives (characters, and the names ``curses.keyname`` has for special keys) and
returns ``Key``, ``Paste`` and ``Focus`` events.  Key names are those of ``keys.py``.  A terminal's odd
sequence gets a row in a table here.
"""

from collections.abc import Iterable

from gchat.client.events import Focus, Key, Paste

LONGEST_PASTE = 64 * 1024  # characters; the rest of a longer paste is dropped
PASTE_TIMEOUT = 2.0  # seconds without a character after which a paste is over, whether its end came or not
_LONGEST_SEQUENCE = 32

_CONTROL = {
    "\x00": "C-Space",
    "\x08": "Backspace",
    "\x09": "Tab",
    "\x0d": "Enter",
    "\x1b": "Escape",
    "\x1c": "C-\\",
    "\x1d": "C-]",
    "\x1e": "C-^",
    "\x1f": "C-_",
    "\x7f": "Backspace",
}
# curses' names of special keys that carry no modifier
_PLAIN = {
    "KEY_UP": "Up",
    "KEY_DOWN": "Down",
    "KEY_LEFT": "Left",
    "KEY_RIGHT": "Right",
    "KEY_HOME": "Home",
    "KEY_END": "End",
    "KEY_FIND": "Home",
    "KEY_SELECT": "End",
    "KEY_LL": "End",
    "KEY_A1": "Home",
    "KEY_A3": "PageUp",
    "KEY_C1": "End",
    "KEY_C3": "PageDown",
    "KEY_PPAGE": "PageUp",
    "KEY_NPAGE": "PageDown",
    "KEY_IC": "Insert",
    "KEY_DC": "Delete",
    "KEY_BACKSPACE": "Backspace",
    "KEY_ENTER": "Enter",
    "KEY_BTAB": "S-Tab",
    "KEY_SR": "S-Up",
    "KEY_SF": "S-Down",
    "KEY_SLEFT": "S-Left",
    "KEY_SRIGHT": "S-Right",
    "KEY_SHOME": "S-Home",
    "KEY_SEND": "S-End",
    "KEY_SPREVIOUS": "S-PageUp",
    "KEY_SNEXT": "S-PageDown",
    "KEY_SDC": "S-Delete",
    "KEY_SIC": "S-Insert",
}
# ncurses' extended names, as in user_caps(5): kUP5 is Up with the modifiers of xterm's parameter 5
_EXTENDED = {
    "kUP": "Up",
    "kDN": "Down",
    "kLFT": "Left",
    "kRIT": "Right",
    "kHOM": "Home",
    "kEND": "End",
    "kPRV": "PageUp",
    "kNXT": "PageDown",
    "kDC": "Delete",
    "kIC": "Insert",
}
# xterm's control sequences, for terminals whose terminfo entry does not name them
_LETTERS = {"A": "Up", "B": "Down", "C": "Right", "D": "Left", "F": "End", "H": "Home", "M": "Enter"}
_LETTERS |= {"P": "F1", "Q": "F2", "R": "F3", "S": "F4"}
_TILDES = {1: "Home", 2: "Insert", 3: "Delete", 4: "End", 5: "PageUp", 6: "PageDown", 7: "Home", 8: "End"}
_TILDES |= {n: f"F{n - 10}" for n in range(11, 16)} | {n: f"F{n - 11}" for n in range(17, 22)}
_TILDES |= {23: "F11", 24: "F12"}
_CODES = {9: "Tab", 13: "Enter", 27: "Escape", 32: " ", 127: "Backspace"}


def special(name: str) -> str:
    """Return our name of what ``curses.keyname`` calls a special key, "" for one that means nothing here."""
    if name in _PLAIN:
        return _PLAIN[name]
    if name.startswith("KEY_F(") and name[6:-1].isdecimal():
        number = int(name[6:-1])
        # terminfo counts on: F13 is Shift-F1, F25 Control-F1, F49 Meta-F1 (xterm's entry)
        return ("", "S-", "C-", "C-S-", "M-")[min((number - 1) // 12, 4)] + f"F{(number - 1) % 12 + 1}"
    stem = name.rstrip("0123456789")
    if stem in _EXTENDED:
        return _modified(_EXTENDED[stem], int(name[len(stem) :] or 1))
    return name if name in ("WheelUp", "WheelDown") else ""


def _modified(name: str, parameter: int) -> str:
    """Put xterm's modifier parameter (1 + Shift 1, Meta 2, Control 4) before a key's name."""
    bits = parameter - 1 if 1 <= parameter <= 16 else 0
    prefix = ("C-" if bits & 4 else "") + ("M-" if bits & 10 else "")
    if bits & 1:
        if len(name) == 1:
            name = name.upper()
        else:
            prefix += "S-"
    return prefix + name


def _sequence(body: str) -> str:
    """Return the key of a control sequence without its ``ESC [``, "" for one that is not known."""
    final = body[-1:]
    parts = body[:-1].split(";")
    numbers = [int(part.split(":")[0]) if part.split(":")[0].isdecimal() else 1 for part in parts]
    modifier = numbers[1] if len(numbers) > 1 else 1
    if final == "Z":
        return "S-Tab"
    if final in _LETTERS:
        return _modified(_LETTERS[final], modifier)
    if final == "~" and numbers[0] == 27 and len(numbers) == 3:  # xterm's modifyOtherKeys
        return _coded(numbers[2], modifier)
    if final == "~" and numbers[0] in _TILDES:
        return _modified(_TILDES[numbers[0]], modifier)
    if final == "u":  # CSI u, https://www.leonerd.org.uk/hacks/fixterms/
        return _coded(numbers[0], modifier)
    return ""


def _coded(code: int, modifier: int) -> str:
    """Return the key of a character code with modifiers."""
    if code in _CODES:
        return _modified(_CODES[code], modifier)
    return _modified(chr(code), modifier) if 32 < code < 0x110000 and chr(code).isprintable() else ""


def _character(char: str) -> str:
    """Return the name of the key that sent one character."""
    if char in _CONTROL:
        return _CONTROL[char]
    return "C-" + chr(ord(char) + 0x60) if char < " " else char


class KeyReader:
    """Makes events of what the terminal gave, across reads.

    The only things kept from one read to the next are an unfinished paste and the start of its end marker.
    """

    def __init__(self) -> None:
        """Start outside of a paste."""
        self._paste: list[str] | None = None
        self._size = 0
        self._quiet_since = 0.0

    @property
    def pasting(self) -> bool:
        """Whether a paste's end is still to come; then ``read`` wants a call within ``PASTE_TIMEOUT``."""
        return self._paste is not None

    def read(self, tokens: Iterable[str], now: float) -> list[Key | Paste | Focus]:
        """Return the events of everything one wake-up of the terminal gave.

        A token is one character, or the name of a special key (more than one character).  ``now`` is in
        seconds, of any clock that only grows.
        """
        waiting = list(tokens)
        waiting.reverse()
        events: list[Key | Paste | Focus] = []
        if self._paste is not None and not waiting and now - self._quiet_since >= PASTE_TIMEOUT:
            events.append(self._pasted())
        if waiting:
            self._quiet_since = now
        while waiting:
            token = waiting.pop()
            if self._paste is not None:
                self._in_paste(token, waiting, events)
            elif token == "\x1b" and waiting:
                self._escape(waiting, events)
            else:
                name = special(token) if len(token) > 1 else _character(token)
                if name:
                    events.append(Key(name))
        return events

    def _escape(self, waiting: list[str], events: list[Key | Paste | Focus]) -> None:
        """Read what follows an ESC: a key with Meta, or a control sequence curses did not know."""
        token = waiting.pop()
        meta = False
        while token == "\x1b" and waiting:  # Meta with a key that is a sequence itself, as rxvt sends it
            meta = True
            token = waiting.pop()
        if token in ("[", "O") and waiting:
            body = _body(waiting, token == "O")
            if body == "200~":
                self._paste, self._size = [], 0
            elif body in ("I", "O") and token == "[":
                events.append(Focus(body == "I"))
            elif body != "201~" and (name := _sequence(body)):
                events.append(_with_meta(name) if meta else Key(name))
            return
        name = special(token) if len(token) > 1 else _character(token)
        if name:
            events.append(_with_meta(name))

    def _in_paste(self, token: str, waiting: list[str], events: list[Key | Paste | Focus]) -> None:
        """Collect a token of a paste; its end marker is the only control sequence that counts."""
        assert self._paste is not None
        if token == "~" and "".join(self._paste[-5:]) == "\x1b[201":
            del self._paste[-5:]
            events.append(self._pasted())
        elif len(token) == 1:
            self._size += 1
            # the last characters are kept past the limit too, or the marker would not be seen
            if self._size > LONGEST_PASTE + 6:
                del self._paste[LONGEST_PASTE]
            self._paste.append(token)

    def _pasted(self) -> Paste:
        """End the paste and return it."""
        text = "".join(self._paste or [])[:LONGEST_PASTE]
        self._paste = None
        return Paste(text.replace("\r\n", "\n").replace("\r", "\n"))


def _with_meta(name: str) -> Key:
    return Key(name if name.startswith("M-") else "M-" + name)


def _body(waiting: list[str], single: bool) -> str:
    """Take a control sequence's rest up to its final byte (ECMA-48, 5.4), or one character after ESC O."""
    body = ""
    while waiting and len(body) < _LONGEST_SEQUENCE:
        token = waiting.pop()
        body += token if len(token) == 1 else ""
        if single or "@" <= token[:1] <= "~":
            break
    return body
