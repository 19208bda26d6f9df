"""Slow work by kind, and whose turn it is in each: hashes never wait for searches, nor one address for
another's many.

Pure: ``worker.py`` has the threads.  To add a kind, add a Lane, and name it where the Work is made.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class Lane(Enum):
    """A kind of work: how many threads it has, and how many of them one address may use at once."""

    READING = ("pages of the history, a thousandth of a second each", 2, 2)
    HASHING = ("passwords, a tenth of a second each", 2, 2)
    # Seconds, where there is much to look through: one address alone is not to fill the lane.
    SEARCHING = ("what may go through all that was said", 2, 1)
    BREATH = ("nothing: others have their turn of the loop", 0, 0)

    def __init__(self, what: str, threads: int, share: int) -> None:
        self.what = what
        self.threads = threads
        self.share = share


class FairQueue(Generic[T]):
    """Who waits for a lane: the addresses in turn, at each of them its people in turn.

    What somebody asked for is in order.  ``share`` is how many of one address are under way at once.
    """

    def __init__(self, share: int) -> None:
        self._share = share
        self._waiting: dict[str, dict[str, deque[T]]] = {}
        self._under_way: dict[str, int] = {}

    def put(self, address: str, who: str, item: T) -> None:
        """Have something wait."""
        self._waiting.setdefault(address, {}).setdefault(who, deque()).append(item)

    def take(self) -> tuple[str, T] | None:
        """The next, which is under way from now on, with its address; None where nobody may go.

        At most as many addresses are passed over as have their share under way, which threads limit.
        """
        for address in self._waiting:
            if self._under_way.get(address, 0) < self._share:
                break
        else:
            return None
        people = self._waiting.pop(address)
        who, items = next(iter(people.items()))
        del people[who]
        item = items.popleft()
        if items:
            people[who] = items  # behind the others
        if people:
            self._waiting[address] = people  # as well
        self._under_way[address] = self._under_way.get(address, 0) + 1
        return address, item

    def done(self, address: str) -> None:
        """Something of this address is no longer under way."""
        self._under_way[address] -= 1
        if not self._under_way[address]:
            del self._under_way[address]
