"""The shell around the engine: listeners, a greenlet per client, one sweeper, and the end of them all.

Everything runs in one thread under gevent's loop, without monkey-patching.  Who may come in at all is decided
before it costs anything (``census.py``).  A client's greenlet opens its connection (``opening.py``), then
gives what it reads to the engine; what the engine has to say leaves in ``flush.py``.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import gevent
from gevent.event import Event
from gevent.hub import get_hub

from gchat.server import gateways, offers, sts
from gchat.server.backplane.local import LocalBackplane
from gchat.server.census import Census, Guest, Refusals, name
from gchat.server.connection import CLOSED, Connection, explain
from gchat.server.control import Control
from gchat.server.doors import Doors
from gchat.server.engine import Engine
from gchat.server.flush import Flush
from gchat.server.opening import Opened, Refused, goodbye, open_, passed_on
from gchat.server.request import Request
from gchat.server.session import Session
from gchat.server.settings import Listener, Settings, age
from gchat.server.stores.base import ForgetfulStore, Store
from gchat.server.worker import Worker

if TYPE_CHECKING:
    from gchat.server.tls import Context

log = logging.getLogger("gchat.server")

LAG: Final = 0.1  # seconds between two looks at the clients that wait for tokens
SECOND: Final = 1.0  # between two looks at everybody's deadlines
PARTS: Final = 100  # of a look at very many, with a rest after each
PART: Final = 128  # steps of a part, at least
RESET: Final = 0.5  # seconds between the last words to the tutorial's client and the reset that ends it
SLICE: Final = 0.002  # seconds that those who left, or who are looked at, may take of one turn
STEPS: Final = 8  # between two looks at the clock
EARFUL: Final = 1 << 20  # bytes that somebody on the way out may go on saying before it is cut off
GOODBYE: Final = 60.0  # seconds for the last words to one client where limits.shutdown_timeout is off


class Network:
    """A running server: ``start`` it, ``configure`` it again as often as you like, ``stop`` it."""

    def __init__(
        self, settings: Settings, context: Context | None = None, store: Store | None = None
    ) -> None:
        """``context`` is what TLS listeners show, from ``tls.load``; it is needed if there are any.

        ``store`` is ours to close; without one nothing is kept.
        """
        self.control = Control()
        self.context = context
        self.each_second: Callable[[], None] = lambda: None
        self._links: dict[Session, Connection] = {}
        self._connections: set[Connection] = set()
        self._ending: dict[Connection, float] = {}  # until when each may take, in monotonic seconds
        self._census = Census()
        self._census.configure(settings.limits, settings.throttle)
        self._refusals = Refusals()
        self._doors = Doors(self._admit, self._serve)
        self._lagging = Event()
        self._empty = Event()
        # what is left to do for those who part
        self._parted: deque[tuple[Session | None, Callable[[], None]]] = deque()
        self._parting: Any = get_hub().loop.timer(0)
        self._worker = Worker(self._resume, lambda why: self.engine.keeping.unreadable(why))
        self._flush = Flush(self._links, self._receive, self._over)
        store = store or ForgetfulStore()
        self.engine = self._flush.engine = Engine(
            settings,
            clock=time.time,
            wake=self._flush.wake,
            work=self._worker.submit,
            store=store,
            backplane=partial(LocalBackplane, last=store.last()),
            entropy=os.urandom,
        )
        self.engine.relocate = self._relocate

    # beginning, changing, ending

    def start(self) -> None:
        """Listen and serve.  Raises ListenError."""
        log_loop_errors()
        self._doors.open(self.engine.settings.listeners)
        self._set_transport()
        gevent.spawn(self._for_ever, self._sweep)
        gevent.spawn(self._for_ever, self._keep_watch)

    @property
    def addresses(self) -> list[Listener]:
        """Where it listens, with the ports that it got."""
        return self._doors.addresses

    def configure(self, settings: Settings, context: Context | None) -> None:
        """Go on with another configuration; every connection stays.

        Raises ListenError when a new address cannot be listened on; then everything is as it was.
        """
        self._doors.open(settings.listeners)
        self.context = context
        self.engine.configure(settings)
        self._census.configure(settings.limits, settings.throttle)
        self._set_transport()
        for connection in self._connections:
            connection.sendq = settings.limits.sendq

    def _set_transport(self) -> None:
        """Find out what TLS listeners ask for and what can be promised of them."""
        offers.set_certificates(self.engine, self.context is not None and self.context.asking is not None)
        settings, policy = self.engine.settings.tls, None
        if settings.sts and self.context is not None:
            from gchat.server import tls

            found = tls.inspect(self.context, settings.cert)
            if found is not None:
                duration = 0 if settings.sts == "0" else int(age(settings.sts))
                policy = sts.Policy(sts.port(self.addresses), duration, found.names, found.expires)
        offers.set_transport(self.engine, policy)

    def stop(self, reason: str) -> None:
        """Say goodbye to everybody, within ``limits.shutdown_timeout``, and let go of everything."""
        self._doors.close()
        for connection in self._connections:
            connection.patient = False
            if connection.session is None:
                connection.abort(reason)
        self.engine.shut_down(reason)
        if self._connections:
            self._empty.wait(self.engine.settings.limits.shutdown_timeout or None)
        self.control.close()
        self._flush.handle()
        while self._parted:
            self._see_off()
        self.engine.take_turn()  # what nobody hears any more is kept all the same
        self.engine.store.close()
        self._worker.close()

    def allow(self, connections: int) -> None:
        """Let no more in than the system has descriptors for: the store and the log need some, too."""
        self._census.most = connections

    def hurry(self) -> None:
        """Have ``stop`` wait no longer."""
        self._empty.set()

    # a client

    def _admit(self, sock: socket.socket, accepted: Any, tls: bool) -> Guest | None:
        """Let one client in, or turn it away before it has cost anything.  Called in the loop."""
        address = name(accepted)
        known = gateways.at(self.engine.settings.gateways, address.host)
        refusal = self._census.why_not(address, time.monotonic(), passes_on=bool(known))
        if refusal:
            self._refusals.tell(address.printed, refusal)
            _refuse(sock, b"" if tls else goodbye(address.host, refusal))
            return None
        self._census.enter(address)
        return Guest(address, tls, known)

    def _serve(self, sock: socket.socket, guest: Guest) -> None:
        """Serve one client from the beginning to the end, in a greenlet of its own."""
        log.info("Connected with %s", guest.address.printed)
        if guest.address.counted:  # a unix socket has nothing to delay
            with suppress(OSError):  # it is gone already, and reading will show it
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock, guest.address, self.engine.settings.limits.sendq)
        self._connections.add(connection)
        self._empty.clear()
        reason = "Internal error"
        try:
            # What an idle client's greenlet has on its stack it keeps: no more than these two.
            reason = self._attend(connection, guest) or self._read(connection)
        except OSError as error:
            reason = connection.failure or explain(error)
        finally:
            self._leave(connection, reason)

    def _attend(self, connection: Connection, guest: Guest) -> str:
        """Open a connection; return why that cannot be.  Raises OSError."""
        settings, context = self.engine.settings, self.context if guest.tls else None
        try:
            header, said = passed_on(connection, settings, guest.gateways)
            passed_tls = header is not None and header.tls and gateways.is_near(connection.host)
            refusal = self._move(connection, header.ip, header.port) if header and header.ip else ""
            if refusal:
                raise Refused(goodbye(connection.host, refusal), refusal)
            opened = open_(connection, settings, context, said)
        except Refused as refused:
            connection.failure = refused.reason
            self._part(connection, refused.answer)
            return ""
        if opened is None:
            return connection.failure or CLOSED
        self._link(connection, opened, context is not None or passed_tls)
        return ""

    def _move(self, connection: Connection, ip: str, port: int) -> str:
        """Have a connection be from the address that a gateway gives; return why it may not come in."""
        address = name((gateways.address(ip), port))
        log.info("%s is %s", connection.peer, address.printed)
        # It is counted already, in all.
        self._census.leave(connection.address)
        refusal = self._census.why_not(address, time.monotonic())
        self._census.enter(address)
        connection.address = address
        return refusal

    def _relocate(self, session: Session, ip: str, port: int) -> str:
        connection = self._links[session]
        refusal = self._move(connection, ip, port)
        session.host, session.peer = connection.host, connection.peer
        return refusal

    def _link(self, connection: Connection, opened: Opened, secure: bool) -> None:
        engine = self.engine
        session = engine.connect(
            connection.host,
            connection.peer,
            opened.wire,
            secure=secure,
            plain=opened.plain,
            certificate=connection.channel.certificate if connection.channel is not None else "",
            framing=opened.framing,
        )
        if connection.channel is not None:
            session.server_name = connection.channel.server_name
        connection.answers = opened.answers
        connection.session = session
        connection.resets = opened.resets
        self._links[session] = connection
        if opened.before:
            engine.queue.put(session, opened.before)
        if opened.said:
            self._flush.arrived(session, opened.said)

    def _read(self, connection: Connection) -> str:
        """Have what comes handled, until no more does; return why.  Raises OSError.

        Who is on the way out is not listened to, and not waited for for ever.
        """
        session, read, arrived = connection.session, connection.read, self._flush.arrived
        unheard = 0
        while data := read():
            # Who floods until it is refused goes on flooding, and is to be ended all the same.
            if session is not None and not session.closing and not connection.ending:
                arrived(session, data)
            else:
                unheard += len(data)
                if unheard > EARFUL:
                    connection.abort(CLOSED)
            del data  # it is not to be kept while the client is silent
        return connection.failure or CLOSED

    def _receive(self, session: Session, data: bytes) -> None:
        engine = self.engine
        engine.receive(session, data)
        answers = self._links[session].answers
        if answers is not None:
            for answer in answers():
                engine.queue.put(session, answer)
        if session.inbox:
            self._lagging.set()

    def _resume(self, request: Request, result: object) -> None:
        self.engine.resume(request, result)
        if request.session.inbox:
            self._lagging.set()

    # its end

    def _over(self, session: Session, connection: Connection, failure: str) -> None:
        """End a connection whose session has ended, or which can no longer be sent to."""
        if failure:
            connection.abort(failure)  # its reader sees it off, with all others who are too slow
            return
        self._later(session, partial(self._finish, session, connection))

    def _finish(self, session: Session, connection: Connection) -> None:
        if not connection.ending:  # the other side may have been faster
            self._end(connection)
            self.engine.lost(session, session.closing)

    def _part(self, connection: Connection, answer: bytes) -> None:
        """End a connection that never had a session."""
        connection.push(answer)
        self._end(connection)

    def _end(self, connection: Connection) -> None:
        patience = self.engine.settings.limits.shutdown_timeout or GOODBYE
        if connection.resets:
            patience = RESET
        self._ending[connection] = time.monotonic() + patience
        connection.end()

    def _leave(self, connection: Connection, reason: str) -> None:
        """Have a connection be over: it is closed, and the world hears of it, in this turn or a later one."""
        connection.hang_up()
        self._later(connection.session, partial(self._let_go, connection, reason))

    def _later(self, session: Session | None, do: Callable[[], None]) -> None:
        """Do what nobody waits for after some of what came in was handled, and all that this session said."""
        if not self._parted:
            self._parting.start(self._see_off)
        self._parted.append((session, do))

    def _see_off(self) -> None:
        """End and close the connections that are over.

        When they are five hundred of a room, others do not wait, as what came in goes first; but not all of
        it, as that never ends while others say more than can be handled.
        """
        self._flush.handle(time.monotonic() + SLICE)
        until = time.monotonic() + SLICE
        try:
            for _ in range(len(self._parted)):
                session, do = self._parted.popleft()
                if session is not None and self._flush.waits(session):
                    self._parted.append((session, do))
                else:
                    do()
                if time.monotonic() >= until:
                    break
        finally:  # a bug with one of them is not to keep the others from ending
            if self._parted:
                self._parting.start(self._see_off)

    def _let_go(self, connection: Connection, reason: str) -> None:
        session = connection.session
        connection.close()
        if session is not None:
            self.engine.lost(session, reason)
            del self._links[session]
            reason = session.closing
        # "Quit: " may have nothing behind it
        log.info("Disconnected from %s: %s", connection.address.printed, reason.rstrip(": "))
        self._census.leave(connection.address)
        self._ending.pop(connection, None)
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()

    # time

    def _for_ever(self, do: Callable[[], None]) -> None:
        while True:
            try:
                do()
            except Exception:
                log.exception("The sweeper met a bug, and goes on")
                gevent.sleep(SECOND)

    def _sweep(self) -> None:
        """Have those who lag go on, once there may be tokens for them."""
        self._lagging.wait()
        self._lagging.clear()
        gevent.sleep(LAG)
        steps = self.engine.sweep()
        while self._go_on(steps, PART):
            gevent.sleep(SECOND / PARTS)
        if self.engine.lagging:
            self._lagging.set()

    def _keep_watch(self) -> None:
        """Look after what time brings, once a second; of thousands some at a time, all over the second."""
        began = time.monotonic()
        self._refusals.sum_up()
        self.each_second()
        steps = chain(self.engine.check_deadlines(), self._check_ends())
        size = max(PART, len(self.engine.sessions) // PARTS)
        while self._go_on(steps, size):
            gevent.sleep(SECOND / PARTS)
        gevent.sleep(max(began + SECOND - time.monotonic(), 0))

    def _go_on(self, steps: Iterator[None], most: int) -> bool:
        """Take so many steps, or less where they take long; False when there are no more."""
        until = time.monotonic() + SLICE
        for number, _ in enumerate(steps, 1):
            if number == most or (not number % STEPS and time.monotonic() > until):
                return True
        return False

    def _check_ends(self) -> Iterator[None]:
        """End those whom the other side keeps from ending."""
        for connection, until in list(self._ending.items()):
            if time.monotonic() > until:
                connection.abort("Too slow to go")
            yield


def _refuse(sock: socket.socket, answer: bytes) -> None:
    """Say why to somebody who may not come in, as far as that costs nothing, and close."""
    with suppress(OSError):
        sock.send(answer)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(4096)  # closed with something unread it would be reset, and the answer never read
    sock.close()


def log_loop_errors() -> None:
    """Have what goes wrong in a callback or a greenlet stand in the log, and nowhere else.  It ends
    nothing.
    """

    def write(
        context: object, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        log.error("A bug in %s", context, exc_info=(kind, error or kind(), trace))

    hub: Any = get_hub()
    hub.print_exception = write
