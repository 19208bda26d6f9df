"""SCRAM-SHA-256 without channel binding, and the verifier that a server keeps in place of a password.

https://www.rfc-editor.org/rfc/rfc5802, https://www.rfc-editor.org/rfc/rfc7677
Nonces and salts are arguments.  Only ``make_verifier`` and ``fits`` are slow: there a password becomes a key.
"""

from __future__ import annotations

import hashlib
import hmac
import stringprep
import unicodedata
from base64 import b64decode, b64encode
from typing import Final, NamedTuple

NAME: Final = "SCRAM-SHA-256"
# RFC 7677, 4 asks for 4096 at least.  20,000 take 6 ms on the machine where this was decided: 160 logins a
# second and core, and every guess of a stolen verifier costs as much.
ITERATIONS: Final = 20_000
SALT: Final = 16  # bytes
NONCE: Final = 18  # bytes of entropy, 24 characters
_MOST_ITERATIONS: Final = 10_000_000


class Verifier(NamedTuple):
    """What a password can be checked against and cannot be made from.  RFC 5802, 3"""

    iterations: int
    salt: bytes
    stored_key: bytes
    server_key: bytes

    def __str__(self) -> str:
        salt, stored, server = (b64encode(part).decode() for part in self[1:])
        return f"{NAME}${self.iterations}:{salt}${stored}:{server}"

    @classmethod
    def parse(cls, text: str) -> Verifier | None:
        """Read what ``str`` wrote; None for anything else."""
        name, _, rest = text.partition("$")
        how, _, keys = rest.partition("$")
        number, _, salt = how.partition(":")
        stored, _, server = keys.partition(":")
        if name != NAME or not (number.isascii() and number.isdigit() and len(number) <= 8):
            return None
        try:
            parts = [b64decode(part, validate=True) for part in (salt, stored, server)]
        except ValueError:
            return None
        iterations = int(number)
        if not 1 <= iterations <= _MOST_ITERATIONS or not parts[0] or {len(p) for p in parts[1:]} != {32}:
            return None
        return cls(iterations, *parts)


def prepare(password: str) -> bytes:
    """SASLprep (RFC 4013), so that one password typed on two systems is the same.

    A password that SASLprep forbids is taken as it is: refusing it would help nobody.
    """
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c)
    )
    text = unicodedata.normalize("NFKC", mapped)
    if not text or any(forbids(c) for c in text for forbids in _FORBIDDEN):
        text = password
    return text.encode("utf-8", "surrogateescape")


_FORBIDDEN: Final = (
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def make_verifier(password: str, salt: bytes, iterations: int = ITERATIONS) -> Verifier:
    """Turn a password into what a server keeps.  Slow on purpose."""
    salted = hashlib.pbkdf2_hmac("sha256", prepare(password), salt, iterations)
    stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    return Verifier(iterations, salt, stored, _hmac(salted, b"Server Key"))


def fits(verifier: Verifier, password: str) -> bool:
    """Return whether the password is the one that the verifier was made of.  Slow on purpose."""
    made = make_verifier(password, verifier.salt, verifier.iterations)
    return hmac.compare_digest(made.stored_key, verifier.stored_key)


class ClientFirst(NamedTuple):
    """The client's first message: who, and its nonce.  ``bare`` and ``header`` are parts as they came."""

    header: str
    authzid: str
    user: str
    nonce: str
    bare: str

    @classmethod
    def parse(cls, data: bytes) -> ClientFirst | None:
        """Read it; None for what is no such message, and for one that asks for channel binding."""
        try:
            flag, authzid, bare = data.decode().split(",", 2)
        except ValueError:  # UnicodeDecodeError is one
            return None
        words = bare.split(",")
        if flag not in ("n", "y") or (authzid and not authzid.startswith("a=")) or len(words) < 2:
            return None
        name, nonce = words[0], words[1]  # "m=" in the first place is an extension that nobody knows
        if not name.startswith("n=") or not nonce.startswith("r=") or len(nonce) < 3:
            return None
        user, other = _name(name[2:]), _name(authzid[2:])
        if not user or other is None:
            return None
        return cls(f"{flag},{authzid},", other, user, nonce[2:], bare)


def _name(text: str) -> str | None:
    """Undo what lets a name hold ``,`` and ``=``.  RFC 5802, 5.1"""
    plain = text.replace("=2C", ",").replace("=3D", "=")
    return plain if text.count("=") == text.count("=2C") + text.count("=3D") else None


class Exchange(NamedTuple):
    """A server's side after the client's first message: what was said so far, and against what."""

    first: ClientFirst
    challenge: str  # the server's first message
    verifier: Verifier

    @classmethod
    def begin(cls, first: ClientFirst, verifier: Verifier, nonce: str) -> Exchange:
        """Answer a first message with the salt and a nonce of our own (printable, without commas)."""
        salt = b64encode(verifier.salt).decode()
        return cls(first, f"r={first.nonce}{nonce},s={salt},i={verifier.iterations}", verifier)

    def finish(self, data: bytes) -> str:
        """Check the client's final message; return the server's, empty where the proof is wrong."""
        try:
            without, _, proof = data.decode().rpartition(",p=")
            given = b64decode(proof, validate=True)
            words = without.split(",")
            header = b64decode(words[0].removeprefix("c="), validate=True).decode()
        except ValueError:
            return ""
        nonce = self.challenge.split(",", 1)[0]
        if len(given) != 32 or len(words) < 2 or header != self.first.header or words[1] != nonce:
            return ""
        said = f"{self.first.bare},{self.challenge},{without}".encode()
        signature = _hmac(self.verifier.stored_key, said)
        key = bytes(one ^ other for one, other in zip(given, signature, strict=True))
        if not hmac.compare_digest(hashlib.sha256(key).digest(), self.verifier.stored_key):
            return ""
        return "v=" + b64encode(_hmac(self.verifier.server_key, said)).decode()


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")
