"""RPL_ISUPPORT (005): what a server supports, written by the server and read by the client.

https://modern.ircdocs.horse/#rplisupport-005.  A client asks ``ISupport``; whatever a server says there, an
answer is always something that can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gchat.irc import casemap, limits
from gchat.irc.modes import RFC1459, ModeTypes

_TEXT: Final = " :are supported by this server\r\n"
# ":" the longest server name " 005 " the longest nick, the tokens, the text
_OVERHEAD: Final = 1 + limits.HOSTLEN + len(" 005 ") + limits.NICKLEN + len(_TEXT)
_MOST: Final = 512  # tokens that a client keeps; real servers have about 40


def build(tokens: Mapping[str, str | None], room: int = limits.LINE - _OVERHEAD) -> list[tuple[str, ...]]:
    """Write tokens as lines of at most 13 that fit a message; None is a token without a value.

    ``room`` is how many bytes of tokens a line takes, each with the space before it.
    """
    lines: list[tuple[str, ...]] = []
    line: list[str] = []
    left = room
    for key, value in tokens.items():
        token = key if value is None else f"{key}={escape(value)}"
        size = len(token.encode("utf-8", "replace")) + 1
        if line and (len(line) == limits.ISUPPORT_TOKENS or size > left):
            lines.append(tuple(line))
            line, left = [], room
        line.append(token)
        left -= size
    if line:
        lines.append(tuple(line))
    return lines


def escape(value: str) -> str:
    r"""Write a value without what would end it: ``\x20`` for a space, ``\x5C`` a backslash, ``\x3D`` an
    ``=``."""
    return "".join([f"\\x{ord(c):02X}" if c in " \\=\0\r\n" else c for c in value])


def unescape(value: str) -> str:
    r"""Undo ``\xHH``.  A backslash before anything else is itself."""
    first, *others = value.split("\\x")
    out = [first]
    for piece in others:
        digits = piece[:2]
        if len(digits) == 2 and all(c in "0123456789abcdefABCDEF" for c in digits):
            out.append(chr(int(digits, 16)) + piece[2:])
        else:
            out.append("\\x" + piece)
    return "".join(out)


class ISupport:
    """What the server said it supports, and the defaults where it said nothing or nonsense."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._types: ModeTypes | None = None
        self.fold: Callable[[str], str] = casemap.folder(casemap.DEFAULT)

    def feed(self, params: Sequence[str]) -> None:
        """Take the parameters of one 005: the nick, the tokens, the text."""
        for token in params[1:-1]:
            key, _, value = token.partition("=")
            if key.startswith("-"):
                self._tokens.pop(key[1:].upper(), None)
            elif key and (len(self._tokens) < _MOST or key.upper() in self._tokens):
                self._tokens[key.upper()] = unescape(value)
        self._types = None
        self.fold = casemap.folder(self.casemapping)

    def __contains__(self, key: str) -> bool:
        return key in self._tokens

    def get(self, key: str, default: str = "") -> str:
        """A token's value: ``""`` where it has none, ``default`` where the server did not send it."""
        return self._tokens.get(key, default)

    def number(self, key: str, default: int) -> int:
        """A token's value as a number; ``default`` where it is none."""
        return _number(self._tokens.get(key, ""), default)

    # Names

    @property
    def network(self) -> str:
        """The network's name, or ``""``."""
        return self.get("NETWORK")

    @property
    def casemapping(self) -> str:
        """The name of the casemapping; ``fold`` is its function."""
        return self.get("CASEMAPPING", casemap.DEFAULT)

    @property
    def chantypes(self) -> str:
        """What a channel's name begins with.  An empty value says that there are no channels."""
        return self.get("CHANTYPES", "#&")

    def is_channel(self, target: str) -> bool:
        """Return whether a target is a channel (without a STATUSMSG prefix)."""
        return target[:1] != "" and target[0] in self.chantypes

    @property
    def statusmsg(self) -> str:
        """The role symbols that may stand before a channel to address its members from that role up."""
        return self.get("STATUSMSG")

    def split_statusmsg(self, target: str) -> tuple[str, str]:
        """Split ``@#channel`` into ``("@", "#channel")``; ``("", target)`` for any other target."""
        name = target.lstrip(self.statusmsg) if self.statusmsg else target
        if name != target and self.is_channel(name) and not self.is_channel(target):
            return target[: len(target) - len(name)], name
        return "", target

    # Modes

    @property
    def prefix(self) -> tuple[str, str]:
        """The roles' letters and their symbols, highest first: ``("ov", "@+")``."""
        return self.mode_types.prefixes, self.mode_types.symbols

    @property
    def mode_types(self) -> ModeTypes:
        """CHANMODES and PREFIX."""
        if self._types is None:
            self._types = self._read_modes()
        return self._types

    def _read_modes(self) -> ModeTypes:
        letters, symbols = RFC1459.prefixes, RFC1459.symbols
        value = self._tokens.get("PREFIX")
        if value is not None:
            # "(ov)@+"; an empty value says that there are none.
            letters, _, symbols = value.removeprefix("(").partition(")")
            both = min(len(letters), len(symbols))
            letters, symbols = letters[:both], symbols[:both]
        groups = (RFC1459.lists, RFC1459.always, RFC1459.on_set, RFC1459.flags)
        if "CHANMODES" in self._tokens:
            # "Clients MUST ignore" groups after the fourth; missing ones are empty.
            given = [*self._tokens["CHANMODES"].split(","), "", "", ""]
            groups = (given[0], given[1], given[2], given[3])
        return ModeTypes(*groups, letters, symbols)

    @property
    def muting(self) -> tuple[str, str] | None:
        """The list that mutes stand in, and what stands in front of their masks there; None where a server
        has no mutes.
        """
        if "q" in self.mode_types.lists:  # Solanum and its like
            return "q", ""
        prefix, _, kinds = self.get("EXTBAN").partition(",")
        if not prefix and "m" in kinds:  # gchat-server, Ergo, InspIRCd
            return "b", "m:"
        if prefix and "q" in kinds:  # UnrealIRCd
            return "b", f"{prefix}q:"
        return None

    @property
    def by_account(self) -> str:
        """What stands before an account's name in a mask that fits who is logged in to it; "" for none.

        https://ircv3.net/specs/extensions/account-extban
        """
        letter = self.get("ACCOUNTEXTBAN").partition(",")[0]
        prefix = self.get("EXTBAN").partition(",")[0]
        return f"{prefix}{letter}:" if letter else ""

    @property
    def modes_per_line(self) -> int:
        """How many modes with parameters one MODE may change (MODES); no value means no limit."""
        if "MODES" not in self:
            return 3
        return max(self.number("MODES", limits.PARAMS), 1)

    # Limits

    def targmax(self, command: str) -> int | None:
        """How many targets a command takes; None for no limit.  One where the server says nothing of it."""
        for pair in self.get("TARGMAX").split(","):
            name, _, number = pair.partition(":")
            if name.upper() == command.upper():
                return max(_number(number, 1), 1) if number else None
        if command.upper() in ("PRIVMSG", "NOTICE") and "MAXTARGETS" in self:
            return max(self.number("MAXTARGETS", 1), 1)
        return 1

    @property
    def monitor(self) -> int:
        """How many nicks MONITOR takes: 0 where it is not supported, ``sys.maxsize``-like where there is no
        limit."""
        if "MONITOR" not in self:
            return 0
        return self.number("MONITOR", 2**31)

    @property
    def nicklen(self) -> int:
        """The longest nick."""
        return self.number("NICKLEN", 9)

    @property
    def linelen(self) -> int:
        """The longest line but for its tags, with CR LF; never less than 512."""
        return max(self.number("LINELEN", limits.LINE), limits.LINE)

    @property
    def utf8only(self) -> bool:
        """Whether the server refuses what is not UTF-8.  https://ircv3.net/specs/extensions/utf8-only"""
        return "UTF8ONLY" in self

    @property
    def whox(self) -> bool:
        """Whether WHO takes fields.  https://ircv3.net/specs/extensions/whox"""
        return "WHOX" in self

    @property
    def bot(self) -> str:
        """The user mode that marks a bot, or ``""``.  https://ircv3.net/specs/extensions/bot-mode"""
        return self.get("BOT")[:1]


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
