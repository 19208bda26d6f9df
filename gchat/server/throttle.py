"""Token buckets: how many commands a client may send before it lags.  Pure: the time is an argument."""

from __future__ import annotations


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

    def change(self, rate: float, burst: float) -> None:
        """Apply new settings to a living bucket; what was saved up is kept as far as it fits."""
        self._rate = rate
        self._burst = burst
        self._tokens = min(self._tokens, burst)
