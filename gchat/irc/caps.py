"""Capabilities: their names, and lists of them as they stand on the wire.

https://ircv3.net/specs/extensions/capability-negotiation
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VERSION: Final = 302

ACCOUNT_NOTIFY: Final = "account-notify"
ACCOUNT_TAG: Final = "account-tag"
AWAY_NOTIFY: Final = "away-notify"
BATCH: Final = "batch"
CAP_NOTIFY: Final = "cap-notify"
CHGHOST: Final = "chghost"
ECHO_MESSAGE: Final = "echo-message"
EXTENDED_JOIN: Final = "extended-join"
EXTENDED_MONITOR: Final = "extended-monitor"
INVITE_NOTIFY: Final = "invite-notify"
LABELED_RESPONSE: Final = "labeled-response"
MESSAGE_TAGS: Final = "message-tags"
MULTI_PREFIX: Final = "multi-prefix"
SASL: Final = "sasl"
SERVER_TIME: Final = "server-time"
SETNAME: Final = "setname"
STANDARD_REPLIES: Final = "standard-replies"
USERHOST_IN_NAMES: Final = "userhost-in-names"

ALL: Final = (
    ACCOUNT_NOTIFY,
    ACCOUNT_TAG,
    AWAY_NOTIFY,
    BATCH,
    CAP_NOTIFY,
    CHGHOST,
    ECHO_MESSAGE,
    EXTENDED_JOIN,
    EXTENDED_MONITOR,
    INVITE_NOTIFY,
    LABELED_RESPONSE,
    MESSAGE_TAGS,
    MULTI_PREFIX,
    SASL,
    SERVER_TIME,
    SETNAME,
    STANDARD_REPLIES,
    USERHOST_IN_NAMES,
)


def parse_caps(text: str) -> dict[str, str]:
    """Read ``a b=1,2 -c`` into names and values (``""`` for none).  A name that comes twice has its last
    value.

    The ``-`` of a capability that is removed stays part of the name; a value may hold ``=``.
    """
    caps: dict[str, str] = {}
    for word in text.split(" "):
        name, _, value = word.partition("=")
        if name:
            caps[name] = value
    return caps


def format_caps(caps: Mapping[str, str], limit: int) -> list[str]:
    """Write capabilities as lines of at most ``limit`` bytes; ``[""]`` for none at all.

    With CAP LS 302 all lines but the last are sent with a ``*`` before them; without, values must be left
    out. A capability that is longer than a line has one of its own.
    """
    lines: list[str] = []
    line = ""
    size = 0
    for name, value in caps.items():
        word = f"{name}={value}" if value else name
        length = len(word.encode("utf-8", "replace"))
        if line and size + 1 + length > limit:
            lines.append(line)
            line, size = word, length
        elif line:
            line, size = f"{line} {word}", size + 1 + length
        else:
            line, size = word, length
    lines.append(line)
    return lines
