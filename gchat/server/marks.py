"""Read markers: up to when somebody has read each channel and each conversation.

https://ircv3.net/specs/extensions/read-marker
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gchat.server.stores.base import Document

KIND = "mark"  # of the documents
MARKS = 1000  # that one owner may have


class Marks:
    """Unix milliseconds by owner, then by folded channel or nick.

    An owner is an account by its folded name, or a user without one: a space and the uid.  Only what belongs
    to accounts lasts.
    """

    def __init__(self) -> None:
        self._marks: dict[str, dict[str, int]] = {}

    def get(self, owner: str, target: str) -> int | None:
        """Up to when the owner has read; None where nobody said."""
        return self._marks.get(owner, {}).get(target)

    def put(self, owner: str, target: str, milliseconds: int) -> list[Document]:
        """Set a mark; return what has to be kept.  Of too many the one that was set first goes."""
        mine = self._marks.setdefault(owner, {})
        mine.pop(target, None)
        mine[target] = milliseconds
        changed = [Document(KIND, f"{owner} {target}", {"read": milliseconds})]
        if len(mine) > MARKS:
            oldest = next(iter(mine))
            del mine[oldest]
            changed.append(Document(KIND, f"{owner} {oldest}", None))
        return [] if owner.startswith(" ") else changed

    def forget(self, owner: str) -> list[Document]:
        """The owner is gone; return what has to be kept."""
        gone = [Document(KIND, f"{owner} {target}", None) for target in self._marks.pop(owner, {})]
        return [] if owner.startswith(" ") else gone

    def rename(self, channel: str, to: str) -> list[Document]:
        """A channel has another (folded) name; return what has to be kept."""
        changed: list[Document] = []
        for owner, mine in self._marks.items():
            if channel in mine:
                changed += self.put(owner, to, mine.pop(channel))
                if not owner.startswith(" "):
                    changed.append(Document(KIND, f"{owner} {channel}", None))
        return changed

    def load(self, key: str, body: Mapping[str, Any]) -> None:
        """Read a document.  Raises KeyError and ValueError for what is none."""
        owner, _, target = key.partition(" ")
        self._marks.setdefault(owner, {})[target] = int(body["read"])
