"""METADATA: what users and channels say of themselves, and who wants to hear of it.

https://ircv3.net/specs/extensions/metadata.  draft/metadata-3 is its next draft,
https://github.com/ircv3/ircv3-specifications/pull/613: the same commands, other words of refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.numerics import (
    ERR_NEEDMOREPARAMS,
    ERR_NOTREGISTERED,
    RPL_METADATASUBOK,
    RPL_METADATASUBS,
    RPL_METADATAUNSUBOK,
    Numeric,
)
from gchat.server import keyvalues, roles
from gchat.server import metadata as values
from gchat.server.events import MetadataCleared, MetadataSet
from gchat.server.metadata import CHANGE_RATE, EVERYTHING, VALUE_BYTES
from gchat.server.replies import fill
from gchat.server.request import FailError, ReplyError, Request
from gchat.server.visibility import can_see_metadata, may_address
from gchat.server.world import Channel, User

_SELF = "*"
_SHOWN = 64  # bytes of what the client sent that a refusal repeats


class _Subject(NamedTuple):
    """Whom a command is about; ``target`` is None for a client that is no user yet."""

    name: str
    target: User | Channel | None
    said: Mapping[str, str]
    visible: bool = True


def metadata(request: Request) -> None:
    """METADATA target GET | LIST | SET | CLEAR | SUB | UNSUB | SUBS | SYNC [...]"""
    session = request.session
    if session.user is None and not values.knows(session):
        raise ReplyError(ERR_NOTREGISTERED)
    subcommand = request.params[1].upper()
    if subcommand not in _SUBCOMMANDS:
        shown = _shown(request.params[1])
        if values.is_newer(session):
            raise FailError("INVALID_PARAMS", shown, text="METADATA has no such subcommand")
        raise FailError("SUBCOMMAND_INVALID", shown, text="METADATA has no such subcommand")
    _SUBCOMMANDS[subcommand](request)


# --- whom it is about --------------------------------------------------------------------------------


def _subject(request: Request) -> _Subject:
    """The target of the command.  Raises FailError where there is none that the client may know of."""
    session, given = request.session, request.params[0]
    if session.user is None:
        if given != _SELF:
            raise _no_target(given)
        return _Subject(_SELF, None, session.metadata)
    said, viewer = request.world.metadata, session.user
    if given.startswith("#"):
        channel = request.world.channel(given)
        if channel is None or not may_address(viewer, channel):
            raise _no_target(given)
        visible = can_see_metadata(viewer, channel)
        return _Subject(channel.name, channel, said.of(channel.key) if visible else {}, visible)
    user = viewer if given == _SELF else request.world.user(given)
    if user is None:
        raise _no_target(given)
    return _Subject(user.nick, user, said.of(keyvalues.owner(user)))


def _own(request: Request) -> None:
    """Subscriptions are one's own.  Raises FailError."""
    if request.params[0] != _SELF and fold(request.params[0]) != fold(request.session.name):
        raise _no_target(request.params[0])


def _no_target(given: str) -> FailError:
    return FailError("INVALID_TARGET", _shown(given), text="There is no such user or channel here")


def _shown(given: str) -> str:
    """What the client sent, as a parameter that is not the last can hold it."""
    cut = limits.cut(given, _SHOWN)
    return cut if cut and " " not in cut and not cut.startswith(":") else "*"


def _wrong_key(request: Request, key: str) -> FailError:
    code = "INVALID_KEY" if values.is_newer(request.session) else "KEY_INVALID"
    return FailError(code, _shown(key), text="A key is made of a to z, 0 to 9 and _ . / - and is not long")


def _complain(request: Request, key: str) -> None:
    """Say of one key of several that it is none."""
    error = _wrong_key(request, key)
    if values.is_newer(request.session):
        request.warn(error.code, *error.context, text=error.text)
    else:
        request.refuse(error)


def _arguments(request: Request) -> Sequence[str]:
    """The keys of the command.  Raises FailError or ReplyError where there is none."""
    if len(request.params) > 2:
        return request.params[2:]
    if values.is_newer(request.session):
        raise FailError("INVALID_PARAMS", request.params[1].upper(), text="It needs a key")
    raise ReplyError(ERR_NEEDMOREPARAMS, "METADATA")


# --- reading -----------------------------------------------------------------------------------------


def _batch(request: Request, target: str, messages: Iterable[Message], kind: str = "metadata") -> None:
    keyvalues.send_batch(request.engine, request.session, request.send, target, messages, kind)


def _get(request: Request) -> None:
    keys, subject = _arguments(request), _subject(request)
    session, server = request.session, request.settings.server.name

    def answer(key: str) -> Message:
        if not values.is_key(key):
            error = _wrong_key(request, key)
            kind = "WARN" if values.is_newer(session) else "FAIL"
            return Message(kind, ("METADATA", error.code, *error.context, error.text), server)
        if key in subject.said:
            return keyvalues.numeric(session, server, (subject.name, key, subject.said[key]))
        return keyvalues.unset(session, server, subject.name, key)

    _batch(request, subject.name, map(answer, keys))


def _list(request: Request) -> None:
    subject, server = _subject(request), request.settings.server.name
    lines = [
        keyvalues.numeric(request.session, server, (subject.name, key, value))
        for key, value in subject.said.items()
    ]
    _batch(request, subject.name, lines)


def _sync(request: Request) -> None:
    session, world = request.session, request.world
    keys = tuple(session.subscriptions)
    if request.params[0] == EVERYTHING and session.user is not None:
        found = keyvalues.everything(request.engine, session, keys)
        keyvalues.sync(request.engine, session, request.send, EVERYTHING, found)
        return
    subject = _subject(request)
    if isinstance(subject.target, Channel):
        found = keyvalues.around(world, request.user, subject.target, keys)
    else:
        found = ((subject.name, key, subject.said[key]) for key in keys if key in subject.said)
    keyvalues.sync(request.engine, session, request.send, subject.name, found)


# --- changing ----------------------------------------------------------------------------------------


def _check_right(request: Request, subject: _Subject, key: str) -> None:
    """People speak for themselves, operators for their channel, server operators for everybody."""
    user, target = request.session.user, subject.target
    if user is None or target is user or user.is_operator:
        return
    if isinstance(target, Channel) and roles.may(target.roles_of(user), roles.Right.MODES):
        return
    text = f"You may not change what {subject.name} says"
    raise FailError("KEY_NO_PERMISSION", subject.name, key, text=text)


def _set(request: Request) -> None:
    key, newer = _arguments(request)[0], values.is_newer(request.session)
    subject = _subject(request)
    if not values.is_key(key):
        raise _wrong_key(request, key)
    _check_right(request, subject, key)
    value: str | None = request.params[3] if len(request.params) > 3 else None
    if newer and not value:
        value = None  # "The empty string is an invalid value", there
    if value is None:
        if key not in subject.said and not newer:
            raise FailError("KEY_NOT_SET", subject.name, key, text="There is nothing to remove")
    elif len(value.encode("utf-8", "replace")) > VALUE_BYTES:
        text = f"A value has {VALUE_BYTES} bytes at most"
        raise FailError("INVALID_VALUE", key, text=text) if newer else FailError("VALUE_INVALID", text=text)
    elif key not in subject.said and len(subject.said) >= (most := request.settings.limits.metadata_keys):
        context = (subject.name, str(most)) if newer else (subject.name,)
        raise FailError("LIMIT_REACHED", *context, text=f"There may be {most} keys at most")
    _check_rate(request, subject, key)
    if subject.target is None:
        _set_own(request, key, value)
    else:
        request.commit(MetadataSet(request.user.uid, _address(subject.target), key, value))


def _check_rate(request: Request, subject: _Subject, key: str) -> None:
    """Everybody who hears of a key is told of every change.  Raises FailError."""
    session, engine = request.session, request.engine
    who = fold(session.account) or f"session {session.id}"
    if not engine.values.take(who, engine.clock()):
        wait = str(round(1 / CHANGE_RATE))
        text = f"You change values too often: wait {wait} seconds"
        raise FailError("RATE_LIMITED", subject.name, key, wait, text=text)


def _set_own(request: Request, key: str, value: str | None) -> None:
    """Set a value before there is a user who could have it."""
    session, server = request.session, request.settings.server.name
    if value is None:
        session.metadata.pop(key, None)
        request.send(keyvalues.unset(session, server, _SELF, key))
    else:
        session.metadata[key] = value
        request.send(keyvalues.numeric(session, server, (_SELF, key, value)))


def _clear(request: Request) -> None:
    subject, session = _subject(request), request.session
    _check_right(request, subject, "*")
    if subject.target is not None:
        request.commit(MetadataCleared(request.user.uid, _address(subject.target)))
        return
    keys = list(session.metadata)
    session.metadata.clear()
    server = request.settings.server.name
    _batch(request, _SELF, [keyvalues.unset(session, server, _SELF, key) for key in keys])


def _address(target: User | Channel) -> str:
    """How an event names its target."""
    return target.name if isinstance(target, Channel) else target.uid


# --- subscriptions -----------------------------------------------------------------------------------


def _subscribe(request: Request) -> None:
    _own(request)
    session, newer = request.session, values.is_newer(request.session)
    most = request.settings.limits.metadata_subscriptions
    done: list[str] = []
    wrong: list[str] = []
    new: list[str] = []
    refusal: FailError | None = None
    for key in _arguments(request):
        if not values.is_key(key):
            wrong.append(key)
            continue
        if key not in session.subscriptions:
            if len(session.subscriptions) >= most:
                context = (key, str(most)) if newer else (key,)
                code = "LIMIT_REACHED" if newer else "TOO_MANY_SUBS"
                refusal = FailError(code, *context, text=f"You may hear of {most} keys at most")
                break
            session.subscriptions[key] = None
            new.append(key)
        done.append(key)
    _say(request, RPL_METADATASUBOK, done)
    for key in wrong:
        _complain(request, key)
    if refusal is not None:
        request.refuse(refusal)
    if new and session.user is not None:
        _catch_up(request, new)


def _catch_up(request: Request, keys: list[str]) -> None:
    """Tell what is said of keys that a client has not heard of before, or have it ask."""
    session, server = request.session, request.settings.server.name
    if values.is_newer(session):
        request.send(keyvalues.later(session, server, EVERYTHING))
        return
    found = []
    for value in keyvalues.everything(request.engine, session, keys):
        found.append(value)
        if len(found) > keyvalues.SOON:
            for channel in request.user.channels.values():
                request.send(keyvalues.later(session, server, channel.name))
            return
    for value in found:
        request.send(keyvalues.told(session, server, value))


def _unsubscribe(request: Request) -> None:
    _own(request)
    done = []
    for key in _arguments(request):
        if values.is_key(key):
            request.session.subscriptions.pop(key, None)
            done.append(key)
        else:
            _complain(request, key)
    _say(request, RPL_METADATAUNSUBOK, done)


def _subscriptions(request: Request) -> None:
    _own(request)
    session = request.session
    lines = [
        Message(RPL_METADATASUBS.number, (session.name, *line.split(" ")), request.settings.server.name)
        for line in _lines(request, RPL_METADATASUBS, session.subscriptions)
    ]
    _batch(request, "", lines, "metadata-subs")


def _say(request: Request, numeric: Numeric, keys: Iterable[str]) -> None:
    for line in _lines(request, numeric, keys):
        request.reply(numeric, *line.split(" "))


def _lines(request: Request, numeric: Numeric, keys: Iterable[str]) -> list[str]:
    """The keys, with spaces between, in as many lines as they need; 13 to a line, as in RPL_ISUPPORT."""
    head = f":{request.settings.server.name} {numeric.number} {request.session.name} \r\n"
    words = list(keys)
    pieces = [
        words[start : start + limits.ISUPPORT_TOKENS]
        for start in range(0, len(words), limits.ISUPPORT_TOKENS)
    ]
    return [line for piece in pieces for line in fill(piece, limits.LINE - len(head.encode()) - 1)]


_SUBCOMMANDS: dict[str, Callable[[Request], None]] = {
    "GET": _get,
    "LIST": _list,
    "SET": _set,
    "CLEAR": _clear,
    "SUB": _subscribe,
    "UNSUB": _unsubscribe,
    "SUBS": _subscriptions,
    "SYNC": _sync,
}
