"""What the server knows of an account: pure values, replaced whole, and their form as a JSON document.

Add a field here with a default, in ``to_document`` and ``from_document``; documents without it stay readable.
A password is never kept, only what a login can be checked against: for one that somebody chose a SCRAM
verifier (``gchat/irc/scram.py``), for one that the server made a plain hash, which its length makes enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from gchat.irc.casemap import fold
from gchat.server.settings import Accounts

KIND = "account"  # of the documents in the store
LASTING = "lasting"  # of the documents of users who stay without a connection


class Device(NamedTuple):
    """A password of one device.  ``token`` is the hash of it in hexadecimal, ``verifier`` for SCRAM."""

    token: str
    verifier: str
    created: int  # Unix seconds


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account.  ``name`` is as its owner wrote it; it is found by its folded form."""

    name: str
    created: int = 0  # Unix seconds
    verifier: str = ""  # of the password; empty: no password fits
    certificates: Mapping[str, str] = field(default_factory=dict)  # SHA-256 fingerprint -> label
    devices: Mapping[str, Device] = field(default_factory=dict)  # by label
    nicks: Mapping[str, str] = field(default_factory=dict)  # grouped nicks by their folded form
    totp: str = ""  # secret in base32; empty: no second factor
    totp_step: int = 0  # the last one that was used: a code is good for one login
    email: str = ""
    suspended: str = ""  # why nobody may log in
    always_on: bool | None = None  # None: as the configuration says
    multiclient: bool | None = None

    @property
    def key(self) -> str:
        """What it is found by."""
        return fold(self.name)

    def owns(self, nick: str) -> bool:
        """True for the account's name and the nicks that were grouped to it."""
        key = fold(nick)
        return key == self.key or key in self.nicks

    def shares_user(self, settings: Accounts) -> bool:
        """True where all connections of the account are one user."""
        return settings.multiclient if self.multiclient is None else self.multiclient

    def stays(self, settings: Accounts) -> bool:
        """True where the account's user stays without a connection.

        A user of their own for each connection would be one more with every connection.
        """
        if settings.always_on == "off" or not self.shares_user(settings):
            return False
        return settings.always_on == "on" if self.always_on is None else self.always_on

    def change(self, name: str, value: object, key: str = "") -> Account:
        """The account with another field; with a ``key``, with one entry of it set, or gone for None."""
        changed: dict[str, Any] = {name: value}
        if key:
            entries = changed[name] = {**getattr(self, name), key: value}
            if value is None:
                del entries[key]
            elif name == "devices":
                entries[key] = Device._make(entries[key])
        return replace(self, **changed)


def to_document(account: Account) -> dict[str, object]:
    """What JSON can say of an account; a field at its default is left out."""
    body: dict[str, object] = {"name": account.name, "created": account.created}
    for name in ("verifier", "totp", "totp_step", "email", "suspended"):
        if value := getattr(account, name):
            body[name] = value
    for name in ("always_on", "multiclient"):
        if (flag := getattr(account, name)) is not None:
            body[name] = flag
    for name in ("certificates", "nicks"):
        if entries := getattr(account, name):
            body[name] = dict(entries)
    if account.devices:
        body["devices"] = {label: list(device) for label, device in account.devices.items()}
    return body


def from_document(body: Mapping[str, Any]) -> Account:
    """The account of a document.  Raises KeyError, TypeError and ValueError for what is none."""
    known = {name: body[name] for name in Account.__slots__ if name in body}
    if "devices" in known:
        known["devices"] = {label: Device(*device) for label, device in dict(known["devices"]).items()}
    account = Account(**known)
    if not isinstance(account.name, str):
        raise TypeError("an account's name is a text")
    return account
