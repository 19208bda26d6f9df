"""One IRC message: read from a line, written to bytes.

Nothing here raises on what came from outside: a line that says nothing becomes a ``BadLine``, and what cannot
be written is replaced before it is written.  No message that was read, and no bytes that were written, hold a
CR, LF or NUL in the middle, so nobody's text becomes somebody's line.  Change the grammar here and nowhere
else.

Sources: https://modern.ircdocs.horse/#message-format, https://ircv3.net/specs/extensions/message-tags
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from gchat.irc.limits import LINE, TAGS, cut_bytes

# Makes a NamedTuple of all its fields, in their order, in half the time of a call of its class.  For what is
# made for every message; types are not checked.
make: Final = tuple.__new__

NO_TAGS: Final[Mapping[str, str]] = MappingProxyType({})

# Why a line is no message.
TOO_LONG: Final = "TOO_LONG"  # the server answers 417 (ERR_INPUTTOOLONG) to both
TAGS_TOO_LONG: Final = "TAGS_TOO_LONG"
NOT_UTF8: Final = "NOT_UTF8"  # the server answers FAIL <command> INVALID_UTF8
MALFORMED: Final = "MALFORMED"

# Commands whose last parameter always gets its ':'.  It is OPTIONAL where the text is one word, but many
# small programs look for it (in "PRIVMSG x :", "PING :", "353 nick = #x :").
_TEXT_COMMANDS: Final = """
    PRIVMSG NOTICE TOPIC AWAY QUIT PART KICK ERROR PING PONG WALLOPS KILL SETNAME USER FAIL WARN NOTE
    001 002 003 301 302 303 311 314 319 322 332 352 353 371 372
"""
_NEVER: Final = 1 << 30
# Command -> how many parameters it has when the last one is a text: a PART may come without.
TEXT_COMMANDS: Final = {**dict.fromkeys(_TEXT_COMMANDS.split(), 1), "PART": 2}

_HARMLESS: Final = {0x00: " ", 0x0A: " ", 0x0D: " "}


class Source(NamedTuple):
    """Who a message is from: a server (``nick`` alone) or ``nick!user@host``."""

    nick: str
    user: str = ""
    host: str = ""

    def __str__(self) -> str:
        text = self.nick
        if self.user:
            text += "!" + self.user
        return f"{text}@{self.host}" if self.host else text

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read ``<nick> [ "!" <user> ] [ "@" <host> ]``; whatever is missing is empty."""
        # The last '@' splits off the host: a user name may hold one, a host may not.
        name, _, host = text.rpartition("@") if "@" in text else (text, "", "")
        nick, _, user = name.partition("!")
        return cls(nick, user, host)


class Message(NamedTuple):
    """One message.

    ``command`` is in upper case or three digits; ``source`` is without its ':' ("" for none); the tags'
    values are unescaped ("" for none: the specification lets nobody tell empty from missing).
    """

    command: str
    params: tuple[str, ...] = ()
    source: str = ""
    tags: Mapping[str, str] = NO_TAGS


# What a server reads of a line that says nothing, as it costs whoever sends it what a line costs: to nothing,
# which takes no time to send, no throttle would ever put an end.  It asks for nothing.
NOTHING: Final = Message("PONG")


class BadLine(NamedTuple):
    """A line that is no message.

    ``reason`` is one of this module's constants.  ``text`` is an excerpt without control characters; for
    NOT_UTF8 it is the command ("*" when that cannot be read either).  ``label`` is the line's label if it
    could be read.
    """

    reason: str
    text: str
    label: str = ""


def parse(line: str) -> Message | BadLine:
    """Read one line, without its CR LF.  Never raises.

    NUL and a CR (or LF) inside the line are read as spaces.  The command is upper-cased, whatever it is;
    there may be any number of parameters; extra spaces between the parts are skipped.
    """
    if "\r" in line or "\0" in line or "\n" in line:
        line = line.translate(_HARMLESS)
    rest = line
    tags = NO_TAGS
    if rest[:1] == "@":
        tag_text, _, rest = rest[1:].partition(" ")
        tags = parse_tags(tag_text)
        rest = rest.lstrip(" ")
    # " :" begins the last parameter; the ':' of a source stands at the beginning, without a space.
    head, colon, trailing = rest.partition(" :")
    words = head.split(" ")  # not split(): it also splits at U+001D (italics), U+00A0 and more
    if "" in words:
        words = [word for word in words if word]
        if not words:
            return BadLine(MALFORMED, excerpt(line))
    source = ""
    if words[0][0] == ":":
        source = words.pop(0)[1:]
        if not words:
            return BadLine(MALFORMED, excerpt(line))
    command = words[0]
    if command.isascii():  # no rule of Unicode's: 'ß'.upper() is two letters
        command = command.upper()
    params = (*words[1:], trailing) if colon else tuple(words[1:])
    return make(Message, (command, params, source, tags))


def excerpt(line: str, length: int = 60) -> str:
    """The beginning of a line for a log or an error: no control characters, at most ``length`` characters."""
    start = line[:length]
    return start if start.isprintable() else "".join(c if c.isprintable() else "?" for c in start)


# Tags


def parse_tags(text: str) -> Mapping[str, str]:
    """Read ``a=1;b;+c=x\\sy`` (without '@').

    Of a key that comes twice the last one counts; empty keys are skipped; no key is validated, as the
    specification demands.
    """
    tags: dict[str, str] = {}
    for tag in text.split(";"):
        key, _, value = tag.partition("=")
        if key:
            tags[key] = unescape_tag_value(value) if "\\" in value else value
    return tags or NO_TAGS


_ESCAPES: Final = {";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n", "\0": "\\s"}
_ESCAPE_TABLE: Final = str.maketrans(_ESCAPES)
_UNESCAPES: Final = {":": ";", "s": " ", "r": "\r", "n": "\n"}


def escape_tag_value(value: str) -> str:
    """Write a tag's value as the wire wants it.  NUL, which cannot be written, becomes a space."""
    return value.translate(_ESCAPE_TABLE)


def unescape_tag_value(value: str) -> str:
    """Undo the escapes.  A backslash before anything else is dropped, one at the end too."""
    first, *others = value.split("\\")
    out = [first]
    pieces = iter(others)
    for piece in pieces:
        if piece:
            out.append(_UNESCAPES.get(piece[0], piece[0]) + piece[1:])
            continue
        # Two backslashes: one, and what follows them up to the next is plain.  Or it was one, and the last.
        plain = next(pieces, None)
        if plain is not None:
            out.append("\\" + plain)
    return "".join(out)


def encode_tags(tags: Mapping[str, str]) -> str:
    """Write tags as ``@a=1;b `` with the space after them, or ``""`` for none.

    Tags whose key cannot be written are left out.  What would exceed the 8191 bytes is left out tag by tag,
    from the end, client-only tags (``+``) first: "server-sent tags MUST be included before client-only tags".
    """
    if not tags:
        return ""
    text = ";".join([f"{key}={value}" if value else key for key, value in tags.items()])
    # One look at all of it: most tags need no escapes.
    if (
        " " in text
        or "\\" in text
        or text.count(";") != len(tags) - 1
        or "\r" in text
        or "\n" in text
        or "\0" in text
        or "" in tags
        or "=" in "".join(tags)
    ):
        text = ";".join(_written(tags))
    if len(text) > (TAGS - 2) // 4 and len(text.encode("utf-8", "replace")) > TAGS - 2:
        text = ";".join(_fitting(_written(tags)))
    return f"@{text} " if text else ""


def _written(tags: Mapping[str, str]) -> list[str]:
    return [
        f"{key}={escape_tag_value(value)}" if value else key
        for key, value in tags.items()
        if key and not any(c in key for c in " ;=\r\n\0")
    ]


def _fitting(written: list[str]) -> list[str]:
    room = TAGS - 2 + 1  # every tag counts with one separator, the last has none
    kept = []
    for tag in sorted(written, key=lambda tag: tag.startswith("+")):
        room -= len(tag.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        kept.append(tag)
    return kept


# Messages


def encode(message: Message, max_line: int = LINE) -> bytes:
    """Write a message with its CR LF.  Never raises.

    CR, LF and NUL in any part become spaces; a parameter before the last that is empty, begins with ':' or
    holds a space cannot be written and is changed until it can; all but the tags is cut to ``max_line`` bytes
    with CR LF, on a character's boundary.
    """
    command, params, source, tags = message
    head = f":{source} {command}" if source else command
    separators = 1 if source else 0
    if params:
        last = params[-1]
        if len(params) > 1:
            head = f"{head} {' '.join(params[:-1])}"
            separators += len(params) - 1
        if not last or " " in last or last[0] == ":" or len(params) >= TEXT_COMMANDS.get(command, _NEVER):
            text = f"{head} :{last}"
        else:
            text = f"{head} {last}"
    else:
        text = head
    if "\r" in text or "\n" in text or "\0" in text:
        # Once more from clean parts: a replaced CR in a parameter is a space that the next lines look for.
        return encode(_cleaned(message), max_line)
    # Every space in the head separates two words that are there, and no word after the first begins with ':'.
    if (
        head.count(" ") != separators
        or " :" in head
        or "  " in head
        or head[-1:] in " "
        or not command.isalnum()
    ):
        repaired = _repaired(message)
        return encode(repaired, max_line) if repaired.command else b"\r\n"
    body = text.encode("utf-8", "replace")
    if len(body) > max_line - 2:
        body = cut_bytes(body, max_line - 2)
    if tags:
        return b"%b%b\r\n" % (encode_tags(tags).encode("utf-8", "replace"), body)
    return body + b"\r\n"


def _cleaned(message: Message) -> Message:
    """The message without CR, LF and NUL (its tags escape their own)."""
    return Message(
        message.command.translate(_HARMLESS),
        tuple([param.translate(_HARMLESS) for param in message.params]),
        message.source.translate(_HARMLESS),
        message.tags,
    )


def _repaired(message: Message) -> Message:
    """The message with a command, a source and middle parameters that can be written."""
    return Message(
        "".join([c for c in message.command if c.isalnum()]),
        (*[_middle(param) for param in message.params[:-1]], *message.params[-1:]),
        message.source.replace(" ", "_"),
        message.tags,
    )


def _middle(param: str) -> str:
    word = param.replace(" ", "_") or "*"
    return "_" + word[1:] if word[0] == ":" else word
