"""A connection as the pure core knows it: what it negotiated, what waits to be handled, what waits to be
sent.

A *user* is who others see (``world.py``); a session is one connection of a user, or of nobody yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.irc.lines import Wire
from gchat.irc.message import BadLine, Message
from gchat.server import capabilities as cap
from gchat.server.multiline import Batch
from gchat.server.outbox import Outbox
from gchat.server.settings import Limits
from gchat.server.stores.base import Mark
from gchat.server.throttle import TokenBucket

if TYPE_CHECKING:
    from gchat.server.commands.sasl import Exchange
    from gchat.server.request import Request
    from gchat.server.world import User


class Session:
    """One connection.  ``host`` is what others see of its address; ``peer`` is what the log says of it."""

    __slots__ = (
        "absent",
        "account",
        "away",
        "batch",
        "bucket",
        "cap_version",
        "caps",
        "certificate",
        "closing",
        "command_count",
        "connected_at",
        "device",
        "errands",
        "framing",
        "gateway",
        "heard_at",
        "host",
        "id",
        "inbox",
        "inbox_bytes",
        "invitation",
        "leapt",
        "metadata",
        "monitoring",
        "negotiating",
        "nick",
        "nick_bucket",
        "oper_failures",
        "outbox",
        "password",
        "peer",
        "pinged_at",
        "plain",
        "profile",
        "realname",
        "refused_nick",
        "request",
        "sasl",
        "secure",
        "server_name",
        "shown",
        "spoke_at",
        "subscriptions",
        "user",
        "username",
        "wire",
    )

    def __init__(
        self,
        id: str,
        host: str,
        peer: str,
        secure: bool,
        wire: Wire,
        plain: bool,
        limits: Limits,
        throttle: bool,
        now: float,
    ) -> None:
        self.id = id
        self.host = host
        self.peer = peer
        self.secure = secure
        self.wire = wire
        self.plain = plain  # speaks the tutorial's protocol: sentences instead of IRC lines
        # What a plain session shows depends on where it is, so nothing of it is shared: no profile.
        self.caps = cap.ECHO_MESSAGE | cap.CHANNEL_RENAME if plain else 0
        self.profile: int | None = None if plain else 0
        self.framing = 0  # TEXT_FRAMES or BINARY_FRAMES for a WebSocket
        self.outbox = Outbox()
        self.bucket = TokenBucket(limits.command_rate if throttle else 0.0, limits.command_burst, now)
        self.nick_bucket = TokenBucket(limits.nick_rate if throttle else 0.0, limits.nick_burst, now)
        self.user: User | None = None
        # what registration gathers
        self.nick = ""
        self.username = ""
        self.realname = ""
        self.password = ""
        self.negotiating = False
        self.certificate = ""  # SHA-256 fingerprint of the client's, in hexadecimal
        self.server_name = ""  # the name that the client's TLS asked for
        self.away = ""  # what it said before there was a user who could be away
        self.absent = False  # it connects for nobody who is here (draft/pre-away)
        self.metadata: dict[str, str] = {}  # what it said of a user who was not there yet
        self.subscriptions: dict[str, None] = {}  # the keys of metadata that it wants to hear of
        self.gateway = ""  # whose word it is that the host is this
        self.sasl: Exchange | None = None  # the exchange that is under way
        self.account = ""  # logged in to, before there is a user who could be
        self.device = ""  # which of the account's devices this is, if it said so
        self.invitation = ""  # the id of the one that it has shown
        self.refused_nick = ""  # held for an account: it is given to whoever logs in to that
        self.cap_version = 301
        # what waits: lines not handled yet, the request that is under way, the reason of the end
        self.inbox: list[Message | BadLine] = []  # a deque takes 760 bytes, empty; this one is short
        self.inbox_bytes = 0
        self.errands: list[Message] = []  # what the server itself has to do for the session
        self.request: Request | None = None
        self.closing = ""
        self.batch: Batch | None = None  # of lines that are not complete yet
        self.shown: dict[str, Mark] = {}  # since when it sees each channel, and (empty) direct messages
        self.monitoring: dict[str, str] = {}  # folded nick -> nick as it was given
        self.connected_at = self.heard_at = self.spoke_at = now
        self.pinged_at = 0.0  # 0: no PING is unanswered
        self.leapt: tuple[float, float] | None = None  # see ``leap``
        self.command_count = 0
        self.oper_failures = 0

    def set_caps(self, caps: int) -> None:
        """Replace the negotiated capabilities."""
        self.caps = caps
        if not self.plain:
            self.profile = caps | self.framing
        if self.user is not None:
            for channel in self.user.channels.values():
                channel.sessions.regroup()

    @property
    def name(self) -> str:
        """What numerics call this client: its nick, or ``*`` while it has none."""
        return self.user.nick if self.user is not None else (self.nick or "*")

    def leap(self, seconds: float) -> None:
        """The clock has jumped: what is measured from one time to another goes on as if it had not."""
        then = self.last_sign
        self.connected_at += seconds
        self.heard_at += seconds
        self.spoke_at += seconds
        if self.pinged_at:
            self.pinged_at += seconds
        if self.batch is not None:
            self.batch.opened_at += seconds
        self.leapt = (self.heard_at, then)

    @property
    def last_sign(self) -> float:
        """When it was heard of last, by the clock of then: ``heard_at``, unless it has jumped since."""
        if self.leapt is not None and self.leapt[0] == self.heard_at:
            return self.leapt[1]
        return self.heard_at
