"""The seam to what lasts: a store is told everything that was said, once a turn, before anybody sees it.

A database is a class with these methods; the engine asks nothing else of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gchat.server.events import Entry


class Store(Protocol):
    """Where history is kept."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Keep these entries, all or none.  Called once a turn, before their deliveries leave."""

    def close(self) -> None:
        """Write out what is left and let go of the file."""


class ForgetfulStore:
    """A chat that keeps nothing: what was said is gone when everybody has seen it."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Forget the entries."""

    def close(self) -> None:
        """Nothing is open."""
