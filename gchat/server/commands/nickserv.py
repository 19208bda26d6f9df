"""What NickServ understands: one's account in plain words, for clients without SASL and for people with nc.

To add a word, write a handler and a row in ``WORDS``.
"""

from __future__ import annotations

import time
from base64 import b32encode

from gchat.irc import limits, scram
from gchat.irc.casemap import fold
from gchat.server import admission, login, totp
from gchat.server.accounts import Account, Device
from gchat.server.commands import accounts, invitations
from gchat.server.events import AccountChanged, AccountDropped, LoggedOut
from gchat.server.lanes import Lane
from gchat.server.request import FailError, Request, Steps, Work
from gchat.server.services import Word, say

_MOST = 20  # grouped nicks, certificates, devices: each
_DEVICE_SECRET = 15  # bytes of entropy: 24 characters
_SWITCH = {"ON": True, "TRUE": True, "YES": True, "OFF": False, "FALSE": False, "NO": False}


def _account(request: Request) -> Account:
    """The account of the asker.  Raises LoginError where it has just gone."""
    account = request.world.account(request.user.account)
    if account is None:
        raise login.LoginError("Your account is gone")
    return account


def _no(text: str) -> FailError:
    return FailError("", text=text)


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


# coming and going


def _register(request: Request, words: list[str]) -> Steps:
    user = request.user
    if user.account:
        raise _no(f"You are logged in to {user.account}")
    yield from accounts.make(request, user.nick, words[1] if len(words) > 1 else "", words[0])


def _saregister(request: Request, words: list[str]) -> Steps:
    if not request.user.is_operator:
        raise _no("Only server operators make accounts for others")
    yield from accounts.make(request, words[0], "", words[1], login=False)


def _identify(request: Request, words: list[str]) -> Steps:
    user = request.user
    owner = request.world.account_of_nick(request.session.refused_nick or user.nick)
    name = words[0] if len(words) > 1 else owner.name if owner is not None else user.nick
    password = words[1] if len(words) > 1 else words[0]
    done = yield from login.by_password(request, name, password)
    say(request, f"You are logged in to {done.account}")
    request.commit(done._replace(reclaim=True))


def _redeem(request: Request, words: list[str]) -> Steps:
    yield from invitations.take(request, words[0], words[1] if len(words) > 1 else "")


def _logout(request: Request, words: list[str]) -> Steps:
    yield from ()
    user = request.user
    if len(user.sessions) > 1:
        raise login.LoginError(login.OTHERS)
    silencing = admission.where_silenced(user, user.channels.values())
    if silencing is not None:  # it may be the account that is
        raise login.LoginError(f"You are banned or muted in {silencing.name}: leave it before you log out")
    request.commit(LoggedOut(request.user.uid))


def _passwd(request: Request, words: list[str]) -> Steps:
    name = request.user.account
    accounts.check_password(name, words[1])
    yield from login.by_password(request, name, words[0])
    verifier = yield Work(scram.make_verifier, (words[1], request.engine.entropy(scram.SALT)), Lane.HASHING)
    say(request, "Your password is the new one now; those of your devices are as they were")
    request.commit(AccountChanged(_account(request).name, "verifier", str(verifier)))


def _drop(request: Request, words: list[str]) -> Steps:
    done = yield from login.by_password(request, request.user.account, words[0])
    say(request, f"The account {done.account} is gone; nobody else can have its name")
    request.commit(AccountDropped(done.account))


# what belongs to the account


def _group(request: Request, words: list[str]) -> Steps:
    yield from ()
    account, nick = _account(request), request.user.nick
    if account.owns(nick):
        raise _no(f"{nick} is yours already")
    if request.world.account_of_nick(nick) is not None or fold(nick) in request.world.former_accounts:
        raise _no(f"{nick} belongs to somebody else")
    _room(account.nicks, "nicks")
    say(request, f"{nick} is held for you now")
    request.commit(AccountChanged(account.name, "nicks", nick, fold(nick)))


def _ungroup(request: Request, words: list[str]) -> Steps:
    yield from ()
    account = _account(request)
    if fold(words[0]) not in account.nicks:
        raise _no(f"{limits.cut(words[0], limits.NICKLEN)} is none of your grouped nicks: INFO lists them")
    say(request, f"{words[0]} is free")
    request.commit(AccountChanged(account.name, "nicks", None, fold(words[0])))


def _room(entries: object, what: str) -> None:
    if isinstance(entries, dict) and len(entries) >= _MOST:
        raise _no(f"You have {_MOST} {what}: remove one first")


def _cert(request: Request, words: list[str]) -> Steps:
    yield from ()
    account, what = _account(request), words[0].upper()
    if not request.engine.asks_certificates:
        raise _no("This server asks nobody for a certificate")
    if what == "LIST":
        for fingerprint, label in account.certificates.items():
            say(request, f"{label}: {fingerprint}")
        say(request, f"Certificates: {len(account.certificates)}")
        return
    fingerprint = _fingerprint(words[1]) if len(words) > 1 else request.session.certificate
    if what == "DEL":
        if fingerprint not in account.certificates:
            raise _no("That is none of your certificates: CERT LIST shows them")
        say(request, "The certificate logs nobody in any more")
        request.commit(AccountChanged(account.name, "certificates", None, fingerprint))
        return
    if what != "ADD":
        raise _no("It is written " + WORDS["CERT"].usage)
    # Only this connection has proved that it has the key.  Whoever added the certificate of somebody else
    # (WHOIS tells the fingerprint) would have them log in to an account that is not theirs, and talk there.
    mine = request.session.certificate
    if not mine or (fingerprint != mine and _is_fingerprint(fingerprint)):
        raise _no(
            "Connect with that certificate (TLS) and say CERT ADD there: that proves that you have its key"
        )
    names = [word for word in words[1:] if _fingerprint(word) != mine]
    fingerprint = mine
    if any(fingerprint in other.certificates for other in request.world.accounts.values()):
        raise _no("That certificate belongs to an account already")
    _room(account.certificates, "certificates")
    label = limits.cut(names[0], login.DEVICELEN) if names else f"certificate-{fingerprint[:8]}"
    say(request, f"Who connects with the certificate {fingerprint[:8]}... can log in with SASL EXTERNAL")
    request.commit(AccountChanged(account.name, "certificates", label, fingerprint))


def _fingerprint(word: str) -> str:
    return word.replace(":", "").lower()


def _is_fingerprint(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _device(request: Request, words: list[str]) -> Steps:
    account, what = _account(request), words[0].upper()
    label = limits.cut(words[1], login.DEVICELEN) if len(words) > 1 else ""
    if what == "LIST":
        for known, device in account.devices.items():
            say(request, f"{known}: since {_date(device.created)}")
        say(request, f"Devices with a password of their own: {len(account.devices)}")
    elif what == "REVOKE" and label:
        if label not in account.devices:
            raise _no(f"You have no device {label}: DEVICE LIST shows them")
        say(request, f"The password of {label} is worth nothing any more")
        request.commit(AccountChanged(account.name, "devices", None, label))
    elif what == "ADD" and label:
        if label in account.devices:
            raise _no(f"{label} has a password: DEVICE REVOKE {label} takes it back")
        _room(account.devices, "devices")
        yield from _add_device(request, label)
    else:
        raise _no("It is written " + WORDS["DEVICE"].usage)


def _add_device(request: Request, label: str) -> Steps:
    password = b32encode(request.engine.entropy(_DEVICE_SECRET)).decode().lower()
    salt = request.engine.entropy(scram.SALT)
    # Nobody guesses 120 bits, however fast: the fewest iterations that clients accept are enough.
    verifier = yield Work(scram.make_verifier, (password, salt, 4096), Lane.HASHING)
    account = _account(request)
    say(request, f"The password of {label} is {password} - it is shown this once")
    say(request, f"With SCRAM the device logs in as {account.name}/{label}")
    device = Device(login.device_token(password), str(verifier), int(request.engine.clock()))
    request.commit(AccountChanged(account.name, "devices", list(device), label))


def _totp(request: Request, words: list[str]) -> Steps:
    yield from ()
    account, what = _account(request), words[0].upper()
    code = words[1] if len(words) > 1 else ""
    now = request.engine.clock()
    if what == "OFF":
        if not account.totp:
            raise _no("No code is asked for: TOTP ON begins with it")
        if not totp.check(account.totp, code, now, account.totp_step):
            raise _no("It is written TOTP OFF <code>, with the code that your authenticator shows")
        say(request, "The password alone is enough again")
        request.commit(AccountChanged(account.name, "totp", ""))
        return
    if what != "ON":
        raise _no("It is written " + WORDS["TOTP"].usage)
    if account.totp:
        raise _no("A code is asked for already: TOTP OFF <code> ends it")
    # The same secret until the password changes, so that it is kept nowhere until its code was given.
    secret = totp.write(request.engine.salt_of(f"totp {account.key} {account.verifier}", totp.SECRET))
    if not code:
        say(request, f"Give your authenticator this secret: {secret}")
        say(request, totp.address(secret, account.name, request.settings.server.network))
        say(request, "Then say TOTP ON <code>, with the code that it shows")
        return
    step = totp.check(secret, code, now)
    if not step:
        raise _no("The code is wrong: say TOTP ON again, and give your authenticator the secret")
    say(request, "From now on your password needs the code after it; those of your devices do not")
    request.commit(AccountChanged(account.name, "totp", secret))
    request.commit(AccountChanged(account.name, "totp_step", step))


# settings


def _switch(request: Request, field: str, word: str, text: str) -> None:
    value = _SWITCH.get(word.upper())
    if value is None:
        raise _no("It is ON or OFF")
    say(request, text + (": on" if value else ": off"))
    request.commit(AccountChanged(_account(request).name, field, value))


def _always_on(request: Request, words: list[str]) -> Steps:
    yield from ()
    if request.settings.accounts.always_on == "off":
        raise _no("This server keeps nobody who is not connected")
    if not _account(request).shares_user(request.settings.accounts):
        raise _no("That is for who is one user with all connections: MULTICLIENT ON first")
    _switch(request, "always_on", words[0], "You stay, away, when no connection is left")


def _multiclient(request: Request, words: list[str]) -> Steps:
    yield from ()
    _switch(request, "multiclient", words[0], "All your connections are one user")


def _set(request: Request, words: list[str]) -> Steps:
    handler = {"ALWAYSON": _always_on, "MULTICLIENT": _multiclient}.get(words[0].upper().replace("-", ""))
    if handler is None:
        raise _no("It is written " + WORDS["SET"].usage)
    yield from handler(request, words[1:])


def _info(request: Request, words: list[str]) -> Steps:
    yield from ()
    world = request.world
    name = words[0] if words else request.user.account or request.user.nick
    account = world.account(name) or world.account_of_nick(name)
    if account is None:
        raise _no(f"{limits.cut(name, limits.NICKLEN)} is not registered")
    say(request, f"Account {account.name}, registered {_date(account.created)}")
    online = ", ".join(user.nick for user in world.users_of(account.name) if user.sessions)
    say(request, f"Online as {online}" if online else "Not online")
    if fold(request.user.account) != account.key and not request.user.is_operator:
        return
    say(request, f"Nicks: {' '.join((account.name, *account.nicks.values()))}")
    says = {
        "Address": account.email,
        "Certificates": str(len(account.certificates) or ""),
        "Devices": " ".join(account.devices),
        "Code after the password": "yes" if account.totp else "",
        "Suspended": account.suspended,
    }
    for what, value in says.items():
        if value:
            say(request, f"{what}: {limits.cut(value, 350)}")


WORDS: dict[str, Word] = {
    "REGISTER": Word(
        _register, 1, "REGISTER <password> [email]", "registers your nick as your account", True, False
    ),
    "IDENTIFY": Word(
        _identify, 1, "IDENTIFY [account] <password>", "logs you in, and gives you your nick", True, False
    ),
    "REDEEM": Word(
        _redeem, 1, "REDEEM <token> [password]", "takes an invitation, with an account for it", True, False
    ),
    "LOGOUT": Word(_logout, 0, "LOGOUT", "logs you out"),
    "PASSWD": Word(_passwd, 2, "PASSWD <password> <new password>", "changes your password", True),
    "GROUP": Word(_group, 0, "GROUP", "has the nick that you use now held for you, too"),
    "UNGROUP": Word(_ungroup, 1, "UNGROUP <nick>", "gives a grouped nick up"),
    "INFO": Word(_info, 0, "INFO [account]", "tells what is known of an account", login=False),
    "DEVICE": Word(
        _device, 1, "DEVICE ADD <name> | LIST | REVOKE <name>", "gives a device a password of its own"
    ),
    "CERT": Word(_cert, 1, "CERT ADD [name] | DEL <fingerprint> | LIST", "lets a certificate log you in"),
    "TOTP": Word(
        _totp, 1, "TOTP ON [code] | OFF <code>", "asks for a code after your password, or no longer", True
    ),
    "ALWAYSON": Word(_always_on, 1, "ALWAYSON ON | OFF", "keeps you here when you are not connected"),
    "MULTICLIENT": Word(_multiclient, 1, "MULTICLIENT ON | OFF", "makes all your connections one user"),
    "DROP": Word(_drop, 1, "DROP <password>", "ends your account", True),
    "SET": Word(_set, 2, "SET ALWAYSON | MULTICLIENT ON | OFF", "the same in other words", hidden=True),
    "SAREGISTER": Word(
        _saregister,
        2,
        "SAREGISTER <account> <password>",
        "makes an account (for operators)",
        True,
        False,
        True,
    ),
}
WORDS |= {"LOGIN": WORDS["IDENTIFY"], "ID": WORDS["IDENTIFY"]}
