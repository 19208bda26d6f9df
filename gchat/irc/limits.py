"""How long things may be, and how text is cut to fit: bytes of UTF-8, never inside a character.

Change a length here; what the server announces of it goes into ISUPPORT by the server's own table.
"""

from __future__ import annotations

from typing import Final

# The wire.  https://modern.ircdocs.horse/#message-format
LINE: Final = 512  # everything but the tags, with CR LF
# https://ircv3.net/specs/extensions/message-tags#size-limit, each with the leading '@' and the trailing space
CLIENT_TAGS: Final = 4096  # what a client may send
TAGS: Final = 8191  # with as much again of the server's: what a client has to be able to read
PARAMS: Final = 15  # "Software SHOULD AVOID sending more than 15 parameters"; all of them are read
ISUPPORT_TOKENS: Final = 13  # on one RPL_ISUPPORT line

# Names.  Each is announced in ISUPPORT under its own name.
NICKLEN: Final = 32
USERLEN: Final = 18
HOSTLEN: Final = 63
CHANNELLEN: Final = 64
KEYLEN: Final = 32

# Texts.  A topic with the longest source and channel name still fits a line of 512 bytes.
TOPICLEN: Final = 390
KICKLEN: Final = 390
QUITLEN: Final = 390
AWAYLEN: Final = 200
REALNAMELEN: Final = 150

# SASL.  https://ircv3.net/specs/extensions/sasl-3.1: a longer piece ends the exchange.
AUTHENTICATE: Final = 400


def cut(text: str, max_bytes: int) -> str:
    """Return the longest beginning of ``text`` that takes at most ``max_bytes`` bytes of UTF-8."""
    if len(text) <= max_bytes and text.isascii():
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= max_bytes:
        return text
    return cut_bytes(data, max_bytes).decode()


def cut_bytes(data: bytes, max_bytes: int) -> bytes:
    """Cut UTF-8 to at most ``max_bytes`` bytes, before the character that would not fit whole."""
    if len(data) <= max_bytes:
        return data
    end = max(max_bytes, 0)
    # 10xxxxxx continues a character (RFC 3629 section 3).  Four steps are enough for UTF-8; the bound keeps
    # bytes that are none from being eaten up to their beginning.
    stop = max(end - 4, 0)
    while end > stop and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]
