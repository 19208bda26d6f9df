"""``gchat-server invite``: invitation links, made, listed and taken back by the administrator."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gchat.irc import durations
from gchat.server import account_tools, control, nicknames, roles
from gchat.server.control import ControlError, NoServer
from gchat.server.events import InvitationMade, InvitationRevoked
from gchat.server.invitations import MOST, Invitation, date, digest, make_token, to_document
from gchat.server.settings import Listener, Settings

if TYPE_CHECKING:
    from gchat.server.engine import Engine
    from gchat.server.world import Channel

ROLES = {role.name: role.letter for role in roles.ROLES if role.letter != "q"}  # a founder is found otherwise
MOST_USES = 10_000
NEVER = "never"


def run(arguments: argparse.Namespace, path: str, settings: Settings) -> int:
    """Do it on the store at ``path``; return the exit status.  Raises ControlError and StoreError."""
    asked = {
        "do": "invite",
        "action": "list" if arguments.list else "revoke" if arguments.revoke else "make",
        "id": arguments.revoke or "",
        "channel": arguments.channel or "",
        "role": arguments.role or "",
        "uses": arguments.uses,
        "expires": arguments.expires,
        "address": arguments.address or "",
    }
    try:
        answer = control.ask(path, asked)
    except NoServer:
        answer = account_tools.without_server(
            path, lambda engine: manage(engine, asked, settings.listeners), settings
        )
    for line in answer["says"]:
        print(line)
    for line in answer.get("warns", ()):
        print(f"gchat-server: {line}", file=sys.stderr)
    if not answer["says"]:
        print("gchat-server: there are no invitations", file=sys.stderr)
    return 0


def manage(engine: Engine, asked: Mapping[str, Any], listeners: Iterable[Listener]) -> Mapping[str, Any]:
    """Do what was asked for; ``says`` of the answer are lines to show, ``warns`` warnings.

    Raises ControlError.  ``listeners`` are where the server is reached, for the address.
    """
    action = str(asked["action"])
    if action == "list":
        now = engine.now_ms() / 1000
        return {"says": [_describe(one, now) for one in engine.world.invitations.all()]}
    if action == "revoke":
        return _revoke(engine, str(asked["id"]))
    if action == "make":
        return _make(engine, asked, str(asked["address"]) or address(engine.settings, listeners))
    raise ControlError(f"invite {action} is not known")


def _make(engine: Engine, asked: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    name, role, uses = str(asked["channel"]), str(asked["role"]), int(asked["uses"])
    channel = name if name.startswith("#") else f"#{name}"
    if not nicknames.is_channel(channel):
        raise ControlError(f"{name} cannot be a channel's name")
    if role and role not in ROLES:
        raise ControlError(f"there is no role {role}: {', '.join(ROLES)}")
    if not 1 <= uses <= MOST_USES:
        raise ControlError(f"--uses is a number of people from 1 to {MOST_USES}")
    seconds = 0 if asked["expires"] == NEVER else durations.parse(str(asked["expires"]))
    if seconds is None or (not seconds and asked["expires"] != NEVER):
        raise ControlError(f"--expires is a time such as 12h, 7d or 4w, or {NEVER}")
    if len(engine.world.invitations.all()) >= MOST:
        raise ControlError(f"there are {MOST} invitations: revoke some")
    id, token = make_token(engine.entropy)
    now = engine.now_ms() // 1000
    known = engine.world.known_channel(channel)
    invitation = Invitation(
        id,
        digest(token),
        known.name if known is not None else channel,
        ROLES.get(role, ""),
        uses,
        now,
        now + seconds if seconds else 0,
    )
    engine.backplane.commit(InvitationMade(to_document(invitation)), None)
    return {
        "says": [
            f"{_words(invitation)}; gchat-server invite --revoke {id} takes it back.",
            "This is shown once, and whoever has it can use it:",
            "",
            f"  gchat '{where}/{invitation.channel}?invitation={token}'",
            "",
            f"In any other client, once it is connected to {where}:",
            "",
            f"  /quote REDEEM {token} PASSWORD",
        ],
        "warns": list(_warnings(where, channel, known)),
    }


def _warnings(where: str, channel: str, known: Channel | None) -> Iterator[str]:
    """What makes an invitation to a channel of little use to those who get it."""
    if _is_here_only(where):
        yield f"only this machine reaches {where}; --address says where others reach the server"
    if known is None:
        yield f"{channel} is not there, and not registered; who comes in first makes it, and is its operator"


def _is_here_only(where: str) -> bool:
    """True for an address of this machine that no other can reach."""
    try:
        host = urlsplit(where if "://" in where else f"//{where}").hostname
    except ValueError:
        return False
    return host is not None and not Listener(host=host).is_public


def _words(invitation: Invitation) -> str:
    role = f" as {roles.BY_LETTER[invitation.role].name}" if invitation.role else ""
    people = "one person" if invitation.uses == 1 else f"{invitation.uses} people"
    until = f", until {date(invitation.expires)}" if invitation.expires else ""
    return f"Invitation {invitation.id} to {invitation.channel}{role}, for {people}{until}"


def _describe(invitation: Invitation, now: float) -> str:
    role = roles.BY_LETTER[invitation.role].name if invitation.role else "member"
    until = f"until {date(invitation.expires)}" if invitation.expires else "without end"
    problem = invitation.why_not(now)
    words = [invitation.id, invitation.channel, role, f"{invitation.used}/{invitation.uses} used", until]
    if problem is not None:
        words.append({"REVOKED": "(revoked)", "EXPIRED": "(over)"}.get(problem.code, "(used up)"))
    return " ".join(words)


def _revoke(engine: Engine, id: str) -> Mapping[str, Any]:
    invitation = engine.world.invitations.get(id)
    if invitation is None:
        raise ControlError(f"there is no invitation {id}: gchat-server invite --list shows them")
    engine.backplane.commit(InvitationRevoked(id), None)
    used = f"; the {invitation.used} who used it stay" if invitation.used else ""
    return {"says": [f"The invitation {id} to {invitation.channel} lets nobody in any more{used}"]}


def address(settings: Settings, listeners: Iterable[Listener]) -> str:
    """Where people reach the server: its best listener, under its own name where that is all addresses."""
    reached = [listener for listener in listeners if not listener.path]
    if not reached:
        raise ControlError("where do people reach the server? --address ircs://chat.example.org says it")
    best = max(reached, key=lambda listener: (listener.is_public, listener.tls))
    host = best.host
    if host in ("", "*", "0.0.0.0", "::"):
        name = settings.server.name
        host = name if name != Settings().server.name else platform.node()
    elif not best.is_public:
        host = "localhost"
    host = f"[{host}]" if ":" in host else host
    port = "" if best.port == (6697 if best.tls else 6667) else f":{best.port}"
    return f"{'ircs' if best.tls else 'irc'}://{host}{port}"
