"""Passwords at rest: a scrypt hash that says how it was made, ``scrypt$N$r$p$salt$hash`` (base64).

Hashing is slow on purpose (some 50 ms and 16 MB): a handler yields it as ``Work``.  Raise the cost here;
hashes that were made before keep working, because each one carries its own.
https://www.rfc-editor.org/rfc/rfc7914
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import NamedTuple

_N, _R, _P = 2**14, 8, 1
SALT_BYTES = 16
_HASH_BYTES = 32
_MEMORY = 256 * 1024 * 1024  # bytes that a hash may ask for; one that wants more is none of ours

# For a name that nobody has: it fits no password, and refusing takes as long as for a name that exists.
NOBODY = f"scrypt${_N}${_R}${_P}${'A' * 22}==${'A' * 43}="


class _Hash(NamedTuple):
    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes


def hash_password(password: str, salt: bytes, n: int = _N) -> str:
    """Return a new hash of a password; ``salt`` are ``SALT_BYTES`` that are random and used only once.

    ``n`` is the cost, a power of two: what it takes grows with it.
    """
    digest = _scrypt(password, _Hash(n, _R, _P, salt, bytes(_HASH_BYTES)))
    return f"scrypt${n}${_R}${_P}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def verify(hashed: str, password: str) -> bool:
    """Return whether the password is the one that was hashed.  A text that is no hash fits no password."""
    parsed = _parse(hashed)
    if parsed is None:
        return False
    try:
        digest = _scrypt(password, parsed)
    except (ValueError, MemoryError):  # the parameters contradict each other, or want more than there is
        return False
    return hmac.compare_digest(digest, parsed.digest)


def is_hash(text: str) -> bool:
    """Return whether a text looks like something that ``hash_password`` returned."""
    return _parse(text) is not None


def _scrypt(password: str, how: _Hash) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "replace"),
        salt=how.salt,
        n=how.n,
        r=how.r,
        p=how.p,
        maxmem=_MEMORY,
        dklen=len(how.digest),
    )


def _parse(text: str) -> _Hash | None:
    """Take a hash apart; None for anything else, or for one that would cost more than a login may."""
    parts = text.split("$")
    if len(parts) != 6 or parts[0] != "scrypt":
        return None
    if not all(number.isascii() and number.isdigit() and len(number) <= 9 for number in parts[1:4]):
        return None
    n, r, p = map(int, parts[1:4])
    try:
        salt, digest = b64decode(parts[4], validate=True), b64decode(parts[5], validate=True)
    except (Base64Error, ValueError):
        return None
    # RFC 7914, 2: N is a power of two above 1.  128 * N * r bytes of memory, p times over.
    affordable = r and p and 128 * n * r * p <= _MEMORY
    if n < 2 or n & (n - 1) or not affordable or not salt or len(digest) < 16:
        return None
    return _Hash(n, r, p, salt, digest)
