"""Invitation links: a token that lets whoever has it into a channel, and have an account for that.

A token is ``id-secret``: the id is what an administrator names it by, the secret is never kept, only the hash
of the whole.  What is used up, ended or taken back is remembered for a while, so that its bearer can be told
which.  Pure values, replaced whole; add a field with a default, documents without it stay readable.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple

from gchat.irc.casemap import fold
from gchat.server.stores.base import Document

KIND: Final = "invitation"  # of the documents
MOST: Final = 10_000  # invitations
REMEMBERED: Final = 90 * 86_400  # seconds for which one that is over is remembered
_ID, _SECRET = 5, 20  # bytes of entropy: 8 and 32 characters


class Problem(NamedTuple):
    """Why an invitation lets nobody in: a code for programs, a sentence for people."""

    code: str
    text: str


UNKNOWN: Final = Problem(
    "INVALID_TOKEN", "There is no such invitation here: was the address copied to its end?"
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation.  Times are Unix seconds; ``expires`` 0: never; ``revoked`` 0: it was not."""

    id: str
    digest: str  # SHA-256 of the token, in hexadecimal
    channel: str  # as it is written
    role: str  # a mode letter; empty: to be a member is all
    uses: int  # people that it is for
    created: int
    expires: int = 0
    used: int = 0
    revoked: int = 0
    bearers: tuple[str, ...] = ()  # who used it, as ``bearer`` has them
    inside: tuple[str, ...] = ()  # those of them whom it let in: it opens the channel to each once

    def why_not(self, now: float, account: str = "") -> Problem | None:
        """Why it lets nobody in, or not this account, which comes in again if it did before."""
        if self.revoked:
            return Problem("REVOKED", "This invitation was taken back: ask for another one")
        if self.expires and now >= self.expires:
            text = f"This invitation ended on {date(self.expires)}: ask for another one"
            return Problem("EXPIRED", text)
        if self.used >= self.uses and not (account and self.bearer(account) in self.bearers):
            return Problem("USED_UP", "This invitation was used already: ask for one of your own")
        return None

    def bearer(self, account: str) -> str:
        """What is remembered of an account that used it: nothing that tells who that is."""
        return hmac.digest(self.digest.encode(), fold(account).encode(), "sha256").hex()[:24]

    def use(self, account: str) -> Invitation:
        """The same after an account used it; it counts each once."""
        bearer = self.bearer(account)
        if bearer in self.bearers:
            return self
        return replace(self, used=self.used + 1, bearers=(*self.bearers, bearer))

    def let_in(self, account: str) -> Invitation:
        """The same after it let an account in that used it."""
        return replace(self, inside=(*self.inside, self.bearer(account)))

    @property
    def over(self) -> int:
        """When it was over at the latest; 0 while that is not known."""
        return self.revoked or self.expires


def date(seconds: int) -> str:
    """A time as people read it."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def make_token(entropy: Callable[[int], bytes]) -> tuple[str, str]:
    """A new id and the token that begins with it."""
    id, secret = (b32encode(entropy(size)).decode().lower() for size in (_ID, _SECRET))
    return id, f"{id}-{secret}"


def digest(token: str) -> str:
    """What is kept of a token, which has bits enough to be hashed once."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def to_document(invitation: Invitation) -> dict[str, object]:
    """What JSON can say of an invitation."""
    return {**asdict(invitation), "bearers": list(invitation.bearers), "inside": list(invitation.inside)}


def from_document(body: Mapping[str, Any]) -> Invitation:
    """The invitation of a document.  Raises KeyError, TypeError and ValueError for what is none."""
    known = {name: body[name] for name in Invitation.__slots__ if name in body}
    lists = {name: tuple(body.get(name, ())) for name in ("bearers", "inside")}
    return Invitation(**{**known, **lists})


class Invitations:
    """All invitations by their ids, the oldest first."""

    def __init__(self) -> None:
        self._known: dict[str, Invitation] = {}

    def get(self, id: str) -> Invitation | None:
        """One invitation."""
        return self._known.get(id)

    def all(self) -> list[Invitation]:
        """All of them."""
        return list(self._known.values())

    def find(self, token: str) -> Invitation | None:
        """The invitation that a token is for; compared in a time that tells nothing."""
        known = self._known.get(token.partition("-")[0])
        fits = hmac.compare_digest(digest(token), known.digest if known is not None else "0" * 64)
        return known if fits else None

    def put(self, invitation: Invitation) -> list[Document]:
        """Let one in, or replace it; return what has to be kept."""
        self._known[invitation.id] = invitation
        return [Document(KIND, invitation.id, to_document(invitation))]

    def tidy(self, now: float) -> list[Document]:
        """Forget those that were over long ago; return what has to be kept."""
        old = [one.id for one in self._known.values() if one.over and now - one.over > REMEMBERED]
        return [Document(KIND, id, None) for id in old if self._known.pop(id)]

    def rename(self, channel: str, to: str) -> list[Document]:
        """A channel (folded) has another name; return what has to be kept."""
        there = [one for one in self._known.values() if fold(one.channel) == channel]
        return [document for one in there for document in self.put(replace(one, channel=to))]

    def load(self, key: str, body: Mapping[str, Any]) -> None:
        """Read a document.  Raises KeyError, TypeError and ValueError for what is none."""
        self._known[key] = from_document(body)
