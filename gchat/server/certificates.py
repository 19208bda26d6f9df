"""TLS that asks clients for a certificate and takes any: its fingerprint says whose it is (SASL EXTERNAL).

The ``ssl`` module refuses a certificate that no authority vouches for, and people sign theirs themselves;
pyOpenSSL leaves it to the server.  Only a server with ``tls.client_certificates`` imports this.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from OpenSSL import SSL

from gchat.server.tls import TlsError, explain_peer

_RECORD: Final = 16 * 1024  # bytes of text in one record.  RFC 8446, 5.1
_TAKE: Final = 64 * 1024


def load(cert: str, key: str) -> SSL.Context:
    """Make the context of a listener from two PEM files that ``ssl`` could read.  Raises TlsError."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_CIPHER_SERVER_PREFERENCE | SSL.OP_NO_RENEGOTIATION)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_session_id(b"gchat")  # without one, nobody with a certificate could resume a session
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    try:
        context.use_certificate_chain_file(cert)
        context.use_privatekey_file(key)
        context.check_privatekey()
    except SSL.Error as error:
        raise TlsError(f"the TLS certificate {cert} with the key {key} cannot be used: {error}") from error
    return context


class AskingChannel:
    """A connection whose client is asked for a certificate."""

    def __init__(self, context: SSL.Context) -> None:
        self._ssl = SSL.Connection(context, None)
        self._ssl.set_accept_state()
        self.pending = True  # what came with the end of the handshake was not looked at

    @property
    def server_name(self) -> str:
        return (self._ssl.get_servername() or b"").decode("ascii", "replace")

    @property
    def certificate(self) -> str:
        found = self._ssl.get_peer_certificate()
        return found.digest("sha256").decode().replace(":", "").lower() if found is not None else ""

    def handshake(self, data: bytes) -> bool:
        self._ssl.bio_write(data)
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as error:
            raise _wrong(error) from error
        return True

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        self.pending = False
        if data:
            self._ssl.bio_write(data)
        pieces: list[bytes] = []
        while True:
            try:
                pieces.append(self._ssl.recv(_RECORD))
            except SSL.WantReadError:
                return b"".join(pieces), False
            except SSL.ZeroReturnError:
                return b"".join(pieces), True
            except SSL.Error as error:
                raise _wrong(error) from error

    def encrypt(self, data: bytes) -> bytes:
        left = memoryview(data)
        try:
            while left:
                left = left[self._ssl.send(left) :]
        except SSL.Error as error:
            raise _wrong(error) from error
        return self.take()

    def take(self) -> bytes:
        pieces: list[bytes] = []
        with suppress(SSL.WantReadError):
            while not pieces or len(pieces[-1]) == _TAKE:
                pieces.append(self._ssl.bio_read(_TAKE))
        return b"".join(pieces)

    def goodbye(self) -> bytes:
        with suppress(SSL.Error):
            self._ssl.shutdown()
        return self.take()


def _wrong(error: SSL.Error) -> TlsError:
    """Say it as ``tls`` does, whose reasons are OpenSSL's in capitals."""
    errors = error.args[0] if error.args else ()
    reason = str(errors[-1][-1]) if errors and isinstance(errors, list) else ""
    return TlsError(explain_peer(reason.upper().replace(" ", "_")))
