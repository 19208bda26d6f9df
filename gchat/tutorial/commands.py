"""What a plain client types: text, and the slash commands that make the server an ordinary one to it.

A line is read to IRC messages, and to sentences that answer it at once where the server need not be asked.
A new command is one row in ``COMMANDS``; the server judges it under the same roles as everybody's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from gchat.irc import durations, limits, mask
from gchat.irc.message import Message
from gchat.tutorial.place import Place
from gchat.tutorial.text import pieces, without_controls

Doing = list[Message | str]  # messages for the server, sentences for the client

# ":nick!user@host PRIVMSG target :" and CR LF, as the longest of each that readers may be sent
_FRAME: Final = 1 + limits.NICKLEN + 1 + limits.USERLEN + 1 + limits.HOSTLEN + len(" PRIVMSG  :\r\n")
_ACTION: Final = "\x01ACTION {}\x01"


class Command(NamedTuple):
    """One row: what it takes, what it does in words, the words it needs at least, and its function."""

    usage: str
    does: str
    needs: int
    run: Callable[[Place, list[str]], Doing]


def read(place: Place, line: str) -> Doing:
    """Read one text of the client: a slash command, or something to say (``//x`` says ``/x``)."""
    line = without_controls(line)
    if line.startswith("//"):
        return say(place, line[1:])
    name = line.split(maxsplit=1)[0][1:] if line.startswith("/") else ""
    if not name:
        return say(place, line)
    command = COMMANDS.get(_OTHER_NAMES.get(name.lower(), name.lower()))
    if command is None:
        name = limits.cut(name, 32)
        return [f"There is no command /{name}: /help lists them all, and //{name} says /{name}."]
    rest = line[1 + len(name) :].strip()
    words = rest.split(maxsplit=1) if rest else []
    if len(words) < command.needs:
        return [f"It goes like this: {command.usage}"]
    return command.run(place, words)


def say(place: Place, text: str) -> Doing:
    """Say a text in the current channel, in as many messages as it needs."""
    if not text.strip():
        return []
    if not place.current:
        return [place.where()]
    return _privmsg(place.current, text)


def _privmsg(target: str, text: str, form: str = "{}") -> Doing:
    room = limits.LINE - _FRAME - len(target.encode()) - len(form.format("").encode())
    return [Message("PRIVMSG", (target, form.format(piece))) for piece in pieces(text, room)]


def _channel(word: str) -> str:
    """A channel's name as people write it, with ``#`` or without; one of several is none."""
    return "" if "," in word else (word if word.startswith("#") else "#" + word)


def _here(place: Place, *change: str, command: str = "MODE") -> Doing:
    """Send a command that is about the current channel."""
    return [Message(command, (place.current, *change))] if place.current else [place.where()]


# --- the commands, in the order of /help.  ``words``: the first word, and all that follows it


def _help(place: Place, words: list[str]) -> Doing:
    return [*[f"{command.usage} - {command.does}" for command in COMMANDS.values()], place.where()]


def _nick(place: Place, words: list[str]) -> Doing:
    return [Message("NICK", (words[0],))]


def _join(place: Place, words: list[str]) -> Doing:
    channel = _channel(words[0])
    if not channel:
        return ["One channel at a time: /join CHANNEL"]
    place.look_at(channel)
    if place.is_in(channel):  # the server has nothing to answer to that
        return [place.where()]
    return [Message("JOIN", (channel, *words[1:]))]


def _leave(place: Place, words: list[str]) -> Doing:
    channel = _channel(words[0]) if words else place.current
    if not channel:
        return [place.where()]
    place.look_away(channel)
    return [Message("PART", (channel,))]


def _rooms(place: Place, words: list[str]) -> Doing:
    return [Message("LIST")]


def _who(place: Place, words: list[str]) -> Doing:
    place.quiet = False
    if words:
        return [Message("NAMES", (_channel(words[0]) or words[0],))]
    return _here(place, command="NAMES")


def _msg(place: Place, words: list[str]) -> Doing:
    return _privmsg(words[0], words[1])


def _me(place: Place, words: list[str]) -> Doing:
    return _privmsg(place.current, " ".join(words), _ACTION) if place.current else [place.where()]


def _topic(place: Place, words: list[str]) -> Doing:
    return _here(place, *([" ".join(words)] if words else []), command="TOPIC")


def _kick(place: Place, words: list[str]) -> Doing:
    return _here(place, *words, command="KICK")


def _shut_out(extban: str) -> Callable[[Place, list[str]], Doing]:
    """Ban or mute: for ever, or for a time, behind which a reason may stand."""

    def run(place: Place, words: list[str]) -> Doing:
        whom = extban + mask.complete(words[0])
        if len(words) == 1:
            return _here(place, "+b", whom)
        time, _, reason = words[1].partition(" ")
        if durations.parse(time) is None:
            return ["Behind the name stands a time, like 10m, 1h or 7d (0 is for ever), and then the reason."]
        return _here(place, time, whom, *([reason] if reason else []), command="TBAN")

    return run


def _let_in(extban: str) -> Callable[[Place, list[str]], Doing]:
    return lambda place, words: _here(place, "-b", extban + mask.complete(words[0]))


def _quit(place: Place, words: list[str]) -> Doing:
    place.quitting = True
    return [Message("QUIT", tuple([" ".join(words)] if words else []))]


# The extended ban that lets somebody read and not speak is announced as EXTBAN=,am.
MUTE: Final = "m:"

COMMANDS: Final[dict[str, Command]] = {
    "help": Command("/help", "show this", 0, _help),
    "nick": Command("/nick NAME", "be called NAME", 1, _nick),
    "join": Command("/join CHANNEL", "go to a channel, or open a new one", 1, _join),
    "leave": Command("/leave [CHANNEL]", "leave this channel, or another one", 0, _leave),
    "rooms": Command("/rooms", "show all channels", 0, _rooms),
    "who": Command("/who [CHANNEL]", "show who is here, or in another channel", 0, _who),
    "msg": Command("/msg NAME TEXT", "say something to one person, who alone reads it", 2, _msg),
    "me": Command("/me TEXT", "say what you do", 1, _me),
    "topic": Command("/topic [TEXT]", "show or set the topic", 0, _topic),
    "kick": Command("/kick NAME [REASON]", "remove somebody from this channel", 1, _kick),
    "ban": Command("/ban NAME [TIME [REASON]]", "let somebody not come in again", 1, _shut_out("")),
    "unban": Command("/unban NAME", "take that back", 1, _let_in("")),
    "mute": Command("/mute NAME [TIME [REASON]]", "let somebody read and not speak", 1, _shut_out(MUTE)),
    "unmute": Command("/unmute NAME", "take that back", 1, _let_in(MUTE)),
    "quit": Command("/quit [REASON]", "go", 0, _quit),
}
_OTHER_NAMES: Final = {"part": "leave", "list": "rooms", "names": "who", "query": "msg", "exit": "quit"}
