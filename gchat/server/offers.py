"""Which capabilities the server offers at the moment, and with which values.

A capability without a row in ``_VALUES`` is offered always and has no value; a row that gives None withdraws
it.  https://ircv3.net/specs/extensions/capability-negotiation
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gchat.irc import scram
from gchat.server import capabilities as cap

if TYPE_CHECKING:
    from gchat.server.engine import Engine


def offered(engine: Engine) -> dict[str, str]:
    """The capabilities that sessions may ask for, with their values."""
    hidden = engine.settings.server.without_capabilities
    found = {}
    for name in cap.BITS:
        value = _VALUES[name](engine) if name in _VALUES else ""
        if value is not None and name not in hidden:
            found[name] = value
    return found


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


_VALUES: dict[str, Callable[[Engine], str | None]] = {
    "draft/account-registration": _registration,
    "draft/chathistory": _with_history,
    "draft/event-playback": _with_history,
    "draft/message-redaction": _with_history,
    "draft/multiline": _multiline,
    "gchat/edit": _with_history,
    "sasl": lambda engine: ",".join(mechanisms(engine)),
    "soju.im/search": _with_history,
}
