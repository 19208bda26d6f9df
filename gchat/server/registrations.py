"""What makes a channel last: whose it is, and which account has which role in it.

Pure values, replaced whole, and the form of a registered channel as a JSON document: its name, topic, modes
and lists beside its registration.  Add a field here with a default; documents without it stay readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from gchat.irc.casemap import fold
from gchat.server import roles
from gchat.server.stores.base import Document
from gchat.server.world import Ban, Channel

KIND: Final = "channel"  # of the documents in the store
FOUNDER: Final = "q"  # the role that one account has, and that no access list gives
_WORDS: Final = {
    word: role.letter
    for role in roles.ROLES
    for word in (role.name, role.letter, role.symbol, role.name.replace("-", ""))
} | {"op": "o", "halfop": "h", "half-op": "h"}


class Access(NamedTuple):
    """One row of an access list: an account as it was written, and its role (``a o h v``).

    ``by`` is the account that gave it, empty for an administrator; ``at`` is Unix seconds.
    """

    account: str
    role: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Registration:
    """Whose a channel is.  Accounts are written as their owners do, and found by their folded names."""

    founder: str
    at: int  # Unix seconds
    successor: str = ""
    access: Mapping[str, Access] = field(default_factory=dict)  # by folded account

    def role_of(self, account: str) -> str:
        """The role of an account in the channel; empty for none, and for nobody's."""
        if not account:
            return ""
        key = fold(account)
        if key == fold(self.founder):
            return FOUNDER
        entry = self.access.get(key)
        return entry.role if entry is not None else ""

    def give(self, entry: Access) -> Registration:
        """The same with an account in another role."""
        return replace(self, access={**self.access, fold(entry.account): entry})

    def take(self, account: str) -> Registration:
        """The same with an account that is not on the access list."""
        key = fold(account)
        return replace(self, access={other: row for other, row in self.access.items() if other != key})

    def hand_over(self, account: str) -> Registration:
        """The same with another founder; the one before has no role any more."""
        successor = "" if fold(self.successor) == fold(account) else self.successor
        return replace(self.take(account), founder=account, successor=successor)

    def without(self, account: str) -> Registration | None:
        """The same once an account is gone; its successor's if it was the founder, None without one."""
        key = fold(account)
        left = self.hand_over(self.successor) if fold(self.founder) == key else self
        if not left.founder:
            return None
        rows = {
            other: row._replace(by="") if fold(row.by) == key else row
            for other, row in left.access.items()
            if other != key
        }
        return replace(left, successor="" if fold(left.successor) == key else left.successor, access=rows)

    def concerns(self, account: str) -> bool:
        """True where an account is named anywhere."""
        key = fold(account)
        return (
            key in (fold(self.founder), fold(self.successor))
            or key in self.access
            or any(fold(row.by) == key for row in self.access.values())
        )


def role_named(word: str) -> str:
    """The letter of a role by its name, letter or symbol; empty for no role."""
    return _WORDS.get(word, "") or _WORDS.get(word.lower(), "")


def parts_of(registration: Registration, account: str) -> list[str]:
    """What an account is in a channel, in words."""
    role = registration.role_of(account)
    parts = [roles.BY_LETTER[role].name] if role else []
    if fold(registration.successor) == fold(account):
        parts.append("successor")
    return parts


# --- documents -----------------------------------------------------------------------------------


def document(channel: Channel) -> Document:
    """A registered channel as it is to be kept."""
    registration = channel.registration
    assert registration is not None, "only registered channels are kept"
    return Document(KIND, channel.key, {**describe(channel), "registration": _written(registration)})


def describe(channel: Channel) -> dict[str, object]:
    """What a channel is set to, whoever it belongs to."""
    return {
        "name": channel.name,
        "created": channel.created,
        "topic": [channel.topic, channel.topic_by, channel.topic_at],
        "modes": dict(channel.modes),
        "lists": {letter: [list(row) for row in rows.values()] for letter, rows in channel.lists.items()},
    }


def _written(registration: Registration) -> dict[str, object]:
    return {
        "founder": registration.founder,
        "at": registration.at,
        "successor": registration.successor,
        "access": [list(row) for row in registration.access.values()],
    }


def from_document(body: Mapping[str, Any]) -> Channel:
    """The channel of a document, with nobody in it.

    Raises KeyError, TypeError and ValueError for what is none.
    """
    channel = Channel(str(body["name"]), int(body["created"]))
    restore(channel, body)
    channel.registration = _read(body["registration"])
    return channel


def restore(channel: Channel, body: Mapping[str, Any]) -> None:
    """Have a channel be set as it was described.  Raises KeyError, TypeError and ValueError for nonsense."""
    topic, by, at = body["topic"]
    modes = {str(letter): str(value) for letter, value in dict(body["modes"]).items()}
    lists = {
        str(letter): {fold(row[0]): Ban(*row) for row in rows} for letter, rows in dict(body["lists"]).items()
    }
    channel.topic, channel.topic_by, channel.topic_at = str(topic), str(by), int(at)
    channel.modes.clear()
    channel.modes.update(modes)
    channel.lists.update(lists)


def _read(body: Mapping[str, Any]) -> Registration:
    rows = [Access(*row) for row in body["access"]]
    return Registration(
        str(body["founder"]),
        int(body["at"]),
        str(body["successor"]),
        {fold(row.account): row for row in rows},
    )


def exported(documents: Iterable[Mapping[str, Any]], account: str) -> Iterator[tuple[str, str]]:
    """The channels of documents in which an account is something, and what."""
    for body in documents:
        for part in parts_of(_read(body["registration"]), account):
            yield str(body["name"]), part
