"""``gchat-server account``, ``invite``, ``backup``, ``export``, ``erase``, ``modlog``: what each command
does, and what a running server does for it.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from gchat.irc.casemap import fold
from gchat.server import account_tools, control, invitation_tools
from gchat.server.control import ControlError, NoServer
from gchat.server.events import AccountDropped
from gchat.server.harmless import harmless
from gchat.server.modlog import in_words
from gchat.server.settings import Settings
from gchat.server.stores.base import StoreError

if TYPE_CHECKING:
    from gchat.server.engine import Engine
    from gchat.server.net import Network
    from gchat.server.stores.sqlite import SqliteStore

log = logging.getLogger("gchat.server")

FAILURE = 1
NO_ENTRIES: Final = "gchat-server: the moderation log has no entries"
NOTHING: Final = "nothing is kept of an account %s"


# --- the commands --------------------------------------------------------------------------------


def run(arguments: argparse.Namespace, path: str, settings: Settings) -> int:
    """Do a command with the store at ``path``; return the exit status.  Raises StoreError."""
    if not path:
        raise StoreError("nothing is kept: [store] path is :memory:")
    try:
        if arguments.command == "invite":
            return invitation_tools.run(arguments, path, settings)
        return COMMANDS[arguments.command](arguments, path)
    except (ControlError, StoreError) as error:
        print(f"gchat-server: {error}", file=sys.stderr)
        return FAILURE


def _backup(arguments: argparse.Namespace, path: str) -> int:
    from gchat.server.stores import tools

    size = tools.backup(path, arguments.file)
    print(f"{arguments.file}: {size} bytes, verified")
    return 0


def _export(arguments: argparse.Namespace, path: str) -> int:
    from gchat.server.stores import tools

    found = 0
    for line in tools.export(path, fold(arguments.account)):
        print(line)
        found += 1
    if not found:
        raise StoreError(NOTHING % arguments.account)
    return 0


def _erase(arguments: argparse.Namespace, path: str) -> int:
    from gchat.server.stores.tools import must_exist

    name = arguments.account
    try:
        done = control.ask(path, {"do": "erase", "account": name})
    except NoServer:
        must_exist(path)
        done = account_tools.without_server(path, lambda engine: _erase_all(engine, name))
    messages = "1 message" if done["records"] == 1 else f"{done['records']} messages"
    print(f"{name} is erased, and the text of {messages} with it")
    return 0


def _erase_all(engine: Engine, name: str) -> Mapping[str, Any]:
    from gchat.server.stores.sqlite import SqliteStore

    store, account = engine.store, fold(name)
    assert isinstance(store, SqliteStore), "it has a path"
    _look_for(store.path, name)
    engine.backplane.commit(AccountDropped(account, erased=True), None)
    engine.keeping.flush()
    count = store.maintenance.erase(account)
    store.maintenance.index()
    return {"records": count}


def _look_for(path: str, name: str) -> None:
    """Raise StoreError where nothing is kept of an account."""
    from gchat.server.stores import tools

    if not tools.knows(path, fold(name)):
        raise StoreError(NOTHING % name)


def _modlog(arguments: argparse.Namespace, path: str) -> int:
    from gchat.server.stores import tools

    channel = fold(arguments.channel)
    if not arguments.verify:
        found = False
        for logged in tools.moderation(path, channel):
            print(f"{logged.entry.target} {in_words(logged)}")
            found = True
        if not found:
            print(NO_ENTRIES, file=sys.stderr)
        return 0
    verdicts = tools.verify_moderation(path, channel)
    if not verdicts:
        print(NO_ENTRIES, file=sys.stderr)
    for name, entries, erased, newest, wrong in verdicts:
        for sentence in wrong:
            print(harmless(f"{name}: {sentence}"), file=sys.stderr)
        if not wrong:
            print(f"{name}: {entries} entries ({erased} erased), whole; the newest is {newest}")
    return FAILURE if any(verdict.wrong for verdict in verdicts) else 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace, str], int]] = {
    "account": account_tools.run,
    "backup": _backup,
    "export": _export,
    "erase": _erase,
    "modlog": _modlog,
}


# --- the server's side ---------------------------------------------------------------------------


def serve(network: Network, store: SqliteStore) -> None:
    """Have a running server do what commands ask it for on its store."""
    from gevent.hub import get_hub

    pool: Any = get_hub().threadpool

    def erase(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(asked["account"])
        account, engine = fold(name), network.engine
        engine.keeping.flush()
        try:
            pool.apply(_look_for, (store.path, name))
            engine.backplane.commit(AccountDropped(account, erased=True), None)
            engine.keeping.flush()
            return {"records": pool.apply(store.maintenance.erase, (account,))}
        except StoreError as error:
            raise ControlError(str(error)) from error

    network.control.on("account", lambda asked: account_tools.manage(network.engine, asked))
    network.control.on("erase", erase)
    network.control.on(
        "invite", lambda asked: invitation_tools.manage(network.engine, asked, network.addresses)
    )
    network.control.open(store.path)


def reconfigure(network: Network, path: str) -> None:
    """Have the store go on with the settings that the engine has now.  Raises StoreError."""
    from gchat.server.stores.sqlite import SqliteStore

    store, settings = network.engine.store, network.engine.settings
    if path != (store.path if isinstance(store, SqliteStore) else ""):
        log.warning("store.path takes effect when gchat-server is started again")
    if isinstance(store, SqliteStore):
        store.configure(settings.store.durability, settings.history.keep_seconds)
