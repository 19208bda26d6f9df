"""What the person chose: names, words to be called by, bounds, looks; filled in by ``config.py``.

Plain attributes with defaults; everything in ``Settings`` may change while the program runs.
"""

from typing import NamedTuple

from gchat.client.address import Address

THEMES = ("default", "dark", "light")  # the names `theme` may have; what they look like is the view's


class NetworkSettings(NamedTuple):
    """One network as the configuration or the command line names it.

    An empty ``nick``, ``username`` or ``realname`` means the general one.  The passwords belong to this
    network alone and are never sent to another.
    """

    name: str  # "work"; "" for an address from the command line
    address: Address
    channels: tuple[tuple[str, str], ...] = ()  # (name as sent, key or "")
    nick: str = ""
    username: str = ""
    realname: str = ""
    password: str = ""
    sasl_user: str = ""
    sasl_password: str = ""
    tls_ca: str = ""  # a PEM file trusted beside the system's
    tls_verify: bool = True
    tls_cert: str = ""  # a PEM file with a certificate of one's own, and its key


class Settings:
    """The choices the core looks at."""

    __slots__ = (
        "alternatives",
        "beep",
        "highlights",
        "ignores",
        "mouse",
        "networks",
        "nick",
        "notify",
        "part_reason",
        "quit_reason",
        "realname",
        "scrollback",
        "send_typing",
        "show_typing",
        "theme",
        "username",
    )

    def __init__(self) -> None:
        """Set every default."""
        self.nick = ""  # "" = ask for it
        self.alternatives: tuple[
            str, ...
        ] = ()  # tried in order when the nick is in use, before nick_ and nick__
        self.username = ""  # "" = the nick
        self.realname = ""  # "" = the nick
        self.quit_reason = ""
        self.part_reason = ""
        self.highlights: tuple[str, ...] = ()  # words beside the own nick that call for attention
        self.ignores: tuple[str, ...] = ()  # masks: "nick", "*!*@host"
        self.networks: tuple[NetworkSettings, ...] = ()  # all that are known; `/connect work` looks here
        self.scrollback = 10_000  # lines kept in a buffer
        self.send_typing = True
        self.show_typing = True
        self.beep = True
        self.notify = True
        self.mouse = False
        self.theme = "default"
