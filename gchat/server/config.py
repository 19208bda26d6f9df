"""``gchat-server.toml`` into ``Settings``.

A new key is a field in ``settings.py``, a row in ``KEYS`` here and a paragraph in
``man/gchat-server.toml.5``; a test compares the three.  Everything wrong with the file is one sentence
that names the file, the key and what was expected.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from gchat import toml
from gchat.paths import config_folder
from gchat.server import capabilities, gateways, nicknames, passwords, settings
from gchat.server.settings import Gateway, Listener, Operator, Settings

FILE_NAME = "gchat-server.toml"
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/]+")
_URL = re.compile(r"https?://[!-~]{1,300}")
FORMATS = ("plain", "json")
LEVELS = ("debug", "info", "warning", "error")
FORGET = ":memory:"  # a store.path that is no file


class ConfigError(Exception):
    """Something the person wrote cannot be used; ``str(error)`` is the sentence to show."""


class Key(NamedTuple):
    """One key of the file.  ``read`` turns its value into the setting's; it raises ConfigError with what
    was expected.

    ``table`` is empty for a key above all tables; ``default`` is as the file would write it.
    """

    table: str
    name: str
    read: Callable[[Any], Any]
    default: object
    help: str

    @property
    def path(self) -> str:
        """The key as an error names it: ``limits.sendq``."""
        return f"{self.table}.{self.name}" if self.table else self.name


# --- values --------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ConfigError('a text in quotes, such as "gchat"')


def _line(value: object) -> str:
    if isinstance(value, str) and not any(c in value for c in "\r\n\0"):
        return value
    raise ConfigError('a text of one line in quotes, such as "gchat"')


def _word(value: object) -> str:
    # a server's name is a message's source, and a network's an ISUPPORT value: neither can hold a space
    if isinstance(value, str) and value and value.isprintable() and " " not in value and value[0] != ":":
        return value
    raise ConfigError('one word in quotes, such as "gchat.local"')


def _word_or_none(value: object) -> str:
    return _word(value) if value != "" else ""


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ConfigError("true or false")


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and math.isfinite(value):
        return float(value)
    raise ConfigError("a number that is not negative, such as 30 or 0.5")


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ConfigError("a whole number above 0")


def _count(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ConfigError("a whole number, or 0 for none")


def _choice(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise ConfigError("one of " + ", ".join(f'"{word}"' for word in words))

    return read


def _channel(value: object) -> str:
    if isinstance(value, str) and nicknames.is_channel(value):
        return value
    raise ConfigError('a channel, such as "#lobby"')


def _age(value: object) -> str:
    with suppress(ValueError):
        if isinstance(value, str) and (not value or settings.age(value)):
            return value
    raise ConfigError('a time such as "90d", "12h", "4w" or "1y", or "" for ever')


def _sts(value: object) -> str:
    with suppress(ValueError):
        if isinstance(value, str) and (value in ("", "0") or settings.age(value)):
            return value
    raise ConfigError('a time such as "30d", "0" to take back what was said before, or "" for nothing')


def _url(value: object) -> str:
    if isinstance(value, str) and (not value or _URL.fullmatch(value)):
        return value
    raise ConfigError('an address such as "https://chat.example.org/icon.png"')


def _hash(value: object) -> str:
    if isinstance(value, str) and (not value or passwords.is_hash(value)):
        return value
    raise ConfigError("what gchat-server hash-password prints, not the password itself")


def _capabilities(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) and item in capabilities.BITS for item in value):
        return tuple(value)
    raise ConfigError("a list of capabilities, of " + ", ".join(capabilities.BITS))


def _origins(value: object) -> tuple[str, ...]:
    # "*", "null" (a page from a file) or what a browser calls a site: no path, no slash at the end
    if isinstance(value, list) and all(isinstance(item, str) and _ORIGIN.fullmatch(item) for item in value):
        return tuple(value)
    raise ConfigError('a list of sites, such as ["https://chat.example.org", "http://localhost:*"]')


def _is_host(text: str) -> bool:
    return text == gateways.UNIX or gateways.network(text) is not None


def _hosts(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value and all(isinstance(item, str) and _is_host(item) for item in value):
        return tuple(value)
    raise ConfigError('a list of addresses, such as ["192.0.2.7", "10.0.0.0/8", "unix"]')


def _networks(value: object) -> tuple[str, ...]:
    return _hosts(value) if value != [] else ()


def _addresses(value: object) -> tuple[Listener, ...]:
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(read_address(item) for item in value)
    raise ConfigError('a list of addresses, such as ["127.0.0.1:6667", "tls://[::]:6697"]')


def read_address(text: str) -> Listener:
    """Read ``HOST:PORT``, ``[V6]:PORT``, ``tls://HOST:PORT`` or ``unix:PATH``.  Raises ConfigError with
    what was expected.

    An empty host or ``*`` means all of the machine's addresses, port 0 any free one.
    """
    if text.startswith("unix:") and len(text) > len("unix:"):
        return Listener(path=os.path.expanduser(text.removeprefix("unix:")))
    rest = text.removeprefix("tls://")
    host, colon, port = rest.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if colon and port.isascii() and port.isdigit() and (bracketed or ":" not in host):
        if len(port) > 5 or int(port) > 65535:
            raise ConfigError(f"a port from 1 to 65535, or 0 for any free one, not {text!r}")
        host = host.strip("[]")
        if host.isprintable() and not any(c in host for c in " /"):
            return Listener("" if host == "*" else host, int(port), tls=rest != text)
    raise ConfigError(
        "an address such as 127.0.0.1:6667, [::1]:6667, tls://127.0.0.1:6697 or unix:/run/gchat, "
        f"not {text!r}"
    )


# --- the table -----------------------------------------------------------------------------------

_USUAL = [str(listener) for listener in settings.DEFAULT_LISTENERS]

_ROWS: tuple[tuple[str, str, Callable[[Any], Any], str], ...] = (
    ("server", "name", _word, "the server's name, best a domain name"),
    ("server", "network", _word, "the network's name"),
    ("server", "description", _line, "what the server is, in a few words"),
    ("server", "password", _hash, "a hash of the password that everybody needs; empty for none"),
    ("server", "motd", _text, "the message of the day"),
    ("server", "motd_file", _line, "the file that holds the message of the day"),
    ("server", "admin_location", _line, "who runs the server, and where"),
    ("server", "admin_email", _line, "how to reach them"),
    ("server", "without_capabilities", _capabilities, "capabilities that are not offered"),
    ("server", "invisible", _yes_or_no, "whether users are invisible until they say otherwise"),
    ("server", "services", _word_or_none, "the server that NickServ and ChanServ are said to be on"),
    ("server", "icon", _url, "the address of a picture that stands for the network"),
    ("tls", "cert", _line, "the certificate and its chain, a PEM file"),
    ("tls", "key", _line, "the certificate's key, a PEM file"),
    ("tls", "client_certificates", _yes_or_no, "whether clients are asked for a certificate to log in with"),
    ("tls", "sts", _sts, "for how long clients are told to come by TLS only"),
    ("tutorial", "enabled", _yes_or_no, "whether silent connections are greeted with NICK"),
    ("tutorial", "channel", _channel, "where the tutorial's clients are"),
    ("tutorial", "greet_after", _number, "seconds of silence before the greeting"),
    ("websocket", "origins", _origins, "the web sites whose pages may connect"),
    ("accounts", "registration", _choice("open", "closed"), "open, or closed: only you make accounts"),
    ("accounts", "before_connect", _yes_or_no, "whether one can register before being connected"),
    ("accounts", "custom_names", _yes_or_no, "whether an account may have another name than the nick"),
    ("accounts", "email", _choice("optional", "required"), "whether registering takes an address"),
    ("accounts", "required", _yes_or_no, "whether everybody has to log in"),
    ("accounts", "multiclient", _yes_or_no, "whether the connections of an account are one user"),
    ("accounts", "always_on", _choice("off", "opt-in", "on"), "whether users stay without a connection"),
    ("limits", "registration_timeout", _number, "seconds a client has to say who it is"),
    (
        "limits",
        "ping_interval",
        _number,
        "seconds of silence after which a client is asked for a sign of life",
    ),
    ("limits", "ping_timeout", _number, "seconds that the answer may take"),
    ("limits", "idle_timeout", _number, "seconds a client may say nothing to anybody"),
    ("limits", "sendq", _whole, "bytes that may wait for one client"),
    ("limits", "recvq", _whole, "bytes from one client that may wait to be handled"),
    ("limits", "command_rate", _number, "commands a second"),
    ("limits", "command_burst", _number, "commands at once"),
    ("limits", "nick_rate", _number, "nick changes a second"),
    ("limits", "nick_burst", _number, "nick changes at once"),
    (
        "limits",
        "login_rate",
        _number,
        "wrong logins a second, from one address; an account takes eight times as many",
    ),
    ("limits", "login_burst", _number, "wrong logins at once"),
    ("limits", "connections", _whole, "connections in all"),
    (
        "limits",
        "connections_per_address",
        _whole,
        "connections from one address, or one IPv6 network of 64 bits",
    ),
    ("limits", "connections_per_account", _whole, "connections that are logged in to one account"),
    ("limits", "connection_rate", _number, "new connections a second, from one address"),
    ("limits", "connection_burst", _number, "new connections at once, from one address"),
    ("limits", "exempt", _networks, "addresses and networks that the limits of one address are not for"),
    ("limits", "channels_per_user", _whole, "channels that somebody may be in"),
    ("limits", "channels_per_account", _whole, "channels that an account may register"),
    (
        "limits",
        "list_entries",
        _whole,
        "entries in one list of a channel: bans, exceptions, invitations, roles",
    ),
    ("limits", "monitor_entries", _whole, "nicks that a client may watch"),
    ("limits", "metadata_keys", _whole, "keys of metadata that somebody, or a channel, may have"),
    ("limits", "metadata_subscriptions", _whole, "keys of metadata that a client may hear of"),
    ("limits", "multiline_bytes", _whole, "bytes of text in one message of several lines"),
    ("limits", "multiline_lines", _whole, "lines of one message of several lines"),
    ("limits", "shutdown_timeout", _number, "seconds that a goodbye may take to leave"),
    ("store", "path", _line, "the database's file; empty for the usual one, :memory: to keep nothing"),
    ("store", "durability", _choice("normal", "full"), "what survives: a killed process, or a power cut too"),
    ("history", "page", _whole, "messages in one answer to CHATHISTORY or SEARCH"),
    ("history", "replay", _count, "lines of a channel that a returning device is sent without asking"),
    ("history", "replay_new", _count, "lines of a channel for a device that an account uses first"),
    ("history", "replay_to_strangers", _count, "lines of a channel for those without an account"),
    ("history", "redact_within", _age, "how long one may take back what one said; empty for always"),
    ("history", "edit_within", _age, "how long one may change what one said; empty for always"),
    ("history", "keep", _age, "how long what was said is kept; empty for ever"),
    ("log", "format", _choice(*FORMATS), "how a log line looks: plain or json"),
    ("log", "level", _choice(*LEVELS), "what is logged: debug, info, warning or error"),
)

_TABLES: dict[str, type[Any]] = {
    "server": settings.Server,
    "tls": settings.Tls,
    "accounts": settings.Accounts,
    "store": settings.Store,
    "history": settings.History,
    "tutorial": settings.Tutorial,
    "websocket": settings.WebSocket,
    "limits": settings.Limits,
    "log": settings.Log,
}


def _default(table: str, name: str) -> object:
    value = getattr(_TABLES[table](), name, "")  # motd_file is no setting: it becomes motd
    return list(value) if isinstance(value, tuple) else value


KEYS: tuple[Key, ...] = (
    Key("", "listen", _addresses, _USUAL, "the addresses to listen on"),
    *(Key(table, name, read, _default(table, name), text) for table, name, read, text in _ROWS),
)

OPERATOR_KEYS: tuple[Key, ...] = (
    Key("operators.NAME", "password", _hash, None, "a hash of the operator's password"),
    Key("operators.NAME", "host", _line, "*", "user@host masks of those who may use it, with spaces between"),
)

GATEWAY_KEYS: tuple[Key, ...] = (
    Key("gateways.NAME", "hosts", _hosts, None, "the addresses that the gateway connects from"),
    Key("gateways.NAME", "password", _hash, "", "a hash of its password for WEBIRC; empty for no WEBIRC"),
    Key("gateways.NAME", "proxy", _choice("no", "optional", "required"), "no", "the PROXY protocol"),
)


# --- the file ------------------------------------------------------------------------------------


def default_file() -> str:
    """The file that is read when no other is named; it need not exist."""
    return os.path.join(config_folder(), FILE_NAME)


def load(file: str) -> Settings:
    """Read a file.  Raises ConfigError."""
    try:
        found = toml.read(file)
    except toml.FileError as error:
        raise ConfigError(str(error)) from error
    return _interpret(found, file)


def _interpret(found: dict[str, Any], file: str) -> Settings:
    operators, passing = found.pop("operators", {}), found.pop("gateways", {})
    tables = {name: _table(found.pop(name, {}), name, file) for name in _TABLES}
    named = (*_TABLES, "operators", "gateways")
    above = _read(found, [key for key in KEYS if not key.table], file, also=named)
    values = {
        name: _read(table, [key for key in KEYS if key.table == name], file, f"{name}.")
        for name, table in tables.items()
    }
    _read_motd(values["server"], file)
    for name in ("cert", "key"):
        if values["tls"].get(name):
            values["tls"][name] = beside(file, values["tls"][name])
    if values["store"].get("path", FORGET) not in ("", FORGET):
        values["store"]["path"] = beside(file, values["store"]["path"])
    result = Settings(
        **{name: _TABLES[name](**values[name]) for name in _TABLES}, operators=_operators(operators, file)
    )
    result = dataclasses.replace(result, gateways=_gateways(passing, file))
    return dataclasses.replace(result, listeners=above["listen"]) if above else result


def _table(value: object, name: str, file: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ConfigError(f"{file}: {name}: expected a table that begins with [{name}]")


def _read(
    table: Mapping[str, Any], keys: list[Key], file: str, prefix: str = "", also: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read one table.  ``also`` are names that would have been right here, for the hint."""
    known = {key.name: key for key in keys}
    values = {}
    for name, value in table.items():
        if name not in known:
            raise ConfigError(
                f"{file}: {prefix}{name} is not a key that gchat-server knows{_hint(name, [*known, *also])}"
            )
        try:
            values[name] = known[name].read(value)
        except ConfigError as error:
            raise ConfigError(f"{file}: {prefix}{name}: expected {error}") from error
    return values


def _hint(name: str, names: list[str]) -> str:
    """What may have been meant: a near name here, or the same name in another table."""
    near = difflib.get_close_matches(name, names, 1)
    if near:
        return f"; did you mean {near[0]}?"
    elsewhere = [key.path for key in KEYS if key.name == name]
    if elsewhere:
        return f"; did you mean {elsewhere[0]}?"
    return f"; expected one of {', '.join(names)}"


def _read_motd(server: dict[str, Any], file: str) -> None:
    name = server.pop("motd_file", "")
    if not name:
        return
    if server.get("motd"):
        raise ConfigError(f"{file}: server: expected motd or motd_file, not both")
    path = beside(file, name)
    try:
        with open(path, encoding="utf-8") as source:
            server["motd"] = source.read()
    except OSError as error:
        raise ConfigError(f"{file}: server.motd_file: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: server.motd_file: {path} is not UTF-8 text") from error


def _operators(found: object, file: str) -> tuple[Operator, ...]:
    operators = []
    for name, table in _table(found, "operators.NAME", file).items():
        where = f"operators.{name}"
        values = _read(_table(table, where, file), list(OPERATOR_KEYS), file, f"{where}.")
        if not values.get("password"):
            raise ConfigError(f"{file}: {where}.password: expected what gchat-server hash-password prints")
        operators.append(Operator(name, **values))
    return tuple(operators)


def _gateways(found: object, file: str) -> tuple[Gateway, ...]:
    result = []
    for name, table in _table(found, "gateways.NAME", file).items():
        where = f"gateways.{name}"
        values = _read(_table(table, where, file), list(GATEWAY_KEYS), file, f"{where}.")
        if "hosts" not in values:
            raise ConfigError(f"{file}: {where}.hosts: expected the addresses that the gateway connects from")
        result.append(Gateway(name, **values))
    return tuple(result)


def beside(file: str, name: str) -> str:
    """The path that a name in ``file`` means: ``~`` is the home folder, a relative one is beside the file."""
    return os.path.join(os.path.dirname(os.path.abspath(file)), os.path.expanduser(name))
