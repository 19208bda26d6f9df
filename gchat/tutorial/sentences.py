"""IRC messages as a plain client reads them: the tutorial's own words where it has any, sentences elsewhere.

One function a command, in ``SENTENCES``; replies and errors that need nothing but their parameters are rows
of ``NUMERICS``.  What a sentence is made of may be anybody's text: the wire makes it harmless, and every text
of a user stands behind ``nick: `` or ``* nick``, so that nobody can write what looks like the server's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from gchat.irc import modes
from gchat.irc.message import Message, Source
from gchat.irc.modes import ModeChange
from gchat.irc.numerics import BY_NUMBER
from gchat.tutorial.commands import MUTE
from gchat.tutorial.place import Place

WELCOME: Final = "Connected to server!"
JOINED: Final = "{} joined!"
LEFT: Final = "{} left!"
_END: Final = re.compile(r"Closing link: \([^)]*\) \[(.*)\]", re.IGNORECASE)

# What comes without having been asked for, what ends a list, and what is for programs.
_HIDDEN: Final = "002 003 004 010 221 250 251 252 253 254 255 265 266 321 324 329 333 368 372 375 376 422 900"
# ``{0}`` is the first parameter after the nick, ``{text}`` the last.  A reply that is not here is shown with
# its text; so is an error whose text the server chose for the case.
NUMERICS: Final[dict[str, str]] = {
    **dict.fromkeys(_HIDDEN.split(), ""),
    "301": "{0} is away: {text}",
    "331": "{0} has no topic.",
    "332": "The topic of {0}: {text}",
    "341": "{0} is invited to {text}.",
    "401": "There is nobody called {0}.",
    "403": "There is no channel {0}.",
    "404": "You cannot speak in {0}.",
    "405": "You are in too many channels to go to {0}.",
    "412": "There is nothing to say.",
    "421": "The server does not know {0}.",
    "432": "{0} cannot be a nickname: only ASCII letters, digits, - and _ can be in one, a letter first.",
    "433": "The nickname {0} is taken: choose another.",
    "435": "You cannot be called {0} while you are banned or muted in {1}.",
    "437": "{0} cannot be had at the moment.",
    "441": "{0} is not in {1}.",
    "442": "You are not in {0}.",
    "443": "{0} is in {1} already.",
    "464": "The password is wrong.",
    "465": "You are banned from this server.",
    "471": "You cannot go to {0}: it is full.",
    "473": "You cannot go to {0}: somebody there has to invite you.",
    "474": "You cannot go to {0}: you are banned.",
    "475": "You cannot go to {0} without its key: /join {0} KEY",
    "476": "{0} cannot be the name of a channel.",
    "477": "You cannot go to {0} without an account.",
    "478": "The list of {0} is full.",
    "482": "You may not do that in {0}: you are not an operator there.",
    "901": "{text}.",
}
# Why a channel, the first parameter, could not be joined or not be spoken to.
_REFUSALS: Final = "403 404 405 437 442 470 471 473 474 475 476 477"
_NOT_IN: Final = frozenset(_REFUSALS.split())

_ROLES: Final = {
    "q": "founder",
    "a": "an admin",
    "o": "an operator",
    "h": "a half-operator",
}
_FLAGS: Final = {
    "i": ("lets in only who is invited", "lets in everybody"),
    "m": ("lets speak only who has a voice", "lets everybody speak"),
    "n": ("lets speak only who is here", "lets speak who is not here, too"),
    "s": ("hides the channel", "shows the channel to everybody"),
    "t": ("lets only operators set the topic", "lets everybody set the topic"),
    "C": ("forbids CTCP", "allows CTCP"),
    "M": ("lets speak only who has an account", "lets speak who has no account, too"),
    "R": ("lets in only who has an account", "lets in who has no account, too"),
    "r": ("registered the channel: it lasts", "ended the registration of the channel"),
}
_LISTS: Final = {
    "b": ("banned {}", "took back the ban of {}"),
    "e": ("excepted {} from bans", "took back the exception of {}"),
    "I": ("lets {} in without an invitation", "took back the invitation of {}"),
}


def sentences(place: Place, message: Message) -> list[str]:
    """Return what the client is to read of a message, line by line.  The place learns what it says."""
    function = SENTENCES.get(message.command)
    if function is not None:
        return function(place, message)
    return _numeric(place, message) if message.command.isdigit() else []


def _param(message: Message, index: int) -> str:
    return message.params[index] if len(message.params) > index else ""


def _who(message: Message) -> str:
    return Source.parse(message.source).nick


def _label(place: Place, target: str) -> str:
    """What stands before a line: nothing in the current channel, else ``[#dev] `` or ``[private] ``."""
    if place.is_current(target):
        return ""
    return "[private] " if place.is_me(target) else f"[{target}] "


def _sentence(text: str) -> str:
    return text if text[-1:] in (".", "!", "?") else text + "."


# --- what people say


def _privmsg(place: Place, message: Message) -> list[str]:
    who, target, text = _who(message), _param(message, 0), _param(message, 1)
    label = _label(place, target)
    if place.is_me(who) and label and not place.isupport.is_channel(target.lstrip(place.isupport.statusmsg)):
        label = f"[private to {target}] "
    if not text.startswith("\x01"):
        return [f"{label}{who}: {text}"]
    # https://modern.ircdocs.horse/ctcp: what programs ask each other is not for people
    verb, _, rest = text.strip("\x01").partition(" ")
    return [f"{label}* {who} {rest}"] if verb.upper() == "ACTION" else []


def _notice(place: Place, message: Message) -> list[str]:
    target, text = _param(message, 0), _param(message, 1)
    if text.startswith("\x01"):
        return []
    if "!" not in message.source:  # the server itself
        return [text]
    return [f"{_label(place, target)}[notice] {_who(message)}: {text}"]


def _wallops(place: Place, message: Message) -> list[str]:
    return [f"[wallops] {_who(message)}: {_param(message, 0)}"]


# --- who comes and goes


def _join(place: Place, message: Message) -> list[str]:
    who, channel = _who(message), _param(message, 0)
    if not place.is_me(who):
        return [_label(place, channel) + JOINED.format(who)]
    known = place.is_in(channel)
    place.enter(channel)
    if not place.welcomed and place.is_lobby(channel):
        place.welcomed = True
        return [JOINED.format(who), WELCOME]
    if not known:
        place.quiet = False
    if place.is_current(channel):
        return [place.where()]
    return [f"You are in {channel}, too: /join {channel} takes you there."]


def _part(place: Place, message: Message) -> list[str]:
    who, channel = _who(message), _param(message, 0)
    if not place.is_me(who):
        return [_label(place, channel) + LEFT.format(who)]
    place.leave(channel)
    return [f"You left {channel}.", place.where()]


def _rename(place: Place, message: Message) -> list[str]:
    who, channel, to, reason = _who(message), _param(message, 0), _param(message, 1), _param(message, 2)
    label = _label(place, channel)
    place.rename(channel, to)
    return [f"{label}{who} renamed {channel} to {to}" + (f": {reason}" if reason else ".")]


def _quit(place: Place, message: Message) -> list[str]:
    return [LEFT.format(_who(message))]


def _kick(place: Place, message: Message) -> list[str]:
    who, channel, whom, reason = _who(message), _param(message, 0), _param(message, 1), _param(message, 2)
    because = f": {reason}" if reason and reason != who else "."  # servers give the nick for want of a reason
    if place.is_me(whom):
        place.leave(channel)
        return [f"{who} removed you from {channel}{because}", place.where()]
    return [f"{_label(place, channel)}{who} removed {whom} from the channel{because}"]


def _nick(place: Place, message: Message) -> list[str]:
    who, nick = _who(message), _param(message, 0)
    if not place.is_me(who):
        return [f"{who} is now {nick}."]
    place.be(nick)
    return [f"You are now {nick}."]


def _invite(place: Place, message: Message) -> list[str]:
    who, whom, channel = _who(message), _param(message, 0), _param(message, 1)
    if place.is_me(whom):
        return [f"{who} invites you to {channel}: /join {channel}"]
    return [f"{_label(place, channel)}{who} invited {whom}."]


def _kill(place: Place, message: Message) -> list[str]:
    return [f"{_who(message)} ended your connection: {_param(message, 1)}"]


def _error(place: Place, message: Message) -> list[str]:
    if place.quitting:
        return ["Goodbye!"]
    text = _param(message, 0)
    found = _END.fullmatch(text)
    return [_sentence(f"The server ends this connection: {found[1] if found else text}")]


# --- topics and modes


def _topic(place: Place, message: Message) -> list[str]:
    who, topic = _who(message), _param(message, 1)
    done = f"set the topic: {topic}" if topic else "took the topic away."
    return [f"{_label(place, _param(message, 0))}{who} {done}"]


def _mode(place: Place, message: Message) -> list[str]:
    who, channel = _who(message), _param(message, 0)
    if not place.isupport.is_channel(channel):
        return []  # a client's own modes say nothing to people
    parsed = modes.parse_modes(message.params[1:], place.isupport.mode_types)
    return [f"{_label(place, channel)}{who} {_change(change)}." for change in parsed.changes]


def _change(change: ModeChange) -> str:
    """One change of a mode, in words."""
    add, letter, param = change.add, change.letter, change.param or ""
    if letter in _ROLES:
        return f"made {param} {_ROLES[letter]}" if add else f"took the {_title(letter)} role from {param}"
    if letter == "v":
        return f"gave {param} a voice" if add else f"took {param}'s voice"
    if letter in _FLAGS:
        return _FLAGS[letter][0 if add else 1]
    if letter == "k":
        return f"locked the channel: its key is {param}" if add else "unlocked the channel"
    if letter == "l":
        return f"lets in {param} people at most" if add else "lets in as many as come"
    if letter == "W":
        return f"lets each say one thing in {param} seconds" if add else "ended slow mode"
    if letter == "b" and param.startswith(MUTE):
        return f"{'muted' if add else 'unmuted'} {_person(param.removeprefix(MUTE))}"
    if letter in _LISTS:
        return _LISTS[letter][0 if add else 1].format(_person(param))
    return f"set {'+' if add else '-'}{letter} {param}".rstrip()


def _title(letter: str) -> str:
    """A role without its article, "" for none."""
    return "voice" if letter == "v" else _ROLES.get(letter, "").rpartition(" ")[2]


def _person(mask: str) -> str:
    """A mask of nothing but a nick is that person."""
    return mask.removesuffix("!*@*")


# --- replies


def _welcome(place: Place, message: Message) -> list[str]:
    place.be(_param(message, 0))
    return []


def _isupport(place: Place, message: Message) -> list[str]:
    place.isupport.feed(message.params)
    return []


def _names(place: Place, message: Message) -> list[str]:
    if place.quiet:
        return []
    place.listed = True
    letters, symbols = place.isupport.prefix
    people = []
    for word in _param(message, 3).split():
        nick = word.lstrip(symbols)
        role = letters[symbols.index(word[0])] if len(nick) < len(word) else ""
        title = _title(role)
        people.append(f"{nick} ({title})" if title else nick)
    return [f"In {_param(message, 2)}: {', '.join(people)}"]


def _end_of_names(place: Place, message: Message) -> list[str]:
    silent = place.quiet or place.listed
    place.quiet = place.listed = False
    return [] if silent else [f"There is nobody to be seen in {_param(message, 1)}."]


def _list(place: Place, message: Message) -> list[str]:
    place.listed = True
    channel, count, topic = _param(message, 1), _param(message, 2), _param(message, 3)
    people = "1 person" if count == "1" else f"{count} people"
    return [f"{channel}, {people}" + (f": {topic}" if topic else "")]


def _end_of_list(place: Place, message: Message) -> list[str]:
    silent, place.listed = place.listed, False
    return [] if silent else ["There are no channels."]


def _numeric(place: Place, message: Message) -> list[str]:
    number, text = message.command, message.params[-1] if len(message.params) > 1 else ""
    about = message.params[1:-1]
    found: list[str] = []
    known = NUMERICS.get(number)
    if known == "":
        return found
    usual = BY_NUMBER[number].text if number in BY_NUMBER else ""
    if known is not None and _fits(known, about) and (number < "400" or text in ("", usual)):
        found.append(known.format(*about, text=text))
    elif text or about:
        found.append(_sentence(": ".join([part for part in (" ".join(about), text) if part])))
    if number in _NOT_IN and about and place.is_current(about[0]) and not place.is_in(about[0]):
        place.look_away(about[0])
        found.append(place.where())
    return found


def _fits(form: str, about: tuple[str, ...]) -> bool:
    return len(about) >= sum(field in form for field in ("{0}", "{1}"))


def _no_nickname(place: Place, message: Message) -> list[str]:
    # Böb, folded to ASCII as the tutorial's client needs it, would read as Bob, who can well be called so.
    return _numeric(place, message) if _param(message, 1).isascii() else [NUMERICS["432"].format("That")]


def _standard_reply(place: Place, message: Message) -> list[str]:
    # Command, code, what it is about, text.  https://ircv3.net/specs/extensions/standard-replies
    return [_sentence(message.params[-1])] if message.params else []


SENTENCES: Final[dict[str, Callable[[Place, Message], list[str]]]] = {
    "PRIVMSG": _privmsg,
    "NOTICE": _notice,
    "WALLOPS": _wallops,
    "JOIN": _join,
    "PART": _part,
    "RENAME": _rename,
    "QUIT": _quit,
    "KICK": _kick,
    "NICK": _nick,
    "INVITE": _invite,
    "KILL": _kill,
    "ERROR": _error,
    "TOPIC": _topic,
    "MODE": _mode,
    "001": _welcome,
    "005": _isupport,
    "322": _list,
    "323": _end_of_list,
    "353": _names,
    "366": _end_of_names,
    "432": _no_nickname,
    "FAIL": _standard_reply,
    "WARN": _standard_reply,
    "NOTE": _standard_reply,
}
