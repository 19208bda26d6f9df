"""Which capabilities the server offers at the moment, and with which values.

A capability without a row in ``_VALUES`` is offered always and has no value; a row that gives None withdraws
it.  https://ircv3.net/specs/extensions/capability-negotiation
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gchat.irc import scram
from gchat.irc.message import Message
from gchat.server import capabilities as cap
from gchat.server import replies, sts
from gchat.server.metadata import KEY_BYTES, VALUE_BYTES

if TYPE_CHECKING:
    from gchat.server.engine import Engine
    from gchat.server.session import Session
    from gchat.server.settings import Accounts


def offered(engine: Engine, session: Session | None = None) -> dict[str, str]:
    """The capabilities that sessions may ask for, with their values; and what one of them is told besides."""
    hidden = engine.settings.server.without_capabilities
    found = {}
    for name in cap.BITS:
        value = _VALUES[name](engine) if name in _VALUES else ""
        if value is not None and name not in hidden:
            found[name] = value
    if session is not None and sts.CAPABILITY not in hidden:
        value = transport(engine, session)
        if value is not None:
            found[sts.CAPABILITY] = value
    return found


def transport(engine: Engine, session: Session) -> str | None:
    """The value of ``sts`` for a connection, which only tells and cannot be asked for."""
    return sts.value(engine.sts, engine.clock(), session.host, session.secure, session.server_name)


def set_transport(engine: Engine, policy: sts.Policy | None) -> None:
    """Go on with another policy of strict transport security, and tell those who listen.

    "Servers MUST NOT send CAP DEL to disable this capability"; a duration of 0 does.
    """
    before = {session: transport(engine, session) for session in engine.sessions.values()}
    engine.sts = policy
    for session, old in before.items():
        new = transport(engine, session)
        if new is None and old is not None and session.secure:
            new = "duration=0"
        if new not in (None, old) and session.caps & cap.CAP_NOTIFY:
            params = (session.name, "NEW", f"{sts.CAPABILITY}={new}")
            engine.queue.send(session, Message("CAP", params, engine.settings.server.name))


def set_certificates(engine: Engine, asked: bool) -> None:
    """From now on, new connections by TLS are asked for a certificate, or no longer."""
    before = engine.offered()
    engine.asks_certificates = asked
    engine.announce_capabilities(before)


def announce_persistence(engine: Engine, before: Accounts) -> None:
    """Tell those who stay now, or do not any more, because the configuration says so."""
    for session in engine.sessions.values():
        account = engine.world.account(session.account)
        if account is None or not session.caps & cap.PERSISTENCE:
            continue
        if account.stays(before) != account.stays(engine.settings.accounts):
            engine.queue.send(session, replies.persistence(engine, account))


def announce_retention(engine: Engine, before: str) -> None:
    """Tell everybody who is here, where what they were told with the welcome is true no longer."""
    if engine.settings.history.keep == before:
        return
    for session in engine.sessions.values():
        message = replies.retention(engine, session) if session.user is not None else None
        if message is not None and not session.closing:
            engine.queue.send(session, message)


def mechanisms(engine: Engine) -> tuple[str, ...]:
    """The SASL mechanisms that can be used; EXTERNAL needs listeners that ask for certificates."""
    return ("PLAIN", scram.NAME, *(("EXTERNAL",) if engine.asks_certificates else ()))


def _registration(engine: Engine) -> str | None:
    # https://ircv3.net/specs/extensions/account-registration
    accounts = engine.settings.accounts
    if accounts.registration == "closed":
        return None
    keys = {
        "before-connect": accounts.before_connect and not engine.settings.server.password,
        "custom-account-name": accounts.custom_names,
        "email-required": accounts.email == "required",
    }
    return ",".join(key for key, is_so in keys.items() if is_so)


def _with_history(engine: Engine) -> str | None:
    return "" if engine.store.history is not None else None


def _multiline(engine: Engine) -> str:
    # https://ircv3.net/specs/extensions/multiline
    limits = engine.settings.limits
    return f"max-bytes={limits.multiline_bytes},max-lines={limits.multiline_lines}"


def _metadata(engine: Engine) -> str:
    # https://ircv3.net/specs/extensions/metadata
    limits = engine.settings.limits
    tokens = (
        "before-connect",
        f"max-subs={limits.metadata_subscriptions}",
        f"max-keys={limits.metadata_keys}",
        f"max-key-bytes={KEY_BYTES}",
        f"max-value-bytes={VALUE_BYTES}",
    )
    return ",".join(tokens)


_VALUES: dict[str, Callable[[Engine], str | None]] = {
    "draft/account-registration": _registration,
    "draft/chathistory": _with_history,
    "draft/event-playback": _with_history,
    "draft/message-redaction": _with_history,
    "draft/metadata-2": _metadata,
    "draft/metadata-3": _metadata,
    "draft/multiline": _multiline,
    "draft/persistence": lambda engine: None if engine.settings.accounts.always_on == "off" else "",
    "gchat/edit": _with_history,
    "sasl": lambda engine: ",".join(mechanisms(engine)),
    "soju.im/search": _with_history,
}
