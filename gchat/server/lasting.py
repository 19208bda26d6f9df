"""Users who stay without a connection, as they are kept: who they are and where, so that a restart of the
server ends nothing for them.

One document an account, of its first user.  Whatever changes a user ``touch``es it, and after every event
``apply`` keeps what is different now.  To keep more of a user, add it to ``_describe`` and to ``load``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from gchat.irc.casemap import fold
from gchat.server import accounts
from gchat.server.stores.base import Document, Mark

if TYPE_CHECKING:
    from gchat.server.settings import Accounts
    from gchat.server.world import User, World

ABSENT: Final = "Not connected"  # why somebody is away who stays without a connection
NOBODY: Final = "*"  # why, where there are only connections without anybody: no reason is known

Body = Mapping[str, Any]


class Lasting:
    """What is kept, by the folded name of the account, and which accounts have to be looked at again."""

    def __init__(self) -> None:
        self.touched: dict[str, None] = {}
        self._kept: dict[str, Body] = {}

    def touch(self, user: User) -> None:
        """Something of a user is another."""
        if user.account:
            self.touched[fold(user.account)] = None

    def know(self, account: str, body: Body) -> None:
        """This is in the store."""
        self._kept[account] = body

    def changes(self, world: World, settings: Accounts) -> Iterator[Document]:
        """Give what has to be kept of those who were touched."""
        touched, self.touched = self.touched, {}
        for key in touched:
            user = next(iter(world.users_of(key)), None)
            body = _describe(user) if user is not None and stays(world, user, settings) else None
            if body == self._kept.get(key):
                continue
            if body is None:
                del self._kept[key]
            else:
                self._kept[key] = body
            yield Document(accounts.LASTING, key, body)


def stays(world: World, user: User, settings: Accounts) -> bool:
    """True for a user who is here without a connection, too: of several of an account, the first."""
    account = world.account(user.account)
    if account is None or account.suspended or not account.stays(settings):
        return False
    return world.users_of(account.name)[0] is user


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


def load(world: World, settings: Accounts, account: str, body: Body, start: Mark) -> None:
    """Have a user be there again, away until somebody connects; ``start`` is when the server did.

    Raises KeyError, TypeError and ValueError for what is no such document.
    """
    from gchat.server import nicknames
    from gchat.server.world import User

    world.lasting.know(account, body)
    owner = world.account(account)
    if owner is None or owner.suspended or not owner.stays(settings):
        return
    nick = (
        body["nick"] if nicknames.is_free(world, body["nick"], account) else nicknames.free(world, owner.name)
    )
    places = [
        (str(name), str(held), int(created)) for name, (held, created) in dict(body["channels"]).items()
    ]
    user = User(
        f"lasting-{account}", nick, body["username"], body["host"], body["realname"], int(body["signon"])
    )
    user.account, user.away = owner.name, body["away"] or ABSENT
    user.modes.update(body["modes"])
    world.add_user(user)
    for name, held, created in places:
        channel = world.enter(user, name, created)
        world.set_roles(user, channel, held)
        world.seats.sit(user.uid, channel.key, world.seats.seat(account, channel.key) or start)
