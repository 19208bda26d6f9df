"""gchat under TLS: what verifies works, and what does not is said in words that help."""

from __future__ import annotations

import datetime
import shutil

import pytest
import trustme

from tests.e2e.processes import GchatServer, Machine


def tls_server(
    machine: Machine, authority: trustme.CA, name: str = "localhost", **validity: object
) -> tuple[GchatServer, int]:
    """A gchat-server whose certificate is for a name; its TLS port.  It asks clients for theirs."""
    issued = authority.issue_cert(name, **validity)
    cert, key = machine.home / "cert.pem", machine.home / "key.pem"
    issued.private_key_pem.write_to_path(str(key))
    cert.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    config = machine.home / "asking.toml"
    config.write_text("[tls]\nclient_certificates = true\n")
    options = [
        "--config",
        str(config),
        "--listen",
        "tls://127.0.0.1:0",
        "--tls-cert",
        str(cert),
        "--tls-key",
        str(key),
    ]
    server = machine.server(*options, "--no-throttle")
    address = next(address for address in server.addresses if address.startswith("tls://"))
    return server, int(address.rpartition(":")[2])


@pytest.fixture
def authority(machine: Machine) -> trustme.CA:
    """Who signs the certificates; its own one is in ``ca.pem``."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(machine.home / "ca.pem"))
    return made


def test_a_server_that_can_be_verified(machine: Machine, authority: trustme.CA) -> None:
    server, port = tls_server(machine, authority)
    nine = machine.raw(server.port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", "--tls-ca", "ca.pem", f"ircs://localhost:{port}/#team")
    neural.until("2 here")
    neural.type("over TLS\r")
    nine.until("PRIVMSG #team :over TLS")
    nine.send("WHOIS Neural")
    nine.until(" 671 ")  # is using a secure connection
    neural.until(lambda text: "over TLS" in text and "…" not in text)
    neural.type("/quit\r")
    nine.until("QUIT")
    assert neural.wait() == 0


def test_who_comes_without_tls_is_told_what_to_do(machine: Machine, authority: trustme.CA) -> None:
    _, port = tls_server(machine, authority)
    trusted = str(machine.home / "ca.pem")
    neural = machine.gchat("-n", "Neural", f"localhost:{port}", SSL_CERT_FILE=trusted)
    neural.until_words(f"Perhaps it wants --tls: /connect ircs://localhost:{port} tries that.")
    assert "cannot be read" not in neural.words
    neural.type(f"/connect ircs://localhost:{port}\r")
    neural.until_words("Connected to gchat as Neural")


def test_one_that_the_system_trusts(machine: Machine, authority: trustme.CA) -> None:
    _, port = tls_server(machine, authority)
    trusted = str(machine.home / "ca.pem")
    neural = machine.gchat("-n", "Neural", "--tls", f"localhost:{port}", "#team", SSL_CERT_FILE=trusted)
    neural.until("1 here")


def test_much_that_comes_at_once(machine: Machine, authority: trustme.CA) -> None:
    """What waits inside TLS is read although ``select`` cannot see it."""
    server, port = tls_server(machine, authority)
    nine = machine.raw(server.port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", "--tls-ca", "ca.pem", f"ircs://localhost:{port}/#team")
    neural.until("2 here")
    nine.send(*(f"PRIVMSG #team :{number:03} " + "x" * 350 for number in range(200)))
    nine.send("PRIVMSG #team :the end of it")
    neural.until("the end of it")


OLD = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
PAST = {"not_before": OLD, "not_after": OLD + datetime.timedelta(days=90)}


@pytest.mark.parametrize(
    ("name", "validity", "options", "said"),
    [
        (
            "localhost",
            {},
            [],
            "No connection: the certificate of localhost is from an issuer this machine does not know. "
            "If the server is yours, have its certificate trusted with --tls-ca FILE.",
        ),
        (
            "elsewhere.example",
            {},
            ["--tls-ca", "ca.pem"],
            "No connection: the certificate is for another name than localhost. "
            "Connect to the name in the certificate; or somebody stands between you and the server.",
        ),
        (
            "localhost",
            PAST,
            ["--tls-ca", "ca.pem"],
            "No connection: the certificate of localhost has expired. "
            "Tell whoever runs it; if the certificate is in order, see if this machine's clock is right.",
        ),
    ],
)
def test_what_is_wrong_with_a_certificate(
    machine: Machine,
    authority: trustme.CA,
    name: str,
    validity: dict[str, object],
    options: list[str],
    said: str,
) -> None:
    _, port = tls_server(machine, authority, name, **validity)
    neural = machine.gchat("-n", "Neural", *options, f"ircs://localhost:{port}/#team")
    # it is not tried again: that would change nothing
    neural.until_words(said, "▸ localhost not connected F1")


@pytest.mark.needs("openssl")
def test_a_certificate_in_place_of_a_password(machine: Machine, authority: trustme.CA) -> None:
    """The recipe of the manual."""
    server, port = tls_server(machine, authority)
    made = "req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=me -keyout me.pem -out me.pem"
    machine.process("openssl", *made.split()).wait()
    network = f'address = "ircs://localhost:{port}/#team"\ntls_ca = "ca.pem"\ntls_cert = "me.pem"\n'
    (machine.home / "gchat.toml").write_text(f"[networks.work]\n{network}")
    neural = machine.gchat("-n", "Neural", "--config", "gchat.toml")
    neural.until("1 here")
    neural.type("/msg NickServ REGISTER sesame-open\r")
    neural.until("NickServ:@1")
    neural.type("\x1b3")  # to the window that opened
    neural.until("The account Neural is yours")
    neural.type("/msg NickServ CERT ADD\r")
    neural.until_words("can log in with SASL EXTERNAL")
    neural.type("/quit\r")
    assert neural.wait() == 0
    again = machine.gchat("-n", "Neural", "--config", "gchat.toml")
    again.until("1 here")
    nine = machine.raw(server.port)
    nine.register("Nine")
    nine.send("WHOIS Neural")
    nine.until(" 330 Nine Neural Neural :is logged in as")


def test_tls_where_none_is_spoken(machine: Machine) -> None:
    server = machine.server()
    neural = machine.gchat("-n", "Neural", "--tls", f"localhost:{server.port}")
    neural.until_words(f"localhost port {server.port} does not speak TLS")
    neural.until_words("write irc:// for ircs://")


def test_a_file_that_is_no_certificate(machine: Machine, authority: trustme.CA) -> None:
    _, port = tls_server(machine, authority)
    shutil.copy(machine.home / "port", machine.home / "no.pem")
    neural = machine.gchat("-n", "Neural", "--tls-ca", "no.pem", f"ircs://localhost:{port}")
    neural.until_words("no.pem cannot be read")
    missing = machine.gchat("-n", "Neural", "--tls-ca", "gone.pem", f"ircs://localhost:{port}")
    missing.until("gchat: --tls-ca: gone.pem is not there or cannot be read")
    assert missing.wait() == 2
