"""One-time codes from the time, as authenticator apps make them.

https://www.rfc-editor.org/rfc/rfc6238, https://www.rfc-editor.org/rfc/rfc4226
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from urllib.parse import quote

DIGITS = 6
PERIOD = 30  # seconds
SECRET = 20  # bytes: "RECOMMENDED" by RFC 4226, 4
_DRIFT = 1  # steps that a clock may be wrong by, either way: RFC 6238, 5.2


def code(secret: bytes, step: int) -> str:
    """The code of one step of 30 seconds since 1970.  RFC 4226, 5.3"""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def check(secret: str, given: str, now: float, used: int = 0) -> int:
    """The step that a code is of, 0 for a wrong one; ``secret`` in base32, ``now`` in Unix seconds.

    A code is good once: only steps after ``used`` count.
    """
    key = b32decode(secret + "=" * (-len(secret) % 8))
    present = int(now) // PERIOD
    for step in range(max(present - _DRIFT, used + 1), present + _DRIFT + 1):
        if hmac.compare_digest(code(key, step).encode(), given.encode()):
            return step
    return 0


def split(password: str) -> tuple[str, str]:
    """A password with the code after it, and the code (empty where there is none)."""
    given = password[-DIGITS:]
    if len(given) == DIGITS and given.isascii() and given.isdigit():
        return password[:-DIGITS].rstrip(" "), given
    return password, ""


def write(secret: bytes) -> str:
    """The secret as people copy it."""
    return b32encode(secret).decode().rstrip("=")


def address(secret: str, account: str, network: str) -> str:
    """What an authenticator reads from a QR code."""
    return f"otpauth://totp/{quote(network)}:{quote(account)}?secret={secret}&issuer={quote(network)}"
