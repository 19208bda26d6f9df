"""Token buckets: how many commands a client may send before it lags.  Pure: the time is an argument."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Hashable
from typing import Final

AGAIN: Final = 1.0  # seconds until buckets are looked through again that could not be forgotten


def neighbourhood(host: str) -> str:
    """What an address is counted as: whoever has one of IPv6 has at least a network of 64 bits of them."""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    mapped = address.ipv4_mapped
    return str(mapped if mapped is not None else ipaddress.IPv6Network((address, 64), strict=False))


class TokenBucket:
    """``burst`` tokens at first, ``rate`` more a second, never more than ``burst``.

    ``rate`` 0 means no limit: ``take`` always succeeds.
    """

    __slots__ = ("_burst", "_rate", "_tokens", "_updated")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._updated = now

    def take(self, now: float, cost: float = 1.0) -> bool:
        """Pay ``cost`` tokens if they are there; False, and nothing is paid, where they are not."""
        if not self._rate:
            return True
        elapsed = now - self._updated
        if elapsed > 0:
            self._tokens = min(self._burst, self._tokens + elapsed * self._rate)
        self._updated = now  # also when the clock jumped back: no debt of hours, no gift either
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True

    def has(self, tokens: float, now: float) -> bool:
        """True where there are so many; nothing is paid."""
        self._updated = min(self._updated, now)  # the clock may have jumped back
        return self._tokens + (now - self._updated) * self._rate >= min(tokens, self._burst)

    def owe(self, cost: float) -> None:
        """Pay for what was done already; the debt, at most another ``burst``, is paid off before the next."""
        if self._rate:
            self._tokens = max(self._tokens - cost, -self._burst)

    def give_back(self, cost: float = 1.0) -> None:
        """Take back a payment."""
        self._tokens = min(self._burst, self._tokens + cost)

    def change(self, rate: float, burst: float) -> None:
        """Apply new settings to a living bucket; what was saved up is kept as far as it fits."""
        self._rate = rate
        self._burst = burst
        self._tokens = min(self._tokens, burst)


class Buckets:
    """A bucket a key, for as many keys as strangers can think of.

    Of too many, those go first that are full again: they say no more than none would.  Then those go that
    were not used for longest, but none that is empty, or whoever comes under ever more names would have it
    forgotten and try on.  So ``most`` bounds the memory; while that many are empty, a new key gets nothing.

    ``most`` 0 is for keys of which there are only so many: of those no bucket ever goes.
    """

    def __init__(self, rate: float, burst: float, most: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._buckets: dict[Hashable, TokenBucket] = {}
        self._looked = -math.inf  # when it was found that few can go

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: Hashable, now: float, cost: float = 1.0) -> bool:
        """Pay so many tokens of this key's bucket; False where there are less."""
        if not self._rate:
            return True
        bucket = self._buckets.pop(key, None)
        if bucket is None:
            if self._most and len(self._buckets) >= self._most and not self._make_room(now):
                return False
            bucket = TokenBucket(self._rate, self._burst, now)
        self._buckets[key] = bucket  # last: the one longest unused is the first
        return bucket.take(now, cost)

    def give_back(self, key: Hashable, cost: float = 1.0) -> None:
        """Take back a payment."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.give_back(cost)

    def change(self, rate: float, burst: float) -> None:
        """Apply new settings, to the living buckets too."""
        self._rate, self._burst = rate, burst
        for bucket in self._buckets.values():
            bucket.change(rate, burst)

    def _make_room(self, now: float) -> bool:
        """Forget all that are full, or some; False where there are none.

        To look at 10,000 takes some 4 ms.  So a tenth of them goes at once, and where less can go, that is
        not tried again within a second.
        """
        if 0.0 <= now - self._looked < AGAIN:
            return False
        left = {key: bucket for key, bucket in self._buckets.items() if not bucket.has(self._burst, now)}
        wanted = len(left) - self._most + max(self._most // 10, 1)
        if wanted > 0:
            spare = [key for key, bucket in left.items() if bucket.has(1.0, now)][:wanted]
            for key in spare:
                del left[key]
            if len(spare) < wanted:
                self._looked = now
        self._buckets = left
        return len(left) < self._most
