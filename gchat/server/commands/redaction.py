"""REDACT and EDIT: to take back or change what was said, as far as what is kept says that one may.

https://ircv3.net/specs/extensions/message-redaction; EDIT is our own (capability ``gchat/edit``), because the
proposals for it have not come to a form yet: gchat-server(1) describes it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, NamedTuple

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.server import admission, roles, slow
from gchat.server.commands.history import partner
from gchat.server.events import Edited, Redacted
from gchat.server.keeping import unavailable
from gchat.server.playback import EDIT
from gchat.server.reading import still_seen, targets_of
from gchat.server.request import FailError, Request, Steps, Work
from gchat.server.stores.base import History, Mark, Record, StoreError
from gchat.server.visibility import moderated_since
from gchat.server.world import User

REDACTABLE = ("PRIVMSG", "NOTICE", "TAGMSG")


class Versions(NamedTuple):
    """The record that was named, the message as it was said first, and its changes, oldest first."""

    named: Record
    first: Record
    changes: Sequence[Record]


def redact(request: Request) -> Steps:
    """REDACT target msgid [reason]"""
    found = yield from _find(request)
    record, user = found.named, request.user
    reason = limits.cut(request.param(2), limits.KICKLEN)
    if not _moderates(request, record):
        _check_author(request, record)
        _check_window(request, record, request.settings.history.redact_seconds)
        channel = request.world.channels.get(record.target)
        if channel is not None and admission.why_not_speak(user, channel):
            reason = ""  # who is muted may take back, and not say it so
    _check_store(request)
    name = _shown_name(request, record)
    author = None if _said_by(user, record) else author_of(record)
    for version in (found.first, *found.changes):
        said_by = author if version is found.first else None  # it is one message
        request.commit(Redacted(user.uid, version.target, name, version.id, reason, said_by))


def edit(request: Request) -> Steps:
    """EDIT target msgid :text"""
    text = request.params[2]
    if not text.strip():
        raise FailError("INVALID_TEXT", *request.params[:2], text="An empty text cannot take its place")
    found = yield from _find(request)
    record, user = found.first, request.user
    if record.command == "TAGMSG":
        raise _unknown(request)
    _check_author(request, record)
    _check_window(request, record, request.settings.history.edit_seconds)
    if record.target.startswith("#"):
        channel = request.world.channels[record.target]
        reason = admission.why_not_speak(user, channel)
        if not reason and "W" in channel.modes:
            reason = slow.why_wait(user, channel, request.engine.now_ms())
        if reason:
            raise FailError("EDIT_FORBIDDEN", *request.params[:2], text=reason)
    _check_store(request)
    name = _shown_name(request, record)
    request.commit(Edited(user.uid, record.target, name, record.id, record.command, text))


def _find(request: Request) -> Generator[Work, Any, Versions]:
    """The message that is named, of which the user may know.  Raises FailError."""
    target, msgid = request.params[:2]
    history = request.engine.store.history
    targets = targets_of(request.world, request.user, target)
    if history is None or not targets:
        text = f"You cannot {_doing(request)} messages of {target}"
        raise FailError("INVALID_TARGET", limits.cut(target, 64) or "*", text=text)
    try:
        found: Versions | None = yield Work(_look, (history, targets, msgid))
    except StoreError:
        text = "The history cannot be read at the moment"
        raise FailError("TEMPORARILY_UNAVAILABLE", target, text=text) from None
    if found is None or not still_seen(request.world, request.user, [found.first]):
        raise _unknown(request)
    return found


def _look(history: History, targets: Mapping[str, Mark], msgid: str) -> Versions | None:
    """A message and its versions, by the id of any of them.  Runs in a thread.  Raises StoreError."""
    for target in targets:
        record = history.find(target, msgid)
        if record is None or record.command not in REDACTABLE:
            continue
        first = record
        if EDIT in record.tags:
            first = history.find(target, record.tags[EDIT]) or record
        return Versions(record, first, history.changes(target, [first.id]))
    return None


def _doing(request: Request) -> str:
    return "delete" if request.message.command == "REDACT" else "change"


def _unknown(request: Request) -> FailError:
    text = "This message does not exist or is too old"
    return FailError("UNKNOWN_MSGID", *_named(request), text=text)


def _named(request: Request) -> tuple[str, str]:
    target, msgid = request.params[:2]
    return limits.cut(target, 64) or "*", limits.cut(msgid, 64) or "*"


def _check_author(request: Request, record: Record) -> None:
    """Raises FailError unless the user said it."""
    if not _said_by(request.user, record):
        code = f"{request.message.command}_FORBIDDEN"
        raise FailError(
            code, *_named(request), text=f"You are not authorised to {_doing(request)} this message"
        )


def _said_by(user: User, record: Record) -> bool:
    """True where the user's account said it, or this very connection that belongs to none."""
    if record.account:
        return fold(record.account) == fold(user.account)
    return user.said is not None and record.id in user.said


def author_of(record: Record) -> tuple[str, str]:
    """The nick and the account who said it."""
    return record.source.partition("!")[0], record.account


def _moderates(request: Request, record: Record) -> bool:
    user, channel = request.user, request.world.channels.get(record.target)
    if channel is None or (Mark.of(record.id) or Mark(0)) <= moderated_since(user, channel):
        return False
    return user.is_operator or roles.may(channel.roles_of(user), roles.Right.REDACT)


def _check_window(request: Request, record: Record, seconds: float) -> None:
    mark = Mark.of(record.id) or Mark(0)
    if seconds and request.engine.now_ms() - mark.milliseconds > seconds * 1000:
        command = request.message.command
        text = f"You can {_doing(request)} a message for {seconds:g} seconds, which are over"
        raise FailError(f"{command}_WINDOW_EXPIRED", *_named(request), f"{seconds:.0f}", text=text)


def _check_store(request: Request) -> None:
    """Raises FailError while nothing can be kept: what others would see done would be undone later."""
    if request.engine.keeping.outage:
        raise unavailable(request.message.command, request.params[0])


def _shown_name(request: Request, record: Record) -> str:
    """What the message was addressed to, by its name of today."""
    channel = request.world.channels.get(record.target)
    return channel.name if channel is not None else partner(request, record.target)
