"""The capabilities that this server offers, each a bit: a session's set of them is one int, its *profile*.

Add a capability here and nowhere else; what it changes asks ``session.caps & ITS_BIT``.
https://ircv3.net/specs/extensions/capability-negotiation
"""

from __future__ import annotations

from typing import Final

MESSAGE_TAGS: Final = 1 << 0
SERVER_TIME: Final = 1 << 1
ECHO_MESSAGE: Final = 1 << 2
LABELED_RESPONSE: Final = 1 << 3
BATCH: Final = 1 << 4
STANDARD_REPLIES: Final = 1 << 5
MULTI_PREFIX: Final = 1 << 6
USERHOST_IN_NAMES: Final = 1 << 7
EXTENDED_JOIN: Final = 1 << 8
AWAY_NOTIFY: Final = 1 << 9
ACCOUNT_NOTIFY: Final = 1 << 10
ACCOUNT_TAG: Final = 1 << 11
CHGHOST: Final = 1 << 12
SETNAME: Final = 1 << 13
INVITE_NOTIFY: Final = 1 << 14
CAP_NOTIFY: Final = 1 << 15
EXTENDED_MONITOR: Final = 1 << 16
SASL: Final = 1 << 17
ACCOUNT_REGISTRATION: Final = 1 << 18
CHANNEL_RENAME: Final = 1 << 20
CHATHISTORY: Final = 1 << 24
EVENT_PLAYBACK: Final = 1 << 25
READ_MARKER: Final = 1 << 26
MESSAGE_REDACTION: Final = 1 << 27
MULTILINE: Final = 1 << 28
SEARCH: Final = 1 << 29
EDIT: Final = 1 << 30  # ours: gchat-server(1) describes it
PRE_AWAY: Final = 1 << 31
EXTENDED_ISUPPORT: Final = 1 << 32
PERSISTENCE: Final = 1 << 33
_NO_IMPLICIT_NAMES_DRAFT: Final = 1 << 34
_NO_IMPLICIT_NAMES: Final = 1 << 35
NO_IMPLICIT_NAMES: Final = _NO_IMPLICIT_NAMES | _NO_IMPLICIT_NAMES_DRAFT  # one thing under two names
METADATA_2: Final = 1 << 36
METADATA_3: Final = 1 << 37
METADATA: Final = METADATA_2 | METADATA_3

BITS: dict[str, int] = {
    "account-notify": ACCOUNT_NOTIFY,
    "account-tag": ACCOUNT_TAG,
    "away-notify": AWAY_NOTIFY,
    "batch": BATCH,
    "cap-notify": CAP_NOTIFY,
    "chghost": CHGHOST,
    "draft/account-registration": ACCOUNT_REGISTRATION,
    "draft/channel-rename": CHANNEL_RENAME,
    "draft/chathistory": CHATHISTORY,
    "draft/event-playback": EVENT_PLAYBACK,
    "draft/message-redaction": MESSAGE_REDACTION,
    "draft/extended-isupport": EXTENDED_ISUPPORT,
    "draft/metadata-2": METADATA_2,
    "draft/metadata-3": METADATA_3,
    "draft/multiline": MULTILINE,
    "draft/no-implicit-names": _NO_IMPLICIT_NAMES_DRAFT,
    "draft/persistence": PERSISTENCE,
    "draft/pre-away": PRE_AWAY,
    "draft/read-marker": READ_MARKER,
    "echo-message": ECHO_MESSAGE,
    "extended-join": EXTENDED_JOIN,
    "extended-monitor": EXTENDED_MONITOR,
    "gchat/edit": EDIT,
    "invite-notify": INVITE_NOTIFY,
    "labeled-response": LABELED_RESPONSE,
    "message-tags": MESSAGE_TAGS,
    "multi-prefix": MULTI_PREFIX,
    "no-implicit-names": _NO_IMPLICIT_NAMES,
    "sasl": SASL,
    "server-time": SERVER_TIME,
    "setname": SETNAME,
    "soju.im/search": SEARCH,
    "standard-replies": STANDARD_REPLIES,
    "userhost-in-names": USERHOST_IN_NAMES,
}

# How the lines of a connection are framed is no capability, but a part of its profile like one: the same
# line is other bytes.  High bits, far from those that are handed out above.
TEXT_FRAMES: Final = 1 << 62
BINARY_FRAMES: Final = 1 << 61

NAMES: dict[int, str] = {bit: name for name, bit in BITS.items()}


def names(caps: int) -> list[str]:
    """The names of the capabilities in a set, in alphabetical order."""
    return [name for name, bit in BITS.items() if caps & bit]
