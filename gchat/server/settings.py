"""Everything that can be configured, with its default: what ``config.py`` reads from TOML and the core is
given.

A field here is a key of ``gchat-server.toml`` in the table that the class is named after; its type is the
type that the key must have.  Immutable: a reload makes a new object and hands it to the engine.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Listener:
    """One address to listen on.  ``path`` for a unix socket, else ``host`` and ``port`` (0: any free one)."""

    host: str = ""
    port: int = 0
    path: str = ""
    tls: bool = False

    @property
    def is_public(self) -> bool:
        """True where other machines may reach it; a name counts as public unless it is localhost."""
        if self.path or self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host.partition("%")[0]).is_loopback
        except ValueError:
            return True

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tls://' if self.tls else ''}{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Server:
    """``[server]``: who the server says that it is."""

    name: str = "gchat.local"
    network: str = "gchat"
    description: str = "a gchat server"
    password: str = ""  # a hash made by ``gchat-server hash-password``; empty: everybody may come in
    motd: str = ""  # the text itself, lines separated by newlines
    admin_location: str = ""
    admin_email: str = ""
    icon: str = ""  # the address of a picture
    invisible: bool = False  # whether users begin with mode i
    services: str = ""  # the server that NickServ and ChanServ are said to be on; empty: this one
    without_capabilities: tuple[str, ...] = ()  # names of capabilities that are not offered


@dataclass(frozen=True, slots=True)
class Tls:
    """``[tls]``: the certificate chain and the key of the TLS listeners, PEM files.

    ``sts``: for how long clients are told to come by TLS only, as ``age`` reads it, or 0 to take it back.
    """

    cert: str = ""
    key: str = ""
    client_certificates: bool = False  # whether clients are asked for one, to log in with
    sts: str = ""  # empty: they are told nothing


@dataclass(frozen=True, slots=True)
class WebSocket:
    """``[websocket]``: browsers."""

    origins: tuple[str, ...] = ()  # masks of the sites whose pages may connect, "https://chat.example.org"


@dataclass(frozen=True, slots=True)
class Tutorial:
    """``[tutorial]``: the clients of the "TCP chat in Python" tutorial, ``nc`` and ``telnet``."""

    enabled: bool = True
    channel: str = "#lobby"
    greet_after: float = 0.5  # seconds of silence after which a connection is greeted with NICK


@dataclass(frozen=True, slots=True)
class Accounts:
    """``[accounts]``: who may have one, and what having one means."""

    registration: str = "open"  # or closed: then only the administrator makes accounts
    before_connect: bool = True  # whether REGISTER works before the connection is complete
    custom_names: bool = False  # whether an account may have another name than its owner's nick
    email: str = "optional"  # or required, to register
    required: bool = False  # whether everybody has to log in
    multiclient: bool = True  # whether the connections of an account are one user
    always_on: str = "opt-in"  # off, opt-in or on: whether a user stays without a connection


@dataclass(frozen=True, slots=True)
class Limits:
    """``[limits]``: deadlines in seconds, sizes in bytes, rates a second; 0 turns a rate or deadline off."""

    registration_timeout: float = 30.0
    ping_interval: float = 120.0  # silence after which a client is asked for a sign of life
    ping_timeout: float = 60.0  # how long the answer may take
    idle_timeout: float = 0.0  # how long a client may say nothing to anybody
    sendq: int = 2 * 1024 * 1024
    recvq: int = 64 * 1024
    command_rate: float = 5.0
    command_burst: float = 30.0
    nick_rate: float = 0.1  # nick changes
    nick_burst: float = 5.0
    login_rate: float = 0.05  # wrong logins from one address; an account takes eight times as many
    login_burst: float = 10.0
    connections: int = 20_000
    connections_per_address: int = 64  # an IPv6 network of 64 bits is one
    connections_per_account: int = 64
    connection_rate: float = 1.0  # new connections a second, from one address
    connection_burst: float = 120.0
    exempt: tuple[str, ...] = ()  # addresses and networks without a limit of their own, and ``unix``
    channels_per_user: int = 100
    channels_per_account: int = 20  # that an account may have registered
    list_entries: int = 100  # of one channel's b, e or I, and of its access list
    monitor_entries: int = 100
    metadata_keys: int = 32  # that somebody, or a channel, may have
    metadata_subscriptions: int = 64  # of one client
    multiline_bytes: int = 16 * 1024  # text in one message of several lines
    multiline_lines: int = 100
    shutdown_timeout: float = 5.0  # how long a goodbye may take to leave


@dataclass(frozen=True, slots=True)
class Operator:
    """``[operators.NAME]``: who may become a server operator with OPER NAME."""

    name: str
    password: str  # a hash made by ``gchat-server hash-password``
    host: str = "*"  # user@host masks, separated by spaces


@dataclass(frozen=True, slots=True)
class Gateway:
    """``[gateways.NAME]``: who may say whose connection it passes on.

    ``hosts`` are addresses, networks (``10.0.0.0/8``) and ``unix``; ``proxy`` is no, optional or required.
    """

    name: str
    hosts: tuple[str, ...]
    password: str = ""  # of WEBIRC, a hash made by ``gchat-server hash-password``; empty: no WEBIRC
    proxy: str = "no"  # whether a PROXY header comes before anything else


@dataclass(frozen=True, slots=True)
class Log:
    """``[log]``: ``format`` is plain or json, ``level`` debug, info, warning or error."""

    format: str = "plain"
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Store:
    """``[store]``: where everything is kept that outlives the process."""

    path: str = ""  # empty: gchat.db in the data folder; ":memory:": nothing is kept
    durability: str = "normal"  # what was shown survives a killed process; "full": a power cut, too


@dataclass(frozen=True, slots=True)
class History:
    """``[history]``: what is kept of what was said."""

    keep: str = ""  # for how long, such as 90d; empty: for ever
    page: int = 200  # messages in one answer to CHATHISTORY or SEARCH
    replay: int = 1000  # lines of a channel that a device which comes back is sent, without asking
    replay_new: int = 50  # the same for a device that the account never used before
    replay_to_strangers: int = 0  # the same for those without an account
    redact_within: str = "1d"  # how long one may take back what one said; empty: always
    edit_within: str = "1h"  # how long one may change it

    @property
    def keep_seconds(self) -> float:
        """For how many seconds; 0 for ever."""
        return age(self.keep) if self.keep else 0.0

    @property
    def redact_seconds(self) -> float:
        """For how many seconds one may take back what one said; 0 always."""
        return age(self.redact_within) if self.redact_within else 0.0

    @property
    def edit_seconds(self) -> float:
        """For how many seconds one may change what one said; 0 always."""
        return age(self.edit_within) if self.edit_within else 0.0


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}
_NAMES = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "y": "year"}


def age(text: str) -> float:
    """Seconds of ``90d``, ``12h``, ``4w``, ``1y``.  Raises ValueError."""
    number, unit = text[:-1].strip(), text[-1:]
    if not (number.isascii() and number.isdigit() and int(number) and unit in _UNITS):
        raise ValueError(text)
    return float(int(number) * _UNITS[unit])


def in_words(text: str) -> str:
    """An age as people say it: ``90 days``."""
    number = int(text[:-1])
    return f"{number} {_NAMES[text[-1]]}{'' if number == 1 else 's'}"


DEFAULT_LISTENERS = (Listener("127.0.0.1", 6667), Listener("127.0.0.1", 55555))


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration."""

    listeners: tuple[Listener, ...] = DEFAULT_LISTENERS
    server: Server = field(default_factory=Server)
    tls: Tls = field(default_factory=Tls)
    tutorial: Tutorial = field(default_factory=Tutorial)
    websocket: WebSocket = field(default_factory=WebSocket)
    accounts: Accounts = field(default_factory=Accounts)
    store: Store = field(default_factory=Store)
    history: History = field(default_factory=History)
    limits: Limits = field(default_factory=Limits)
    log: Log = field(default_factory=Log)
    operators: tuple[Operator, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    throttle: bool = True  # False: no rates, no limit per address or account (--no-throttle, for measuring)
