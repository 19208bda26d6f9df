"""A playbook: what a server says, what a person types, and what the client answers, as a script."""

from collections.abc import Callable

import pytest

from gchat.client import events
from gchat.client.address import Address
from gchat.client.model import Model, Network
from gchat.client.settings import NetworkSettings, Settings
from gchat.client.update import deadline, update
from tests.reading import Reader

MODERN = (
    "message-tags server-time echo-message labeled-response batch standard-replies multi-prefix "
    "userhost-in-names extended-join away-notify account-notify account-tag chghost setname invite-notify "
    "cap-notify"
)
ISUPPORT = (
    "CASEMAPPING=ascii CHANTYPES=# PREFIX=(qaohv)~&@%+ CHANMODES=beI,k,l,CMRimnrst STATUSMSG=~&@%+ MODES=4 "
    "NETWORK=Test"
)
START = 1_700_000_000.0


class Playbook(Reader):
    """One client with one network, driven by lines and keys; time stands still until ``wait``."""

    def __init__(self, settings: Settings | None = None, network: NetworkSettings | None = None) -> None:
        self.settings = settings or Settings()
        self.settings.nick = self.settings.nick or "Neural"
        self.now = START
        self.effects: list[events.Effect] = []
        self.model = Model(self.settings, random=lambda: 0.5)
        network = network or NetworkSettings("", Address("irc.example"))
        self.network: Network = self.model.add_network(network.address, network)
        self.network.wanted = True

    # --- driving -----------------------------------------------------------------------------

    def happen(self, event: events.Event) -> list[events.Effect]:
        """Let an event happen; the effects are kept as well."""
        effects = update(self.model, event, self.now)
        self.effects += effects
        return effects

    def connect(self) -> list[str]:
        """Start and be connected; return the lines of the registration."""
        self.happen(events.Start())
        self.happen(events.Connected(1))
        return self.sent()

    def register(self, caps: str = "", isupport: str = ISUPPORT) -> "Playbook":
        """Be let in by a server with these capabilities."""
        self.connect()
        if caps:
            self.server(f":irc.example CAP * LS :{caps}")
            for line in self.sent():
                if line.startswith("CAP REQ"):
                    self.server(f":irc.example CAP * ACK :{line.removeprefix('CAP REQ ').lstrip(':')}")
        nick = self.settings.nick
        self.server(
            f":irc.example 001 {nick} :Welcome to the Test Network, {nick}!u@home.example",
            f":irc.example 005 {nick} {isupport} :are supported by this server",
            f":irc.example 422 {nick} :MOTD File is missing",
            ":irc.example PONG irc.example :gchat1",
        )
        self.sent()
        self.effects.clear()
        return self

    def join(self, name: str = "#team", names: str = "@Nine Neural") -> "Playbook":
        """Be in a channel."""
        nick = self.settings.nick
        self.server(
            f":{nick}!u@home.example JOIN {name}",
            f":irc.example 353 {nick} = {name} :{names}",
            f":irc.example 366 {nick} {name} :End of /NAMES list",
        )
        for line in self.sent():
            if line.startswith("MODE"):
                self.server(f":s 324 {nick} {name} +nt", f":s 329 {nick} {name} 1600000000")
            elif line.startswith("WHO"):
                self.server(f":s 315 {nick} {name} :End of WHO list")
        self.model.show(self.buffer(name))
        self.buffer(name).lines.clear()
        return self

    def server(self, *lines: str) -> list[events.Effect]:
        """Let the server say lines, in one piece."""
        return self.happen(events.Received(1, "".join(line + "\r\n" for line in lines).encode()))

    def press(self, *keys: str) -> list[events.Effect]:
        """Press keys by name."""
        return [effect for key in keys for effect in self.happen(events.Key(key))]

    def type(self, text: str) -> list[str]:
        """Type a line with Enter; return what was sent because of it."""
        self.sent()
        assert self.model.current is not None
        self.model.current.editor.set(text)
        self.press("Enter")
        self.happen(events.Flushed(1))
        return self.sent()

    def wait(self, seconds: float) -> None:
        """Let time pass, with a Tick whenever one is due, as the loop does it."""
        end = self.now + seconds
        for _ in range(10_000):
            due = deadline(self.model, self.now)
            if due is None or due > end:
                break
            self.now = max(due, self.now)
            self.happen(events.Tick())
            if due <= self.now and deadline(self.model, self.now) == self.now:
                self.now += 0.001  # a Tick that changes nothing must not hold the clock
        else:
            raise AssertionError("the client wants ten thousand Ticks")
        self.now = max(self.now, end)

    # --- looking -----------------------------------------------------------------------------

    def sent(self) -> list[str]:
        """Return the lines that were sent since the last look, without Sends in the effects."""
        data = b"".join(e.data for e in self.effects if isinstance(e, events.Send))
        self.effects = [e for e in self.effects if not isinstance(e, events.Send)]
        assert not data or data.endswith(b"\r\n")
        return data.decode().split("\r\n")[:-1]


@pytest.fixture
def playbook() -> Callable[..., Playbook]:
    """Make playbooks: ``playbook()``, ``playbook(settings)``."""
    return Playbook


@pytest.fixture(scope="session")
def playbook_class() -> type[Playbook]:
    """The same for hypothesis, which wants fixtures that do not change between its examples."""
    return Playbook


@pytest.fixture
def ready() -> Playbook:
    """A client on a server without any capability, in #team with Nine, who is an operator."""
    return Playbook().register().join()


@pytest.fixture
def modern() -> Playbook:
    """The same on a server with all that the client asks for."""
    return Playbook().register(MODERN).join()
