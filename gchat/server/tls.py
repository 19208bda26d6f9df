"""TLS without sockets: bytes from the wire in, text out, and back.

The connection moves the bytes; so reading and flushing are one code for plain and TLS connections, and
everything that is said in a turn is one record.  Only servers with a TLS listener import this (``ssl``
takes 20 ms).
"""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from OpenSSL.SSL import Context as OpenContext

CHUNK = 64 * 1024
_TEXT: Final = bytearray(CHUNK)  # where each text is put, as connection.py does it, and why


class TlsError(OSError):
    """Certificate, key or peer are not usable; ``str(error)`` says what is wrong."""


class Context(ssl.SSLContext):
    """What TLS listeners show."""

    asking: OpenContext | None = None  # from ``certificates.load``, where clients are asked for theirs

    def open(self) -> Channel:
        """Begin with a connection."""
        if self.asking is None:
            return PlainChannel(self)
        from gchat.server.certificates import AskingChannel

        return AskingChannel(self.asking)


def load(cert: str, key: str, ask: bool = False) -> Context:
    """Make the context of a listener from two PEM files; ``ask`` clients for their certificates.

    Raises TlsError.
    """
    for path, what in ((cert, "certificate"), (key, "key")):
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            raise TlsError(f"the TLS {what} {path} cannot be read: {error.strerror}") from error
    context = Context(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslobject_class = _Named
    context.sni_callback = _note_name
    try:
        # A key with a passphrase would ask for it on the terminal, and again at every reload.
        context.load_cert_chain(cert, key, password=_no_passphrase)
    except ssl.SSLError as error:
        raise TlsError(_explain_files(cert, key, error)) from error
    if ask:
        context.asking = _load_asking(cert, key)
    return context


def _load_asking(cert: str, key: str) -> OpenContext:
    try:
        from gchat.server.certificates import load as load_asking
    except ImportError as error:
        raise TlsError(
            "tls.client_certificates needs pyOpenSSL; install it with: pip install 'gchat[certificates]'"
        ) from error
    return load_asking(cert, key)


class _Named(ssl.SSLObject):
    """A connection that knows which name it was asked for.  RFC 6066, 3"""

    server_name = ""


def _note_name(connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
    if isinstance(connection, _Named):
        connection.server_name = name or ""


def _no_passphrase() -> str:
    raise TlsError("the TLS key has a passphrase; remove it with: openssl pkey -in KEY -out NEWKEY")


def _explain_files(cert: str, key: str, error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"the TLS key {key} does not belong to the certificate {cert}"
    if "PEM" in str(error) or error.reason == "NO_START_LINE":
        return f"the TLS certificate {cert} and the key {key} must be PEM files, and one of them is not"
    return f"the TLS certificate {cert} with the key {key} cannot be used: {error.reason or error}"


class Certificate(NamedTuple):
    """What there is to say of a certificate: its names, and when it ends (Unix seconds)."""

    names: tuple[str, ...]
    expires: float

    def describe(self, now: float) -> str:
        """Say it in words; ``now`` in Unix seconds."""
        day = time.strftime("%Y-%m-%d", time.gmtime(self.expires))
        days = int((self.expires - now) // 86400)
        left = f"valid until {day}, {days} days from now" if self.expires > now else f"EXPIRED on {day}"
        return f"for {', '.join(self.names) or 'no name at all'}, {left}"


def inspect(context: ssl.SSLContext, cert: str) -> Certificate | None:
    """Read the certificate that a context shows, by shaking hands with it in memory.

    None where its purpose is such that no client could accept it either.
    """
    viewer = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    viewer.check_hostname = False
    viewer.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(
        0x200000
    )  # X509_V_FLAG_NO_CHECK_TIME
    viewer.load_verify_locations(cert)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = viewer.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    try:
        for side in (client, server, client):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    except ssl.SSLError:
        return None
    found = client.getpeercert() or {}
    names = [value for _, value in _pairs(found.get("subjectAltName"))]
    if not names:
        names = [
            value
            for part in _pairs(found.get("subject"))
            for key, value in _pairs(part)
            if key == "commonName"
        ]
    return Certificate(tuple(names), float(ssl.cert_time_to_seconds(str(found["notAfter"]))))


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return value if isinstance(value, tuple) else ()


class Channel(Protocol):
    """One TLS connection.  After every call, ``take`` what there is to send."""

    @property
    def server_name(self) -> str:
        """The name that the client wants to talk to; empty where it did not say."""

    @property
    def certificate(self) -> str:
        """The SHA-256 fingerprint of the client's certificate in hexadecimal; empty where it showed none."""

    @property
    def pending(self) -> bool:
        """True for bytes that nobody looked at: they came with the end of the handshake."""

    def handshake(self, data: bytes) -> bool:
        """Take bytes of the handshake; True when it is complete.  Raises TlsError."""

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        """Return the text in what was received, and whether the peer said goodbye.  Raises TlsError."""

    def encrypt(self, data: bytes) -> bytes:
        """Return the bytes that carry a text; memory takes any amount.  Raises TlsError."""

    def take(self) -> bytes:
        """Return what TLS itself has to send."""

    def goodbye(self) -> bytes:
        """Return the bytes that tell the peer that this was all, not an attacker's cut.  RFC 8446, 6.1"""


class PlainChannel:
    """A connection of the ``ssl`` module's, where nobody is asked for a certificate."""

    certificate = ""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def server_name(self) -> str:
        return self._ssl.server_name if isinstance(self._ssl, _Named) else ""

    def handshake(self, data: bytes) -> bool:
        self._incoming.write(data)
        try:
            self._ssl.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise TlsError(explain_peer(error.reason or "")) from error
        return True

    @property
    def pending(self) -> bool:
        return bool(self._incoming.pending)

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        if data:
            self._incoming.write(data)
        pieces: list[bytes] = []
        while True:
            try:
                size: Any = self._ssl.read(CHUNK, _TEXT)
            except ssl.SSLWantReadError:
                return b"".join(pieces), False
            except ssl.SSLZeroReturnError:
                return b"".join(pieces), True
            except ssl.SSLError as error:
                raise TlsError(explain_peer(error.reason or "")) from error
            if not size:
                return b"".join(pieces), True
            pieces.append(bytes(_TEXT[:size]))

    def encrypt(self, data: bytes) -> bytes:
        try:
            self._ssl.write(data)
        except ssl.SSLError as error:
            raise TlsError(explain_peer(error.reason or "")) from error
        return self._outgoing.read()

    def take(self) -> bytes:
        return self._outgoing.read()

    def goodbye(self) -> bytes:
        with suppress(ssl.SSLError):
            self._ssl.unwrap()
        return self._outgoing.read()


def explain_peer(reason: str) -> str:
    """What OpenSSL says of a handshake, in words."""
    if reason in ("HTTP_REQUEST", "WRONG_VERSION_NUMBER", "HTTPS_PROXY_REQUEST"):
        return "it does not speak TLS"
    if reason in ("UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER", "VERSION_TOO_LOW"):
        return "its TLS is older than version 1.2"
    if "ALERT_UNKNOWN_CA" in reason or "CERTIFICATE_UNKNOWN" in reason or "BAD_CERTIFICATE" in reason:
        return "it does not trust the certificate"
    return reason.replace("_", " ").lower() or "it broke off"
