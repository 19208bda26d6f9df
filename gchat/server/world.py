"""Who is here and where: users, channels, and what must always be true of them.

Only ``apply`` calls the methods that change anything here, so that one machine and many do the same.
Everything else reads.  The world knows nothing of sockets; ``Session`` objects stand in it as the addresses
of deliveries.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from gchat.irc.casemap import fold
from gchat.irc.message import Source
from gchat.server import roles
from gchat.server.accounts import Account
from gchat.server.audience import Audience
from gchat.server.channel_modes import AT_CREATION
from gchat.server.invitations import Invitations
from gchat.server.lasting import Lasting
from gchat.server.marks import Marks
from gchat.server.metadata import Metadata
from gchat.server.positions import Positions
from gchat.server.renames import Renames
from gchat.server.seats import Seats

if TYPE_CHECKING:
    from gchat.server.registrations import Registration
    from gchat.server.session import Session

WHOWAS_PER_NICK: Final = 8
WHOWAS_NICKS: Final = 1024
GUEST: Final = "?"  # in front of the nick of somebody without an account
SAID: Final = 32  # messages of a guest that are known to be theirs
INVITES: Final = 64  # that a user may have at a time


class User:
    """Somebody whom others see.  ``sessions`` are the connections on this machine."""

    __slots__ = (
        "account",
        "away",
        "channels",
        "host",
        "invites",
        "modes",
        "nick",
        "oper",
        "realname",
        "said",
        "secure",
        "sessions",
        "signon",
        "source",
        "uid",
        "username",
    )

    def __init__(self, uid: str, nick: str, username: str, host: str, realname: str, signon: int) -> None:
        self.uid = uid
        self.nick = nick
        self.username = username
        self.host = host
        self.realname = realname
        self.signon = signon  # Unix seconds
        self.account = ""
        self.away = ""
        self.oper = ""  # name of the operator block
        self.modes: set[str] = set()
        self.secure = False
        self.channels: dict[str, Channel] = {}  # by folded name
        self.invites: dict[str, Channel] = {}  # by folded name; one that ended is worth nothing
        self.sessions: list[Session] = []
        self.said: deque[str] | None = None  # ids of a guest's own messages, the last of them
        self.source = str(Source(nick, username, host))

    def describe(
        self, *, nick: str | None = None, username: str | None = None, host: str | None = None
    ) -> None:
        """Change a part of the hostmask; ``source`` follows."""
        self.nick = self.nick if nick is None else nick
        self.username = self.username if username is None else username
        self.host = self.host if host is None else host
        self.source = str(Source(self.nick, self.username, self.host))

    def remember(self, msgid: str) -> None:
        """Know a message of somebody without an account again, so that they can take it back."""
        if self.said is None:
            self.said = deque(maxlen=SAID)
        self.said.append(msgid)

    @property
    def party(self) -> str:
        """What this side of direct messages is kept under: no account can be called what a guest is."""
        return fold(self.account) if self.account else GUEST + fold(self.nick)

    @property
    def is_operator(self) -> bool:
        """True for a server operator."""
        return "o" in self.modes


class Ban(NamedTuple):
    """One row of a channel's list b, e or I; times are Unix seconds.  ``until`` 0: for ever."""

    mask: str
    by: str
    at: int
    until: int = 0
    reason: str = ""


class Channel:
    """A channel: its members with their roles, its modes and lists."""

    __slots__ = (
        "created",
        "key",
        "lists",
        "members",
        "modes",
        "name",
        "registration",
        "sessions",
        "spoke",
        "topic",
        "topic_at",
        "topic_by",
    )

    def __init__(self, name: str, created: int) -> None:
        self.name = name
        self.key = fold(name)  # what it is found by
        self.created = created
        self.topic = ""
        self.topic_by = ""
        self.topic_at = 0
        self.modes: dict[str, str] = {}  # letter -> parameter, "" for a flag
        self.lists: dict[str, dict[str, Ban]] = {"b": {}, "e": {}, "I": {}}  # by folded mask
        self.members: dict[User, str] = {}  # roles, highest first
        self.sessions = Audience()  # the members' connections on this machine
        self.spoke: dict[str, int] = {}  # in slow mode: who spoke last when (slow.py)
        self.registration: Registration | None = None

    def roles_of(self, user: User | None) -> str:
        """The user's roles; empty for no role and for no member."""
        return self.members.get(user, "") if user is not None else ""


class Past(NamedTuple):
    """What WHOWAS remembers; ``at`` is Unix seconds."""

    nick: str
    username: str
    host: str
    realname: str
    account: str
    at: int


class World:
    """All users and channels.  A nick, folded, belongs to one user.

    A channel without members is gone, unless it is registered: then it rests, and is as it was when somebody
    comes in again.
    """

    def __init__(self) -> None:
        self.users: dict[str, User] = {}  # by uid
        self.nicks: dict[str, User] = {}  # by folded nick
        self.channels: dict[str, Channel] = {}  # by folded name
        self.resting: dict[str, Channel] = {}  # the registered ones that nobody is in
        self.accounts: dict[str, Account] = {}  # by folded name
        self.seats: Seats = Seats()  # what every member may read of what was said before
        self.positions: Positions = Positions()  # how far every device has seen
        self.marks: Marks = Marks()  # how far everybody has read
        self.metadata: Metadata = Metadata()
        self.lasting: Lasting = Lasting()
        self.renames: Renames = Renames()  # where channels went that had another name
        self.timed: dict[Channel, int] = {}  # when the first ban of a channel ends that ends by itself
        self.invitations: Invitations = Invitations()
        self.former_accounts: set[str] = set()  # folded names that nobody else may have
        self._owners: dict[str, str] = {}  # folded nick -> folded name of the account that holds it
        self._online: dict[str, list[User]] = {}  # by the folded name of the account
        self._past: dict[str, deque[Past]] = {}
        self.modes: Counter[str] = Counter()  # how many users have each user mode
        self.most_users = 0

    # reading

    def user(self, nick: str) -> User | None:
        """Find a user by nick."""
        return self.nicks.get(fold(nick))

    def channel(self, name: str) -> Channel | None:
        """Find a channel that somebody is in by name."""
        return self.channels.get(name) or self.channels.get(fold(name))  # most names are folded already

    def known_channel(self, name: str) -> Channel | None:
        """Find a channel by name, also a registered one that nobody is in."""
        key = fold(name)
        return self.channels.get(key) or self.resting.get(key)

    def registered_channels(self) -> Iterator[tuple[Channel, Registration]]:
        """Every channel that belongs to somebody."""
        for channel in chain(self.channels.values(), self.resting.values()):
            if channel.registration is not None:
                yield channel, channel.registration

    def has_ended(self, channel: Channel) -> bool:
        """True for a channel that is no more."""
        return channel not in (self.channels.get(channel.key), self.resting.get(channel.key))

    def account(self, name: str) -> Account | None:
        """Find an account by name."""
        return self.accounts.get(fold(name))

    def account_of_nick(self, nick: str) -> Account | None:
        """The account that a nick is held for, be it its name or a nick of its group."""
        return self.accounts.get(self._owners.get(fold(nick), ""))

    def users_of(self, account: str) -> list[User]:
        """Who is logged in to an account, the first one first."""
        return list(self._online.get(fold(account), ()))

    def past(self, nick: str) -> list[Past]:
        """Who had this nick before, the latest first."""
        return list(self._past.get(fold(nick), ()))

    def audience(self, user: User) -> Audience:
        """The connections of all who share a channel with the user, and the user's own, each once."""
        together = [channel.sessions for channel in user.channels.values()]
        if len(together) == 1:  # the user's own are in it, and it is there already
            return together[0]
        return Audience(chain(user.sessions, *together))

    # changing: for apply only

    def add_user(self, user: User) -> None:
        """Let a user in.  The caller has made sure that the nick is free."""
        self.users[user.uid] = user
        self.nicks[fold(user.nick)] = user
        if user.account:
            self._online.setdefault(fold(user.account), []).append(user)
            self.lasting.touch(user)
        self.modes.update(user.modes)
        self.most_users = max(self.most_users, len(self.users))

    def remove_user(self, user: User, at: int) -> None:
        """Take a user out of everything and remember the nick for WHOWAS."""
        self.remember(user, at)
        for channel in list(user.channels.values()):
            self.leave(user, channel)
        self._log_out(user)
        self.modes.subtract(user.modes)
        del self.users[user.uid]
        del self.nicks[fold(user.nick)]
        user.sessions.clear()  # they know the user, too: nobody is to be in a circle

    def log_in(self, user: User, account: str) -> None:
        """Have a user be logged in to an account, and to no other; empty: to none."""
        self._log_out(user)
        user.account = account
        if account:
            self._online.setdefault(fold(account), []).append(user)
            self.lasting.touch(user)

    def _log_out(self, user: User) -> None:
        self.lasting.touch(user)
        users = self._online.get(fold(user.account), [])
        if user in users:
            users.remove(user)
            if not users:
                del self._online[fold(user.account)]

    def put_account(self, account: Account) -> None:
        """Let an account in, or replace it.  Nicks that another one holds stay with that."""
        key = account.key
        self._give_up_nicks(key)
        self.accounts[key] = account
        self.former_accounts.discard(key)
        for nick in (key, *account.nicks):
            self._owners.setdefault(nick, key)

    def remove_account(self, key: str) -> None:
        """Take an account out; its nicks are free."""
        self._give_up_nicks(key)
        del self.accounts[key]

    def _give_up_nicks(self, key: str) -> None:
        old = self.accounts.get(key)
        if old is not None:
            for nick in (key, *old.nicks):
                if self._owners.get(nick) == key:
                    del self._owners[nick]

    def attach(self, user: User, session: Session) -> None:
        """Let one more connection speak as the user."""
        user.sessions.append(session)
        for channel in user.channels.values():
            channel.sessions.add([session])

    def detach(self, user: User, session: Session) -> None:
        """Let a connection go; the user stays."""
        user.sessions.remove(session)
        for channel in user.channels.values():
            channel.sessions.remove([session])

    def set_mode(self, user: User, letter: str, add: bool) -> bool:
        """Give a user a mode or take it away; False where nothing changes."""
        if (letter in user.modes) is add:
            return False
        (user.modes.add if add else user.modes.discard)(letter)
        self.modes[letter] += 1 if add else -1
        return True

    def rename(self, user: User, nick: str) -> None:
        """Give a user another nick, which the caller knows to be free or the user's own."""
        del self.nicks[fold(user.nick)]
        user.describe(nick=nick)
        self.nicks[fold(nick)] = user
        self.lasting.touch(user)

    def remember(self, user: User, at: int) -> None:
        """Keep the user's present nick for WHOWAS, within bounds."""
        key = fold(user.nick)
        rows = self._past.pop(key, None)
        if rows is None:
            rows = deque(maxlen=WHOWAS_PER_NICK)
        rows.appendleft(Past(user.nick, user.username, user.host, user.realname, user.account, at))
        self._past[key] = rows  # last in the dict: the nick longest unused goes first
        if len(self._past) > WHOWAS_NICKS:
            del self._past[next(iter(self._past))]

    def enter(self, user: User, name: str, at: int) -> Channel:
        """Make the user a member; the first one makes the channel and is its operator.

        A registered channel is not made, and whoever comes first has the role that their account has.
        """
        key = fold(name)
        if key in self.resting:
            self.channels[key] = self.resting.pop(key)
        channel = self.channels.get(key)
        registration = channel.registration if channel is not None else None
        held = registration.role_of(user.account) if registration is not None else ""
        if channel is None:
            channel = self.channels[key] = Channel(name, at)
            self.seats.began(key)
            channel.modes.update(dict.fromkeys(AT_CREATION, ""))
            held = "o"
        channel.members[user] = held
        channel.sessions.add(user.sessions)
        user.channels[key] = channel
        user.invites.pop(key, None)
        self.lasting.touch(user)
        return channel

    def leave(self, user: User, channel: Channel) -> None:
        """End a membership; a channel that nobody is in ends with it, or rests."""
        del channel.members[user]
        del user.channels[channel.key]
        self.lasting.touch(user)
        channel.sessions.remove(user.sessions)
        self.seats.left(user.uid, channel.key)
        if not channel.members:
            del self.channels[channel.key]
            if channel.registration is not None:
                self.resting[channel.key] = channel
            else:
                self.timed.pop(channel, None)

    def register(self, channel: Channel, registration: Registration | None) -> None:
        """Have a channel belong to somebody, or to nobody any more: then it ends if nobody is in it."""
        channel.registration = registration
        if registration is None:
            if self.resting.pop(channel.key, None) is not None:
                self.timed.pop(channel, None)
        elif not channel.members:
            self.resting[channel.key] = channel

    def rename_channel(self, channel: Channel, name: str) -> None:
        """Give a channel another name, which the caller knows to be free or the channel's own."""
        key, channel.name, channel.key = channel.key, name, fold(name)
        del self.channels[key]
        self.channels[channel.key] = channel
        for user in channel.members:
            del user.channels[key]
            user.channels[channel.key] = channel
            self.lasting.touch(user)
        for user in self.users.values():
            if user.invites.get(key) is channel:
                del user.invites[key]
                user.invites[channel.key] = channel

    def invite(self, user: User, channel: Channel) -> None:
        """Let the user in once, past what keeps others out; of too many invitations the oldest goes."""
        user.invites.pop(channel.key, None)
        user.invites[channel.key] = channel
        if len(user.invites) > INVITES:
            del user.invites[next(iter(user.invites))]

    def watch(self, channel: Channel) -> None:
        """Know when the first of a channel's bans ends by itself; call it when its lists were changed."""
        ends = [ban.until for rows in channel.lists.values() for ban in rows.values() if ban.until]
        self.timed.pop(channel, None)
        if ends:
            self.timed[channel] = min(ends)

    def set_roles(self, user: User, channel: Channel, held: str) -> None:
        """Replace a member's roles."""
        channel.members[user] = roles.ordered(held)
        self.lasting.touch(user)
