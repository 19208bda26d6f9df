"""ChanServ's words about people who disturb: TBAN and PURGE for whoever types no commands of the protocol.

They are for who may ban in the channel at the moment, be it registered or not.
"""

from __future__ import annotations

from functools import partial

from gchat.irc import durations
from gchat.irc.casemap import fold
from gchat.irc.modes import ModeChange
from gchat.server import roles, services
from gchat.server.channel_modes import ACCOUNT, MUTE
from gchat.server.commands import moderation, purging
from gchat.server.commands.modes import Changes
from gchat.server.events import ModesSet
from gchat.server.request import FailError, Request, Steps
from gchat.server.services import Word


def _say(request: Request, text: str) -> None:
    services.say(request, text, services.CHANSERV)


def _ban(kind: str, request: Request, words: list[str]) -> Steps:
    yield from ()
    name, whom, *rest = words
    seconds = durations.parse(rest[0]) if rest else None
    given, reason = ("0", rest) if seconds is None else (rest[0], rest[1:])
    moderation.ban(request, name, given, kind + _masks(request, whom)[0], " ".join(reason))


def _unban(kind: str, request: Request, words: list[str]) -> Steps:
    yield from ()
    channel = moderation.moderated(request, words[0], roles.Right.BAN)
    changes = Changes(request, channel)
    asked = [changes.check(ModeChange(False, "b", kind + mask)) for mask in _masks(request, words[1])]
    found = [change for change in asked if change and fold(change.param or "") in channel.lists["b"]]
    if not found:
        what = "mute" if kind else "ban"
        raise FailError(
            "", text=f"There is no such {what} in {channel.name}: MODE {channel.name} b lists them"
        )
    request.commit(ModesSet(request.user.uid, channel.name, tuple(found)))


def _masks(request: Request, word: str) -> list[str]:
    """The masks that may be meant, the best one first: of a nick its account, else everybody from there."""
    user = request.world.user(word)
    if user is None or any(sign in word for sign in "!@*?:"):
        return [word]
    own = [f"{ACCOUNT}{user.account}"] if user.account else []
    return [*own, f"*!*@{user.host}", user.nick]


def _log(request: Request, words: list[str]) -> Steps:
    yield from moderation.tell_log(request, words, partial(_say, request))


def _purge(request: Request, words: list[str]) -> Steps:
    yield from purging.delete(request, words[0], words[1], words[2], " ".join(words[3:]))


WORDS: dict[str, Word] = {
    "BAN": Word(
        partial(_ban, ""),
        2,
        "BAN <channel> <nick or mask> [time] [reason]",
        "keeps somebody out, for ever or for a time like 1h",
        login=False,
    ),
    "UNBAN": Word(
        partial(_unban, ""), 2, "UNBAN <channel> <nick or mask>", "lets somebody in again", login=False
    ),
    "MUTE": Word(
        partial(_ban, MUTE),
        2,
        "MUTE <channel> <nick or mask> [time] [reason]",
        "lets somebody read and not speak, for ever or for a time like 10m",
        login=False,
    ),
    "UNMUTE": Word(
        partial(_unban, MUTE), 2, "UNMUTE <channel> <nick or mask>", "lets somebody speak again", login=False
    ),
    "PURGE": Word(
        _purge,
        3,
        "PURGE <channel> <nick> <time> [reason]",
        "deletes what somebody said in the last minutes or hours",
        login=False,
    ),
    "LOG": Word(
        _log, 1, "LOG <channel> [count [before]]", "shows what was done in the channel, and why", login=False
    ),
}
