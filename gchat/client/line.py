"""One line of a buffer: something said, something that happened, something the program has to say.

A ``Line`` is made for every message of a flood, so it is a slots class with positional arguments, and nothing
is worked out before the view asks.
"""

from enum import Enum
from itertools import count


class LineKind(Enum):
    """What a line is; the view chooses its sign and look by it."""

    MESSAGE = "message"  # nick said text
    ACTION = "action"  # nick does text (/me): shown as "∗ nick text"
    NOTICE = "notice"
    PRESENCE = "presence"  # joins, parts, quits, nick changes; text is a sentence (``presence.py``); dim
    EVENT = "event"  # topic, mode, kick, invite: a sentence of what somebody did; never folded
    SERVER = "server"  # the server's words and its answers to questions
    STATUS = "status"  # the program's own words: connecting, disconnected, help
    ERROR = "error"  # something that did not work, a sentence


class Delivery(Enum):
    """How far a line of ours came."""

    SENT = "sent"  # also every line that is not ours
    PENDING = "pending"
    FAILED = "failed"  # ``Line.problem`` says why


class Fate(Enum):
    """What became of a line after it was said; ``corrections.py`` decides."""

    SAID = "said"
    EDITED = "edited"  # the text is the newest one
    DELETED = "deleted"  # the text says only that, and by whom


# reaction as shown -> who reacted so: folded nick -> the value as it came; in the order they came
Reactions = dict[str, dict[str, str]]

_next_serial = count(1).__next__
_next_older_serial = count(-1, -1).__next__


class Line:
    """One line.  After changing one that is shown already, call ``changed``."""

    __slots__ = (
        "answers",
        "delivery",
        "fate",
        "highlight",
        "kind",
        "msgid",
        "nick",
        "own",
        "problem",
        "quote",
        "reactions",
        "serial",
        "text",
        "time",
        "version",
    )

    def __init__(
        self,
        kind: LineKind,
        time: float,
        text: str,
        nick: str = "",
        own: bool = False,
        highlight: bool = False,
        msgid: str = "",
    ) -> None:
        """Make a line; ``text`` and ``nick`` are harmless already."""
        self.serial = _next_serial()  # grows over all buffers, so a line is named by its number alone
        self.kind = kind
        self.time = time
        self.text = text
        self.nick = nick  # who said or did it, "" for nobody
        self.own = own
        self.highlight = highlight  # it calls us
        self.msgid = msgid
        self.delivery = Delivery.SENT
        self.problem = ""  # when FAILED: "not sent: the connection is gone", without what to press
        self.quote = ""  # the start of the line that this one replies to ...
        self.answers = ""  # ... and its id
        self.fate = Fate.SAID
        self.reactions: Reactions | None = None
        self.version = 0  # grows when the line's look changes; the view keeps wrapped rows by it

    def precede(self) -> None:
        """Have a serial before every other one, those of lines that preceded earlier included."""
        self.serial = _next_older_serial()

    def changed(self) -> None:
        """Say that the line looks different now."""
        self.version += 1

    def __repr__(self) -> str:
        """Show what a failing test needs to see."""
        state = "" if self.delivery is Delivery.SENT else f" {self.delivery.value}"
        return f"<{self.kind.value}{state} {self.nick!r} {self.text!r}>"
