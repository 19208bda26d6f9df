"""MODE: what a channel or a user is set to, and who may change it.

Which channel modes there are stands in ``channel_modes``, which role may do what in ``roles``; what a mode's
parameter may be is decided in ``_Changes._param``.  https://modern.ircdocs.horse/#mode-message
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gchat.irc import durations, limits, mask
from gchat.irc.casemap import fold
from gchat.irc.modes import ModeChange, ModeTypes, parse_modes
from gchat.irc.numerics import (
    ERR_BANLISTFULL,
    ERR_CHANOPRIVSNEEDED,
    ERR_INVALIDMODEPARAM,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_NOTONCHANNEL,
    ERR_UMODEUNKNOWNFLAG,
    ERR_UNKNOWNMODE,
    ERR_USERNOTINCHANNEL,
    ERR_USERSDONTMATCH,
    RPL_BANLIST,
    RPL_CHANNELMODEIS,
    RPL_CREATIONTIME,
    RPL_ENDOFBANLIST,
    RPL_ENDOFEXCEPTLIST,
    RPL_ENDOFINVEXLIST,
    RPL_EXCEPTLIST,
    RPL_INVEXLIST,
    RPL_UMODEIS,
    Numeric,
)
from gchat.server import roles, slow, timed
from gchat.server.channel_modes import ACCOUNT, MUTE, REGISTERED, TYPES
from gchat.server.events import ModesSet, UserModesSet
from gchat.server.replies import MAX_MODES, USER_MODES
from gchat.server.request import ReplyError, Request
from gchat.server.visibility import may_address
from gchat.server.world import Channel

MASKLEN = 128  # bytes: the longest nick!user@host with a prefix, and wildcards besides
_MAX_LIMIT_DIGITS = 9
_SELECTABLE = ModeTypes(flags=USER_MODES)
_LISTS: dict[str, tuple[Numeric, Numeric]] = {
    "b": (RPL_BANLIST, RPL_ENDOFBANLIST),
    "e": (RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST),
    "I": (RPL_INVEXLIST, RPL_ENDOFINVEXLIST),
}


def mode(request: Request) -> None:
    """MODE target [modes [parameter ...]]"""
    target, asked = request.params[0], request.param(1)
    if not target.startswith("#"):
        _user(request, target, asked)
        return
    channel = request.world.channel(target)
    if channel is None or not may_address(request.user, channel):
        raise ReplyError(ERR_NOSUCHCHANNEL, limits.cut(target, limits.CHANNELLEN) or "*")
    if asked:
        Changes(request, channel).make()
    else:
        _tell_modes(request, channel)


def _user(request: Request, nick: str, asked: str) -> None:
    user = request.user
    target = request.world.user(nick)
    if target is None:
        raise ReplyError(ERR_NOSUCHNICK, limits.cut(nick, limits.CHANNELLEN) or "*")
    if target is not user:
        raise ReplyError(ERR_USERSDONTMATCH)
    if not asked:
        request.reply(RPL_UMODEIS, "+" + "".join(sorted(user.modes)))
        return
    parsed = parse_modes((asked,), _SELECTABLE)
    if parsed.unknown:
        request.reply(ERR_UMODEUNKNOWNFLAG)
    # What counts is the last word on each mode.  "+o" is for OPER to set: RFC 2812, 3.1.5, has it ignored.
    wanted = {change.letter: change for change in parsed.changes if not (change.add and change.letter == "o")}
    if wanted:
        request.commit(UserModesSet(user.uid, tuple(wanted.values())))


def _tell_modes(request: Request, channel: Channel) -> None:
    """RPL_CHANNELMODEIS and RPL_CREATIONTIME; only members read the key."""
    letters = sorted(channel.modes)
    member = request.user in channel.members
    params = [
        channel.modes[letter] if member or letter != "k" else "*"
        for letter in letters
        if channel.modes[letter]
    ]
    request.reply(RPL_CHANNELMODEIS, channel.name, "+" + "".join(letters), *params)
    request.reply(RPL_CREATIONTIME, channel.name, str(channel.created))


class Changes:
    """One MODE of a channel: every change is checked by itself, and those that are allowed are one event."""

    def __init__(self, request: Request, channel: Channel) -> None:
        self.request = request
        self.user = request.user
        self.channel = channel
        self.held = channel.roles_of(self.user)
        self.listed = {(letter, key) for letter, rows in channel.lists.items() for key in rows}
        self.refused: set[object] = set()

    def make(self) -> None:
        """Answer what is asked, refuse what is not allowed, and commit the rest."""
        request = self.request
        parsed = parse_modes(request.params[1:], TYPES)
        for letter in parsed.unknown.replace(" ", "")[:MAX_MODES]:
            request.reply(ERR_UNKNOWNMODE, letter)
        for letter in parsed.missing:
            request.refuse(self._bad_param(letter, "*", f"+{letter} needs a parameter"))
        # Of several changes of the same thing the last one counts, so that "+m-m+m-m..." is not told to all.
        wanted: dict[tuple[str, str], ModeChange] = {}
        for change in self._not_too_many(parsed.changes):
            try:
                checked = self.check(change)
            except ReplyError as error:
                self._refuse(error)
                continue
            if checked is not None:
                many = checked.letter in TYPES.lists or checked.letter in TYPES.prefixes
                thing = fold(checked.param or "") if many else ""
                wanted[checked.letter, thing] = checked
        if wanted:
            request.commit(ModesSet(self.user.uid, self.channel.name, tuple(wanted.values())))

    def _not_too_many(self, changes: Iterable[ModeChange]) -> Iterator[ModeChange]:
        """The changes without parameters, and as many with one as ISUPPORT's MODES says."""
        left, dropped = MAX_MODES, None
        for change in changes:
            if change.param is None:
                yield change
            elif left:
                left -= 1
                yield change
            else:
                dropped = dropped or change
        if dropped is not None:
            text = f"A MODE takes {MAX_MODES} changes with a parameter: send the others in another one"
            self._refuse(self._bad_param(dropped.letter, dropped.param or "", text))

    def _refuse(self, error: ReplyError) -> None:
        reason = (error.args, error.text)
        if reason not in self.refused:
            self.refused.add(reason)
            self.request.refuse(error)

    def check(self, change: ModeChange) -> ModeChange | None:
        """The change as it is to be committed; a question is answered and gives None.  Raises ReplyError."""
        letter = change.letter
        self._need_member()
        if letter in TYPES.prefixes:
            return self._check_role(change)
        if letter not in TYPES.lists:
            return self._check_setting(change)
        if change.param or letter != "b":  # whom the channel keeps out its members may know
            self._need(roles.Right.BAN, "You need to be at least half-operator here for its lists")
        if change.param:
            return self._check_mask(change)
        self._answer(letter)
        return None

    def _need_member(self) -> None:
        if self.user not in self.channel.members and not self.user.is_operator:
            raise ReplyError(ERR_NOTONCHANNEL, self.channel.name)

    def _need(self, right: roles.Right, text: str) -> None:
        if not (roles.may(self.held, right) or self.user.is_operator):
            raise self._forbidden(text)

    def _forbidden(self, text: str) -> ReplyError:
        return ReplyError(ERR_CHANOPRIVSNEEDED, self.channel.name, text=text)

    def _bad_param(self, letter: str, param: str, text: str) -> ReplyError:
        shown = limits.cut(param.replace(" ", "_"), MASKLEN) or "*"
        return ReplyError(ERR_INVALIDMODEPARAM, self.channel.name, letter, shown, text=text)

    # roles

    def _check_role(self, change: ModeChange) -> ModeChange:
        nick, channel, role = change.param or "", self.channel, roles.BY_LETTER[change.letter]
        target = self.request.world.user(nick)
        gives_up_own = target is self.user and not change.add
        free = gives_up_own or self.user.is_operator
        if not free and not roles.may_grant(self.held, change.letter):
            raise self._forbidden(
                f"Your role here does not let you give or take +{role.letter} ({role.name})"
            )
        if target is None:
            raise ReplyError(ERR_NOSUCHNICK, limits.cut(nick, limits.CHANNELLEN) or "*")
        if target not in channel.members:
            raise ReplyError(ERR_USERNOTINCHANNEL, target.nick, channel.name)
        if not free and not change.add and roles.rank(channel.roles_of(target)) > roles.rank(self.held):
            raise self._forbidden(f"{target.nick} has a higher role than you")
        return change._replace(param=target.uid)

    # lists

    def _answer(self, letter: str) -> None:
        if ("asked", letter) in self.refused:  # once is enough, however often the line asks
            return
        self.refused.add(("asked", letter))
        row, end = _LISTS[letter]
        moderates = roles.may(self.held, roles.Right.BAN) or self.user.is_operator
        for ban in self.channel.lists[letter].values():
            terms = timed.terms(ban) if moderates else ""
            self.request.reply(row, self.channel.name, ban.mask, ban.by, str(ban.at), text=terms or None)
        self.request.reply(end, self.channel.name)

    def _check_mask(self, change: ModeChange) -> ModeChange:
        letter, full = change.letter, self._complete(change.letter, change.param or "")
        entry = (letter, fold(full))
        if not change.add:
            self.listed.discard(entry)
        elif entry not in self.listed:
            if len(self.listed) >= self.request.settings.limits.list_entries:
                text = "The lists b, e and I of this channel are full: remove a mask first"
                raise ReplyError(ERR_BANLISTFULL, self.channel.name, letter, text=text)
            self.listed.add(entry)
        return change._replace(param=full)

    def _complete(self, letter: str, param: str) -> str:
        """The mask as a list keeps it.  Mutes, and exceptions from them, are masks behind ``m:``.

        Behind ``a:`` stands an account; who is used to other servers may write ``$a:``.
        """
        kind = MUTE if param.startswith(MUTE) else ""
        given = param[len(kind) :].removeprefix("$")
        if not given or not given.isprintable() or " " in given or given.startswith(":"):
            raise self._bad_param(
                letter, param, "A mask is nick!user@host without spaces; * and ? match anything"
            )
        if kind and letter == "I":
            raise self._bad_param(letter, param, "Who is muted may come in: m: is for the lists b and e")
        by_account = given.startswith(ACCOUNT) and len(given) > len(ACCOUNT)
        full = kind + (given if by_account else mask.complete(given))
        if len(full.encode()) > MASKLEN:
            raise self._bad_param(letter, param, f"A mask has at most {MASKLEN} bytes")
        return full

    # everything else

    def _check_setting(self, change: ModeChange) -> ModeChange:
        self._need(roles.Right.MODES, "You need to be an operator here to change its modes")
        if change.letter == REGISTERED:
            raise self._forbidden("Only ChanServ changes +r: /msg ChanServ HELP REGISTER tells how")
        if not change.add:
            return change._replace(param=None)  # any key removes the key
        return (
            change
            if change.param is None
            else change._replace(param=self._param(change.letter, change.param))
        )

    def _param(self, letter: str, param: str) -> str:
        if letter == "k":
            # A key is written in JOIN's list of keys.  It is no business of the reply's readers.
            fits = 0 < len(param.encode()) <= limits.KEYLEN and param[0] != ":"
            if not fits or not param.isprintable() or " " in param or "," in param:
                text = f"A key has at most {limits.KEYLEN} bytes, no spaces and no commas"
                raise self._bad_param(letter, "*", text)
            return param
        if letter == "W":
            seconds = durations.parse(param) or 0
            if not 1 <= seconds <= slow.LONGEST:
                text = f"Slow mode has a number of seconds from 1 to {slow.LONGEST}, or a time like 5m"
                raise self._bad_param(letter, param, text)
            return str(seconds)
        digits = param.removeprefix("+")
        number = (
            int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_LIMIT_DIGITS else 0
        )
        if number < 1:
            raise self._bad_param(letter, param, "A limit is a number of members from 1 up")
        return str(number)
