"""``gchat-server account``: accounts by the hand of the administrator, while the server runs or not.

Where none runs, an engine without connections does on the store what the running server would do.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gchat.irc import scram
from gchat.irc.scram import Verifier
from gchat.server import control, nicknames
from gchat.server.accounts import Account, to_document
from gchat.server.control import ControlError, NoServer
from gchat.server.events import AccountChanged, AccountDropped, AccountRegistered, Event
from gchat.server.settings import Settings

if TYPE_CHECKING:
    from gchat.server.engine import Engine


def run(arguments: argparse.Namespace, path: str) -> int:
    """Do it on the store at ``path``; return the exit status.  Raises ControlError and StoreError."""
    asked = {"do": "account", "action": arguments.action, "name": arguments.name, "reason": arguments.reason}
    if arguments.action != "list" and not arguments.name:
        raise ControlError(f"account {arguments.action} needs the name of an account")
    if arguments.action != "add":  # which may come before the server's first start
        from gchat.server.stores.tools import must_exist

        must_exist(path)
    if arguments.action in ("add", "passwd"):
        asked["verifier"] = _ask_password(arguments.name)
    try:
        answer = control.ask(path, asked)
    except NoServer:
        answer = without_server(path, lambda engine: manage(engine, asked))
    for line in answer["says"]:
        print(line)
    if not answer["says"]:
        print("gchat-server: there are no accounts", file=sys.stderr)
    return 0


def _ask_password(name: str) -> str:
    """Ask for a password, twice where somebody types it; return what is kept of it."""
    if sys.stdin.isatty():
        from getpass import getpass

        password = getpass(f"Password for {name}: ")
        if password != getpass("The same again: "):
            raise ControlError("the two are not the same")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:  # whether it is a good one the administrator knows
        raise ControlError("an empty password protects nothing")
    return str(scram.make_verifier(password, os.urandom(scram.SALT)))


def without_server(
    path: str, work: Callable[[Engine], Mapping[str, Any]], settings: Settings | None = None
) -> Mapping[str, Any]:
    """Have an engine that nobody is connected to do work on a store.  Raises ControlError and StoreError."""
    from gchat.server.backplane.local import LocalBackplane
    from gchat.server.engine import Engine
    from gchat.server.stores.sqlite import SqliteStore

    store = SqliteStore.open(path, background=False)
    try:
        engine = Engine(
            settings or Settings(),
            clock=time.time,
            wake=lambda: None,
            work=lambda request, work: None,
            store=store,
            backplane=LocalBackplane,
            entropy=os.urandom,
        )
        answer = work(engine)
        engine.keeping.flush()
        if engine.keeping.outage:
            raise ControlError(engine.keeping.outage)
        return answer
    finally:
        store.close()


def manage(engine: Engine, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do what was asked for; ``says`` of the answer are lines to show.  Raises ControlError."""
    name, action = str(asked["name"]), str(asked["action"])
    if action == "list":
        return {"says": [_describe(engine, account) for account in engine.world.accounts.values()]}
    if action == "add":
        return _add(engine, name, str(asked["verifier"]))
    account = engine.world.account(name)
    if account is None:
        raise ControlError(f"there is no account {name}")
    done: dict[str, tuple[str, tuple[Event, ...]]] = {
        # Who is given a new password may have lost what makes the codes, too.
        "passwd": (
            f"{account.name} has another password, and no code is asked for",
            (
                AccountChanged(account.name, "verifier", str(asked.get("verifier", ""))),
                AccountChanged(account.name, "totp", ""),
            ),
        ),
        "suspend": (
            f"{account.name} is suspended",
            (AccountChanged(account.name, "suspended", str(asked["reason"]) or "by the administrator"),),
        ),
        "resume": (f"{account.name} may log in again", (AccountChanged(account.name, "suspended", ""),)),
        "delete": (
            f"{account.name} is gone; nobody else can have the name until it is erased, too",
            (AccountDropped(account.name),),
        ),
    }
    if action not in done:
        raise ControlError(f"account {action} is not known")
    text, events = done[action]
    for event in events:
        engine.backplane.commit(event, None)
    return {"says": [text]}


def _add(engine: Engine, name: str, verifier: str) -> Mapping[str, Any]:
    world = engine.world
    if not nicknames.is_nick(name):
        raise ControlError(f"{name} cannot be an account: letters, digits, - and _, a letter first")
    account = Account(name, int(engine.clock()), verifier)
    if world.account_of_nick(name) is not None or account.key in world.former_accounts:
        raise ControlError(f"{name} is taken, or was")
    if Verifier.parse(verifier) is None:
        raise ControlError("that is no verifier of a password")
    engine.backplane.commit(AccountRegistered(name, to_document(account), "", login=False), None)
    return {"says": [f"{name} has an account"]}


def _describe(engine: Engine, account: Account) -> str:
    since = time.strftime("%Y-%m-%d", time.gmtime(account.created))
    online = any(user.sessions for user in engine.world.users_of(account.name))
    words = [account.name, since, "online" if online else "offline"]
    if account.totp:
        words.append("code")
    if account.suspended:
        words.append(f"suspended ({account.suspended})")
    return " ".join(words)
