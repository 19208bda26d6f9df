"""Commands about the last thing we said ourselves: saying it otherwise, taking it back.

    /edit      /edit we ship at noon      /delete wrong channel

https://ircv3.net/specs/extensions/message-redaction, and gchat-server(1) for EDIT.  Whether one still may is
for the server to decide.
"""

from gchat.client import corrections
from gchat.client.line import Delivery, Fate, Line, LineKind
from gchat.client.model import Buffer
from gchat.client.outgoing import room
from gchat.client.slash import WrongUse
from gchat.client.slash.answering import latest, must_be_talked_in
from gchat.client.slash.rooms import ask
from gchat.client.turn import Turn

_EDIT, _REDACT = "gchat/edit", "draft/message-redaction"


def edit(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/edit [text]: without a text, what we said last comes into the input"""
    line = _last_own(turn, buffer, _EDIT, "keeps every message as it was said")
    if line is None:
        return
    if not rest:
        buffer.editor.set(f"/edit {line.text}")
        return
    text = f"\x01ACTION {rest}\x01" if line.kind is LineKind.ACTION else rest
    too_much = len(text.encode()) - _room(buffer, line)
    if too_much > 0:
        turn.complain(buffer, f"That is {too_much} bytes too long for one line; shorten it, it is back here.")
        buffer.editor.set(f"/edit {rest}")
        return
    ask(turn, buffer, "EDIT", buffer.target, line.msgid, text)
    if not _is_shown_back(buffer):
        corrections.edit(buffer, line, text)


def delete(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/delete [reason]"""
    line = _last_own(turn, buffer, _REDACT, "cannot take messages back")
    if line is None:
        return
    ask(turn, buffer, "REDACT", buffer.target, line.msgid, *([rest] if rest else []))
    if not _is_shown_back(buffer):
        corrections.delete(buffer, line, "", rest)


def _last_own(turn: Turn, buffer: Buffer, capability: str, otherwise: str) -> Line | None:
    """Return what we said last and did not delete, where it can be changed; if not, say why."""
    must_be_talked_in(buffer)
    network = buffer.network
    line = latest(buffer, lambda line: line.own and line.fate is not Fate.DELETED)
    if line is None:
        deleted = latest(buffer, lambda line: line.own) is not None
        left = f"There is nothing of yours left here to {'change' if capability == _EDIT else 'take back'}."
        raise WrongUse(left if deleted else "You said nothing here.")
    if network.session is None or capability not in network.session.caps:
        turn.complain(buffer, f"{network.name} {otherwise}: say in words what you meant.")
    elif line.delivery is Delivery.FAILED:
        turn.complain(buffer, "What you said last was not sent, so nobody read it (M-s sends it again).")
    elif line.delivery is Delivery.PENDING:
        turn.complain(buffer, "What you said last is still on its way: try again when it is there.")
    elif not line.msgid:
        turn.complain(buffer, "The server gave what you said last no id, so nothing can refer to it.")
    else:
        return line
    return None


def _room(buffer: Buffer, line: Line) -> int:
    """Return the bytes that a text may have to take a line's place: it is read behind its id."""
    network, session = buffer.network, buffer.network.session
    mask = session.mask if session is not None else ""
    free = room(mask, network.nick, "EDIT", buffer.target, network.isupport.linelen)
    return free - len(line.msgid.encode()) - 1


def _is_shown_back(buffer: Buffer) -> bool:
    session = buffer.network.session
    return session is None or "echo-message" in session.caps
