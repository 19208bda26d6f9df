"""The ``gchat-server`` command: arguments and configuration become a running network, signals change and
end it.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from gchat import __version__, paths
from gchat.server import config, descriptors
from gchat.server.config import ConfigError
from gchat.server.listeners import ListenError
from gchat.server.settings import Listener, Settings
from gchat.server.stores.base import StoreError

if TYPE_CHECKING:
    from gevent.event import Event

    from gchat.server.net import Network
    from gchat.server.stores.sqlite import SqliteStore
    from gchat.server.tls import Context

log = logging.getLogger("gchat.server")

USAGE_ERROR = 2
GOODBYE = "Server going down"
ACTIONS = ("add", "passwd", "list", "suspend", "resume", "delete")  # of ``gchat-server account``


def main(argv: list[str] | None = None) -> int:
    """Run gchat-server and return its exit status; 2 where the arguments or the configuration will not do."""
    arguments = make_parser().parse_args(argv)
    if arguments.man is not None:
        from gchat import manual

        return manual.show(arguments.man)
    if arguments.command == "hash-password":
        return hash_password()
    try:
        settings, source = configured(arguments)
        if arguments.command:
            from gchat.server import tools

            return tools.run(arguments, store_path(arguments, settings), settings)
        context = certificate(settings, listed_in(arguments, source))
        if arguments.check:
            from gchat.server import check

            store = store_path(arguments, settings)
            print(*check.describe(settings, source, context, time.time(), store), sep="\n")
            return 0
        return serve(arguments, settings, context, source)
    except (ConfigError, ListenError, StoreError) as error:
        print(f"gchat-server: {error}", file=sys.stderr)
        return USAGE_ERROR


def make_parser() -> argparse.ArgumentParser:
    """Describe the command line; the completions and the manual page are held to this."""
    parser = argparse.ArgumentParser(
        prog="gchat-server",
        description="A chat server for IRC clients, for gchat, and for the tutorial's client.",
        epilog="The whole manual: man gchat-server, or gchat-server --man.  "
        "What the file may say: gchat-server --man gchat-server.toml.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--config", metavar="FILE", help="read this file in place of the usual gchat-server.toml")
    add("--no-config", action="store_true", help="read no file at all")
    add(
        "--listen",
        metavar="ADDRESS",
        action="append",
        help="listen on HOST:PORT, [V6]:PORT, tls://HOST:PORT or unix:PATH; may be repeated",
    )
    add("--tls-cert", metavar="FILE", help="the certificate and its chain, for tls:// listeners (PEM)")
    add("--tls-key", metavar="FILE", help="the certificate's key (PEM)")
    add("--data-dir", metavar="DIR", help="the folder for what the server keeps")
    add("--log-format", choices=config.FORMATS, metavar="FORMAT", help="the log's lines: plain or json")
    add("--log-level", choices=config.LEVELS, metavar="LEVEL", help="debug, info, warning or error")
    add("--no-throttle", action="store_true", help="no rates, no limit per address or account: for measuring")
    add("--check", action="store_true", help="say what the configuration means, and exit")
    add("--port-file", metavar="FILE", help="write the addresses there once they can be connected to")
    add("--while-locked", metavar="FILE", help="end when nobody else holds a lock on this file any more")
    add(
        "--man",
        metavar="PAGE",
        nargs="?",
        const="gchat-server",
        help="show the manual page, or another one, and exit",
    )
    add("--version", action="version", version=f"gchat-server {build()}")
    add_commands(parser)
    return parser


def build() -> str:
    """The version, and whether the busiest modules are compiled, which bin/compile.py does for who asks."""
    found = importlib.util.find_spec("gchat.server.engine")  # which takes no time, unlike an import
    compiled = found is not None and not (found.origin or "").endswith((".py", ".pyc"))
    return f"{__version__} (compiled)" if compiled else __version__


def add_commands(parser: argparse.ArgumentParser) -> None:
    """What ``gchat-server COMMAND`` can do in place of serving; ``tools.py`` does it."""
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    add = commands.add_parser
    add("hash-password", help="ask for a password and print the hash that the configuration wants")
    backup = add("backup", help="copy what is kept to a file, while the server runs or not")
    backup.add_argument("file", metavar="FILE", help="the copy, which must not be there yet")
    account = add("account", help="make, list, suspend and delete accounts")
    account.add_argument("action", choices=ACTIONS, metavar="ACTION", help=", ".join(ACTIONS))
    account.add_argument("name", nargs="?", default="", metavar="NAME", help="whose; for all but list")
    account.add_argument("--reason", default="by the administrator", metavar="TEXT", help="why, for suspend")
    add_invite(add("invite", help="make links that let people into a channel, list them, take them back"))
    modlog = add("modlog", help="print the moderation log, or verify it, while the server runs or not")
    modlog.add_argument("--channel", default="", metavar="NAME", help="of this channel; of all without it")
    modlog.add_argument("--verify", action="store_true", help="say which entries were changed or removed")
    for name, text in (
        ("export", "print all that is kept of an account, as JSON Lines"),
        ("erase", "remove an account and the text of everything that it said"),
    ):
        add(name, help=text).add_argument("--account", metavar="NAME", required=True, help="whose")


def add_invite(invite: argparse.ArgumentParser) -> None:
    """What ``gchat-server invite`` understands."""
    what = invite.add_mutually_exclusive_group(required=True)
    what.add_argument("--channel", metavar="CHANNEL", help="make an invitation to this channel")
    what.add_argument("--list", action="store_true", help="print the invitations, without their tokens")
    what.add_argument("--revoke", metavar="ID", help="let nobody in with this one any more")
    add = invite.add_argument
    add("--role", metavar="ROLE", help="what people are there: voice, half-operator, operator or admin")
    add("--uses", metavar="NUMBER", type=int, default=1, help="for how many people it is (1)")
    add("--expires", metavar="TIME", default="7d", help="for how long: 12h, 7d, 4w or never (7d)")
    add("--address", metavar="ADDRESS", help="where people reach the server: ircs://chat.example.org")


# --- the configuration ---------------------------------------------------------------------------


def configured(arguments: argparse.Namespace) -> tuple[Settings, str]:
    """The settings, of the file first and then of the arguments, and where they are from.  Raises
    ConfigError.
    """
    settings, source = Settings(), "built-in defaults (--no-config)"
    if not arguments.no_config:
        file = arguments.config or config.default_file()
        if arguments.config or os.path.exists(file):
            settings, source = config.load(file), file
        else:
            source = f"built-in defaults (there is no {file})"
    if arguments.listen:
        try:
            listeners = tuple(map(config.read_address, arguments.listen))
        except ConfigError as error:
            raise ConfigError(f"--listen: expected {error}") from error
        settings = dataclasses.replace(settings, listeners=listeners)
    files = {"cert": arguments.tls_cert, "key": arguments.tls_key}
    pair = dataclasses.replace(settings.tls, **{name: file for name, file in files.items() if file})
    given = {"format": arguments.log_format, "level": arguments.log_level}
    said = dataclasses.replace(settings.log, **{name: value for name, value in given.items() if value})
    throttle = not arguments.no_throttle
    return dataclasses.replace(settings, tls=pair, log=said, throttle=throttle), source


def listed_in(arguments: argparse.Namespace, source: str) -> str:
    """Where the listeners stand, as an error names it."""
    return "--listen" if arguments.listen else f"{source}: listen"


def certificate(settings: Settings, listed_in: str) -> Context | None:
    """What the TLS listeners show; None where there are none.  Raises ConfigError."""
    listener = next((listener for listener in settings.listeners if listener.tls), None)
    if listener is None:
        return None
    if not (settings.tls.cert and settings.tls.key):
        raise ConfigError(
            f"{listed_in}: {listener} needs a certificate and its key: "
            "expected --tls-cert and --tls-key, or cert and key in [tls]"
        )
    from gchat.server import tls

    try:
        return tls.load(settings.tls.cert, settings.tls.key, settings.tls.client_certificates)
    except tls.TlsError as error:
        raise ConfigError(str(error)) from error


def hash_password() -> int:
    """Ask for a password, twice where somebody types it, and print its hash."""
    from gchat.server import passwords

    if sys.stdin.isatty():
        from getpass import getpass

        password = getpass("Password: ")
        if password != getpass("The same again: "):
            print("gchat-server: the two are not the same", file=sys.stderr)
            return USAGE_ERROR
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        print("gchat-server: an empty password protects nothing", file=sys.stderr)
        return USAGE_ERROR
    print(passwords.hash_password(password, os.urandom(passwords.SALT_BYTES)))
    return 0


def store_path(arguments: argparse.Namespace, settings: Settings) -> str:
    """The database's file, empty where nothing is to be kept."""
    path = settings.store.path
    if path == config.FORGET:
        return ""
    return path or os.path.join(arguments.data_dir or paths.data_folder(), "gchat.db")


# --- running -------------------------------------------------------------------------------------


def serve(arguments: argparse.Namespace, settings: Settings, context: Context | None, source: str) -> int:
    """Run until a signal ends it.  Raises ConfigError and ListenError before anybody could connect."""
    from gevent.event import Event

    from gchat.server import check, logs, tools
    from gchat.server.collector import Collector
    from gchat.server.net import Network

    logs.set_up(settings.log.format, settings.log.level)
    if context is not None and check.is_exposed(settings.tls.key):
        log.warning(check.EXPOSED, settings.tls.key)
    make_data_folder(arguments.data_dir)
    store = open_store(store_path(arguments, settings), settings)
    network = Network(settings, context, store)
    network.each_second = logs.write_on
    stopped = Event()
    if arguments.while_locked:
        watch_lock(arguments.while_locked, network, stopped)
    network.engine.rehash = lambda: reload(arguments, network)
    handle_signals(network, stopped)
    try:
        network.start()
        if arguments.port_file:
            write_port_file(arguments.port_file, network)
    except BaseException:
        network.stop(GOODBYE)
        raise
    if store is not None:
        tools.serve(network, store)
        log.info("Keeping what is said in %s", store.path)
    log.info("gchat-server %s with %s", build(), source)
    network.allow(descriptors.allow(settings.limits.connections))
    say_listeners((), network.addresses)
    Collector(time.monotonic).start()
    stopped.wait()
    log.info("Going down")
    network.stop(GOODBYE)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the loop is about to let go of them, and all is said
    return 0


def say_listeners(before: Sequence[Listener], now: Sequence[Listener]) -> None:
    """Log where it listens from now on, and where no more."""
    for listener in now:
        if listener not in before:
            log.info("Listening on %s", listener)
    for listener in before:
        if listener not in now:
            log.info("No longer listening on %s", listener)


def open_store(path: str, settings: Settings) -> SqliteStore | None:
    """What keeps the chat; None where nothing is to be kept.  Raises StoreError."""
    if not path:
        return None
    from gchat.server.stores.sqlite import SqliteStore

    return SqliteStore.open(path, settings.store.durability, settings.history.keep_seconds)


def make_data_folder(folder: str | None) -> None:
    """Make the folder of ``--data-dir``.  Raises ConfigError."""
    if folder:
        try:
            paths.make_private(folder)
        except OSError as error:
            raise ConfigError(f"--data-dir: {folder} cannot be made: {error.strerror}") from error


def watch_lock(path: str, network: Network, stopped: Event) -> None:
    """Stop when nobody else holds a lock on a file any more.  Raises ConfigError."""
    from gchat.server.lifeline import Lifeline

    try:
        lifeline = Lifeline(path)
    except OSError as error:
        raise ConfigError(f"--while-locked: {path} cannot be opened: {error.strerror}") from error

    others = network.each_second

    def look() -> None:
        others()
        if not stopped.is_set() and lifeline.cut():
            log.info("Nobody holds a lock on %s any more", path)
            stopped.set()

    network.each_second = look


def write_port_file(path: str, network: Network) -> None:
    """Write where the server listens, an address a line, all at once.  Raises ConfigError."""
    try:
        with suppress(FileNotFoundError):
            os.unlink(f"{path}.new")
        # "x" follows no link that somebody else has put there
        with open(f"{path}.new", "x", encoding="utf-8") as file:
            file.writelines(f"{listener}\n" for listener in network.addresses)
        os.replace(f"{path}.new", path)
    except OSError as error:
        raise ConfigError(f"--port-file: {path} cannot be written: {error.strerror}") from error


def handle_signals(network: Network, stopped: Event) -> None:
    """SIGINT and SIGTERM end the server, in a hurry the second time; SIGHUP has it read its configuration."""
    import gevent

    def end() -> None:
        if stopped.is_set():
            network.hurry()
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, end)
    if sys.platform != "win32":
        gevent.signal_handler(signal.SIGHUP, network.engine.rehash)


def reload(arguments: argparse.Namespace, network: Network) -> str:
    """Read the configuration again.  What is wrong with it is logged and returned, and nothing changes."""
    from gchat.server import logs, tools

    before = network.addresses
    try:
        settings, source = configured(arguments)
        network.configure(settings, certificate(settings, listed_in(arguments, source)))
        tools.reconfigure(network, store_path(arguments, settings))
    except (ConfigError, ListenError, StoreError) as error:
        log.error("The configuration stays as it was: %s", error)
        return str(error)
    logs.set_up(settings.log.format, settings.log.level)
    network.allow(descriptors.allow(settings.limits.connections))
    log.info("Configuration read again: %s", source)
    say_listeners(before, network.addresses)
    return ""
