"""What refers to a line that is there already: replies and reactions.

https://ircv3.net/specs/client-tags/reply and https://ircv3.net/specs/client-tags/react: client-only tags that
name a line by its msgid.  A reply whose original nobody remembers is a message like any other, a reaction to
such a line is nothing.  ``slash/answering.py`` sends them, ``view/lines.py`` draws them.

Shorthands for reactions, typed and shown where there is no emoji: ``SHORTHANDS``.
"""

from collections.abc import Mapping

from gchat.client.line import Line, LineKind
from gchat.client.model import Buffer, Network, State
from gchat.client.text import cut, sanitise
from gchat.irc.message import Message

REPLY = ("+reply", "+draft/reply")  # many programs know only the name it had as a draft
REACT, UNREACT = "+draft/react", "+draft/unreact"
SHORTHANDS = {
    "+1": "\N{THUMBS UP SIGN}",
    "-1": "\N{THUMBS DOWN SIGN}",
    "<3": "\N{HEAVY BLACK HEART}",
    ":)": "\N{SLIGHTLY SMILING FACE}",
    ":D": "\N{SMILING FACE WITH OPEN MOUTH AND SMILING EYES}",
    ":(": "\N{SLIGHTLY FROWNING FACE}",
    "oo": "\N{EYES}",
    "!!": "\N{PARTY POPPER}",
    "ok": "\N{WHITE HEAVY CHECK MARK}",
}
_LONGEST = 12  # cells of a reaction; the value "has no restrictions"
_VALUE = 200  # characters of it that are looked at
_MOST_DIFFERENT = 20  # reactions of one line
_MOST_PEOPLE = 1000  # who react alike
_QUOTE = 300  # characters kept of an original
_SHORTEST = 12  # characters of a quote that ends before its line does


# --- the tags ------------------------------------------------------------------------------------


def carries(network: Network, tag: str) -> bool:
    """Tell whether a network takes a client-only tag from us now; ``tag`` without its plus."""
    session = network.session
    if session is None or network.state is not State.READY or not session.can_tag:
        return False
    denied = network.isupport.get("CLIENTTAGDENY").split(",")
    return tag not in denied and ("*" not in denied or "-" + tag in denied)


def tags_for(line: Line) -> dict[str, str]:
    """Return the tags that refer to a line."""
    return dict.fromkeys(REPLY, line.msgid)


def _original(buffer: Buffer, tags: Mapping[str, str]) -> Line | None:
    """Return the line that a message's tags refer to."""
    msgid = tags.get(REPLY[0]) or tags.get(REPLY[1], "")
    return buffer.ids.find(buffer.lines, msgid)


# --- replies -------------------------------------------------------------------------------------


def answer(network: Network, buffer: Buffer, line: Line, message: Message) -> bool:
    """Let a line quote what it refers to; True when it only says a reaction and needs no line of its own."""
    original = _original(buffer, message.tags)
    if original is None:
        return False
    refer(line, original)
    reacted(network, buffer, message)
    return REACT in message.tags and line.text.strip() == reaction_of(message.tags[REACT])


def refer(line: Line, original: Line) -> None:
    """Let a line quote another."""
    line.quote, line.answers = quote_of(original), original.msgid


def quote_of(line: Line) -> str:
    """Return what a line says first: up to the end of a clause, where that is not too soon."""
    text = f"{line.nick} {line.text}" if line.kind is LineKind.ACTION else line.text
    for at, char in enumerate(text[:_QUOTE]):
        if at >= _SHORTEST and char in ";.?!" and text[at + 1 : at + 2] == " ":
            return text[: at + (char in "?!")]
    return text[:_QUOTE]


# --- reactions -----------------------------------------------------------------------------------


def reacted(network: Network, buffer: Buffer, message: Message) -> None:
    """Take the reaction in a message's tags, or take one back."""
    tags = message.tags
    if REACT not in tags and UNREACT not in tags:
        return
    line = _original(buffer, tags)
    if line is None:
        return
    raw_nick = message.source.partition("!")[0]
    if REACT in tags:
        add(line, tags[REACT], network.fold(raw_nick))
    else:
        remove(line, tags[UNREACT], network.fold(raw_nick))


def reaction_of(value: str) -> str:
    """Return a reaction as it is kept and shown."""
    return cut(sanitise(value[:_VALUE]).strip(), _LONGEST)


def add(line: Line, value: str, folded: str) -> None:
    """Put somebody's reaction to a line; the same one twice counts once."""
    reaction = reaction_of(value)
    reactions = line.reactions if line.reactions is not None else {}
    people = reactions.get(reaction, {})
    full = len(reactions) >= _MOST_DIFFERENT and reaction not in reactions
    if not reaction or full or len(people) >= _MOST_PEOPLE or folded in people:
        return
    people[folded] = value[:_VALUE]
    reactions[reaction] = people
    line.reactions = reactions
    line.changed()


def remove(line: Line, value: str, folded: str) -> None:
    """Take somebody's reaction away."""
    reaction = reaction_of(value)
    people = (line.reactions or {}).get(reaction, {})
    if line.reactions is None or people.pop(folded, None) is None:
        return
    if not people:
        del line.reactions[reaction]
    line.changed()


def latest_of(line: Line, folded: str) -> str:
    """Return the newest of the reactions somebody has on a line as it was sent, "" for none."""
    return next((p[folded] for p in reversed((line.reactions or {}).values()) if folded in p), "")
