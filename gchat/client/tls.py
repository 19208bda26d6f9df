"""TLS for the client: whom to trust, and certificate problems as sentences.

``ssl`` takes 20 ms to import, so it is imported when the first connection under TLS is opened.
"""

import socket
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ssl


class Problem(NamedTuple):
    """Why TLS did not come about, what can be done, and whether another attempt may help.

    ``reason`` has neither capital nor full stop, it stands in a sentence; ``hint`` is one.
    """

    reason: str
    hint: str = ""
    again: bool = True


_TRUST = "If the server is yours, have its certificate trusted with --tls-ca FILE."
# X509_V_ERR_*, include/openssl/x509_vfy.h
_NOT_YET, _EXPIRED, _HOSTNAME, _ADDRESS = 9, 10, 62, 64
_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN = 18, 19
_UNKNOWN_ISSUER = (2, 20, 21)
# what OpenSSL calls an answer that is no TLS; the alert is how gchat-server says it (RFC 8446, 6.2)
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "RECORD_LAYER_FAILURE",
    "SSLV3_ALERT_UNEXPECTED_MESSAGE",
)


class BadFile(Exception):
    """A file that TLS needs will not do; ``str(error)`` says which and why, as a Problem's reason does."""


def wrap(
    sock: socket.socket, host: str, ca: str = "", verify: bool = True, cert: str = ""
) -> "ssl.SSLSocket":
    """Put TLS around a connected, non-blocking socket; the handshake is still to be done.

    ``ca`` is a PEM file that is trusted beside the system's, ``cert`` one with the certificate to show and
    its key.  Raises BadFile.
    """
    import ssl

    try:
        context = ssl.create_default_context()
        if ca:
            context.load_verify_locations(ca)
    except OSError as error:
        named = ca or "the system's certificates"
        raise BadFile(f"{named} cannot be read: {error.strerror or error}") from error
    if cert:
        _load_own(context, cert)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)


def _load_own(context: "ssl.SSLContext", cert: str) -> None:
    import ssl

    def passphrase() -> str:  # it would be asked for in the middle of the screen
        raise BadFile(f"the key in {cert} has a passphrase; remove it with: openssl pkey -in KEY -out NEWKEY")

    try:
        context.load_cert_chain(cert, password=passphrase)
    except ssl.SSLError as error:
        raise BadFile(f"{cert} needs a certificate and its key in it, both as PEM") from error
    except OSError as error:
        raise BadFile(f"{cert} cannot be read: {error.strerror or error}") from error


def would_block(error: OSError) -> str:
    """Return "read" or "write" where TLS waits for the socket to be ready for that, "" for a real error."""
    import ssl

    if isinstance(error, ssl.SSLWantReadError):
        return "read"
    return "write" if isinstance(error, ssl.SSLWantWriteError) else ""


def problem(error: OSError, host: str, port: int) -> Problem:
    """Say what went wrong in a handshake, and what can be done."""
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error, host)
    reason = str(getattr(error, "reason", "") or "")
    if reason in _NOT_TLS:
        return Problem(
            f"{host} port {port} does not speak TLS",
            "Leave out --tls (or write irc:// for ircs://), or find the server's TLS port, usually 6697.",
            again=False,
        )
    if isinstance(error, (ssl.SSLEOFError, ConnectionError)):
        return Problem(f"{host} port {port} ended the connection during the TLS handshake")
    words = reason.replace("_", " ").lower() or error.strerror or type(error).__name__
    return Problem(f"TLS with {host} port {port} failed: {words}")


def _certificate(error: "ssl.SSLCertVerificationError", host: str) -> Problem:
    """Say what is wrong with a certificate; trying again cannot help, so it is not done."""
    code = error.verify_code
    if code == _EXPIRED:
        return Problem(
            f"the certificate of {host} has expired",
            "Tell whoever runs it; if the certificate is in order, see if this machine's clock is right.",
            again=False,
        )
    if code == _NOT_YET:
        return Problem(
            f"the certificate of {host} is not valid yet",
            "See if this machine's clock is right.",
            again=False,
        )
    if code in (_HOSTNAME, _ADDRESS):
        return Problem(
            f"the certificate is for another name than {host}",
            "Connect to the name in the certificate; or somebody stands between you and the server.",
            again=False,
        )
    if code == _SELF_SIGNED:
        return Problem(f"{host} signed its certificate itself, so nobody vouches for it", _TRUST, again=False)
    if code == _SELF_SIGNED_IN_CHAIN or code in _UNKNOWN_ISSUER:
        return Problem(
            f"the certificate of {host} is from an issuer this machine does not know", _TRUST, again=False
        )
    return Problem(
        f"the certificate of {host} cannot be trusted: {error.verify_message}", _TRUST, again=False
    )
