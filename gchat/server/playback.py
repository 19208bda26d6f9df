"""Records as messages again: what a client is shown of the history, by its capabilities.

A record looks as it did when it happened, with its own id and time.  https://ircv3.net/specs/extensions/chathistory
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.modes import parse_modes
from gchat.server import capabilities as cap
from gchat.server import channel_modes, mode_lines, multiline
from gchat.server.delivery import Stamp
from gchat.server.multiline import Line
from gchat.server.stores.base import Mark, Record

EDIT = "gchat/edit"  # the tag of a record that takes the place of another: its value is the first one's id
EDITED = "(edited) "  # in front of the new text for clients that cannot put it in the old one's place
MULTILINE = cap.MULTILINE | cap.BATCH

# the commands whose first parameter is the channel that they are found in
_OF_A_CHANNEL = {"PRIVMSG", "NOTICE", "TAGMSG", "JOIN", "PART", "KICK", "TOPIC", "MODE"}

Written = Callable[[Record, str], str]  # a text as somebody is to see it


def shown(
    records: Iterable[Record],
    caps: int,
    batch: str,
    reference: Callable[[], str],
    written: Written | None = None,
) -> Iterator[Message]:
    """The messages of records for the bearer of these capabilities.

    ``batch`` is the reference of the batch that they are part of, empty for none; ``reference`` makes those
    of batches within it; ``written`` changes the texts.
    """
    outer = {"batch": batch} if batch else {}
    for record in map(_under_its_name, records):
        tags = {**outer, **_stamp(record).tags(caps)}
        if record.command in ("PRIVMSG", "NOTICE"):
            yield from _said(record, caps, tags, outer, reference, written)
        elif record.command == "JOIN":
            params = record.params if caps & cap.EXTENDED_JOIN else record.params[:1]
            yield Message("JOIN", params, record.source, tags)
        elif record.command == "MODE":
            yield from _modes(record, tags)
        elif record.command != "RENAME" or caps & cap.CHANNEL_RENAME:
            yield Message(record.command, record.params, record.source, tags)


def _under_its_name(record: Record) -> Record:
    """A record of a channel that had another name then, as one of the channel as it is found now."""
    params, target = record.params, record.target
    if target[0] != "#" or record.command not in _OF_A_CHANNEL or fold(params[0]) == target:
        return record
    return record._replace(params=(target, *params[1:]))


def _stamp(record: Record) -> Stamp:
    mark = Mark.of(record.id) or Mark(0)
    client = {key: value for key, value in record.tags.items() if key.startswith("+")}
    return Stamp(mark.milliseconds, record.account, record.id, record.bot, client)


def _said(
    record: Record,
    caps: int,
    tags: Mapping[str, str],
    outer: Mapping[str, str],
    reference: Callable[[], str],
    written: Written | None,
) -> Iterator[Message]:
    target, text = record.params
    replaced = record.tags.get(EDIT, "")
    if replaced and caps & cap.EDIT:
        yield Message("EDIT", (target, replaced, text), record.source, tags)
        return
    if replaced:
        text = EDITED + text
    if written is not None:
        text = written(record, text)
    if "\n" not in text:
        yield Message(record.command, (target, text), record.source, tags)
        return
    lines = multiline.take_apart(text, record.source, record.command, target)
    if caps & MULTILINE != MULTILINE:
        for line in lines:
            if line.text:
                yield Message(record.command, (target, line.text), record.source, tags)
                tags = {key: value for key, value in tags.items() if key != "msgid"}
        return
    inner = reference()
    yield Message("BATCH", ("+" + inner, multiline.BATCH, target), record.source, tags)
    for line in lines:
        yield Message(record.command, (target, line.text), record.source, line_tags(line, inner))
    yield Message("BATCH", ("-" + inner,), record.source, outer)


def line_tags(line: Line, reference: str) -> dict[str, str]:
    """The tags of one line inside its batch."""
    return {"batch": reference, multiline.CONCAT: ""} if line.concat else {"batch": reference}


def _modes(record: Record, tags: Mapping[str, str]) -> Iterator[Message]:
    channel, *args = record.params
    changes = parse_modes(args, channel_modes.TYPES).changes
    for params in mode_lines.announced(changes, record.source, channel):
        yield Message("MODE", (channel, *params), record.source, tags)
        tags = {key: value for key, value in tags.items() if key != "msgid"}
