"""What ChanServ understands: channels that belong to an account, and the roles that last there.

To add a word, write a handler and a row in ``WORDS``.  What may be done is decided by the role that the
asker's account has in the channel, not by the one of the moment; server operators may everything.
"""

from __future__ import annotations

import time

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.server import registrations, roles, services
from gchat.server.accounts import Account
from gchat.server.commands import chanserv_people
from gchat.server.events import (
    AccessSet,
    ChannelDropped,
    ChannelRegistered,
    FounderSet,
    RoleSet,
    SuccessorSet,
)
from gchat.server.registrations import FOUNDER, Registration
from gchat.server.request import FailError, Request, Steps
from gchat.server.services import Word
from gchat.server.visibility import may_address
from gchat.server.world import Channel

_ADMIN = "a"
_CODE = 3  # bytes of a code that says that something is meant


def _no(text: str) -> FailError:
    return FailError("", text=text)


def _say(request: Request, text: str) -> None:
    services.say(request, text, services.CHANSERV)


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


# who asks, and for what


def _registered(request: Request, name: str) -> tuple[Channel, Registration]:
    """A registered channel, as far as the asker may know of it.  Raises FailError."""
    channel, user = request.world.known_channel(name), request.user
    registration = channel.registration if channel is not None else None
    if channel is None or registration is None:
        raise _no(f"{_shown(name)} is not registered")
    if not may_address(user, channel) and not registration.role_of(user.account):
        raise _no(f"{_shown(name)} is not registered")
    return channel, registration


def _shown(name: str) -> str:
    return limits.cut(name, limits.CHANNELLEN) if name.isprintable() else "That"


def _held(request: Request, registration: Registration) -> str:
    """The role that the asker has for good; a server operator's is as good as the founder's."""
    return FOUNDER if request.user.is_operator else registration.role_of(request.user.account)


def _need(request: Request, channel: Channel, registration: Registration, letter: str) -> str:
    held = _held(request, registration)
    if roles.rank(held) < roles.rank(letter):
        who = "the founder" if letter == FOUNDER else f"the founder or an {roles.BY_LETTER[letter].name}"
        raise _no(f"Only {who} of {channel.name} may do that")
    return held


def _account(request: Request, name: str) -> Account:
    """An account by its name or by a nick of its."""
    account = request.world.account(name) or request.world.account_of_nick(name)
    if account is None:
        raise _no(
            f"There is no account {limits.cut(name, limits.NICKLEN)}: a role needs one that is registered"
        )
    return account


def _room(request: Request, account: str) -> None:
    most, key = request.settings.limits.channels_per_account, fold(account)
    owned = sum(fold(known.founder) == key for _, known in request.world.registered_channels())
    if owned >= most:
        raise _no(f"{account} has {most} channels: DROP one first, or hand it over with FOUNDER")


def _confirmed(request: Request, channel: Channel, what: str, given: str, text: str) -> bool:
    """True where a code was given that says that it is meant; else it is told."""
    asked = f"{channel.key} {request.user.account} {what}"
    code = request.engine.salt_of(asked, _CODE).hex()
    if given.lower() == code:
        return True
    _say(request, text)
    _say(request, f"If you mean it, say {what} {code}")
    return False


# whose a channel is


def _register(request: Request, words: list[str]) -> Steps:
    yield from ()
    user, channel = request.user, request.world.channel(words[0])
    if channel is None or user not in channel.members:
        raise _no(f"Join {_shown(words[0])} first: who opens a channel is its operator, and can register it")
    if not roles.may(channel.roles_of(user), roles.Right.MODES):
        raise _no(f"You need to be an operator in {channel.name} to register it")
    if channel.registration is not None:
        raise _no(f"{channel.name} belongs to {channel.registration.founder} already")
    _room(request, user.account)
    request.commit(ChannelRegistered(user.uid, channel.name))


def _drop(request: Request, words: list[str]) -> Steps:
    yield from ()
    channel, registration = _registered(request, words[0])
    _need(request, channel, registration, FOUNDER)
    text = f"{channel.name} would belong to nobody, and be forgotten when the last member leaves"
    if _confirmed(request, channel, f"DROP {channel.name}", "".join(words[1:2]), text):
        request.commit(ChannelDropped(request.user.uid, channel.name))


def _founder(request: Request, words: list[str]) -> Steps:
    yield from ()
    channel, registration = _registered(request, words[0])
    _need(request, channel, registration, FOUNDER)
    account = _account(request, words[1])
    if account.key == fold(registration.founder):
        raise _no(f"{channel.name} belongs to {account.name} already")
    _room(request, account.name)
    what = f"FOUNDER {channel.name} {account.name}"
    text = f"{channel.name} would belong to {account.name}, and {registration.founder} have no role in it"
    if _confirmed(request, channel, what, "".join(words[2:3]), text):
        request.commit(FounderSet(request.user.uid, channel.name, account.name))


def _successor(request: Request, words: list[str]) -> Steps:
    yield from ()
    channel, registration = _registered(request, words[0])
    _need(request, channel, registration, FOUNDER)
    name = _account(request, words[1]).name if len(words) > 1 else ""
    if fold(name) == fold(registration.founder):
        raise _no(f"{name} is the founder: a successor is somebody else")
    request.commit(SuccessorSet(request.user.uid, channel.name, name))


def _info(request: Request, words: list[str]) -> Steps:
    yield from ()
    channel, registration = _registered(request, words[0])
    _say(request, f"{channel.name} belongs to {registration.founder}, registered {_date(registration.at)}")
    role = registration.role_of(request.user.account)
    if role:
        _say(request, f"Your role: {roles.BY_LETTER[role].name}")
    if role or request.user.is_operator:
        _say(request, f"Successor: {registration.successor or 'nobody'}")
        _say(request, f"Other accounts with a role: {len(registration.access)}")


def _list(request: Request, words: list[str]) -> Steps:
    yield from ()
    found = {
        channel.name: ", ".join(parts)
        for channel, registration in request.world.registered_channels()
        if (parts := registrations.parts_of(registration, request.user.account))
    }
    for name, part in sorted(found.items()):
        _say(request, f"{name}: {part}")
    _say(request, f"Channels in which you have a role: {len(found)}")


# roles


def _access(request: Request, words: list[str]) -> Steps:
    yield from ()
    channel, registration = _registered(request, words[0])
    what = words[1].upper() if len(words) > 1 else "LIST"
    if what == "LIST":
        _list_access(request, channel, registration)
    elif what == "ADD" and len(words) > 3:
        _add_access(request, channel, registration, _account(request, words[2]), words[3])
    elif what == "DEL" and len(words) > 2:
        _delete_access(request, channel, registration, words[2])
    else:
        raise _no("It is written " + WORDS["ACCESS"].usage)


def _list_access(request: Request, channel: Channel, registration: Registration) -> None:
    if not _held(request, registration):
        raise _no(f"Only who has a role in {channel.name} may see who has one")
    _say(request, f"{registration.founder}: founder, since {_date(registration.at)}")
    for entry in sorted(
        registration.access.values(), key=lambda row: (-roles.rank(row.role), fold(row.account))
    ):
        by = f", by {entry.by}" if entry.by else ""
        _say(request, f"{entry.account}: {roles.BY_LETTER[entry.role].name}, since {_date(entry.at)}{by}")


def _add_access(
    request: Request, channel: Channel, registration: Registration, account: Account, word: str
) -> None:
    held, letter = _need(request, channel, registration, _ADMIN), registrations.role_named(word)
    if not letter:
        known = ", ".join(role.name for role in roles.ROLES if role.letter != FOUNDER)
        raise _no(f"{limits.cut(word, 32)} is no role: {known}")
    if letter == FOUNDER:
        raise _no(f"A channel has one founder: FOUNDER {channel.name} {account.name} hands it over")
    if not roles.may_grant(held, letter):
        raise _no("Only the founder makes somebody admin")
    before = registration.role_of(account.name)
    if before == letter:
        raise _no(f"{account.name} is {roles.BY_LETTER[letter].name} of {channel.name} already")
    _need_above(held, before, account.name)
    if not before and len(registration.access) >= request.settings.limits.list_entries:
        raise _no(f"The access list of {channel.name} is full: ACCESS {channel.name} DEL removes somebody")
    request.commit(AccessSet(request.user.uid, channel.name, account.name, letter))


def _delete_access(request: Request, channel: Channel, registration: Registration, name: str) -> None:
    account = request.world.account(name) or request.world.account_of_nick(name)
    entry = registration.access.get(account.key if account is not None else fold(name))
    own = entry is not None and fold(entry.account) == fold(request.user.account)
    if not own:  # everybody may lay down what they have
        held = _need(request, channel, registration, _ADMIN)
    if entry is None:
        raise _no(f"{limits.cut(name, limits.NICKLEN)} is not on the access list of {channel.name}")
    if not own:
        _need_above(held, entry.role, entry.account)
    request.commit(AccessSet(request.user.uid, channel.name, entry.account, ""))


def _need_above(held: str, other: str, name: str) -> None:
    """Who has a role is above others, but not above their like."""
    if roles.rank(other) >= roles.rank(held):
        raise _no(f"{name} is {roles.BY_LETTER[other].name}: that only somebody of a higher role can change")


def _role(request: Request, words: list[str], letter: str, *, add: bool) -> None:
    channel, registration = _registered(request, words[0])
    user, held = request.user, _held(request, registration)
    target = request.world.user(words[1]) if len(words) > 1 else user
    if target is None or target not in channel.members:
        raise _no(f"{_shown(words[1]) if len(words) > 1 else user.nick} is not in {channel.name}")
    name = roles.BY_LETTER[letter].name
    own = target is user and (not add or roles.rank(held) >= roles.rank(letter))
    if not own and not roles.may_grant(held, letter):
        raise _no(f"Your account's role in {channel.name} does not let you give or take the role {name}")
    if not own and not add and roles.rank(channel.roles_of(target)) > roles.rank(held):
        raise _no(f"{target.nick} has a higher role than you")
    request.commit(RoleSet(user.uid, target.uid, channel.name, letter, add))


def _word(letter: str, *, add: bool) -> Word:
    """The row of a word that gives or takes a role for now."""
    word = ("" if add else "DE") + {"o": "OP", "h": "HALFOP", "v": "VOICE"}[letter]

    def handler(request: Request, words: list[str]) -> Steps:
        yield from ()
        _role(request, words, letter, add=add)

    name = roles.BY_LETTER[letter].name
    text = (
        f"gives a member the role {name} until they leave" if add else f"takes the role {name} from a member"
    )
    return Word(handler, 1, f"{word} <channel> [nick]", text, login=False)


def _up(request: Request, words: list[str]) -> Steps:
    yield from ()
    channel, registration = _registered(request, words[0])
    user, role = request.user, registration.role_of(request.user.account)
    if not role or user not in channel.members:
        raise _no(f"You have no role in {channel.name}, or are not there")
    request.commit(RoleSet(user.uid, user.uid, channel.name, role, True))


WORDS: dict[str, Word] = {
    "REGISTER": Word(_register, 1, "REGISTER <channel>", "makes a channel yours, and makes it last"),
    "INFO": Word(_info, 1, "INFO <channel>", "tells whose a channel is", login=False),
    "LIST": Word(_list, 0, "LIST", "lists the channels in which your account has a role"),
    "ACCESS": Word(
        _access,
        1,
        "ACCESS <channel> [LIST] | ADD <account> <role> | DEL <account>",
        "gives an account a role for good: admin, operator, half-operator, voice",
        login=False,
    ),
    "OP": _word("o", add=True),
    "DEOP": _word("o", add=False),
    "HALFOP": _word("h", add=True),
    "DEHALFOP": _word("h", add=False),
    "VOICE": _word("v", add=True),
    "DEVOICE": _word("v", add=False),
    "UP": Word(_up, 1, "UP <channel>", "gives you the role that your account has"),
    "SUCCESSOR": Word(
        _successor,
        1,
        "SUCCESSOR <channel> [account]",
        "says whose the channel is when your account is gone",
        login=False,
    ),
    "FOUNDER": Word(
        _founder, 2, "FOUNDER <channel> <account> [code]", "hands the channel over for good", login=False
    ),
    **chanserv_people.WORDS,
    "DROP": Word(_drop, 1, "DROP <channel> [code]", "ends the registration", login=False),
}
WORDS |= {"TRANSFER": WORDS["FOUNDER"], "UNREGISTER": WORDS["DROP"]}
