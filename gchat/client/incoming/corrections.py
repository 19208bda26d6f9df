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
    buffer, line = _meant(network, message)
    if buffer is None or line is None:
        return
    nick, reason = message.source.partition("!")[0], message.params[2] if len(message.params) > 2 else ""
    author = network.fold(nick) == network.fold(line.nick)
    delete(buffer, line, "" if author else nick, reason)


def _edit(turn: Turn, network: Network, message: Message) -> None:
    """EDIT target msgid text"""
    if len(message.params) < 3:
        return
    buffer, line = _meant(network, message)
    if buffer is not None and line is not None:
        edit(buffer, line, message.params[2])
        return
    target, _, text = message.params[:3]
    privmsg(turn, network, message._replace(command="PRIVMSG", params=(target, _EDITED + text)))


def _meant(network: Network, message: Message) -> tuple[Buffer | None, Line | None]:
    """The line that a message is about, where it was said; None for what is not here, or is gone."""
    if len(message.params) < 2:
        return None, None
    buffer = buffer_about(network, message)
    line = buffer.ids.find(buffer.lines, message.params[1]) if buffer is not None else None
    return buffer, None if line is None or line.fate is Fate.DELETED else line


HANDLERS = {"REDACT": _redact, "EDIT": _edit}
