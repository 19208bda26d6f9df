"""TLS: certificates at the start, and connections that use them."""

from __future__ import annotations

import contextlib
import datetime
import functools
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from gchat.server import tls
from gchat.server.backlog import Backlog
from gchat.server.settings import Limits, Listener, Tutorial
from tests.server.shell.conftest import PATIENCE, Client, Running, Serve

TLS = Listener("127.0.0.1", 0, tls=True)
NAME = "gchat.test"

Files = tuple[str, str]
Issue = Callable[..., Files]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs."""
    return trustme.CA()


@pytest.fixture
def issue(authority: trustme.CA, tmp_path: Path) -> Issue:
    """Write a certificate and its key for a name; return their paths."""

    def write(name: str = NAME, **options: object) -> Files:
        made = authority.issue_cert(name, **options)  # type: ignore[arg-type]
        cert, key = tmp_path / f"{name}.cert", tmp_path / f"{name}.key"
        cert.write_bytes(b"".join(pem.bytes() for pem in made.cert_chain_pems))
        made.private_key_pem.write_to_path(str(key))
        return str(cert), str(key)

    return write


Load = Callable[..., tls.Context]


@pytest.fixture(params=[False, True], ids=["ssl", "asking"])
def load(request: pytest.FixtureRequest) -> Load:
    """``tls.load``, for either library that does the work."""
    return functools.partial(tls.load, ask=request.param)


Dial = Callable[[Running], Client]


@pytest.fixture
def dial(authority: trustme.CA) -> Dial:
    """Connect with TLS to a server's first port."""

    def connect(server: Running) -> Client:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        sock = socket.create_connection(("127.0.0.1", server.ports[0]), PATIENCE)
        return server.adopt(context.wrap_socket(sock, server_hostname=NAME))

    return connect


def test_users_talk_and_are_seen_as_secure(serve: Serve, load: Load, issue: Issue, dial: Dial) -> None:
    server = serve(load(*issue()), listeners=(TLS,))
    neural, nine = dial(server).register("Neural", "#team"), dial(server).register("Nine", "#team")
    neural.send("PRIVMSG #team :" + "x" * 400, "WHOIS Nine")
    nine.until("x" * 400)
    neural.until(" 671 ")


def test_much_at_once_comes_whole(serve: Serve, load: Load, issue: Issue, dial: Dial) -> None:
    server = serve(load(*issue()), listeners=(TLS,))
    neural, nine = dial(server).register("Neural", "#team"), dial(server).register("Nine", "#team")
    neural.send(*(f"PRIVMSG #team :{'x' * 400} {number}" for number in range(1000)))
    neural.settle()
    said = [line.rpartition(" ")[2] for line in nine.until(" 999").splitlines()]
    assert said == [str(number) for number in range(1000)]


def stall(server: Running, dial: Dial, *readers: str) -> list[Client]:
    """Some who do not read, in a room that says more than their kernels keep for them."""
    neural = dial(server).register("Neural", "#team")
    slow = [dial(server).register(reader, "#team") for reader in readers]
    for thousand in range(10):
        neural.send(*(f"PRIVMSG #team :{'x' * 400} {thousand}.{number}" for number in range(1000)))
        neural.settle()
    return slow


def unsent(server: Running, nick: str) -> Backlog:
    """What waits for one."""
    backlog = server.connection(nick)._unsent
    assert backlog is not None, "the kernels took it all"
    return backlog


WIDE = Limits(sendq=64 * 1024 * 1024)


def test_who_reads_slowly_gets_all_of_it_and_the_goodbye(
    serve: Serve, load: Load, issue: Issue, dial: Dial
) -> None:
    server = serve(load(*issue()), listeners=(TLS,), limits=WIDE)
    (nine,) = stall(server, dial, "Nine")
    assert server.call(lambda: len(unsent(server, "Nine"))) > 100_000
    nine.send("QUIT :enough")
    said = [line.rpartition(" ")[2] for line in nine.to_end().splitlines() if "PRIVMSG" in line]
    assert said == [f"{thousand}.{number}" for thousand in range(10) for number in range(1000)]
    assert nine.data.endswith(b"[Quit: enough]\r\n")


def test_two_who_read_slowly_wait_for_the_same_bytes(
    serve: Serve, load: Load, issue: Issue, dial: Dial
) -> None:
    server = serve(load(*issue()), listeners=(TLS,), limits=WIDE)
    stall(server, dial, "Nine", "Ten")
    same = server.call(
        lambda: unsent(server, "Nine")._pieces[-1] is unsent(server, "Ten")._pieces[-1],
    )
    assert same


def test_what_comes_with_the_end_of_the_handshake_is_read(
    serve: Serve, load: Load, issue: Issue, authority: trustme.CA
) -> None:
    server = serve(load(*issue()), listeners=(TLS,))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=NAME)
    with socket.create_connection(("127.0.0.1", server.ports[0]), PATIENCE) as sock:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(1 << 16))
        client.write(b"NICK Neural\r\nUSER neural 0 * :Neural\r\n")
        sock.sendall(outgoing.read())  # the handshake's last bytes and the first lines, in one piece
        heard = b""
        while b" 001 Neural " not in heard:
            received = sock.recv(1 << 16)
            assert received, heard
            incoming.write(received)
            with contextlib.suppress(ssl.SSLWantReadError):
                heard += client.read(1 << 16)


def test_the_end_is_a_goodbye_and_no_cut(serve: Serve, load: Load, issue: Issue, dial: Dial) -> None:
    neural = dial(serve(load(*issue()), listeners=(TLS,))).register("Neural")
    assert isinstance(neural.socket, ssl.SSLSocket)
    neural.socket.suppress_ragged_eofs = False
    neural.send("QUIT :bye")
    assert "Quit: bye" in neural.to_end()


def test_their_goodbye_is_a_quit(serve: Serve, load: Load, issue: Issue, dial: Dial) -> None:
    server = serve(load(*issue()), listeners=(TLS,))
    neural, nine = dial(server).register("Neural", "#team"), dial(server).register("Nine", "#team")
    neural.settle()
    assert isinstance(neural.socket, ssl.SSLSocket)
    neural.socket.unwrap()
    nine.until(":Neural!~Neural@127.0.0.1 QUIT")


def test_silence_is_greeted_here_too(serve: Serve, load: Load, issue: Issue, dial: Dial) -> None:
    server = serve(load(*issue()), listeners=(TLS,), tutorial=Tutorial(greet_after=0.02))
    neural = dial(server)
    neural.until("NICK")
    neural.socket.sendall(b"Neural\n")
    neural.until("Connected to server!")


def test_who_speaks_no_tls_is_logged_and_ended(
    serve: Serve, load: Load, issue: Issue, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(load(*issue()), listeners=(TLS,))
    client = server.connect()
    client.send("NICK Neural", "USER n 0 * :n")
    while client.socket.recv(1 << 16):
        pass  # TLS's own alert
    server.stop()
    assert "it does not speak TLS" in caplog.text


def test_a_handshake_that_never_ends_is_ended(serve: Serve, load: Load, issue: Issue) -> None:
    server = serve(load(*issue()), listeners=(TLS,), limits=Limits(registration_timeout=0.05))
    client = server.connect()
    client.socket.sendall(b"\x16\x03\x01")
    assert client.socket.recv(1 << 16) == b""


def test_versions_below_1_2_are_refused(
    serve: Serve, load: Load, issue: Issue, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(load(*issue()), listeners=(TLS,))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    client = server.connect()
    with pytest.raises(ssl.SSLError):
        client.socket = old.wrap_socket(client.socket)
    client.close()
    server.stop()
    assert "its TLS is older than version 1.2" in caplog.text


def test_a_new_certificate_is_shown_to_new_connections(
    serve: Serve, load: Load, issue: Issue, dial: Dial
) -> None:
    server = serve(load(*issue()), listeners=(TLS,))
    before = dial(server).register("Neural")
    expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=7)
    fresh = load(*issue(not_after=expires))
    server.call(lambda: server.network.configure(server.network.engine.settings, fresh))
    after = dial(server).register("Nine")
    before.settle()
    assert _end(after) - time.time() < 8 * 86400 < _end(before) - time.time()


def _end(client: Client) -> float:
    assert isinstance(client.socket, ssl.SSLSocket)
    found = client.socket.getpeercert()
    assert found is not None
    return ssl.cert_time_to_seconds(str(found["notAfter"]))


# --- files ---------------------------------------------------------------------------------------


def test_a_certificate_can_be_described(issue: Issue) -> None:
    cert, key = issue()
    found = tls.inspect(tls.load(cert, key), cert)
    assert found is not None
    assert found.names == (NAME,)
    day = time.strftime("%Y-%m-%d", time.gmtime(found.expires))
    assert found.describe(found.expires - 86400 * 2.5) == f"for {NAME}, valid until {day}, 2 days from now"
    assert found.describe(found.expires + 1) == f"for {NAME}, EXPIRED on {day}"


def test_an_expired_certificate_can_be_described(issue: Issue) -> None:
    cert, key = issue(not_after=datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC))
    found = tls.inspect(tls.load(cert, key), cert)
    assert found is not None
    assert found.describe(time.time()) == f"for {NAME}, EXPIRED on 2020-01-02"


def test_files_that_will_not_do_are_one_sentence(issue: Issue, tmp_path: Path) -> None:
    cert, key = issue()
    _, other_key = issue("other.test")
    text = tmp_path / "text"
    text.write_text("no certificate")
    missing = str(tmp_path / "missing")
    locked = _locked(key, tmp_path)
    for pair, sentence in [
        ((missing, key), f"the TLS certificate {missing} cannot be read: No such file or directory"),
        ((cert, missing), f"the TLS key {missing} cannot be read: No such file or directory"),
        ((cert, other_key), f"the TLS key {other_key} does not belong to the certificate {cert}"),
        (
            (str(text), key),
            f"the TLS certificate {text} and the key {key} must be PEM files, and one of them is not",
        ),
        ((cert, locked), "the TLS key has a passphrase; remove it with: openssl pkey -in KEY -out NEWKEY"),
    ]:
        with pytest.raises(tls.TlsError) as caught:
            tls.load(*pair)
        assert str(caught.value) == sentence


def _locked(key: str, folder: Path) -> str:
    from cryptography.hazmat.primitives import serialization

    opened = serialization.load_pem_private_key(Path(key).read_bytes(), None)
    path = folder / "locked.key"
    path.write_bytes(
        opened.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    return str(path)
