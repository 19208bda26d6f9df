"""Who may log in: a password, a code, a device's password or a certificate against an account.

SASL, NickServ and PASS all ask here.  A name that nobody has takes as long to refuse as a wrong password, and
wrong ones are counted for the account and for the address that they come from.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Generator
from typing import Any, Final

from gchat.irc import limits, scram
from gchat.irc.casemap import fold
from gchat.irc.scram import Verifier
from gchat.server import totp
from gchat.server.accounts import Account
from gchat.server.events import LoggedIn
from gchat.server.gateways import is_among
from gchat.server.lanes import Lane
from gchat.server.request import Request, Work
from gchat.server.throttle import Buckets, neighbourhood

WRONG = "The account or the password is wrong"
TOO_MANY = "Too many wrong passwords: wait some minutes"
NEEDS_CODE = "This account needs the code of its authenticator after the password (SASL PLAIN)"
CROWDED = "This account has as many connections as one may have: close one of them"
OTHERS = "Other connections are this user, too: they would all change their account"
DEVICELEN = 32  # characters
SHARE: Final = 1 / 8  # tokens of an account that a try costs, where it costs the address a whole one
# For a name that nobody has: no password fits, and to find that out takes as long as for any other.
NOBODY = Verifier(scram.ITERATIONS, bytes(scram.SALT), bytes(32), bytes(32))


class LoginError(Exception):
    """The login is refused; ``str(error)`` is the sentence to show."""


Login = Generator[Work, Any, LoggedIn]
Answering = Generator[Work, Any, LoggedIn | None]  # None: the mechanism goes on


def find(request: Request, name: str) -> tuple[Account | None, str]:
    """The account that is meant by a name, or by a nick of its group, and the device: ``neural/phone``."""
    name, _, device = name.replace("@", "/").partition("/")
    world = request.world
    account = world.account(name) or world.account_of_nick(name)
    return account, limits.cut("".join(c for c in device if c.isprintable() and c != " "), DEVICELEN)


class Attempt:
    """One try, which costs a token of the address, and a part of one of the account, until it proves right.

    An account takes more than an address may try: who guesses from one place keeps its owner from nothing.
    """

    def __init__(self, request: Request, name: str) -> None:
        """Raises LoginError for one too many."""
        engine, now = request.engine, request.engine.clock()
        account, _ = find(request, name)
        # The address is asked first: whoever has used it up is not to fill the rest with ever more names.
        wanted = [(engine.logins, f"address {neighbourhood(request.session.host)}", 1.0)]
        if account is not None:
            wanted.append((engine.account_logins, account.key, SHARE))
        else:
            # What is counted for a name that nobody has may be forgotten, unlike an account's: all it does is
            # to answer the same.
            wanted.append((engine.logins, f"name {fold(limits.cut(name, limits.NICKLEN))}", SHARE))
        self._paid: list[tuple[Buckets, str, float]] = []
        for buckets, key, cost in wanted:
            if not buckets.take(key, now, cost):
                self.succeeded()
                raise LoginError(TOO_MANY)
            self._paid.append((buckets, key, cost))

    def succeeded(self) -> None:
        """It was right, and costs nothing."""
        for buckets, key, cost in self._paid:
            buckets.give_back(key, cost)


def by_password(request: Request, name: str, password: str) -> Login:
    """Check a password, with the code after it where the account wants one.  Raises LoginError."""
    attempt = Attempt(request, name)
    account, device = find(request, name)
    label = device_of(account, password)
    asked, code = totp.split(password) if account is not None and account.totp else (password, "")
    verifier = (Verifier.parse(account.verifier) if account is not None else None) or NOBODY
    fits = yield Work(scram.fits, (verifier, asked), Lane.HASHING)
    # While the hash was made, the account may have changed or gone.
    before, (account, _) = account, find(request, name)
    if account is None or before is None or account.key != before.key:
        raise LoginError(WRONG)
    step = 0
    if label and label in account.devices:
        device = label
    elif not fits or account.verifier != before.verifier or account.totp != before.totp:
        raise LoginError(WRONG)
    elif account.totp:
        step = totp.check(account.totp, code, request.engine.clock(), account.totp_step)
        if not step:
            raise LoginError(NEEDS_CODE if not code else WRONG)
    attempt.succeeded()
    return allow(request, account, device, step)


def device_of(account: Account | None, password: str) -> str:
    """The label of the device whose password it is, empty for none.  These are long enough to hash once."""
    token = device_token(password)  # made in any case: nobody is to find out by the time it takes
    devices = account.devices if account is not None else {}
    return next((label for label, d in devices.items() if hmac.compare_digest(d.token, token)), "")


def device_token(password: str) -> str:
    """What is kept of a device's password, which the server made of 100 bits or more."""
    return hashlib.sha256(password.encode("utf-8", "surrogateescape")).hexdigest()


def scram_verifier(request: Request, name: str) -> str:
    """What a SCRAM login under this name has to prove: the device's password, or the account's."""
    account, device = find(request, name)
    if account is None:
        return ""
    return account.devices[device].verifier if device in account.devices else account.verifier


def by_certificate(request: Request, name: str) -> LoggedIn:
    """Check the certificate of the connection; the name may be left out.  Raises LoginError."""
    fingerprint = request.session.certificate
    if not fingerprint:
        raise LoginError("This connection shows no certificate")
    attempt = Attempt(request, name or fingerprint)
    if name:
        account, device = find(request, name)
    else:
        device = ""
        holders = (a for a in request.world.accounts.values() if fingerprint in a.certificates)
        account = next(holders, None)
    if account is None or fingerprint not in account.certificates:
        raise LoginError("This certificate belongs to no account that you asked for")
    attempt.succeeded()
    return allow(request, account, device or account.certificates[fingerprint])


def allow(request: Request, account: Account, device: str = "", step: int = 0) -> LoggedIn:
    """The event of a login that is right as far as secrets go.  Raises LoginError."""
    if account.suspended:
        raise LoginError(f"The account {account.name} is suspended: {account.suspended}")
    if is_crowded(request, account.name):
        raise LoginError(CROWDED)
    user = request.session.user
    if user is not None and len(user.sessions) > 1 and fold(user.account) != account.key:
        raise LoginError(OTHERS)
    return LoggedIn(user.uid if user is not None else "", account.name, device, step)


def is_crowded(request: Request, account: str) -> bool:
    """True where the account has as many connections as one may have, and this one is not among them."""
    limits, session = request.settings.limits, request.session
    if not request.settings.throttle or is_among(limits.exempt, session.host):
        return False
    others = [one for user in request.world.users_of(account) for one in user.sessions]
    return session not in others and len(others) >= limits.connections_per_account
