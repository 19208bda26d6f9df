"""``gchat.toml`` into ``Settings``.

A new key is one row in ``KEYS`` or ``NETWORK_KEYS`` and a paragraph in ``man/gchat.1``; a test compares the
two. Everything wrong with the file is one sentence that names the file, the key and what was expected.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gchat import toml
from gchat.client.address import BadAddress, parse_address
from gchat.client.nicknames import why_not
from gchat.client.settings import THEMES, NetworkSettings, Settings
from gchat.paths import config_folder

FILE_NAME = "gchat.toml"
SCROLLBACK_LINES = range(100, 1_000_001)


class ConfigError(Exception):
    """Something the person wrote cannot be used; ``str(error)`` is the sentence to show."""


class Config(NamedTuple):
    """What the file says: the settings, and those of its networks that plain ``gchat`` opens."""

    settings: Settings
    autoconnect: tuple[NetworkSettings, ...] = ()


class Key(NamedTuple):
    """One key of the file: how its value is read; ``read`` raises ConfigError with what was expected."""

    name: str
    read: Callable[[Any], Any]


# --- values --------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ConfigError('a text in quotes, such as "Neural"')


def _word(value: object) -> str:
    if isinstance(value, str) and value.isprintable() and len(value.split()) == 1 and value == value.strip():
        return value
    raise ConfigError('one word in quotes, such as "neural"')


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ConfigError("true or false")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ConfigError('a list of texts, such as ["one", "two"]')


def _channels(value: object) -> tuple[tuple[str, str], ...]:
    channels = [text.split() for text in _texts(value)]
    if all(1 <= len(words) <= 2 for words in channels):
        return tuple((words[0], words[1] if len(words) > 1 else "") for words in channels)
    raise ConfigError('a list of channels, each with its key behind it if it has one: ["#team", "#ops key"]')


def _lines(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value in SCROLLBACK_LINES:
        return value
    raise ConfigError(f"a number from {SCROLLBACK_LINES.start} to {SCROLLBACK_LINES.stop - 1}")


def _theme(value: object) -> str:
    if isinstance(value, str) and value in THEMES:
        return value
    raise ConfigError("one of " + ", ".join(f'"{name}"' for name in THEMES))


def nickname(value: object) -> str:
    """Return a nickname if a server could be asked for it.  Raises ConfigError with what was expected."""
    nick = _text(value)
    if why_not(nick):
        raise ConfigError('a nickname, which is one word without , ! @ * ? . such as "Neural"')
    return nick


def _nicknames(value: object) -> tuple[str, ...]:
    return tuple(map(nickname, _texts(value)))


KEYS = (
    Key("nick", nickname),
    Key("alternatives", _nicknames),
    Key("username", _word),
    Key("realname", _text),
    Key("highlights", _texts),
    Key("ignores", _texts),
    Key("theme", _theme),
    Key("mouse", _yes_or_no),
    Key("beep", _yes_or_no),
    Key("notify", _yes_or_no),
    Key("send_typing", _yes_or_no),
    Key("show_typing", _yes_or_no),
    Key("scrollback", _lines),
    Key("quit_reason", _text),
    Key("part_reason", _text),
)

NETWORK_KEYS = (
    Key("address", _text),
    Key("channels", _channels),
    Key("autoconnect", _yes_or_no),
    Key("nick", nickname),
    Key("username", _word),
    Key("realname", _text),
    Key("password", _text),
    Key("password_file", _text),
    Key("account", _word),
    Key("account_password", _text),
    Key("account_password_file", _text),
    Key("tls_ca", _text),
    Key("tls_verify", _yes_or_no),
    Key("tls_cert", _text),
)


# --- the file ------------------------------------------------------------------------------------


def load(path: str | None = None) -> Config:
    """Read a file; without a path, the configuration folder's, if it is there.  Raises ConfigError."""
    file = path or os.path.join(config_folder(), FILE_NAME)
    if path is None and not os.path.exists(file):
        return Config(Settings())
    try:
        found = toml.read(file)
    except toml.FileError as error:
        raise ConfigError(str(error)) from error
    return _interpret(found, file)


def _interpret(found: dict[str, Any], file: str) -> Config:
    networks = found.pop("networks", {})
    if not isinstance(networks, dict):
        raise ConfigError(f"{file}: networks: expected a table per network, such as [networks.work]")
    settings = Settings()
    for name, value in _read(found, KEYS, file, "", also=("networks",)).items():
        setattr(settings, name, value)
    autoconnect = []
    for name, table in networks.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{file}: networks.{name}: expected a table that begins with [networks.{name}]")
        values = _read(table, NETWORK_KEYS, file, f"networks.{name}.")
        network = _network(name, values, file)
        settings.networks += (network,)
        if values.get("autoconnect", True):
            autoconnect.append(network)
    return Config(settings, tuple(autoconnect))


def _read(
    table: Mapping[str, Any], keys: tuple[Key, ...], file: str, prefix: str, also: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the table's values as Settings wants them.  Raises ConfigError at the first that is wrong."""
    readers = {key.name: key.read for key in keys}
    values = {}
    for name, value in table.items():
        if name not in readers:
            import difflib

            near = difflib.get_close_matches(name, [*readers, *also], 1)
            expected = f"expected {near[0]}?" if near else "expected one of " + ", ".join([*readers, *also])
            raise ConfigError(f"{file}: {prefix}{name} is not a key that gchat knows; {expected}")
        try:
            values[name] = readers[name](value)
        except ConfigError as error:
            raise ConfigError(f"{file}: {prefix}{name}: expected {error}") from error
    return values


def _network(name: str, values: Mapping[str, Any], file: str) -> NetworkSettings:
    where = f"{file}: networks.{name}"
    if "address" not in values:
        raise ConfigError(f'{where}: expected the key address, such as address = "ircs://irc.example"')
    try:
        address = parse_address(values["address"])
    except BadAddress as error:
        raise ConfigError(f"{where}.address: {error}") from error
    secrets = {}
    for key in ("password", "account_password"):
        if key in values and f"{key}_file" in values:
            raise ConfigError(f"{where}: expected {key} or {key}_file, not both")
        secrets[key] = values.get(key, "")
        if f"{key}_file" in values:
            secrets[key] = read_password(beside(file, values[f"{key}_file"]), f"{where}.{key}_file")
    with_certificate = bool(values.get("tls_cert"))
    if with_certificate and not address.tls:
        raise ConfigError(f"{where}.tls_cert: expected an address with TLS, which begins with ircs://")
    named, secret = bool(values.get("account")), bool(secrets["account_password"])
    if named != secret and not (named and with_certificate):
        raise ConfigError(
            f"{where}: expected account and account_password (or account_password_file) together"
        )
    return NetworkSettings(
        name=name,
        address=address,
        channels=values.get("channels", ()),
        nick=values.get("nick", address.nick),
        username=values.get("username", ""),
        realname=values.get("realname", ""),
        password=secrets["password"],
        sasl_user=values.get("account", ""),
        sasl_password=secrets["account_password"],
        tls_ca=beside(file, values["tls_ca"]) if values.get("tls_ca") else "",
        tls_verify=values.get("tls_verify", True),
        tls_cert=beside(file, values["tls_cert"]) if with_certificate else "",
    )


def beside(file: str, name: str) -> str:
    """Return the path a name in ``file`` means: ``~`` is the home folder, a relative one is beside it."""
    return os.path.join(os.path.dirname(os.path.abspath(file)), os.path.expanduser(name))


def read_password(path: str, what: str) -> str:
    """Return the first line of a file.  Raises ConfigError; ``what`` is the key or option that named it."""
    try:
        with open(path, encoding="utf-8") as source:
            password = source.readline().rstrip("\r\n")
    except OSError as error:
        raise ConfigError(f"{what}: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{what}: {path} is not UTF-8 text") from error
    if not password:
        raise ConfigError(f"{what}: expected the password in the first line of {path}, which is empty")
    return password
