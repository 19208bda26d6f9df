"""The IRC side of one connection, without any I/O: registration, capabilities, SASL, PING, labels, batches.

A session is fed bytes and gives messages; it is told what to send and gives bytes.  It answers by itself what
has no meaning for people.  Whatever it does not answer goes on to the model (``incoming/``), and so does all
of registration that people may want to read.  Times are passed in.

    session = Session(wire, identity, now);  send(session.take())      # CAP LS, NICK, USER
    for item in session.receive(data, now): ...;  send(session.take())
    session.tick(now);  session.dead                                   # at session.deadline()

To ask for one more capability: its name in ``capabilities.WANTED``.  To answer one more command by itself: a
row in ``_OWN``.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from gchat.client.batches import Batches, Item
from gchat.client.capabilities import KNOWN, WANTED
from gchat.client.nicknames import plain_nick
from gchat.client.wires import ClientWire, IrcWire
from gchat.irc import sasl
from gchat.irc.caps import parse_caps
from gchat.irc.message import NO_TAGS, Message

PING_EVERY = 30.0  # seconds from one of our PINGs to the next
SOON = 5.0  # seconds after which a server that echoes nothing is asked whether it read what we said
# seconds without a byte after which the connection counts as lost: within a minute, with a PING in it
SILENCE = 55.0
REGISTRATION = 60.0  # seconds a server has to let us in
ASLEEP = 90.0  # nobody ticked for so long: the machine slept, the server gets another ten seconds
_MOST_CAPS = 1000  # capabilities of a server that are remembered
_ALERT = (
    b"\x15\x03"  # a TLS record: an alert (RFC 8446, 5.1), which is what plain text gets where TLS is spoken
)
_REQUEST_BYTES = 400  # of capability names in one CAP REQ, well under a line


class Identity(NamedTuple):
    """Who to be on a network."""

    nick: str
    alternatives: tuple[str, ...] = ()
    username: str = ""
    realname: str = ""
    password: str = ""
    sasl_user: str = ""
    sasl_password: str = ""
    certificate: bool = False  # the connection shows one that may log us in
    invitation: str = ""  # the token of one that is to be shown before we are let in
    new_password: str = ""  # for the account that it is good for


class Session:
    """One connection's protocol state."""

    __slots__ = (
        "_batches",
        "_due",
        "_heard",
        "_label",
        "_nicks",
        "_out",
        "_ping_token",
        "_pinged",
        "_refused",
        "_requested",
        "_sasl",
        "_started",
        "_ticked",
        "_waiting",
        "account",
        "caps",
        "confirmed",
        "dead",
        "greeted",
        "identity",
        "lag",
        "mask",
        "nick",
        "offered",
        "registered",
        "sasl_problem",
        "wire",
    )

    def __init__(self, wire: ClientWire, identity: Identity, now: float) -> None:
        """Begin registration; the first bytes to send wait in ``take``."""
        self.wire = wire
        self.identity = identity
        self.nick = identity.nick  # ours, or the one being tried
        self.mask = ""  # our nick!user@host as others see it, "" until somebody told us
        self.greeted = False  # the server said a line
        self.registered = False
        self.offered: dict[str, str] = {}  # capabilities the server has, with their values
        self.caps: set[str] = set()  # the ones we have
        self.account = ""  # that we are logged in to
        self.sasl_problem = ""  # why we are not logged in although we have a password, a sentence
        self.lag: float | None = None
        self.confirmed = 0.0  # the server has answered everything that was sent before this time
        self.dead = ""  # set by tick: why the connection counts as lost
        self._out: list[bytes] = []
        self._nicks = _fallbacks(identity)
        self._requested: list[list[str]] = []  # CAP REQs without an answer
        self._sasl = ""  # the mechanism of the exchange that is going on
        self._refused: set[str] = set()  # mechanisms that did not log us in
        self._batches = Batches()
        self._label = 0
        self._started = self._heard = self._ticked = now
        self._pinged = now  # when the last PING was sent
        self._due = now + PING_EVERY  # when the next one is
        self._ping_token = ""  # of a PING without an answer
        self._waiting = 0
        self.send("CAP", "LS", "302")
        if identity.password:
            self.send("PASS", identity.password)
        self.send("NICK", self.nick)
        self.send("USER", identity.username or self.nick, "0", "*", identity.realname or self.nick)

    # --- sending -----------------------------------------------------------------------------

    def send(self, command: str, *params: str, tags: Mapping[str, str] = NO_TAGS) -> None:
        """Queue a message; tags need the message-tags capability (``can_tag``)."""
        data = self.wire.encode(Message(command, params, "", tags))
        if data:
            self._out.append(data)

    def ask(self, command: str, *params: str, tags: Mapping[str, str] = NO_TAGS) -> str:
        """Queue a message with a label where the server knows labels; return the label or ""."""
        if not self.caps >= {"labeled-response", "batch", "message-tags"}:  # it stands on both of them
            self.send(command, *params, tags=tags)
            return ""
        self._label += 1
        label = f"g{self._label}"
        self.send(command, *params, tags={"label": label, **tags})
        return label

    def take(self, now: float) -> bytes:
        """Return the bytes to write now and forget them."""
        pieces, self._out = self._out, []
        data = self.wire.join(pieces, now) if pieces else b""
        return data + self.wire.take()

    @property
    def can_tag(self) -> bool:
        """Tell whether client-only tags and TAGMSG may be sent."""
        return "message-tags" in self.caps

    def allow(self, longest: int) -> None:
        """Send lines of up to so many bytes (LINELEN in ISUPPORT)."""
        if isinstance(self.wire, IrcWire):
            self.wire.longest = longest

    # --- receiving ---------------------------------------------------------------------------

    def receive(self, data: bytes, now: float) -> list[Item]:
        """Take what came from the server; return what the model should know of, in order.  Never raises."""
        if data:  # what the wire says by itself is no sign of life
            self._heard = now
        if not self.greeted and data.startswith(_ALERT):
            return []
        out: list[Item] = []
        append = out.append
        own = _OWN.get
        batches = self._batches
        items = self.wire.feed(data)
        self.greeted = self.greeted or any(type(item) is Message for item in items)
        for item in items:
            act = own(item[0])
            if act is not None and type(item) is Message and act(self, item, now):
                continue
            if item[0] == "BATCH" and type(item) is Message:
                batches.mark(item, out)
                continue
            if batches and type(item) is Message and batches.take(item, out):
                continue
            append(item)
        return out

    # --- time --------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Send the PING that is due, or find the connection dead."""
        if now < self._ticked:  # the clock was set back
            self._heard = min(self._heard, now)
            self._pinged = min(self._pinged, now)
            self._due = min(self._due, now + PING_EVERY)
            self._started = min(self._started, now)
        elif now - self._ticked > ASLEEP:
            self._heard = max(self._heard, now - SILENCE + 10)
            self._started = max(self._started, now - REGISTRATION + 10)
            self._ping_token = ""
        self._ticked = now
        if not self.registered:
            if now - self._started >= REGISTRATION:
                self.dead = "the server did not let us in within a minute"
            return
        if now - self._heard >= SILENCE:
            self.dead = f"the server said nothing for {SILENCE:.0f} seconds"
        elif not self._ping_token and now >= self._due:
            self._ping(now)
        elif self._ping_token and now - self._pinged > (self.lag or 0.0):
            self.lag = now - self._pinged

    def deadline(self) -> float:
        """Return when ``tick`` has something to do."""
        if not self.registered:
            return self._started + REGISTRATION
        if self._ping_token:
            return min(self._heard + SILENCE, self._ticked + 5.0)
        return min(self._heard + SILENCE, self._due)

    def ask_soon(self, now: float) -> None:
        """Have the next PING sent soon: something was said that the server does not acknowledge by itself."""
        self._due = min(self._due, now + SOON)

    def _ping(self, now: float) -> None:
        self._waiting += 1
        self._pinged = now
        self._due = now + PING_EVERY
        self._ping_token = f"gchat{self._waiting}"
        self.send("PING", self._ping_token)

    # --- registration ------------------------------------------------------------------------

    def request(self, names: list[str]) -> None:
        """Ask for capabilities, in as many lines as they need."""
        while names:
            size, count = 0, 0
            while count < len(names) and (not count or size + len(names[count]) < _REQUEST_BYTES):
                size += len(names[count]) + 1
                count += 1
            chosen, names = names[:count], names[count:]
            self._requested.append(chosen)
            self.send("CAP", "REQ", " ".join(chosen))

    def awaits(self, name: str) -> bool:
        """Tell whether a CAP REQ for a capability waits for its answer."""
        return any(name in names for names in self._requested)

    def wanted(self) -> list[str]:
        """Return the capabilities that are offered, wanted, and not had yet."""
        missing = [name for name in WANTED if name in self.offered and name not in self.caps]
        names = [name for name in missing if not self.awaits(name)]
        if not self.registered and self._mechanism():
            names.append("sasl")
        return names

    def _mechanism(self) -> str:
        """Return how to log in, the certificate first; "" where there is no way, or none is left."""
        who = self.identity
        ways = (("EXTERNAL", who.certificate), ("PLAIN", bool(who.sasl_password)))
        possible = [name for name, has in ways if has]
        if not possible:
            return ""
        if "sasl" not in self.offered:
            what = "passwords of accounts" if who.sasl_password else "certificates"
            self.sasl_problem = f"this server does not take {what} (it has no SASL)"
            return ""
        offered = self.offered["sasl"].upper()  # empty: the server does not say
        usable = [name for name in possible if not offered or name in offered.split(",")]
        if not usable:
            what = "plain passwords" if who.sasl_password else "certificates"
            self.sasl_problem = f"this server takes no {what}, only {self.offered['sasl']}"
        return next((name for name in usable if name not in self._refused), "")

    def negotiated(self) -> None:
        """Go on when no CAP REQ waits for its answer: log in, or end the negotiation."""
        if self._requested or self.registered or self._sasl:
            return
        self._sasl = self._mechanism() if "sasl" in self.caps else ""
        if self._sasl:
            self.send("AUTHENTICATE", self._sasl)
        else:
            self.end_negotiation()

    def end_negotiation(self) -> None:
        """Ask to be let in; who is invited has the account made first, without which some servers refuse."""
        who = self.identity
        if who.invitation and who.new_password and self.nick == who.nick:
            self.send("REDEEM", who.invitation, who.new_password)
        self.send("CAP", "END")

    def answered(self, names: list[str]) -> bool:
        """Strike the CAP REQ that these names answer; False when they answer none."""
        for index, chosen in enumerate(self._requested):
            if set(names) & set(chosen) or not names:
                del self._requested[index]
                return True
        return False


def _fallbacks(identity: Identity) -> Iterator[str]:
    """Give nicks to try when the one wanted is in use: the alternatives, nick_, nick__, shortened ones."""
    yield from identity.alternatives
    yield identity.nick + "_"
    yield identity.nick + "__"
    for digit in range(1, 10):
        # nine characters, RFC 1459's limit, after the underscores were cut
        yield f"{identity.nick[:7]}{digit}"


# --- what a session answers by itself.  True: the model need not see it.


def _cap(session: Session, message: Message, now: float) -> bool:
    """https://ircv3.net/specs/extensions/capability-negotiation"""
    if len(message.params) < 3:
        return True
    verb = message.params[1].upper()
    names = message.params[-1].split()
    if verb in {"LS", "NEW"}:
        if len(session.offered) < _MOST_CAPS:
            session.offered.update(parse_caps(message.params[-1]))
        if verb == "LS" and message.params[2] == "*" and len(message.params) > 3:
            return True  # more lines follow
        session.request(session.wanted())
        if verb == "LS":
            session.negotiated()
    elif verb == "DEL":
        for name in names:
            session.offered.pop(name, None)
            session.caps.discard(name)
    elif verb == "ACK":
        for name in names:
            if name[0] == "-":
                session.caps.discard(name[1:])
            elif name in KNOWN:
                session.caps.add(name)
        session.answered(names)
        session.negotiated()
    elif verb == "NAK":
        session.answered(names)
        if len(names) > 1:  # "the server rejects the whole list": find out which ones it would take
            for name in names:
                session.request([name])
        session.negotiated()
    return True


def _authenticate(session: Session, message: Message, now: float) -> bool:
    """https://ircv3.net/specs/extensions/sasl-3.1"""
    if message.params[:1] == ("+",) and session._sasl:
        who = session.identity
        payload = who.sasl_user.encode()
        if session._sasl == "PLAIN":
            payload = sasl.plain_payload("", who.sasl_user, who.sasl_password)
        for chunk in sasl.encode_chunks(payload):
            session.send("AUTHENTICATE", chunk)
    return True


def _sasl_done(session: Session, message: Message, now: float) -> bool:
    """903 and the ways to fail: registration goes on either way, and people read how it went."""
    done = message.command == "903"
    if session._sasl:
        if not done:
            session._refused.add(session._sasl)
        session._sasl = ""
        if done and not session.registered:
            session.end_negotiation()
        else:
            session.negotiated()
    return done


def _logged_in(session: Session, message: Message, now: float) -> bool:
    """900: we are logged in."""
    session.account = message.params[2] if len(message.params) > 3 else ""
    return False


def _logged_out(session: Session, message: Message, now: float) -> bool:
    session.account = ""
    return False


def _welcome(session: Session, message: Message, now: float) -> bool:
    """001: we are in, under the name the server says."""
    if message.params:
        session.nick = message.params[0]
    last = message.params[-1].rpartition(" ")[2] if message.params else ""
    if last.startswith(session.nick + "!") and "@" in last:
        session.mask = last  # "Welcome to the network, nick!user@host": not promised, but usual
    session.registered = True
    session._ping(now)
    return False


def _nick_refused(session: Session, message: Message, now: float) -> bool:
    """431 to 437 before registration: try the next nick."""
    if not session.registered:
        refused = session.nick
        session.nick = next((n for n in session._nicks if n and n != refused), "")
        if session.nick:
            session.send("NICK", session.nick)
    return False


def _nick_impossible(session: Session, message: Message, now: float) -> bool:
    """432: the server does not like how the nick is written; keep what every server allows."""
    if not session.registered:
        plain = plain_nick(session.nick)
        if not plain:  # an underscore behind it makes it no better: only what the person chose is tried
            session._nicks = filter(plain_nick, session._nicks)
        elif plain != session.nick:
            session.nick = plain
            session._nicks = _fallbacks(session.identity._replace(nick=plain))
            session.send("NICK", plain)
            return False
    return _nick_refused(session, message, now)


def _ping(session: Session, message: Message, now: float) -> bool:
    session.send("PONG", *message.params[-1:])
    return True


def _pong(session: Session, message: Message, now: float) -> bool:
    # Some servers answer with their name instead of the token; one PING is out at a time, so it is that one.
    if session._ping_token:
        session._ping_token = ""
        session.lag = max(0.0, now - session._pinged)
        session._heard = now
        session.confirmed = session._pinged
    return True


_OWN: dict[str, Callable[[Session, Message, float], bool]] = {
    "PING": _ping,
    "PONG": _pong,
    "CAP": _cap,
    "AUTHENTICATE": _authenticate,
    "001": _welcome,
    "432": _nick_impossible,
    "433": _nick_refused,
    "436": _nick_refused,
    "437": _nick_refused,
    "900": _logged_in,
    "901": _logged_out,
    "902": _sasl_done,
    "903": _sasl_done,
    "904": _sasl_done,
    "905": _sasl_done,
    "906": _sasl_done,
    "907": _sasl_done,
}
