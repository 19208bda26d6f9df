"""Users who stay without a connection: who does, and how they and their channels come back after a restart.

There is one document an account, of its first user, and one for each channel that such a user is in and that
is not registered: it goes on, too.  To keep more of a user, add it to ``_describe`` and to ``load``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gchat.server import accounts, nicknames, registrations
from gchat.server.lasting import Body
from gchat.server.settings import Accounts
from gchat.server.stores.base import Document, Mark
from gchat.server.world import Channel, User, World

PLACE: Final = "place"  # of the documents of channels
ABSENT: Final = "Not connected"  # why somebody is away who stays without a connection
NOBODY: Final = "*"  # why, where there are only connections without anybody: no reason is known


def stays(world: World, user: User, settings: Accounts) -> bool:
    """True for a user who is here without a connection, too: of several of an account, the first."""
    account = world.account(user.account) if user.account else None
    if account is None or account.suspended or not account.stays(settings):
        return False
    return world.users_of(account.name)[0] is user


def changes(world: World, settings: Accounts) -> Iterator[Document]:
    """Give what has to be kept of the accounts and channels that were touched."""
    lasting = world.lasting
    while lasting.touched:
        key = next(iter(lasting.touched))
        del lasting.touched[key]
        is_channel = key.startswith("#")
        body = _place(world, key) if is_channel else _user(world, settings, key)
        if body != lasting.known(key):
            lasting.know(key, body)
            yield Document(PLACE if is_channel else accounts.LASTING, key, body)


def _user(world: World, settings: Accounts, key: str) -> Body | None:
    user = next(iter(world.users_of(key)), None)
    body = _describe(user) if user is not None and stays(world, user, settings) else None
    before = world.lasting.known(key) or {}
    world.lasting.moved(before.get("channels", ()), body["channels"] if body is not None else ())
    return body


def _describe(user: User) -> Body:
    return {
        "nick": user.nick,
        "username": user.username,
        "host": user.host,
        "realname": user.realname,
        "signon": user.signon,
        "modes": "".join(sorted(user.modes - {"o"})),  # a server operator says OPER again
        "away": "" if user.away in (ABSENT, NOBODY) else user.away,
        "channels": {
            channel.name: [channel.roles_of(user), channel.created] for channel in user.channels.values()
        },
    }


def _place(world: World, key: str) -> Body | None:
    channel = world.channel(key)
    if channel is None or channel.registration is not None or not world.lasting.has_stayers(key):
        return None
    return registrations.describe(channel)


def load_place(world: World, key: str, body: Body) -> None:
    """Know how a channel was set, for those who come back to it.

    Raises KeyError, TypeError and ValueError for what is no such document.
    """
    registrations.restore(Channel(key, 0), body)
    world.lasting.know(key, body)


def load(world: World, settings: Accounts, account: str, body: Body, start: Mark) -> None:
    """Have a user be there again, away until somebody connects; ``start`` is when the server did.

    Raises KeyError, TypeError and ValueError for what is no such document.
    """
    places = [(str(name), str(held), int(at)) for name, (held, at) in dict(body["channels"]).items()]
    world.lasting.know(account, body)
    owner = world.account(account)
    if owner is None or owner.suspended or not owner.stays(settings):
        world.lasting.moved((), body["channels"])
        return
    nick = str(body["nick"])
    if not nicknames.is_free(world, nick, account):
        nick = nicknames.free(world, owner.name)
    user = User(
        f"lasting-{account}", nick, body["username"], body["host"], body["realname"], int(body["signon"])
    )
    user.account, user.away = owner.name, body["away"] or ABSENT
    user.modes.update(body["modes"])
    world.add_user(user)
    world.lasting.moved((), body["channels"])
    for name, held, created in places:
        is_new = world.known_channel(name) is None
        channel = world.enter(user, name, created)
        world.set_roles(user, channel, held)
        place = world.lasting.known(channel.key)
        if is_new and place is not None:
            registrations.restore(channel, place)
            world.seats.stand(channel.key, channel.modes, channel.lists["b"])
            world.watch(channel)
        world.seats.sit(user.uid, channel.key, world.seats.seat(account, channel.key) or start)
