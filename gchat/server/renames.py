"""Where channels went that had another name: who asks for the old one is sent on for a while.

https://ircv3.net/specs/extensions/channel-rename
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from gchat.server.stores.base import Document

KIND: Final = "rename"  # of the documents
LASTS: Final = 30 * 86_400.0  # seconds for which the old name leads to the new one
RENAMES: Final = 1000  # that are remembered


class Rename(NamedTuple):
    """The folded name of a channel now; ``at`` is Unix seconds."""

    to: str
    at: int


class Renames:
    """By the folded name that was given up, the one that is known longest first."""

    def __init__(self) -> None:
        self._renames: dict[str, Rename] = {}

    def find(self, name: str, now: float) -> str:
        """The name to go on to; empty where there is none."""
        rename = self._renames.get(name)
        return rename.to if rename is not None and now - rename.at < LASTS else ""

    def last(self, name: str) -> int:
        """When the channel that is called so got the name, in Unix seconds; 0 where it always had it."""
        return max((rename.at for rename in self._renames.values() if rename.to == name), default=0)

    def put(self, name: str, to: str, at: int) -> list[Document]:
        """A channel has another name; return what has to be kept."""
        changed = [
            self._set(old, rename._replace(to=to))
            for old, rename in list(self._renames.items())
            if rename.to == name and old != to
        ]
        changed += [*self.forget(to), self._set(name, Rename(to, at))]
        if len(self._renames) > RENAMES:
            changed += self.forget(next(iter(self._renames)))
        return changed

    def forget(self, name: str) -> list[Document]:
        """Send nobody on from this name any more; return what has to be kept."""
        return [Document(KIND, name, None)] if self._renames.pop(name, None) is not None else []

    def _set(self, name: str, rename: Rename) -> Document:
        self._renames[name] = rename
        return Document(KIND, name, {"to": rename.to, "at": rename.at})

    def load(self, key: str, body: Mapping[str, Any]) -> None:
        """Read a document.  Raises KeyError and ValueError for what is none."""
        self._renames[key] = Rename(str(body["to"]), int(body["at"]))
