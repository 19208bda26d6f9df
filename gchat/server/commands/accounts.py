"""REGISTER and VERIFY: making an account.  https://ircv3.net/specs/extensions/account-registration

NickServ registers by the same rules.
"""

from __future__ import annotations

from gchat.irc import limits, scram
from gchat.irc.casemap import fold
from gchat.server import nicknames, services
from gchat.server.accounts import Account, to_document
from gchat.server.events import AccountRegistered
from gchat.server.lanes import Lane
from gchat.server.request import FailError, Request, Steps, Work
from gchat.server.throttle import neighbourhood

PASSWORD_MIN = 6  # characters
PASSWORD_MAX = 1000  # bytes
EMAILLEN = 120


def register(request: Request) -> Steps:
    """REGISTER account email password; ``*`` for the nick, and for no address"""
    session, settings = request.session, request.settings.accounts
    given, email, password = request.params[:3]
    nick = session.nick or session.refused_nick
    name = nick if given == "*" else given
    shown = limits.cut(name.replace(" ", "_"), limits.NICKLEN) or "*"
    if session.user is None and not may_register_before_connect(request):
        raise FailError("COMPLETE_CONNECTION_REQUIRED", shown, text="Finish connecting first, then register")
    if session.account:
        raise FailError("ALREADY_AUTHENTICATED", shown, text=f"You are logged in to {session.account}")
    if nick and not settings.custom_names and fold(name) != fold(nick):
        raise FailError(
            "ACCOUNT_NAME_MUST_BE_NICK", shown, text=f"An account is named after your nick, {nick}"
        )
    if not session.nick:
        if nick:
            check_name(request, name)  # why the nick was refused is why the name is
        raise FailError("NEED_NICK", "*", text="Choose a nick first, with NICK")
    address = "" if email == "*" else email
    yield from make(request, name, address, password)


def may_register_before_connect(request: Request) -> bool:
    """True where REGISTER lets nobody past what guards the connection."""
    may = request.settings.accounts.before_connect or invitation(request)
    return bool(may) and not request.settings.server.password


def invitation(request: Request) -> str:
    """The id of an invitation that the asker has shown: it is good for an account, too.  Empty for none."""
    shown = request.world.invitations.get(request.session.invitation)
    return shown.id if shown is not None and shown.why_not(request.engine.now_ms() / 1000) is None else ""


def make(request: Request, name: str, email: str, password: str, *, login: bool = True) -> Steps:
    """Make an account, or raise FailError with the reason against it."""
    check_name(request, name)
    shown = limits.cut(name, limits.NICKLEN)
    allowed_by = invitation(request)  # now: another may use it up while the password is hashed
    needs_address = request.settings.accounts.email == "required" and not allowed_by
    if needs_address and not is_address(email):
        raise FailError("INVALID_EMAIL", shown, text="An address is needed here, such as neural@example.org")
    check_password(name, password)
    if not request.engine.registrations.take(neighbourhood(request.session.host), request.engine.clock()):
        text = "Too many new accounts from your address: try again in some minutes"
        raise FailError("TEMPORARILY_UNAVAILABLE", shown, text=text)
    salt = request.engine.entropy(scram.SALT)
    verifier = yield Work(scram.make_verifier, (password, salt), Lane.HASHING)
    kept = limits.cut(email, EMAILLEN) if is_address(email) else ""
    account = Account(name, int(request.engine.clock()), str(verifier), email=kept)
    user = request.session.user
    uid = user.uid if user is not None and login else ""
    request.commit(AccountRegistered(name, to_document(account), uid, login, allowed_by))


def check_name(request: Request, name: str) -> None:
    """Refuse a name that cannot be an account's, or that somebody has.  Raises FailError."""
    world, shown = request.world, limits.cut(name.replace(" ", "_"), limits.NICKLEN) or "*"
    user = request.session.user
    may = (user is not None and user.is_operator) or invitation(request)
    if request.settings.accounts.registration == "closed" and not may:
        raise FailError("DISALLOWED", shown, text="The administrator makes the accounts here: ask for one")
    if not nicknames.is_nick(name):
        text = "An account's name is made like a nick: letters, digits, - and _, a letter first"
        raise FailError("BAD_ACCOUNT_NAME", shown, text=text)
    holder = world.user(name)
    stranger = holder is not None and holder is not user
    if fold(name) in world.former_accounts or world.account_of_nick(name) is not None or stranger:
        raise FailError("ACCOUNT_EXISTS", shown, text=services.NOT_POSSIBLE)


def check_password(name: str, password: str) -> None:
    """Refuse a password that anybody would guess.  Raises FailError."""
    shown = limits.cut(name, limits.NICKLEN)
    if len(password.encode("utf-8", "replace")) > PASSWORD_MAX:
        raise FailError("UNACCEPTABLE_PASSWORD", shown, text=f"A password has at most {PASSWORD_MAX} bytes")
    if len(password) < PASSWORD_MIN or fold(password) == fold(name):
        text = f"A password has at least {PASSWORD_MIN} characters and is not the name"
        raise FailError("WEAK_PASSWORD", shown, text=text)


def is_address(email: str) -> bool:
    """True for what may be an address: something, an @, and something."""
    local, at, domain = email.rpartition("@")
    return bool(local and at and domain) and email.isprintable() and " " not in email


def verify(request: Request) -> None:
    """VERIFY account code: accounts need no code here"""
    shown = limits.cut(request.params[0].replace(" ", "_"), limits.NICKLEN) or "*"
    if request.session.account:
        raise FailError(
            "ALREADY_AUTHENTICATED", shown, text=f"You are logged in to {request.session.account}"
        )
    raise FailError("INVALID_CODE", shown, text="No account waits for a code here")
