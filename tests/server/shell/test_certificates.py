"""Clients that show a certificate of their own: who is asked for one, and what it is good for."""

from __future__ import annotations

import hashlib
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from gchat.server import tls
from gchat.server.check import describe
from gchat.server.settings import Listener, Settings, Tls
from tests.server.shell.conftest import PATIENCE, Client, Running, Serve

TLS = Listener("127.0.0.1", 0, tls=True)
NAME = "gchat.test"


class Issued(NamedTuple):
    """A certificate's two files, and the fingerprint of it."""

    cert: str
    key: str
    fingerprint: str


Issue = Callable[..., Issued]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs for the server.  The clients' certificates are signed by others."""
    return trustme.CA()


@pytest.fixture
def issue(tmp_path: Path) -> Issue:
    """Write a certificate and its key."""

    def write(authority: trustme.CA | None = None, name: str = NAME) -> Issued:
        made = (authority or trustme.CA()).issue_cert(name)
        cert, key = tmp_path / f"{name}.cert", tmp_path / f"{name}.key"
        cert.write_bytes(b"".join(pem.bytes() for pem in made.cert_chain_pems))
        made.private_key_pem.write_to_path(str(key))
        der = ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())
        return Issued(str(cert), str(key), hashlib.sha256(der).hexdigest())

    return write


Load = Callable[..., tls.Context]


@pytest.fixture
def load(authority: trustme.CA, issue: Issue) -> Load:
    """What the server shows, and whether it asks."""

    def make(ask: bool = True) -> tls.Context:
        own = issue(authority)
        return tls.load(own.cert, own.key, ask)

    return make


Dial = Callable[..., Client]


@pytest.fixture
def dial(authority: trustme.CA) -> Dial:
    """Connect with TLS, with a certificate or without."""

    def connect(server: Running, mine: Issued | None = None, version: ssl.TLSVersion | None = None) -> Client:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        if mine is not None:
            context.load_cert_chain(mine.cert, mine.key)
        if version is not None:
            context.maximum_version = version
        sock = socket.create_connection(("127.0.0.1", server.ports[0]), PATIENCE)
        return server.adopt(context.wrap_socket(sock, server_hostname=NAME))

    return connect


def external(client: Client, nick: str, account: str = "Kw==") -> str:
    """Log in by the certificate; ``account`` in base64, ``+`` for whose it is.  Return what was answered."""
    client.send("CAP REQ :sasl", f"NICK {nick}", f"USER {nick} 0 * :{nick}", "AUTHENTICATE EXTERNAL")
    client.until("AUTHENTICATE +")
    client.send("AUTHENTICATE +" if account == "Kw==" else f"AUTHENTICATE {account}", "CAP END")
    return client.until(f" 422 {nick} ")


@pytest.mark.parametrize("version", [None, ssl.TLSVersion.TLSv1_2])
def test_a_certificate_logs_in(
    serve: Serve, load: Load, issue: Issue, dial: Dial, version: ssl.TLSVersion | None
) -> None:
    server, mine = serve(load(), listeners=(TLS,)), issue(name="neural")
    neural = dial(server, mine, version)
    neural.send("CAP LS 302")
    neural.until("sasl=PLAIN,SCRAM-SHA-256,EXTERNAL")
    neural.send("CAP END")
    neural.register("Neural")
    neural.send("REGISTER * * sesame-open", "NS CERT ADD")
    neural.until(f"the certificate {mine.fingerprint[:8]}... can log in with SASL EXTERNAL")
    neural.send("QUIT")
    neural.to_end()
    again = dial(server, mine, version)
    assert " 900 Neural Neural!~Neural@127.0.0.1 Neural :" in external(again, "Neural")
    again.send("WHOIS Neural")
    again.until(f" 276 Neural Neural :has client certificate fingerprint {mine.fingerprint}")
    again.send(f"NS CERT DEL {mine.fingerprint}")
    again.until("The certificate logs nobody in any more")
    assert " 904 " in external(dial(server, mine, version), "Nine")


def test_any_other_certificate_and_none_are_let_in_and_log_nobody_in(
    serve: Serve, load: Load, issue: Issue, dial: Dial
) -> None:
    server = serve(load(), listeners=(TLS,))
    neural = dial(server, issue(name="neural")).register("Neural")
    neural.send("REGISTER * * sesame-open", "NS CERT ADD")
    neural.until("SASL EXTERNAL")
    assert "belongs to no account" in external(dial(server, issue(name="nine")), "Nine")
    assert "shows no certificate" in external(dial(server), "Guest")


def test_a_certificate_lasts_as_long_as_the_session_that_is_resumed(
    serve: Serve, load: Load, issue: Issue, authority: trustme.CA
) -> None:
    server, mine = serve(load(), listeners=(TLS,)), issue(name="neural")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.load_cert_chain(mine.cert, mine.key)
    known = None
    for nick in ("Neural", "Nine"):
        sock = socket.create_connection(("127.0.0.1", server.ports[0]), PATIENCE)
        wrapped = context.wrap_socket(sock, server_hostname=NAME, session=known)
        client = server.adopt(wrapped).register(nick)
        client.send(f"WHOIS {nick}")
        client.until(mine.fingerprint)
        assert wrapped.session_reused == (known is not None)
        known = wrapped.session
        client.close()


def test_who_is_not_asked_shows_none(serve: Serve, load: Load, issue: Issue, dial: Dial) -> None:
    server = serve(load(ask=False), listeners=(TLS,))
    neural = dial(server, issue(name="neural"))
    neural.send("CAP LS 302")
    neural.until("sasl=PLAIN,SCRAM-SHA-256 ")
    neural.send("CAP END")
    neural.register("Neural")
    neural.send("REGISTER * * sesame-open", "NS CERT ADD")
    neural.until("This server asks nobody for a certificate")


def test_a_reload_begins_to_ask_and_stops(serve: Serve, load: Load, issue: Issue, dial: Dial) -> None:
    server = serve(load(ask=False), listeners=(TLS,))
    neural = dial(server)
    neural.send("CAP LS 302", "CAP END")
    neural.register("Neural")
    for ask, offered in ((True, "sasl=PLAIN,SCRAM-SHA-256,EXTERNAL"), (False, "sasl=PLAIN,SCRAM-SHA-256")):
        context, settings = load(ask=ask), server.network.engine.settings
        server.call(lambda: server.network.configure(settings, context))  # noqa: B023
        assert neural.until("CAP Neural NEW").rstrip().endswith(f" :{offered}") or neural.settle()


def test_without_pyopenssl_it_says_what_to_install(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gchat.server.certificates", None)
    own = issue()
    with pytest.raises(tls.TlsError) as caught:
        tls.load(own.cert, own.key, ask=True)
    assert "pip install 'gchat[certificates]'" in str(caught.value)


def test_check_says_that_it_asks(issue: Issue, authority: trustme.CA) -> None:
    own = issue(authority)
    settings = Settings(tls=Tls(own.cert, own.key, client_certificates=True))
    lines = describe(settings, "chat.toml", tls.load(own.cert, own.key, ask=True), 0.0, "")
    assert "Clients by TLS are asked for a certificate, to log in with (SASL EXTERNAL)" in lines
