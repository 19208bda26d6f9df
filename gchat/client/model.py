"""Everything the screen can show, and nothing else: networks, buffers, lines, members, the input, overlays.

The model is plain data with a few methods that keep its invariants; ``update.py`` is the only writer,
``view/`` only reads.  Every text in it that came from outside has been through ``text.sanitise`` already.
Times are Unix seconds.

What may be changed here: what is known.  How it looks belongs to ``view/``, what happens to ``update.py``.
"""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from gchat.client.address import Address
from gchat.client.answers import Answers
from gchat.client.buffer import Buffer, BufferKind, Member, User
from gchat.client.completion import Completion
from gchat.client.editor import KillRing
from gchat.client.invitation import Invitation
from gchat.client.line import Line
from gchat.client.outgoing import Outgoing
from gchat.client.overlay import Overlay
from gchat.client.past import Questions
from gchat.client.session import Session
from gchat.client.settings import NetworkSettings, Settings
from gchat.client.wires import ClientWire, irc_wire
from gchat.irc.isupport import ISupport
from gchat.irc.mask import compile_mask, complete


class State(Enum):
    """Where a network's connection is."""

    DISCONNECTED = "disconnected"  # and nobody wants it otherwise
    WAITING = "waiting"  # tries again at Network.next_attempt
    CONNECTING = "connecting"  # name lookup, TCP, TLS
    REGISTERING = "registering"  # connected; CAP, NICK, USER
    READY = "ready"


class Network:
    """One server we talk to, through all its connections.

    What is true of one connection only (capabilities, labels, batches) lives in ``session``, which is
    replaced at every connect.
    """

    __slots__ = (
        "address",
        "answers",
        "attempt",
        "autojoin",
        "away",
        "bad_lines",
        "buffers",
        "ctcp_at",
        "fold",
        "id",
        "invitation",
        "isupport",
        "lag",
        "met",
        "name",
        "next_attempt",
        "nick",
        "outgoing",
        "problem",
        "questions",
        "ready_by",
        "retry_line",
        "server_buffer",
        "session",
        "settings",
        "show_on_join",
        "state",
        "status",
        "troubles",
        "users",
        "wanted",
        "wanted_nick",
    )

    def __init__(self, number: int, settings: NetworkSettings, scrollback: int, kill_ring: KillRing) -> None:
        """Know a network; nothing is connected yet."""
        self.id = number
        self.settings = settings
        self.address = address = settings.address
        self.name = name = (
            settings.name or address.path or address.host
        )  # as shown: the host until ISUPPORT NETWORK tells a better one
        self.state = State.DISCONNECTED
        self.status = ""  # what is being done, in words: "trying 127.0.0.1 port 6667"; "" when READY
        self.problem = ""  # why the last connection failed or ended, a sentence without its full stop
        self.nick = ""  # ours, as the server knows it
        self.wanted_nick = ""  # the one we would like to have
        self.away = ""  # our away message, "" when here
        self.lag: float | None = None  # seconds; grows while a PING is unanswered; None = not measured yet
        self.attempt = 0  # connections tried since the last one that lasted
        self.next_attempt = 0.0  # when WAITING
        self.wanted = False  # somebody wants this connected: it reconnects by itself
        self.session: Session | None = None
        self.isupport = ISupport()
        self.fold = self.isupport.fold  # the server's casemapping
        self.users: dict[str, User] = {}  # everybody we share a channel or a query with, by folded nick
        self.buffers: dict[str, Buffer] = {}  # channels and queries by folded name
        self.server_buffer = Buffer(self, BufferKind.SERVER, name, scrollback, kill_ring)
        self.autojoin: dict[
            str, tuple[str, str]
        ] = {}  # folded channel -> (name, key) to be in after a connect
        self.invitation: Invitation | None = None  # that is to be taken when we are connected
        self.show_on_join: set[str] = set()  # folded channels that were asked for: shown when we are in
        self.outgoing = Outgoing()
        self.answers = Answers()
        self.questions = Questions()
        self.met = False  # there was a connection once
        self.ready_by = 0.0  # after the welcome: when the message of the day counts as over
        self.retry_line: tuple[str, Line] | None = None  # why connecting fails, and the line that says it
        self.troubles: list[str] = []  # what went wrong on the way in: said again in the first channel
        self.bad_lines = 0  # lines that were no IRC
        self.ctcp_at = 0.0  # when we answered a CTCP question last

    @property
    def is_registering(self) -> bool:
        """Tell whether we are connected and not yet ready."""
        return self.state is State.REGISTERING

    def move(self, address: Address) -> None:
        """Be at another address from the next connect on."""
        self.address = address
        self.settings = self.settings._replace(address=address)
        self.name = self.server_buffer.name = self.settings.name or address.path or address.host
        self.want_channels(address)

    def want_channels(self, address: Address) -> None:
        """Be in an address's channels after the next connect, by its invitation if it has one."""
        if address.invitation:
            self.invitation = Invitation(address.invitation, *address.channels[:1])
            return
        for name in address.channels:
            self.autojoin[self.fold(name)] = (name, address.key if name == address.channels[0] else "")

    def refold(self, fold: Callable[[str], str]) -> None:
        """Compare names by another casemapping from now on."""
        self.fold = fold
        self.users = {fold(user.nick): user for user in self.users.values()}
        self.buffers = {_buffer_key(fold, buffer): buffer for buffer in self.buffers.values()}
        self.autojoin = {fold(name): (name, key) for name, key in self.autojoin.values()}
        self.show_on_join = {fold(name) for name in self.show_on_join}
        for buffer in self.buffers.values():
            buffer.members = {fold(member.user.nick): member for member in buffer.members.values()}


LIST_KEY = "/list"  # in Network.buffers; no channel and no nick is called so


def _buffer_key(fold: Callable[[str], str], buffer: Buffer) -> str:
    return LIST_KEY if buffer.kind is BufferKind.LIST else fold(buffer.target)


class Mention(NamedTuple):
    """A line that called us, and where it stands."""

    buffer: Buffer
    line: Line


class Model:
    """The whole client as the view sees it."""

    __slots__ = (
        "buffers",
        "columns",
        "completion",
        "current",
        "default_network",
        "focused",
        "hint",
        "ignored",
        "ignores",
        "kill_ring",
        "last_id",
        "mentions",
        "networks",
        "overlay",
        "panes",
        "previous",
        "random",
        "rows",
        "settings",
        "theme",
        "told",
        "wire_for",
    )

    def __init__(
        self,
        settings: Settings,
        *,
        random: Callable[[], float] = lambda: 0.5,
        wire_for: Callable[[Address], ClientWire] = irc_wire,
    ) -> None:
        """Start with no network: ``add_network`` makes the first and with it the first buffer.

        ``random`` gives numbers from 0 up to 1, for the jitter of reconnects.  ``wire_for`` says which
        language an address speaks.
        """
        self.settings = settings
        self.random = random
        self.wire_for = wire_for
        self.networks: list[Network] = []
        self.last_id = 0  # of a network
        self.default_network: int | None = None  # nobody named it: offer a local server when it is not there
        self.buffers: list[Buffer] = []  # in the order shown; buffer N of M-N is buffers[N - 1]
        self.current: Buffer | None = None  # None only before there is a network (Welcome lies on top then)
        self.previous: Buffer | None = None  # the one shown before, for jumping back
        self.columns = 80
        self.rows = 24
        self.kill_ring = KillRing()  # shared by all input lines
        self.completion: Completion | None = None  # while Tab is being pressed
        self.theme = settings.theme
        self.mentions: list[Mention] = []  # what called us in channels, oldest first
        self.told: tuple[str, frozenset[int]] = (
            "",
            frozenset(),
        )  # see parting.nothing_lost: command, serials
        self.hint = ""  # a word for the status line, gone with the next key
        self.overlay: Overlay | None = None
        self.panes: dict[str, bool] = {}  # "buffers", "members": shown or hidden against the width's choice
        self.focused = True  # the terminal has the keyboard, as far as it tells
        self.ignored = {complete(mask): compile_mask(complete(mask)) for mask in settings.ignores}
        self.ignores = list(self.ignored.values())  # what /ignore matches sources with

    def network(self, number: int) -> Network | None:
        """Return the network with this id."""
        for network in self.networks:
            if network.id == number:
                return network
        return None

    def add_network(self, address: Address, settings: NetworkSettings | None = None) -> Network:
        """Add a network and its server buffer at the end; it is connected at Start if ``wanted`` is set.

        It joins the channels of the address and of the settings once it is connected.
        """
        settings = (settings or NetworkSettings("", address))._replace(address=address)
        self.last_id += 1
        network = Network(self.last_id, settings, self.settings.scrollback, self.kill_ring)
        network.want_channels(address)
        for name, key in settings.channels:
            network.autojoin[network.fold(name)] = (name, key)
        self.networks.append(network)
        self.buffers.append(network.server_buffer)
        if self.current is None:
            self.current = network.server_buffer
        return network

    def open(self, network: Network, kind: BufferKind, name: str) -> Buffer:
        """Return the network's buffer of that name, made at the end of the network's if there is none."""
        folded = LIST_KEY if kind is BufferKind.LIST else network.fold(name)
        buffer = network.buffers.get(folded)
        if buffer is None:
            buffer = Buffer(network, kind, name, self.settings.scrollback, self.kill_ring)
            network.buffers[folded] = buffer
            last = max(i for i, other in enumerate(self.buffers) if other.network is network)
            self.buffers.insert(last + 1, buffer)
        return buffer

    def close(self, buffer: Buffer) -> None:
        """Take a channel, query or list off the screen; its neighbour is shown if it was the current one."""
        index = self.buffers.index(buffer)
        if buffer is self.current:
            other = self.previous if self.previous in self.buffers and self.previous is not buffer else None
            self.show(other or self.buffers[index - 1 if index else 1])
        if self.previous is buffer:
            self.previous = None
        self.buffers.remove(buffer)
        self.mentions = [mention for mention in self.mentions if mention.buffer is not buffer]
        network = buffer.network
        for folded in [key for key, value in network.buffers.items() if value is buffer]:
            del network.buffers[folded]
        network.outgoing.forget(buffer)

    def remove_network(self, network: Network) -> None:
        """Take a network and all its buffers off the screen; it must not be the only one."""
        keep = [buffer for buffer in self.buffers if buffer.network is not network]
        if self.current is None or self.current.network is network:
            self.show(keep[0])
        if self.previous is not None and self.previous.network is network:
            self.previous = None
        self.buffers = keep
        self.mentions = [mention for mention in self.mentions if mention.buffer.network is not network]
        self.networks.remove(network)

    def show(self, buffer: Buffer) -> None:
        """Make a buffer the current one: its draft comes into the input, and it counts as read."""
        old = self.current
        if buffer is old:
            return
        if old is not None:
            self.look_away()
        self.previous, self.current = old, buffer
        self.completion = None
        self.look_at()

    def look_away(self) -> None:
        """Note that the current buffer is not seen any more: what comes now is new."""
        if self.current is not None:
            self.current.marker = self.current.last_serial

    def look_at(self) -> None:
        """Note that the current buffer is seen: it counts as read; the 'new' rule stays if there is new."""
        if self.current is not None:
            self.current.unread = self.current.mentions = 0
            if self.current.marker == self.current.last_serial:
                self.current.marker = None


__all__ = ["Buffer", "BufferKind", "Member", "Mention", "Model", "Network", "State", "User"]
