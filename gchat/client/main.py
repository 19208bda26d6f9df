"""The ``gchat`` command: arguments, files and what was remembered become a model, and the loop runs it.

Starting is quick on purpose: what a plain start does not need (TLS, TOML, the local server) is imported where
it is used.  ``plan`` decides everything and touches nothing, so that it can be tested as a table.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gchat import __version__
from gchat.client import config, memory
from gchat.client.address import TUTORIAL, Address, BadAddress, parse_address
from gchat.client.config import Config, ConfigError
from gchat.client.settings import THEMES, NetworkSettings, Settings

if TYPE_CHECKING:
    from gchat.client.model import Model
    from gchat.client.wires import ClientWire

USAGE_ERROR = 2


class Plan(NamedTuple):
    """What a start does: which networks it opens, and what it has to ask before."""

    settings: Settings
    networks: tuple[NetworkSettings, ...]
    default: bool  # nobody named a server: where none answers, say how to have one
    first: bool  # nothing is known yet: ask for the server, too


def main(argv: list[str] | None = None) -> int:
    """Run gchat and return its exit status; 2 where the arguments, the file or the terminal will not do."""
    arguments = make_parser().parse_intermixed_args(argv)
    if arguments.man:
        from gchat import manual

        return manual.show("gchat.1")
    try:
        planned = plan(arguments, config.load(arguments.config), os.environ, memory.remembered())
        need_terminal()
        if arguments.local:
            planned = with_local_server(planned)
    except ConfigError as error:
        print(f"gchat: {error}", file=sys.stderr)
        return USAGE_ERROR
    from gchat.client import loop

    return loop.run(make_model(planned, os.environ))


def make_parser() -> argparse.ArgumentParser:
    """Describe the command line; the completions and the manual page are held to this."""
    parser = argparse.ArgumentParser(
        prog="gchat",
        description="Chat in the terminal: on gchat-server, or on any IRC server.",
        epilog="The whole manual: man gchat, or gchat --man.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("-n", "--nick", metavar="NICK", help="the nickname (asked for and remembered the first time)")
    add(
        "--local",
        action="store_true",
        help="chat on this machine: start a server here, or join the one started before",
    )
    add("--tls", action="store_true", help="speak TLS, to port 6697 unless another is given")
    add("--tls-ca", metavar="FILE", help="trust the certificates in this PEM file, too")
    add("--tls-insecure", action="store_true", help="accept any certificate, whoever made it")
    add("--account", metavar="NAME", help="log in to this account")
    add(
        "--password-file",
        metavar="FILE",
        help="read the password of the account, or of the server, from a file",
    )
    add("--config", metavar="FILE", help="read this file in place of the usual gchat.toml")
    add("--theme", choices=THEMES, metavar="NAME", help="the colours: " + ", ".join(THEMES))
    add("--man", action="store_true", help="show the manual page and exit")
    add("--version", action="version", version=f"gchat {__version__}", help="print the version and exit")
    add(
        "server",
        nargs="?",
        metavar="SERVER",
        help="host, host:port, an irc://, ircs:// or tutorial:// address, a link of an invitation, "
        "or a network of gchat.toml",
    )
    add("channels", nargs="*", metavar="CHANNEL", help="channels to join; the # may be left out")
    return parser


def need_terminal() -> None:
    """Raise ConfigError where there is no screen to draw on or no keyboard to read."""
    for stream, name in ((sys.stdin, "standard input"), (sys.stdout, "standard output")):
        if not stream.isatty():
            raise ConfigError(f"{name} is not a terminal; gchat needs one to draw on")


# --- deciding ------------------------------------------------------------------------------------


def plan(
    arguments: argparse.Namespace, found: Config, environ: Mapping[str, str], remembered: Mapping[str, str]
) -> Plan:
    """Decide what to open, from the arguments first, then the file, then what was remembered.

    Raises ConfigError with a sentence.  Reads the password file when one is named, and nothing else.
    """
    settings = found.settings
    if arguments.theme:
        settings.theme = arguments.theme
    logins = _logins(remembered)
    settings.networks = tuple(_with_login(network, logins) for network in settings.networks)
    others = [login for login in logins if not any(n.address.is_at(login.address) for n in settings.networks)]
    settings.networks += tuple(others)
    server, channels = _positional(arguments)
    if arguments.local and server:
        raise ConfigError(f"--local is a server on this machine; leave out '{server}' or --local")
    default = first = False
    if server:
        networks = [_named(server, arguments.tls, settings)]
    elif arguments.local:
        networks = [NetworkSettings("", Address())]
    elif others and not (found.autoconnect or arguments.tls or channels or remembered.get("server")):
        networks = others
    elif arguments.tls or not found.autoconnect:
        default = True
        first = not (arguments.nick or settings.nick or remembered.get("nick") or channels or arguments.tls)
        networks = [_with_login(NetworkSettings("", _default_address(arguments.tls, remembered)), logins)]
    else:
        networks = [_with_login(network, logins) for network in found.autoconnect]
    if not (server or arguments.local or arguments.tls or channels):
        networks += [n for n in others if not any(n.address.is_at(network.address) for network in networks)]
    networks[0] = _with_arguments(networks[0], arguments, channels, environ)
    if arguments.nick:
        settings.nick = _checked_nick(arguments.nick)
        networks = [network._replace(nick="") for network in networks]
    elif not settings.nick:
        settings.nick = remembered.get("nick", "")
    return Plan(settings, tuple(networks), default, first)


def _logins(remembered: Mapping[str, str]) -> list[NetworkSettings]:
    """Return the networks whose accounts were made by invitations (``invited.accepted``)."""
    found = []
    for key, value in remembered.items():
        account, _, rest = value.partition(" ")
        channels, _, password = rest.partition(" ")
        if key.startswith("login ") and password:
            try:
                address = parse_address(key.removeprefix("login "))
            except BadAddress:
                continue  # the file was edited
            names = tuple((name, "") for name in channels.split(",") if name)
            found.append(
                NetworkSettings("", address, names, account, sasl_user=account, sasl_password=password)
            )
    return found


def _with_login(network: NetworkSettings, logins: list[NetworkSettings]) -> NetworkSettings:
    """Return a network with the account that was made there, unless the file names one."""
    login = next((login for login in logins if login.address.is_at(network.address)), None)
    if login is None or network.sasl_user or network.tls_cert:
        return network
    return network._replace(
        channels=tuple(dict.fromkeys((*network.channels, *login.channels))),
        nick=network.nick or login.nick,
        sasl_user=login.sasl_user,
        sasl_password=login.sasl_password,
    )


def _positional(arguments: argparse.Namespace) -> tuple[str, list[str]]:
    """Tell the server from the channels: a channel has its ``#`` unless it comes after the server.

    To most shells an unquoted ``#team`` begins a comment, so people write ``gchat irc.example team``.
    """
    words = [word for word in (arguments.server, *arguments.channels) if word]
    server = words.pop(0) if words and words[0][0] not in "#&" else ""
    return server, [word if word[0] in "#&+!" else "#" + word for word in words]


def _named(server: str, tls: bool, settings: Settings) -> NetworkSettings:
    """Return the network that was asked for: by its name in the file, by its address, or a new one."""
    for network in settings.networks:
        if network.name == server:
            return network
    try:
        address = parse_address(server, tls=tls)
    except BadAddress as error:
        raise ConfigError(str(error)) from error
    for network in settings.networks:
        # its passwords go with it, so it has to be the same place in every respect
        if network.address.is_at(address):
            return network._replace(address=address, nick=address.nick or network.nick)
    return NetworkSettings("", address, nick=address.nick)


def _default_address(tls: bool, remembered: Mapping[str, str]) -> Address:
    """Return where plain ``gchat`` goes: the answer given at the first start, else this machine."""
    if not tls and remembered.get("server"):
        try:
            return parse_address(remembered["server"])
        except BadAddress:
            pass  # the file was edited; localhost is always right
    return parse_address("localhost", tls=tls)


def _with_arguments(
    network: NetworkSettings, arguments: argparse.Namespace, channels: list[str], environ: Mapping[str, str]
) -> NetworkSettings:
    """Put what the command line says about its network over what the file says."""
    if arguments.tls and not network.address.tls:
        raise ConfigError(
            f"--tls does not go with {network.address}; an address with TLS begins with ircs://"
        )
    if channels and network.address.language == TUTORIAL:
        raise ConfigError(f"{network.address} has one room only; leave out {' '.join(channels)}")
    changes: dict[str, Any] = {}
    if channels:
        known = dict(network.channels)  # with their keys
        # Who asks for a channel is to be in it, and not in the first one of the file.
        changes["channels"] = tuple({name: known.get(name, "") for name in (*channels, *known)}.items())
    if arguments.tls_ca:
        if not os.access(arguments.tls_ca, os.R_OK):
            raise ConfigError(f"--tls-ca: {arguments.tls_ca} is not there or cannot be read")
        changes["tls_ca"] = os.path.abspath(arguments.tls_ca)
    if arguments.tls_insecure:
        changes["tls_verify"] = False
    if arguments.account:
        changes["sasl_user"] = arguments.account
    password = environ.get("GCHAT_PASSWORD", "")
    if arguments.password_file:
        password = config.read_password(arguments.password_file, "--password-file")
    if password:
        changes["sasl_password" if arguments.account or network.sasl_user else "password"] = password
    elif arguments.account and arguments.account != network.sasl_user and not network.tls_cert:
        raise ConfigError(f"--account {arguments.account} needs --password-file or GCHAT_PASSWORD")
    return network._replace(**changes)


def _checked_nick(nick: str) -> str:
    try:
        return config.nickname(nick)
    except ConfigError as error:
        raise ConfigError(f"-n '{nick}': expected {error}") from error


def with_local_server(planned: Plan) -> Plan:
    """Start or join this machine's own server and plan to meet in its lobby."""
    from gchat.client import local

    try:
        address = local.join_local_server()
    except local.LocalError as error:
        raise ConfigError(str(error)) from error
    network = planned.networks[0]
    return planned._replace(networks=(network._replace(address=address),))


# --- the model -----------------------------------------------------------------------------------


def make_model(planned: Plan, environ: Mapping[str, str]) -> "Model":
    """Make the model the loop starts with: its networks, and the questions of a first start."""
    from gchat.client import invited
    from gchat.client.model import Model
    from gchat.client.overlay import Step, Welcome

    model = Model(planned.settings, random=_random, wire_for=_wire_for)
    if not planned.first:
        for options in planned.networks:
            network = model.add_network(options.address, options)
            network.wanted = True
            if planned.default:
                model.default_network = network.id
    inviting = next(filter(invited.unanswered, model.networks), None)
    if inviting is not None:
        nick = inviting.settings.nick or inviting.address.nick or planned.settings.nick
        model.overlay = invited.question(inviting, nick or _login(environ), bool(nick))
    elif not planned.settings.nick and not all(options.nick for options in planned.networks):
        model.overlay = Welcome(Step.NICK, nick=_login(environ))
    return model


def _random() -> float:
    """Return a number from 0 up to 1 (importing random takes 5 ms)."""
    return int.from_bytes(os.urandom(4), "big") / 2**32


def _login(environ: Mapping[str, str]) -> str:
    """Return the login name as the nickname to offer, "" where there is none that could be one."""
    try:
        return config.nickname(environ.get("USER") or environ.get("LOGNAME") or "")
    except ConfigError:
        return ""


def _wire_for(address: Address) -> "ClientWire":
    """Return what speaks an address's language."""
    from gchat.client.wires import irc_wire

    if address.language != TUTORIAL:
        return irc_wire(address)
    from gchat.tutorial.peer import TutorialPeer

    return TutorialPeer()
