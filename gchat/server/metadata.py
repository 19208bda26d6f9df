"""What users and channels say of themselves: keys with values, and who hears of them.

An *owner* is an account by its folded name, a user without one (a space and the uid) or a channel by its
folded name.  What belongs to accounts and channels lasts, a channel's as long as the channel does.
https://ircv3.net/specs/extensions/metadata
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from gchat.server import capabilities as cap
from gchat.server.stores.base import Document

if TYPE_CHECKING:
    from gchat.server.session import Session

KIND: Final = "metadata"  # of the documents
# ":source METADATA #channel key * :value" with the longest of each has to fit a line.
KEY_BYTES: Final = 40
VALUE_BYTES: Final = 270
VISIBLE: Final = "*"  # to everyone, as all keys are
CHANGE_RATE: Final = 0.2  # values that somebody may set, a second
CHANGE_BURST: Final = 40.0  # and at once
EVERYTHING: Final = "*ALL"  # a target of SYNC

_KEY: Final = re.compile(rf"[a-z0-9_./-]{{1,{KEY_BYTES}}}")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def is_key(text: str) -> bool:
    """True for what may be a key."""
    return _KEY.fullmatch(text) is not None


def knows(session: Session) -> bool:
    """True for a client that is told of metadata."""
    return bool(session.caps & cap.METADATA)


def is_newer(session: Session) -> bool:
    """True for a client of draft/metadata-3: it is told by numerics, and refused with other words.

    https://github.com/ircv3/ircv3-specifications/pull/613
    """
    return bool(session.caps & cap.METADATA_3)


def wants(session: Session, key: str) -> bool:
    """True where a session is to hear of a key."""
    return key in session.subscriptions and knows(session)


class Metadata:
    """All values, by owner and key."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, str]] = {}

    def of(self, owner: str) -> Mapping[str, str]:
        """What an owner says, in the order in which it was said first."""
        return self._values.get(owner, _NOTHING)

    def put(self, owner: str, key: str, value: str | None) -> list[Document]:
        """Set a value, or remove it for None; return what has to be kept."""
        mine = self._values.setdefault(owner, {})
        if value is None:
            mine.pop(key, None)
        else:
            mine[key] = value
        if not mine:
            del self._values[owner]
        return self._document(owner)

    def forget(self, owner: str) -> list[Document]:
        """The owner is gone; return what has to be kept."""
        return self._document(owner) if self._values.pop(owner, None) else []

    def rename(self, channel: str, to: str) -> list[Document]:
        """A channel has another (folded) name; return what has to be kept."""
        mine = self._values.pop(channel, None)
        if not mine:
            return []
        self._values[to] = mine
        return [*self._document(to), *self._document(channel)]

    def load(self, key: str, body: Mapping[str, Any]) -> None:
        """Read a document.  Raises KeyError and AttributeError for what is none."""
        self._values[key] = {str(name): str(value) for name, value in body["values"].items()}

    def _document(self, owner: str) -> list[Document]:
        if owner.startswith(" "):
            return []
        mine = self._values.get(owner)
        return [Document(KIND, owner, {"values": dict(mine)} if mine else None)]
