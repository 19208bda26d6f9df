"""The world as the store remembers it, before anybody is here.

A document that cannot be read is logged and left where it is: one damaged row keeps nobody out but its owner.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gchat.server import (
    accounts,
    invitations,
    marks,
    metadata,
    positions,
    registrations,
    renames,
    seats,
    staying,
)
from gchat.server.stores.base import Mark

if TYPE_CHECKING:
    from gchat.server.engine import Engine

log = logging.getLogger("gchat.server")


def fill(engine: Engine) -> None:
    """Read everything that lasts into the engine's world.  Raises StoreError."""
    for kind, read in _KINDS.items():
        for key, body in engine.store.load(kind):
            try:
                read(engine, key, body)
            except (KeyError, TypeError, ValueError):
                log.exception("The %s %s in the store cannot be read", kind, key)


def _account(engine: Engine, key: str, body: Mapping[str, Any]) -> None:
    if "dropped" in body:
        engine.world.former_accounts.add(key)
    else:
        engine.world.put_account(accounts.from_document(body))


def _start(engine: Engine) -> Mark:
    """When everything that was up ended, at the latest."""
    return max(Mark(int(engine.started_at * 1000)), engine.store.last())


def _wall(engine: Engine, key: str, body: Mapping[str, Any]) -> None:
    engine.world.seats.load_fence(key, body, _start(engine))


def _position(engine: Engine, key: str, body: Mapping[str, Any]) -> None:
    engine.world.positions.load(key, body, _start(engine))


def _channel(engine: Engine, key: str, body: Mapping[str, Any]) -> None:
    channel = registrations.from_document(body)
    engine.world.seats.stand(channel.key, channel.modes, channel.lists["b"])
    engine.world.register(channel, channel.registration)
    engine.world.watch(channel)


def _lasting(engine: Engine, key: str, body: Mapping[str, Any]) -> None:
    staying.load(engine.world, engine.settings.accounts, key, body, _start(engine))


_KINDS: dict[str, Callable[[Engine, str, Mapping[str, Any]], None]] = {
    accounts.KIND: _account,
    seats.SEAT: lambda engine, key, body: engine.world.seats.load_seat(key, body),
    seats.WALL: _wall,
    registrations.KIND: _channel,  # behind the walls, which stand again
    positions.KIND: _position,
    invitations.KIND: lambda engine, key, body: engine.world.invitations.load(key, body),
    renames.KIND: lambda engine, key, body: engine.world.renames.load(key, body),
    metadata.KIND: lambda engine, key, body: engine.world.metadata.load(key, body),
    marks.KIND: lambda engine, key, body: engine.world.marks.load(key, body),
    staying.PLACE: lambda engine, key, body: staying.load_place(engine.world, key, body),
    accounts.LASTING: _lasting,  # last: they come into what there is
}
