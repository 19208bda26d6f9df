"""The client's core and the server's core in one process, joined by a link that is no more than bytes.

    neural, nine = town.people("Neural", "Nine")
    neural.type("hello")
    assert nine.last("#team") == "Neural: hello"

Time stands still until ``town.advance``.  Every test runs on both backplanes, as the server's own do.
"""

from collections.abc import Callable, Iterator

import pytest

from gchat.client import events
from gchat.client.address import Address
from gchat.client.model import Model, Network
from gchat.client.settings import Settings
from gchat.client.update import deadline, update
from gchat.irc.wire import IrcWire
from gchat.server.backplane.base import Apply, Backplane
from gchat.server.backplane.local import LocalBackplane
from gchat.server.delivery import parcels
from gchat.server.engine import Engine
from gchat.server.request import Request, Work
from gchat.server.session import Session
from gchat.server.settings import Server
from gchat.server.settings import Settings as ServerSettings
from gchat.server.stores.base import ForgetfulStore, Store
from tests.backplanes import LaterBackplane
from tests.reading import Reader

START = 1_700_000_000.0


class Person(Reader):
    """A client with its model, and the link it has to the server, if any."""

    def __init__(self, town: "Town", nick: str, channels: tuple[str, ...]) -> None:
        self.town = town
        settings = Settings()
        settings.nick = nick
        self.model = Model(settings)
        self.network: Network = self.model.add_network(Address("gchat.test", channels=channels))
        self.network.wanted = True
        self.link: Session | None = None
        self.effects: list[events.Effect] = []
        self.happen(events.Start())

    def happen(self, event: events.Event) -> None:
        """Let an event happen and carry its effects out."""
        for effect in update(self.model, event, self.town.now):
            self.effects.append(effect)
            if isinstance(effect, events.Connect):
                self.town.open(self)
            elif isinstance(effect, events.Send) and self.link is not None:
                self.town.engine.receive(self.link, effect.data)
                self.town.written.append(self)
            elif isinstance(effect, events.Disconnect):
                self.town.cut(self, "Connection closed", tell=False)

    def type(self, text: str) -> None:
        """Type a line with Enter into the current buffer, and let all that follows happen."""
        assert self.model.current is not None
        self.model.current.editor.set(text)
        self.happen(events.Key("Enter"))
        self.town.settle()

    def press(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.happen(events.Key(key))
        self.town.settle()

    def roster(self, name: str) -> list[str]:
        """Return who is in a channel, with the symbols of their roles."""
        return sorted(m.prefixes + m.user.nick for m in self.buffer(name).members.values())


class Town:
    """A server in memory and the people on it."""

    def __init__(
        self,
        backplane: type[LocalBackplane] | type[LaterBackplane],
        server: Server,
        throttle: bool,
        store: Store,
    ) -> None:
        self.now = START
        self.work: list[tuple[Request, Work]] = []
        self.links: dict[Session, Person] = {}
        self.written: list[Person] = []
        self.broken: list[tuple[Person, str]] = []
        self.new: list[Person] = []
        self.everybody: list[Person] = []

        def make(apply: Apply, clock: Callable[[], float]) -> Backplane:
            self.backplane = backplane(apply, clock)
            return self.backplane

        self.engine = Engine(
            ServerSettings(server=server, throttle=throttle),
            clock=lambda: self.now,
            wake=lambda: None,
            work=lambda request, work: self.work.append((request, work)),
            store=store,
            entropy=lambda size: bytes(range(size)),
            backplane=make,
        )

    def people(self, *nicks: str, channel: str = "#team") -> list[Person]:
        """Let people come into a channel; the first is its operator."""
        found = []
        for nick in nicks:
            found.append(Person(self, nick, (channel,)))
            self.everybody.append(found[-1])
            self.settle()
        return found

    def open(self, person: Person) -> None:
        """Make a link; it stands in the next step."""
        person.link = self.engine.connect("127.0.0.1", "('127.0.0.1', 4970)", IrcWire())
        self.links[person.link] = person
        self.new.append(person)

    def cut(self, person: Person, reason: str, *, tell: bool = True) -> None:
        """Break a link; the server notices, the client only where ``tell`` says so."""
        link, person.link = person.link, None
        if link is not None:
            del self.links[link]
            self.engine.lost(link, reason)
            if tell:
                self.broken.append((person, reason))

    def settle(self) -> None:
        """Let everything happen that does not need time."""
        for _ in range(1000):
            if not self._step():
                return
        raise AssertionError("server and client talk for ever")

    def _step(self) -> bool:
        busy = isinstance(self.backplane, LaterBackplane) and self.backplane.turn()
        while self.work:
            busy = True
            request, work = self.work.pop(0)
            self.engine.resume(request, work.function(*work.args))
        told = [told for waiting in self.engine.take_turn() for told in parcels(waiting, self.now)]
        for session, data in ((session, data) for sessions, data in told for session in sessions):
            person = self.links.get(session)
            if person is not None and data:
                busy = True
                person.happen(events.Received(1, data))
            if person is not None and session.closing and person.link is session:
                self.cut(person, "")
        new, self.new = self.new, []
        for person in new:
            person.happen(events.Connected(1))
        broken, self.broken = self.broken, []
        for person, reason in broken:
            person.happen(events.ConnectionLost(1, reason))
        written, self.written = self.written, []
        for person in written:
            person.happen(events.Flushed(1))
        return bool(busy or new or broken or written)

    def advance(self, seconds: float) -> None:
        """Let time pass in steps of a second, with Ticks where they are due."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 1.0)
            for _ in (*self.engine.sweep(), *self.engine.check_deadlines()):
                pass
            for person in self.everybody:
                due = deadline(person.model, self.now)
                if due is not None and due <= self.now:
                    person.happen(events.Tick())
            self.settle()


@pytest.fixture(params=[LocalBackplane, LaterBackplane], ids=["at-once", "a-turn-later"])
def make_town(request: pytest.FixtureRequest) -> Iterator[Callable[..., Town]]:
    """Makes servers; afterwards none of them may have met a bug."""
    made: list[Town] = []

    def make(server: Server | None = None, throttle: bool = False, store: Store | None = None) -> Town:
        server = server or Server(name="gchat.test")
        made.append(Town(request.param, server, throttle, store or ForgetfulStore()))
        return made[-1]

    yield make
    for town in made:
        assert town.engine.errors == 0, "a handler failed: see the log"


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """A server without throttles, called gchat.test."""
    return make_town()
