"""From when on each member of a channel could have read it live: what its history shows to whom.

A channel's history is for its members, and nobody reads there what was kept from them when it was said.
Three things keep people out: the *walls* (modes i, k and R), the *bars* (bans), and being removed.

- Who comes into a channel may read what was said since the last wall fell and the last bar that fits them was
  lifted: until then somebody could keep them out, from then on they could have been there.  Where a wall
  stands, that is what is said from now on.
- An account that was in has a *seat*: it reads what it could read before, whatever walls were put up since,
  and what was said while its connection was gone.  Leaving and being removed give the seat up.

What is remembered here outlives the channel, so that whoever makes it anew reads no more than a newcomer; of
very many channels that ended, one mark for all of them is left.
Only ``apply`` changes anything here; ``apply/seats.py`` has the rules, this module what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gchat.irc.casemap import fold
from gchat.server.channel_modes import MUTE
from gchat.server.stores.base import Document, Mark

WALLS = "ikR"  # the modes that keep people out; R only those without an account
SEAT = "seat"  # kinds of documents
WALL = "wall"
SEATS = 1000  # that an account may have at a time
BARS = 100  # lifted ones that a channel remembers
FENCES = 10_000  # that are remembered of channels that have ended
FORGOTTEN = "*"  # stands for all those of which nothing is remembered
BEGINNING = Mark(0)


class Fence:
    """What kept people out of one channel, by mode letter and by mask: when it fell, None while it stands."""

    __slots__ = ("bars", "walls")

    def __init__(self) -> None:
        self.walls: dict[str, Mark | None] = {}
        self.bars: dict[str, Mark | None] = {}

    def fallen(self, mark: Mark) -> None:
        """Everything that stood falls."""
        for known in (self.walls, self.bars):
            for name, at in known.items():
                if at is None:
                    known[name] = mark

    def forget_bars(self) -> None:
        """Keep the number of bars within bounds: the oldest of those lifted counts for everybody instead."""
        lifted = [mask for mask, at in self.bars.items() if at is not None]
        for mask in lifted[: max(len(lifted) - BARS, 0)]:
            at = self.bars.pop(mask)
            self.walls["b"] = max(at or BEGINNING, self.walls.get("b") or BEGINNING)


class Seats:
    """What every channel remembers, by its folded name, and every account, by its folded name."""

    def __init__(self) -> None:
        self.fences: dict[str, Fence] = {}
        self._ended: dict[str, None] = {}  # channels with a fence that are no more, the first one first
        self._seats: dict[str, dict[str, Mark]] = {}
        self._since: dict[str, dict[str, Mark]] = {}  # channel -> uid of a member -> mark

    # members

    def since(self, uid: str, channel: str) -> Mark | None:
        """The mark after which a member may read; None for who is no member."""
        return self._since.get(channel, {}).get(uid)

    def sit(self, uid: str, channel: str, since: Mark) -> None:
        """A user is a member and may read what comes after the mark."""
        self._since.setdefault(channel, {})[uid] = since

    def left(self, uid: str, channel: str) -> None:
        """A user is no member any more."""
        members = self._since.get(channel)
        if members is not None:
            members.pop(uid, None)
            if not members:
                del self._since[channel]

    # accounts

    def seat(self, account: str, channel: str) -> Mark | None:
        """The mark after which an account that was in may read; None where it has no seat."""
        return self._seats.get(account, {}).get(channel)

    def are_taken(self, channel: str, account: str) -> bool:
        """True where anybody but an account has a seat in a channel, be it there at the moment or not."""
        return any(channel in mine for owner, mine in self._seats.items() if owner != account)

    def take(self, account: str, channel: str, since: Mark) -> list[Document]:
        """Give an account a seat; return what has to be kept.  Of too many the oldest goes."""
        mine = self._seats.setdefault(account, {})
        mine.pop(channel, None)
        mine[channel] = since
        changed = [Document(SEAT, f"{account} {channel}", {"since": str(since)})]
        if len(mine) > SEATS:
            changed += self.give_up(account, next(iter(mine)))
        return changed

    def give_up(self, account: str, channel: str) -> list[Document]:
        """End an account's seat; return what has to be kept."""
        mine = self._seats.get(account, {})
        if mine.pop(channel, None) is None:
            return []
        if not mine:
            del self._seats[account]
        return [Document(SEAT, f"{account} {channel}", None)]

    def forget(self, account: str) -> list[Document]:
        """The account is gone, and all its seats."""
        return [
            change
            for channel in list(self._seats.get(account, ()))
            for change in self.give_up(account, channel)
        ]

    # channels

    def fence(self, channel: str) -> Fence:
        """What keeps and kept people out of a channel; made where there is none."""
        return self.fences.setdefault(channel, Fence())

    def began(self, channel: str) -> None:
        """There is such a channel again."""
        self._ended.pop(channel, None)

    def ended(self, channel: str) -> list[Document]:
        """A channel with a fence is no more; return what has to be kept.

        Of too many, what the first one remembers counts for all channels instead: nobody is to read more.
        """
        self._ended[channel] = None
        if len(self._ended) <= FENCES:
            return []
        oldest = next(iter(self._ended))
        del self._ended[oldest]
        fence, all_ = self.fences.pop(oldest, Fence()), self.fence(FORGOTTEN).walls
        marks = [at for known in (fence.walls, fence.bars) for at in known.values()]
        all_[FORGOTTEN] = max(at or BEGINNING for at in (*marks, all_.get(FORGOTTEN)))
        return [self.document(oldest), self.document(FORGOTTEN)]

    def document(self, channel: str) -> Document:
        """What is to be kept of a channel's walls and bars."""
        fence = self.fences.get(channel)
        if fence is None or not (fence.walls or fence.bars):
            return Document(WALL, channel, None)
        return Document(WALL, channel, {"walls": _written(fence.walls), "bars": _written(fence.bars)})

    def rename(self, channel: str, to: str) -> list[Document]:
        """A channel has another (folded) name; return what has to be kept.

        What was remembered of the new name is forgotten with its history.
        """
        changed: list[Document] = []
        for account in list(self._seats):
            changed += self.give_up(account, to)
            since = self.seat(account, channel)
            if since is not None:
                changed += self.give_up(account, channel)
                changed += self.take(account, to, since)
        self._since[to] = self._since.pop(channel, {})
        self._ended.pop(to, None)
        fence = self.fences.pop(channel, None)
        changed.append(Document(WALL, channel, None))
        self.fences.pop(to, None)
        if fence is not None:
            self.fences[to] = fence
        return [*changed, self.document(to)]

    # what was kept

    def load_seat(self, key: str, body: Mapping[str, Any]) -> None:
        """Read a document.  Raises KeyError and ValueError for what is none."""
        account, _, channel = key.partition(" ")
        self._seats.setdefault(account, {})[channel] = read(body["since"])

    def load_fence(self, key: str, body: Mapping[str, Any], now: Mark) -> None:
        """Read a document.  What stood when the server ended has fallen by now, unless it is put up again.

        Raises KeyError and ValueError for what is none.
        """
        fence = self.fence(key)
        if key != FORGOTTEN:
            self._ended[key] = None  # until somebody turns out to be there
        for known, found in ((fence.walls, body["walls"]), (fence.bars, body["bars"])):
            for name, at in found.items():
                known[fold(name) if known is fence.bars else name] = read(at) if at else now

    def stand(self, channel: str, modes: Iterable[str], masks: Iterable[str]) -> None:
        """A channel that lasts has these modes and bans (folded) still: they go on keeping people out."""
        self.began(channel)
        walls = {letter: None for letter in WALLS if letter in modes}
        bars = {mask: None for mask in masks if not mask.startswith(MUTE)}
        if walls or bars:
            fence = self.fence(channel)
            fence.walls.update(walls)
            fence.bars.update(bars)


def read(text: str) -> Mark:
    """A mark as documents have it.  Raises ValueError."""
    mark = Mark.of(text)
    if mark is None:
        raise ValueError(f"{text!r} is no mark")
    return mark


def _written(known: Mapping[str, Mark | None]) -> dict[str, str]:
    return {name: "" if at is None else str(at) for name, at in known.items()}
