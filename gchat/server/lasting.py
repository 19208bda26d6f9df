"""What is known of the users who stay without a connection, so that a restart of the server ends nothing.

Whatever changes such a user, or a channel that one is in, touches it here; after every event ``apply`` keeps
what is different then (``staying.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gchat.irc.casemap import fold

if TYPE_CHECKING:
    from gchat.server.world import Channel, User

Body = Mapping[str, Any]


class Lasting:
    """What is in the store, by the folded name of the account or of the channel, and what may have to be."""

    def __init__(self) -> None:
        self.touched: dict[str, None] = {}  # accounts and channels to look at again
        self._kept: dict[str, Body] = {}
        self._stayers: Counter[str] = Counter()  # how many stay in a channel

    def touch(self, user: User) -> None:
        """Something of a user is another."""
        if user.account:
            self.touched[fold(user.account)] = None

    def touch_channel(self, channel: Channel) -> None:
        """Something of a channel is another."""
        if channel.key in self._stayers:
            self.touched[channel.key] = None

    def known(self, key: str) -> Body | None:
        """What is in the store of an account or a channel."""
        return self._kept.get(key)

    def know(self, key: str, body: Body | None) -> None:
        """This is in the store now; None: nothing."""
        if body is not None:
            self._kept[key] = body
        else:
            self._kept.pop(key, None)

    def has_stayers(self, channel: str) -> bool:
        """True where somebody is in a channel, by its folded name, who stays."""
        return channel in self._stayers

    def moved(self, before: Iterable[str], after: Iterable[str]) -> None:
        """Somebody who stays is in these channels, by their names, and not in those any more."""
        old, new = set(map(fold, before)), set(map(fold, after))
        for key in new - old:
            self._stayers[key] += 1
        for key in old - new:
            self._stayers[key] -= 1
            if not self._stayers[key]:
                del self._stayers[key]
        self.touched.update(dict.fromkeys(sorted(old ^ new)))
