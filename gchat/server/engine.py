"""The server without the machine: sessions, the world, and the way of a line from one to the other.

The shell (``net.py``) owns the sockets.  It calls ``connect``, ``receive``, ``lost`` and ``sweep``, runs the
``Work`` that handlers yield, and when ``wake`` was called it takes the turn: everything said is stored, then
sent.  The clock is an argument and gives Unix seconds.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterator
from itertools import chain, count
from typing import Final

from gchat.irc.lines import Wire
from gchat.irc.message import BadLine, Message
from gchat.irc.numerics import ERR_UNKNOWNERROR
from gchat.server import apply, dispatch, loading, offers, timed
from gchat.server import capabilities as cap
from gchat.server.backplane.base import Backplane
from gchat.server.delivery import BroadcastQueue
from gchat.server.events import Detached, Entry, Reconfigured
from gchat.server.keeping import Keeping
from gchat.server.metadata import CHANGE_BURST, CHANGE_RATE
from gchat.server.monitors import Monitors
from gchat.server.outbox import Run
from gchat.server.request import FailError, ReplyError, Request, Work
from gchat.server.session import Session
from gchat.server.settings import Settings
from gchat.server.stores.base import Change, Store, StoreError
from gchat.server.sts import Policy
from gchat.server.throttle import Buckets
from gchat.server.world import World

log = logging.getLogger("gchat.server")

REGISTRATION_RATE: Final = 1 / 300  # new accounts a second, from one address
REGISTRATION_BURST: Final = 10.0
BATCHED: Final = 0.1  # tokens of a line within a batch
# bytes that a waiting line counts on top of its text, and each parameter and tag that a PRIVMSG has not
LINE_OVERHEAD, PARAM_OVERHEAD, TAG_OVERHEAD = 64, 64, 256
LEAP: Final = 30.0  # seconds between two looks at the clock, which are to be one apart: it has jumped
STRIDE: Final = 100  # sessions between two that are looked at one after the other
FREE_EFFORT: Final = 100  # messages of an answer that a token pays for: a WHO of a thousand costs ten more


class Engine:
    """The pure core behind one machine's listeners."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float],
        wake: Callable[[], None],
        work: Callable[[Request, Work], None],
        store: Store,
        backplane: Callable[[apply.Apply, Callable[[], float]], Backplane],
        entropy: Callable[[int], bytes],
        node: str = "n0",
    ) -> None:
        """``wake`` asks for one turn to be taken; ``work`` runs a Work, then calls ``resume``.

        ``entropy`` gives so many bytes that nobody can guess.  Raises StoreError.
        """
        self.settings: Settings = settings  # a cycle of imports keeps mypy from finding out by itself
        self.clock = clock
        self.entropy = entropy
        self.started_at = self._looked_at = clock()
        self.world: World = World()
        self.monitors = Monitors()
        self.queue = BroadcastQueue(wake)
        self.store = store
        self.keeping = Keeping(store, self.queue, self._tell_operators)
        limits = settings.limits
        rate = limits.login_rate if settings.throttle else 0.0
        self.logins = Buckets(rate, limits.login_burst)  # wrong passwords by address
        self.account_logins = Buckets(rate, limits.login_burst, 0)  # by account: one for each at most
        self.registrations = Buckets(REGISTRATION_RATE if settings.throttle else 0.0, REGISTRATION_BURST)
        self.values = Buckets(CHANGE_RATE if settings.throttle else 0.0, CHANGE_BURST)
        self._secret = entropy(32)  # of what is to look like chance and be the same each time
        self.sessions: dict[str, Session] = {}
        self.strangers: set[Session] = set()  # those of them that are nobody yet
        self.errors = 0  # bugs met so far: each is in the log with its traceback
        self.command_counts: dict[str, int] = {}
        self.asks_certificates = False  # set by the shell: TLS listeners ask clients for theirs
        self.rehash: Callable[[], str] = lambda: ""  # set by the shell: reads the configuration again
        # set by the shell: a session is really from this address and port; why it may not be, if it may not
        self.relocate: Callable[[Session, str, int], str] = lambda session, ip, port: ""
        self.sts: Policy | None = None  # set by the shell
        self._work = work
        self._node = node
        self._ids = count(1)
        self._batches = count(1)
        self._lagging: dict[Session, None] = {}
        self.backplane = backplane(self._apply, clock)
        loading.fill(self)

    # connections

    def connect(
        self,
        host: str,
        peer: str,
        wire: Wire,
        *,
        secure: bool = False,
        plain: bool = False,
        certificate: str = "",
        framing: int = 0,
    ) -> Session:
        """Begin a session for a new connection; ``plain`` for a wire of the tutorial's protocol.

        ``certificate`` is the SHA-256 fingerprint of the client's, in hexadecimal; ``framing`` the bit of a
        WebSocket's frames.
        """
        settings, id = self.settings, f"{self._node}-{next(self._ids)}"
        session = Session(
            id, host, peer, secure, wire, plain, settings.limits, settings.throttle, self.clock()
        )
        session.certificate = certificate
        session.framing = framing
        session.set_caps(session.caps)
        self.sessions[session.id] = session
        self.strangers.add(session)
        return session

    def receive(self, session: Session, data: bytes) -> None:
        """Handle bytes that a connection sent, or keep them while the session has to wait."""
        now = session.heard_at = self.clock()
        session.pinged_at = 0.0
        inbox = session.inbox
        for item in session.wire.feed(data):
            if session.closing:
                return
            if inbox or session.request is not None:
                self._keep(session, item)
            elif session.bucket.take(now, 1.0 if session.batch is None else _cost(session, item)):
                self._handle(session, item)
            else:
                self._keep(session, item)
        if inbox and session.request is None:
            self._lagging[session] = None

    def lost(self, session: Session, reason: str) -> None:
        """The connection is gone: whoever it was leaves.  Calling it twice does nothing."""
        if self.sessions.pop(session.id, None) is None:
            return
        self.strangers.discard(session)
        self._lagging.pop(session, None)
        self.monitors.clear(session)
        session.inbox.clear()
        if session.request is not None and session.request.steps is not None:
            session.request.steps.close()
        if not session.closing:
            session.closing = reason
            self._leave(session, reason)

    def close(self, session: Session, reason: str) -> None:
        """End a session: others see ``reason``, the client reads it in an ERROR, then the socket closes.

        https://modern.ircdocs.horse/#error-message
        """
        if session.closing:
            return
        self._say_goodbye(session, reason, f"Closing link: ({session.host}) [{reason}]")
        self._leave(session, reason)

    def _say_goodbye(self, session: Session, reason: str, text: str) -> None:
        session.closing = reason
        session.inbox.clear()
        if session.request is not None:
            session.request.finish()
        self.queue.send(session, Message("ERROR", (text,)))
        self.queue.part(session)
        session.outbox.end()

    def _leave(self, session: Session, reason: str) -> None:
        user = session.user
        if user is not None and user.uid in self.world.users:
            self.backplane.commit(Detached(user.uid, session.id, reason), None)

    # lines

    def _keep(self, session: Session, item: Message | BadLine) -> None:
        """Have a line wait.  Lag first, then the end: who sends too fast waits, until too much waits."""
        session.inbox.append(item)
        session.inbox_bytes += _weight(item)
        if session.inbox_bytes > self.settings.limits.recvq:
            self.close(session, "RecvQ exceeded")

    def _pump(self, session: Session) -> None:
        """Handle what waits in the inbox, one request at a time, as fast as the bucket allows."""
        inbox, now = session.inbox, self.clock()
        while inbox and session.request is None and not session.closing:
            if not session.bucket.take(now, _cost(session, inbox[0])):
                self._lagging[session] = None
                return
            item = inbox.pop(0)
            session.inbox_bytes -= _weight(item)
            self._handle(session, item)

    def _handle(self, session: Session, item: Message | BadLine) -> None:
        if isinstance(item, BadLine):
            item = dispatch.bad_line(item)
        request = session.request = Request(self, session, item)
        session.command_count += 1
        try:
            request.steps = dispatch.run(request)
        except (ReplyError, FailError) as error:
            request.refuse(error)
        except Exception:
            self._bug(item.command, request)
        if request.steps is not None:
            self._step(request, None)  # whoever called goes on with the session's next line
        else:
            request.returned = True
            self._settle(request)

    def resume(self, request: Request, result: object) -> None:
        """Go on with a handler that waited; ``result`` is what its Work returned or raised."""
        self._step(request, result)
        self._pump(request.session)

    def _step(self, request: Request, result: object) -> None:
        steps, session = request.steps, request.session
        assert steps is not None
        if session.closing:
            steps.close()
            return
        try:
            work = steps.throw(result) if isinstance(result, BaseException) else steps.send(result)
        except StopIteration:
            pass
        except (ReplyError, FailError) as error:
            request.refuse(error)
        except StoreError as outage:
            log.error("%s from %s failed: %s", request.message.command, session.peer, outage)
            request.refuse(
                FailError("TEMPORARILY_UNAVAILABLE", text="The history cannot be read at the moment")
            )
        except Exception:
            self._bug(request.message.command, request)
        else:
            self.keeping.flush()  # Work may read the history: one's own words are in it
            self._work(request, work)
            return
        request.steps, request.returned = None, True
        self._settle(request)

    def _bug(self, what: str, request: Request | None) -> None:
        # Errors are replies; anything else is a bug, which ends the command and not the session.
        self.errors += 1
        log.exception("%s from %s failed", what, request.session.peer if request is not None else "elsewhere")
        if request is not None:
            request.reply(ERR_UNKNOWNERROR, request.message.command)

    def _settle(self, request: Request) -> None:
        session = request.session
        if request.pending or session.request is not request:
            return
        if request.effort > FREE_EFFORT:
            session.bucket.owe(request.effort / FREE_EFFORT)
        if request.label and not session.closing:  # ERROR is the last that a client hears
            request.finish()
        session.request = None
        if session.errands:
            self._run_errands(session)

    def errand(self, session: Session, message: Message) -> None:
        """Have a command handled for a session that did not send it, before its own next line."""
        session.errands.append(message)
        self._run_errands(session)

    def _run_errands(self, session: Session) -> None:
        while session.errands and session.request is None and not session.closing:
            self._handle(session, session.errands.pop(0))

    # events

    def _apply(self, entry: Entry, request: Request | None) -> None:
        try:
            apply.apply(apply.Applying(self, entry, request))
        except Exception:
            self._bug(type(entry.event).__name__, request)
        if request is not None:
            request.pending -= 1
            if request.returned and not request.pending:
                self._settle(request)
                self._pump(request.session)

    def offered(self, session: Session | None = None) -> dict[str, str]:
        """The capabilities that sessions may ask for, with values; what one is told besides."""
        return offers.offered(self, session)

    def salt_of(self, text: str, size: int = 16) -> bytes:
        """Bytes that nobody can guess and that are the same for the same text, as long as this runs."""
        return hmac.digest(self._secret, text.encode("utf-8", "replace"), "sha256")[:size]

    def batch_reference(self) -> str:
        """A reference for a batch, unlike any other in use."""
        return f"b{next(self._batches)}"

    def now_ms(self) -> int:
        """Unix milliseconds as events have them: what is compared with the time of one is measured by this.

        The clock itself may be behind, having been set back.
        """
        return self.backplane.now()

    # turns

    def take_turn(self, most: int | None = None) -> list[Run | Session]:
        """End the turn: store what was said in it, then give the shell what is to be flushed.

        For at most so many sessions: where that leaves some in the queue, another turn is to be taken soon.
        """
        self.keeping.flush()
        return self.queue.take(most)

    def keep(self, change: Change) -> None:
        """Have something stored before this turn ends, or as soon as that is possible; for ``apply``."""
        self.keeping.add(change)

    def _tell_operators(self, text: str) -> None:
        for user in self.world.users.values():
            if user.is_operator:
                notice = Message("NOTICE", (user.nick, text), self.settings.server.name)
                for session in user.sessions:
                    self.queue.send(session, notice)

    def sweep(self) -> Iterator[None]:
        """Look after the sessions that lag; begin it some times a second while ``lagging`` is true.

        A step looks at one session.  Between two steps there may be a rest.
        """
        for session in list(self._lagging):
            if session in self._lagging:
                del self._lagging[session]
                self._pump(session)
            yield

    @property
    def lagging(self) -> bool:
        """True while somebody's lines wait for tokens."""
        return bool(self._lagging)

    def check_deadlines(self) -> Iterator[None]:
        """Ask silent clients for a sign of life, end the overdue ones, look after a store that failed.

        Begin it once a second; a step looks at one session.  Between two steps there may be a rest: those
        who talk are not to wait until thousands were asked.
        """
        self._look_at_clock()
        self.keeping.probe()
        timed.end_bans(self)
        # Who came together is silent for as long: they are not to be asked one right after the other.
        everybody = list(self.sessions.values())
        for session in chain.from_iterable(everybody[start::STRIDE] for start in range(STRIDE)):
            if not session.closing:
                self._check_deadline(session, self._look_at_clock())
            yield

    def _check_deadline(self, session: Session, now: float) -> None:
        limits = self.settings.limits
        if session.batch is not None and session.batch.overdue(now):
            params = ("BATCH", "TIMEOUT", session.batch.reference, "The batch was left open for too long")
            self.queue.send(session, Message("FAIL", params, self.settings.server.name))
        if session.user is None:
            if limits.registration_timeout and now - session.connected_at > limits.registration_timeout:
                self.close(session, "Registration timed out")
        elif limits.idle_timeout and now - session.spoke_at > limits.idle_timeout:
            self.close(session, f"Idle for more than {limits.idle_timeout:g} seconds")
        elif not session.plain:  # the tutorial's client cannot answer a PING
            self._check_ping(session, now)

    def _look_at_clock(self) -> float:
        """The time.  Nobody is overdue because the clock was set, or because this process was stopped."""
        now = self.clock()
        leap, self._looked_at = now - self._looked_at, now
        if not 0 <= leap < LEAP:
            for session in self.sessions.values():
                session.leap(leap)
        return now

    def _check_ping(self, session: Session, now: float) -> None:
        limits = self.settings.limits
        if session.pinged_at:
            if now - session.pinged_at > limits.ping_timeout:
                self.close(session, f"Ping timeout: {now - session.heard_at:.0f} seconds")
        elif limits.ping_interval and now - session.heard_at > limits.ping_interval:
            session.pinged_at = now
            self.queue.send(session, Message("PING", (self.settings.server.name,)))

    def configure(self, settings: Settings) -> None:
        """Go on with another configuration; connections stay."""
        before = self.offered()
        known, keep = self.settings.accounts, self.settings.history.keep
        self.settings = settings
        self.announce_capabilities(before)
        offers.announce_persistence(self, known)
        offers.announce_retention(self, keep)
        limits = settings.limits
        rates = (limits.command_rate, limits.nick_rate) if settings.throttle else (0.0, 0.0)
        for buckets in (self.logins, self.account_logins):
            buckets.change(limits.login_rate if settings.throttle else 0.0, limits.login_burst)
        for session in self.sessions.values():
            session.bucket.change(rates[0], limits.command_burst)
            session.nick_bucket.change(rates[1], limits.nick_burst)
        self.backplane.commit(Reconfigured(), None)

    def announce_capabilities(self, before: dict[str, str]) -> None:
        """Tell who asked for it what came, changed and went since then; what went is off at once.

        https://ircv3.net/specs/extensions/capability-negotiation#cap-notify
        """
        after = self.offered()
        gone = sorted(before.keys() - after.keys())
        new = [f"{name}={value}" if value else name for name, value in sorted(after.items() - before.items())]
        lost = sum(cap.BITS[name] for name in gone)
        for session in self.sessions.values():
            for subcommand, names in (("DEL", gone), ("NEW", new)):
                if names and session.caps & cap.CAP_NOTIFY:
                    params = (session.name, subcommand, " ".join(names))
                    self.queue.send(session, Message("CAP", params, self.settings.server.name))
            if session.caps & lost:
                session.set_caps(session.caps & ~lost)

    def shut_down(self, reason: str) -> None:
        """Say goodbye to everybody.  Nobody remains who could see the others quit."""
        for session in self.sessions.values():
            if not session.closing:
                self._say_goodbye(session, reason, reason)


def _cost(session: Session, item: Message | BadLine) -> float:
    """The tokens that a line costs: the lines of a batch, which has its own limits, cost little."""
    if session.batch is None or isinstance(item, BadLine) or "batch" not in item.tags:
        return 1.0
    return BATCHED


def _weight(item: Message | BadLine) -> int:
    """What a waiting line is counted as, in bytes."""
    if isinstance(item, BadLine):
        return LINE_OVERHEAD + len(item.text)
    text = sum(map(len, item.params)) + sum(len(key) + len(value) for key, value in item.tags.items())
    more = PARAM_OVERHEAD * max(0, len(item.params) - 2) + TAG_OVERHEAD * max(0, len(item.tags) - 1)
    return LINE_OVERHEAD + more + text
