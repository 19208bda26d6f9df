"""One pane's worth of conversation: a buffer, its lines, who is there, and the input that belongs to it.

A part of the model (``model.py``), with the same rules: plain data, harmless texts, Unix seconds.
"""

from bisect import bisect_left
from enum import Enum
from typing import TYPE_CHECKING

from gchat.client.editor import Editor, KillRing
from gchat.client.ids import Ids
from gchat.client.line import Line
from gchat.client.past import Past
from gchat.client.text import sanitise

if TYPE_CHECKING:  # a network holds buffers
    from gchat.client.model import Network


class BufferKind(Enum):
    """What a buffer holds."""

    SERVER = "server"  # the network's own: its words, and answers that belong nowhere else
    CHANNEL = "channel"
    QUERY = "query"  # a conversation with one nick
    LIST = "list"  # the table that /list fills


class User:
    """Somebody else (or us) on a network, shared by all channels they are seen in."""

    __slots__ = ("account", "away", "away_since", "bot", "host", "ignored", "nick", "realname", "username")

    def __init__(self, nick: str, username: str = "", host: str = "") -> None:
        """Know a nick, and whatever else is known of it."""
        self.nick = nick
        self.username = username
        self.host = host
        self.account = ""
        self.realname = ""
        self.away = False
        self.away_since: float | None = None  # when we were told; None where they were away before
        self.bot = False


class Member:
    """A user in one channel."""

    __slots__ = ("prefixes", "spoke", "user")

    def __init__(self, user: User, prefixes: str = "") -> None:
        """``prefixes``: the roles' symbols, highest first, as ISUPPORT PREFIX orders them (``"@+"``)."""
        self.user = user
        self.prefixes = prefixes
        self.spoke = 0.0  # when they last said something here; completion offers the latest first


class Buffer:
    """One pane's worth of conversation."""

    __slots__ = (
        "anchor",
        "anchor_row",
        "editor",
        "fresh",
        "ids",
        "joined",
        "key",
        "kind",
        "lines",
        "listing",
        "marker",
        "members",
        "mentions",
        "mode_params",
        "modes",
        "name",
        "network",
        "past",
        "roster_version",
        "scrollback",
        "target",
        "topic",
        "topic_setter",
        "topic_time",
        "typed_at",
        "typing",
        "typing_at",
        "typing_said",
        "unread",
    )

    def __init__(
        self, network: "Network", kind: BufferKind, name: str, scrollback: int, kill_ring: KillRing
    ) -> None:
        """Make an empty buffer; ``Model.open`` is what puts one on the screen."""
        self.network = network
        self.kind = kind
        self.name = sanitise(name)  # as it is shown: "#team", "Nine", the network's name
        self.target = name  # as it is sent
        self.lines: list[Line] = []  # oldest first; serials grow, without gaps only by chance
        self.scrollback = scrollback
        self.ids = Ids()  # of lines, for what refers to one
        self.past = Past()  # what is known of the time before the first line

        self.topic = ""
        self.topic_setter = ""
        self.topic_time = 0.0
        self.mode_params: dict[str, str] = {}  # letter -> parameter, "" for none
        self.modes = ""  # for the title: "+nt", "+klnt 10" (the key is not shown); "" = none or not known
        self.key = ""  # the channel key it was joined with
        self.joined = False  # a channel we are in
        self.members: dict[str, Member] = {}  # by folded nick
        self.listing: dict[str, str] | None = None  # nick -> prefixes while the names come in (353 up to 366)
        self.roster_version = 0  # grows whenever something of the nick list changed

        self.unread = 0  # messages nobody has seen
        self.mentions = 0  # of these, the ones that call us
        self.marker: int | None = (
            None  # serial of the last line that was seen; the 'new' rule stands under it
        )
        self.anchor: int | None = None  # scrolled up: serial of the lowest line shown; None = follows the end
        self.anchor_row = 0  # rows of that line hidden below the pane's edge
        self.fresh = 0  # lines that came while scrolled up

        self.typing: dict[str, float] = {}  # nick as shown -> when to stop believing it
        self.typing_said = ""  # what we told the others of ourselves: "active", "paused", ""
        self.typing_at = 0.0  # when we told them
        self.typed_at = 0.0  # when the input changed last
        self.editor = Editor(kill_ring)  # the input line: the draft and what was typed here before

    def add(self, line: Line) -> None:
        """Append a line; the oldest go when there are a tenth more than ``scrollback``."""
        lines = self.lines
        lines.append(line)
        if self.anchor is not None:
            self.fresh += 1
        if len(lines) > self.scrollback + (self.scrollback >> 3) + 8:
            del lines[: len(lines) - self.scrollback]
            if self.anchor is not None and self.anchor < lines[0].serial:
                self.anchor, self.anchor_row = lines[0].serial, 0

    def add_before(self, lines: list[Line]) -> None:
        """Put lines in front, oldest first.  Nothing on the screen moves, nothing counts as new."""
        for line in reversed(lines):
            line.precede()
        self.lines[:0] = lines

    def index_of(self, serial: int) -> int:
        """Return the index of the first line whose serial is not below ``serial`` (``len(lines)``: none)."""
        return bisect_left(self.lines, serial, key=_serial)

    def follow(self) -> None:
        """Stop being scrolled up."""
        self.anchor, self.anchor_row, self.fresh = None, 0, 0

    @property
    def is_full(self) -> bool:
        """Tell whether there are as many lines as are kept, so that none comes in front."""
        return len(self.lines) >= self.scrollback

    @property
    def last_serial(self) -> int | None:
        """The serial of the newest line."""
        return self.lines[-1].serial if self.lines else None


def _serial(line: Line) -> int:
    return line.serial
