"""What a server answers to CHATHISTORY: a page of what was said before, in front of what is there.

https://ircv3.net/specs/extensions/chathistory.  A page is no news: it is not counted, rings no bell, moves
nothing that is on the screen, answers no CTCP.  It looks as it would have looked live, edits, deletions,
replies and reactions included.  A ``chathistory`` batch that we did not ask for is what we missed, and is not
dealt with here.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gchat.client.batches import Batch, Item
from gchat.client.highlights import calls
from gchat.client.history import oldest, said, selector
from gchat.client.incoming import corrections
from gchat.client.incoming.clock import server_time
from gchat.client.incoming.errors import refuse, standard_reply
from gchat.client.line import Line, LineKind
from gchat.client.model import Buffer, BufferKind, Network
from gchat.client.past import Question
from gchat.client.references import answer, reacted
from gchat.client.secrets import hidden
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.irc import numerics as n
from gchat.irc.message import Message

KIND = "chathistory"
_MOST = 2000  # messages taken of a page; one of several lines may be as many
_CLOCKS_APART = 120.0  # seconds that this machine's clock may be wrong: lines without an echo have its time
_MOST_ALIKE = 50  # lines of ours with the same words that are looked at


# --- the answers ---------------------------------------------------------------------------------


def took(turn: Turn, network: Network, batch: Batch) -> bool:
    """Take the answer to a question of ours; False for every other batch."""
    if batch.kind != KIND:
        return False
    question = _asked(turn, network, batch)
    if question is None:
        return False
    if not question.over:  # else it comes too late, or in more pieces than anybody wants
        network.questions.close(question)
        if question.buffer in turn.model.buffers:
            _take(turn, network, question, batch)
    return True


def _asked(turn: Turn, network: Network, batch: Batch) -> Question | None:
    label = batch.label or turn.label
    if label:
        return network.questions.labelled(label)
    target = network.fold(batch.params[0]) if batch.params else ""
    unlabelled = network.questions.unlabelled()
    return next((question for question in unlabelled if network.fold(question.buffer.target) == target), None)


def _refused(turn: Turn, network: Network, message: Message) -> Question | None:
    """The question that an error is about."""
    if turn.label:
        return network.questions.labelled(turn.label)
    about = set(map(network.fold, message.params[1:-1]))
    unlabelled = network.questions.unlabelled()
    named = (question for question in unlabelled if network.fold(question.buffer.target) in about)
    return next(named, unlabelled[0] if unlabelled else None)


def fail(turn: Turn, network: Network, message: Message) -> None:
    """FAIL CHATHISTORY code [context ...] text"""
    question = _refused(turn, network, message)
    if question is None:
        standard_reply(turn, network, message)
        return
    if question.over:
        return
    network.questions.close(question, sanitise(message.params[-1]).rstrip("."))
    buffer = question.buffer
    if message.params[1].upper() == "INVALID_TARGET" and buffer.kind is BufferKind.QUERY:
        buffer.past.problem = ""  # "does not exist, or you have no access": nothing is kept of it
        buffer.past.end(buffer)


def unwilling(turn: Turn, network: Network, message: Message) -> None:
    """421 and its like; a server that does not know the command is asked no more."""
    about = message.params[1].upper() if len(message.params) > 1 else ""
    question = _refused(turn, network, message) if about == "CHATHISTORY" else None
    if question is None:
        refuse(turn, network, message)
    elif message.command == n.ERR_UNKNOWNCOMMAND.number:
        network.questions.refuse()
    elif not question.over:
        network.questions.close(question, sanitise(message.params[-1]).rstrip("."))


def acknowledge(turn: Turn, network: Network, message: Message) -> None:
    """ACK: "the server has nothing else to say".  https://ircv3.net/specs/extensions/labeled-response"""
    question = network.questions.labelled(turn.label)
    if question is not None and not question.over:
        network.questions.close(question)
        question.buffer.past.end(question.buffer)


# --- a page --------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    """A message of a page, and the line it is; None for one that only changes others."""

    message: Message
    line: Line | None


def _take(turn: Turn, network: Network, question: Question, batch: Batch) -> None:
    """Put a page in front of a buffer's lines."""
    buffer = question.buffer
    messages = list(_messages(batch.items))
    if not messages:
        buffer.past.end(buffer)
        return
    ours = [message for message in messages if _is_about(network, buffer, batch, message)]
    if not ours:
        if question.by_hand:
            buffer.past.problem = "the server answered with something else"
        return
    before = min((line.time for line in said(buffer)), default=turn.now)
    room = buffer.scrollback - len(buffer.lines)
    if room <= 0:  # it filled up while the page was on its way
        return
    ours = ours[-min(room, _MOST) :]
    entries = list(_entries(turn, network, buffer, ours, before))
    buffer.add_before([line for _, line in entries if line is not None])
    for entry in entries:
        if entry.line is not None:
            buffer.ids.learn(entry.line)
        _relate(network, buffer, entry)
    tags = ours[0].tags
    time = server_time(tags.get("time", ""))
    if time is not None and time <= before:  # else the lines know better
        buffer.past.reach(buffer, selector(network, tags.get("msgid", ""), time))
    if oldest(buffer) == question.selector:  # no step further: there is no more
        buffer.past.end(buffer)


def _messages(items: Iterable[Item]) -> Iterator[Message]:
    """The messages of a batch and of those within it, in their order."""
    for item in items:
        if type(item) is Message:
            yield item
        elif type(item) is Batch:
            yield from _messages(item.items)


def _is_about(network: Network, buffer: Buffer, batch: Batch, message: Message) -> bool:
    """Tell whether a message belongs into a buffer, whatever the batch around it claims.

    A conversation has our nicks and theirs, those of then, in both places; the batch names it.
    """
    if not message.params:
        return False
    _, name = network.isupport.split_statusmsg(message.params[0])
    if buffer.kind is BufferKind.CHANNEL:
        return network.fold(name) == network.fold(buffer.target)
    named = bool(batch.params) and network.fold(batch.params[0]) == network.fold(buffer.target)
    return named and not network.isupport.is_channel(name)


def _entries(
    turn: Turn, network: Network, buffer: Buffer, messages: Iterable[Message], time: float
) -> Iterator[_Entry]:
    """Make lines of messages; those that are there already have none.

    Without a time a message is as old as the one before it, the first as old as ``time``.
    """
    there = _There(buffer.lines)
    for message in messages:
        own = _is_own(network, buffer, message)
        if not own and any(ignore(message.source) for ignore in turn.model.ignores):
            continue
        given = server_time(message.tags.get("time", ""))
        time = min(time if given is None else given, turn.now)  # nothing was said after now
        line = None
        if message.command in {"PRIVMSG", "NOTICE"}:
            line = _line(turn, network, buffer, message, time, own=own)
        elif message.command == "EDIT" and len(message.params) > 2 and message.params[1] not in there.ids:
            line = _line(turn, network, buffer, corrections.as_said(message), time, own=own)
        if line is not None and there.has(line):
            line = None
        if line is not None and line.msgid:
            there.ids.add(line.msgid)
        yield _Entry(message, line)


class _There:
    """What a buffer has already: by id, and where there is none by who said what, and when."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.ids: set[str] = set()
        self._said: set[tuple[str, str, int]] = set()  # the time in milliseconds, as servers have it
        self._own: dict[tuple[str, str], list[float]] = {}
        for line in lines:
            if line.msgid:
                self.ids.add(line.msgid)
            elif line.own:
                self._own.setdefault((line.nick, line.text), []).append(line.time)
            else:
                self._said.add((line.nick, line.text, round(line.time * 1000)))

    def has(self, line: Line) -> bool:
        """Tell whether a line is there."""
        if line.msgid in self.ids or (line.nick, line.text, round(line.time * 1000)) in self._said:
            return True
        own = self._own.get((line.nick, line.text), [])
        return any(abs(line.time - time) <= _CLOCKS_APART for time in own[:_MOST_ALIKE])


# --- a line --------------------------------------------------------------------------------------


def _line(
    turn: Turn, network: Network, buffer: Buffer, message: Message, time: float, *, own: bool
) -> Line | None:
    """Make the line that a message would have been; None for what says nothing to people."""
    if len(message.params) < 2:
        return None
    text = message.params[1]
    raw_nick, bang, _ = message.source.partition("!")
    kind = LineKind.NOTICE if message.command == "NOTICE" else LineKind.MESSAGE
    if text[:1] == "\x01":
        word, _, text = text.strip("\x01").partition(" ")
        if word.upper() != "ACTION" or kind is LineKind.NOTICE:
            return None
        kind = LineKind.ACTION
    if own:
        text = hidden(message.params[0], text)
    if kind is LineKind.NOTICE and not bang:
        kind, raw_nick = LineKind.SERVER, ""
    if network.isupport.split_statusmsg(message.params[0])[0]:
        text = f"to {message.params[0]}: {text}"
    text, nick = sanitise(text), sanitise(raw_nick)
    in_query = buffer.kind is BufferKind.QUERY
    highlight = not own and (in_query or calls(text, network.nick, turn.model.settings.highlights))
    return Line(kind, time, text, nick, own, highlight, message.tags.get("msgid", ""))


def _is_own(network: Network, buffer: Buffer, message: Message) -> bool:
    """Tell whether we said a message, be it under another nick; somebody else may have had ours then."""
    session, account = network.session, message.tags.get("account", "")
    if session is not None and session.account and account:
        return network.fold(account) == network.fold(session.account)
    raw_nick = message.source.partition("!")[0]
    if raw_nick == network.nick or buffer.kind is not BufferKind.QUERY or not raw_nick:
        return raw_nick == network.nick
    return network.fold(message.params[0]) == network.fold(buffer.target) != network.fold(raw_nick)


def _relate(network: Network, buffer: Buffer, entry: _Entry) -> None:
    """Let a message refer to another one, or change it; both may be of the same page."""
    message, line = entry
    if message.command == "REDACT":
        corrections.take_back(network, buffer, message)
    elif message.command == "EDIT":
        corrections.change(buffer, message)
    elif message.command == "TAGMSG":
        reacted(network, buffer, message)
    elif line is not None and answer(network, buffer, line, message):
        buffer.lines.remove(line)  # it only says a reaction


HANDLERS = {
    "ACK": acknowledge,
    n.ERR_UNKNOWNERROR.number: unwilling,
    n.ERR_UNKNOWNCOMMAND.number: unwilling,
    n.ERR_NEEDMOREPARAMS.number: unwilling,
    n.RPL_TRYAGAIN.number: unwilling,
}
