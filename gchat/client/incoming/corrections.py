"""REDACT and EDIT: a message is taken back or changed, as far as its line is still here.

https://ircv3.net/specs/extensions/message-redaction, and gchat-server(1) for EDIT.  Who may is for the server
to decide.
"""

from gchat.client.corrections import delete, edit
from gchat.client.incoming.talk import buffer_about, privmsg
from gchat.client.line import Fate, Line
from gchat.client.model import Buffer, Network
from gchat.client.turn import Turn
from gchat.irc.message import Message

_EDITED = "(edited) "  # what gchat-server says to those who cannot put the text in its place


def _redact(turn: Turn, network: Network, message: Message) -> None:
    """REDACT target msgid [reason]"""
    buffer = buffer_about(network, message) if message.params else None
    if buffer is not None:
        take_back(network, buffer, message)


def take_back(network: Network, buffer: Buffer, message: Message) -> None:
    """Delete what a REDACT is about, where it was said."""
    line = _meant(buffer, message)
    if line is None:
        return
    nick, reason = message.source.partition("!")[0], message.params[2] if len(message.params) > 2 else ""
    author = network.fold(nick) == network.fold(line.nick)
    delete(buffer, line, "" if author else nick, reason)


def _edit(turn: Turn, network: Network, message: Message) -> None:
    """EDIT target msgid text"""
    if len(message.params) < 3:
        return
    buffer = buffer_about(network, message)
    if buffer is None or not change(buffer, message):
        privmsg(turn, network, as_said(message))


def change(buffer: Buffer, message: Message) -> bool:
    """Change what an EDIT is about, where it was said; False where that is not here, or is gone."""
    line = _meant(buffer, message)
    if line is None or len(message.params) < 3:
        return False
    edit(buffer, line, message.params[2])
    return True


def as_said(message: Message) -> Message:
    """Return an EDIT as a message of its own, for whoever has nothing to put it in the place of."""
    target, _, text = message.params[:3]
    return message._replace(command="PRIVMSG", params=(target, _EDITED + text))


def _meant(buffer: Buffer, message: Message) -> Line | None:
    """The line that a message is about; None for what is not here, or is gone."""
    line = buffer.ids.find(buffer.lines, message.params[1]) if len(message.params) > 1 else None
    return None if line is None or line.fate is Fate.DELETED else line


HANDLERS = {"REDACT": _redact, "EDIT": _edit}
