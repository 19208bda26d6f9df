"""What people say: PRIVMSG, NOTICE, TAGMSG, and the CTCP inside them.

``privmsg`` runs for every message of a flood; measure before adding to it
(``tests/client/incoming/test_incoming_speed.py``).
"""

from gchat import __version__
from gchat.client.highlights import calls
from gchat.client.line import Line, LineKind
from gchat.client.model import Buffer, BufferKind, Network
from gchat.client.references import answer, reacted
from gchat.client.secrets import hidden
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.irc.message import Message

_MESSAGE, _ACTION, _NOTICE = LineKind.MESSAGE, LineKind.ACTION, LineKind.NOTICE
ACTIVE_FOR = 6.0  # seconds an "active" is believed: https://ircv3.net/specs/client-tags/typing
PAUSED_FOR = 30.0
_MOST_TYPING = 50  # nicks remembered as typing in one buffer
_MOST_BUFFERS = 300  # beyond, strangers' messages are gathered in the network's own buffer
_CTCP_EVERY = 2.0  # seconds between our answers to CTCP questions: they must not be a way to make us flood


def privmsg(turn: Turn, network: Network, message: Message) -> None:
    """Somebody, perhaps we ourselves, said something."""
    params = message.params
    if len(params) < 2:
        return
    text = params[1]
    source = message.source
    raw_nick = source.partition("!")[0]
    model = turn.model
    own = raw_nick == network.nick
    if own:
        if _shown_already(turn, network, message):
            return
        text = hidden(params[0], text)  # another device of ours said it
    elif model.ignores and any(ignore(source) for ignore in model.ignores):
        return
    kind = _MESSAGE
    if text[:1] == "\x01":
        word, _, rest = text.strip("\x01").partition(" ")
        if word.upper() != "ACTION":
            _ctcp(turn, network, message, word.upper(), rest)
            return
        kind, text = _ACTION, rest
    fold = network.fold
    target = fold(params[0])
    # a conversation with ourselves is called as we are, and is not where others write to
    buffer = network.buffers.get(target) if own or target != fold(network.nick) else None
    if buffer is None:
        buffer, text = _buffer_of(turn, network, params[0], text, raw_nick, own)
    text = sanitise(text)
    nick = sanitise(raw_nick)
    in_query = buffer.kind is BufferKind.QUERY
    highlight = not own and (in_query or calls(text, network.nick, model.settings.highlights))
    tags = message.tags
    line = Line(kind, turn.when, text, nick, own, highlight, tags.get("msgid", "") if tags else "")
    if tags and ("+reply" in tags or "+draft/reply" in tags) and answer(network, buffer, line, message):
        return
    buffer.add(line)
    if own:
        return
    member = buffer.members.get(fold(raw_nick))
    if member is not None:
        member.spoke = turn.now
    if buffer.typing:
        buffer.typing.pop(nick, None)
    if highlight:
        turn.call(buffer, line)
    elif buffer is not model.current:
        buffer.unread += 1


def notice(turn: Turn, network: Network, message: Message) -> None:
    """A NOTICE: from people where they are, from the server and its services in the server's buffer."""
    if len(message.params) < 2:
        return
    target, text = message.params[0], message.params[1]
    raw_nick, bang, _ = message.source.partition("!")
    own = bool(bang) and raw_nick == network.nick
    if own and _shown_already(turn, network, message):
        return
    if not own and bang and any(ignore(message.source) for ignore in turn.model.ignores):
        return
    if text[:1] == "\x01":
        word, _, rest = text.strip("\x01").partition(" ")
        said = sanitise(f"{word}: {rest}" if rest else word)
        turn.answer(turn.place(network), f"{sanitise(raw_nick)} answers {said}")
        return
    nick = sanitise(raw_nick) if bang or network.buffers.get(network.fold(raw_nick)) else ""
    answers = not nick and turn.asked_in is not None  # what the server says in words to a command of ours
    buffer = turn.place(network) if answers else _buffer_of_notice(network, target, raw_nick, own)
    kind = _NOTICE if nick else LineKind.SERVER
    msgid = message.tags.get("msgid", "")
    words = turn.model.settings.highlights
    line = turn.add(buffer, kind, sanitise(text), nick, own=own, msgid=msgid)
    if nick and not own and calls(line.text, network.nick, words):
        line.highlight = True
        turn.call(buffer, line)
    elif not own and network.session is not None and network.session.registered:
        turn.wait_in(buffer)


def tagmsg(turn: Turn, network: Network, message: Message) -> None:
    """Only tags: a reaction, or who is typing.  https://ircv3.net/specs/client-tags/typing"""
    raw_nick, bang, _ = message.source.partition("!")
    if not message.params or not bang:
        return
    own = raw_nick == network.nick
    buffer = buffer_about(network, message)
    if buffer is None or (not own and any(ignore(message.source) for ignore in turn.model.ignores)):
        return
    reacted(network, buffer, message)
    typing = message.tags.get("+typing", "")
    if not typing or own:
        return
    nick = sanitise(raw_nick)
    if typing == "done" or not turn.model.settings.show_typing:
        buffer.typing.pop(nick, None)
    elif typing in {"active", "paused"} and len(buffer.typing) < _MOST_TYPING:
        buffer.typing[nick] = turn.now + (ACTIVE_FOR if typing == "active" else PAUSED_FOR)


def buffer_about(network: Network, message: Message) -> Buffer | None:
    """Return where a message belongs that is about others: a channel, or the conversation with somebody."""
    raw_nick, target = message.source.partition("!")[0], network.fold(message.params[0])
    if raw_nick != network.nick and target == network.fold(network.nick):
        target = network.fold(raw_nick)
    return network.buffers.get(target)


def _shown_already(turn: Turn, network: Network, message: Message) -> bool:
    """Tell whether a message of ours is the echo of a line that is on the screen, and settle it."""
    if not network.outgoing.waiting:
        return False
    target, text = message.params[0], message.params[1]
    sent = network.outgoing.echoed(turn.label, message.command, target, text, network.fold)
    if sent is None:
        return False
    if network.fold(sent.target) == network.fold(sent.buffer.target):
        sent.line.msgid = message.tags.get(
            "msgid", ""
        )  # which is known where it was said, not where it is shown
    if "time" in message.tags:  # the server's clock is everybody's
        sent.line.time = turn.when
    sent.buffer.ids.learn(sent.line)
    return True


def _buffer_of(
    turn: Turn, network: Network, target: str, text: str, raw_nick: str, own: bool
) -> tuple[Buffer, str]:
    """Return where a message belongs whose target has no buffer of its name, and how its text reads there.

    Somebody who writes to us gets a query; what only a channel's operators were told says so.
    """
    isupport = network.isupport
    prefix, name = isupport.split_statusmsg(target)
    if prefix or isupport.is_channel(target):
        return network.buffers.get(network.fold(name)) or network.server_buffer, f"to {target}: {text}"
    if not own and not raw_nick:
        return network.server_buffer, text
    if not own and len(network.buffers) >= _MOST_BUFFERS:  # many strangers at once: no screen lists them all
        return network.server_buffer, f"to {target}: {text}"
    return turn.model.open(network, BufferKind.QUERY, target if own else raw_nick), text


def _buffer_of_notice(network: Network, target: str, raw_nick: str, own: bool) -> Buffer:
    fold = network.fold
    _, name = network.isupport.split_statusmsg(target)
    to_us = not own and fold(name) == fold(network.nick)
    return network.buffers.get(fold(raw_nick if to_us else name)) or network.server_buffer


def _ctcp(turn: Turn, network: Network, message: Message, word: str, rest: str) -> None:
    """A question from one client to another.  https://modern.ircdocs.horse/ctcp"""
    raw_nick = message.source.partition("!")[0]
    if raw_nick == network.nick:
        return
    answer = {
        "VERSION": f"gchat {__version__}",
        "PING": rest,
        "CLIENTINFO": "ACTION CLIENTINFO PING VERSION",
    }.get(word)
    asked = sanitise(f"{raw_nick} asked for {word or 'nothing'} (CTCP)")
    turn.tell(network.server_buffer, asked if answer is not None else f"{asked}; gchat does not answer that")
    session = network.session
    if answer is not None and session is not None and turn.now - network.ctcp_at >= _CTCP_EVERY:
        network.ctcp_at = turn.now
        session.send("NOTICE", raw_nick, f"\x01{word} {answer}\x01")


HANDLERS = {"PRIVMSG": privmsg, "NOTICE": notice, "TAGMSG": tagmsg}
