"""Commands about a line that is there already: answering it, reacting to it.

    /reply Nine how did it get past review?      /react +1 Nine      /unreact

Where a server carries no tags, or gave the line no id, a reply is the text with the nick before it, as people
have always answered, and a reaction is a sentence about why not.
"""

from collections.abc import Callable

from gchat.client.line import Line, LineKind
from gchat.client.model import Buffer, BufferKind
from gchat.client.references import (
    REACT,
    SHORTHANDS,
    UNREACT,
    add,
    carries,
    latest_of,
    reaction_of,
    remove,
    tags_for,
)
from gchat.client.saying import say
from gchat.client.slash import WrongUse, first_word
from gchat.client.slash.rooms import ask
from gchat.client.turn import Turn

_SPOKEN = frozenset({LineKind.MESSAGE, LineKind.ACTION, LineKind.NOTICE})
_USUAL = SHORTHANDS["+1"]


def latest(buffer: Buffer, is_meant: Callable[[Line], bool]) -> Line | None:
    """Return the newest line that somebody said and that is meant."""
    return next(
        (line for line in reversed(buffer.lines) if line.kind in _SPOKEN and line.nick and is_meant(line)),
        None,
    )


def _latest_of(buffer: Buffer, nick: str) -> Line | None:
    """Return what somebody said last."""
    fold = buffer.network.fold
    folded = fold(nick)
    return latest(buffer, lambda line: fold(line.nick) == folded)


def must_be_talked_in(buffer: Buffer) -> None:
    """Refuse a buffer in which nobody talks.  Raises WrongUse."""
    if buffer.kind not in {BufferKind.CHANNEL, BufferKind.QUERY}:
        raise WrongUse("Nobody reads what is said here.")


def reply(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/reply [nick] text: to what they said last, or to the last line that called us"""
    must_be_talked_in(buffer)
    word, after = first_word(rest)
    nick = word.rstrip(":,")
    line = _latest_of(buffer, nick) if after else None
    if line is not None:
        text = after
    elif after and buffer.network.fold(nick) in buffer.members:  # they said nothing that could be quoted
        say(turn, buffer, f"{nick}: {after}")
        return
    else:
        line, text = latest(buffer, lambda line: line.highlight), rest
    if not text:
        raise WrongUse
    if line is None:
        raise WrongUse("Nobody called you here, so name whom you answer.")
    if line.msgid and (carries(buffer.network, "reply") or carries(buffer.network, "draft/reply")):
        say(turn, buffer, text, answered=line)
    else:
        say(turn, buffer, f"{line.nick}: {text}" if buffer.kind is BufferKind.CHANNEL else text)


def react(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/react [emoji] [nick]: to what they said last, or to the last line of somebody else"""
    reaction, nick = _reaction_and_nick(buffer, rest)
    line = _latest_of(buffer, nick) if nick else latest(buffer, lambda line: not line.own)
    if line is None:
        raise WrongUse(f"{nick} said nothing here." if nick else "Nobody said anything here.")
    if _can_react(turn, buffer, line):
        _send(turn, buffer, line, REACT, reaction or _USUAL)


def unreact(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/unreact [emoji] [nick]: take the latest reaction back"""
    reaction, nick = _reaction_and_nick(buffer, rest)
    fold = buffer.network.fold
    own, whose, wanted = fold(buffer.network.nick), fold(nick), reaction_of(reaction)
    line = latest(
        buffer,
        lambda line: (
            bool(line.reactions and latest_of(line, own))
            and (not nick or fold(line.nick) == whose)
            and (not wanted or own in (line.reactions or {}).get(wanted, {}))
        ),
    )
    if line is None:
        raise WrongUse("There is no such reaction of yours here.")
    if _can_react(turn, buffer, line):
        # others compare the value, which may be written otherwise than it is shown
        sent = line.reactions[wanted][own] if wanted and line.reactions else latest_of(line, own)
        _send(turn, buffer, line, UNREACT, sent)


def _reaction_and_nick(buffer: Buffer, rest: str) -> tuple[str, str]:
    """Split the words; one alone is a nick when somebody called so spoke here."""
    must_be_talked_in(buffer)
    words = rest.split()
    if len(words) > 2:
        raise WrongUse
    if len(words) == 1 and _latest_of(buffer, words[0]) is not None:
        return "", words[0]
    reaction, nick = (*words, "", "")[:2]
    return SHORTHANDS.get(reaction, reaction), nick


def _can_react(turn: Turn, buffer: Buffer, line: Line) -> bool:
    """Tell whether a reaction to a line can be sent; if not, say why."""
    if not carries(buffer.network, "draft/react"):
        turn.complain(buffer, f"{buffer.network.name} does not carry reactions: say it in words.")
    elif not line.msgid:
        turn.complain(buffer, f"The server gave that line of {line.nick} no id, so nothing can refer to it.")
    else:
        return True
    return False


def _send(turn: Turn, buffer: Buffer, line: Line, tag: str, reaction: str) -> None:
    network = buffer.network
    ask(turn, buffer, "TAGMSG", buffer.target, tags={**tags_for(line), tag: reaction})
    if network.session is None or "echo-message" in network.session.caps:
        return  # it is shown when it comes back
    own = network.fold(network.nick)
    if tag == REACT:
        add(line, reaction, own)
    else:
        remove(line, reaction, own)
