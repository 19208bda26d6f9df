"""Token buckets: how many commands a client may send before it lags.  Pure: the time is an argument."""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable


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
    """A bucket a key, for as many keys as strangers can think of: of too many, the longest unused go."""

    MOST = 10_000

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: dict[Hashable, TokenBucket] = {}

    def take(self, key: Hashable, now: float) -> bool:
        """Pay a token of this key's bucket; False where there is none."""
        bucket = self._buckets.pop(key, None) or TokenBucket(self._rate, self._burst, now)
        self._buckets[key] = bucket  # last: the one longest unused is the first
        if len(self._buckets) > self.MOST:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take(now)

    def give_back(self, key: Hashable) -> None:
        """Take back a payment."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.give_back()

    def change(self, rate: float, burst: float) -> None:
        """Apply new settings, to the living buckets too."""
        self._rate, self._burst = rate, burst
        for bucket in self._buckets.values():
            bucket.change(rate, burst)
