"""Gateways: which addresses are theirs, and WEBIRC."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gchat.server import config, gateways
from gchat.server.passwords import hash_password
from gchat.server.session import Session
from gchat.server.settings import Gateway, Server, Settings

HASH = hash_password("sesame", b"salt", n=2)
CERTIFICATE = "ab" * 32


@pytest.mark.parametrize(
    ("hosts", "host", "known"),
    [
        (("192.0.2.7",), "192.0.2.7", True),
        (("192.0.2.7",), "192.0.2.8", False),
        (("192.0.2.0/24",), "192.0.2.8", True),
        (("192.0.2.7/24",), "192.0.2.8", True),
        (("10.0.0.0/8", "192.0.2.8"), "192.0.2.8", True),
        (("192.0.2.7",), "0::ffff:c000:207", True),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("::1",), "0::1", True),
        (("::1",), "127.0.0.1", False),
        (("0.0.0.0/0",), "2001:db8::1", False),
        (("fe80::/10",), "fe80::1", True),
        (("unix",), "localhost", True),
        (("unix",), "127.0.0.1", False),
        (("127.0.0.1",), "localhost", False),
        (("192.0.2.7",), "", False),
    ],
)
def test_a_gateway_is_known_by_its_address(hosts: tuple[str, ...], host: str, known: bool) -> None:
    web = Gateway("web", hosts)
    assert gateways.at([web], host) == ([web] if known else [])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("0::1", "::1"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("example.org", ""),
        ("192.0.2", ""),
        ("", ""),
    ],
)
def test_an_address_has_one_form(text: str, address: str) -> None:
    assert gateways.address(text) == address


# --- WEBIRC ------------------------------------------------------------------------------------------


@pytest.fixture
def web(make_chat: Callable[[Settings], object]) -> object:
    """A chat with a gateway at 192.0.2.1, which notes who was moved where."""
    known = (
        Gateway("other", ("192.0.2.0/29",), hash_password("other", b"salt", n=2)),
        Gateway("web", ("192.0.2.1",), HASH),
        Gateway("balancer", ("192.0.2.9",), proxy="required"),
    )
    chat = make_chat(Settings(server=Server(name="gchat.test"), gateways=known, throttle=False))

    def relocate(session: Session, ip: str, port: int) -> str:
        session.host, session.peer = ip, f"{ip}:{port}"
        return "Too many connections from your address" if ip == "198.51.100.9" else ""

    chat.engine.relocate = relocate
    return chat


REGISTER = ("NICK Neural", "USER Neural 0 * :n")


def test_webirc_says_where_somebody_is_from(web: object) -> None:
    client = web.connect("192.0.2.1")
    lines = client.ask("WEBIRC sesame Page host.example.org 198.51.100.3 :secure remote-port=5000", *REGISTER)
    assert any(" 001 Neural " in line for line in lines)
    assert client.session.host == "198.51.100.3"
    assert client.session.peer == "198.51.100.3:5000"
    nine = web.client("Nine", host="192.0.2.1")
    assert any(" 311 Nine Neural ~Neural 198.51.100.3 * :n" in line for line in nine.ask("WHOIS Neural"))
    web.op(nine)
    whois = nine.ask("WHOIS Neural")
    assert ":gchat.test 338 Nine Neural ~Neural@198.51.100.3 198.51.100.3 :Is actually using host" in whois
    assert ":gchat.test 320 Nine Neural :is connected through the gateway web" in whois


def test_every_gateway_at_the_address_may_be_the_one(web: object) -> None:
    client = web.connect("192.0.2.1")
    client.send("WEBIRC other Page 2001:db8::7 2001:db8::7", *REGISTER)
    assert client.session.gateway == "other"
    assert client.session.host == "2001:db8::7"


@pytest.mark.parametrize(
    ("secure", "options", "is_secure", "certificate"),
    [
        (True, "secure", True, ""),
        (True, "secure=whatever", True, ""),
        (True, "", False, ""),
        (True, "insecure", False, ""),
        (False, "secure", False, ""),
        (True, f"secure certfp-sha-256={CERTIFICATE.upper()}", True, CERTIFICATE),
        (True, f"certfp-sha-256={CERTIFICATE}", False, ""),
        (False, f"secure certfp-sha-256={CERTIFICATE}", False, ""),
        (True, "secure certfp-sha-256=abc", True, ""),
        (True, f"secure certfp-sha-256={'zz' * 32}", True, ""),
        (True, f"secure certfp-sha-1={CERTIFICATE}", True, ""),
    ],
)
def test_who_is_secure_is_so_on_the_whole_way(
    web: object, secure: bool, options: str, is_secure: bool, certificate: str
) -> None:
    client = web.connect("192.0.2.1", secure=secure)
    client.session.certificate = "cd" * 32  # the gateway's own is nobody's
    client.send(f"WEBIRC sesame Page 198.51.100.3 198.51.100.3 :{options}", *REGISTER)
    assert client.session.user is not None
    assert client.session.user.secure is is_secure
    assert client.session.certificate == certificate


@pytest.mark.parametrize(
    ("host", "lines", "why"),
    [
        ("192.0.2.1", ("WEBIRC wrong Page x 198.51.100.3",), "Invalid WEBIRC password"),
        ("192.0.2.9", ("WEBIRC sesame Page x 198.51.100.3",), "WEBIRC is for gateways"),
        ("203.0.113.1", ("WEBIRC sesame Page x 198.51.100.3",), "WEBIRC is for gateways"),
        (
            "192.0.2.1",
            ("NICK Nine", "WEBIRC sesame Page x 198.51.100.3"),
            "WEBIRC has to be the first command",
        ),
        ("192.0.2.1", ("CAP LS", "WEBIRC sesame Page x 198.51.100.3"), "WEBIRC has to be the first command"),
        ("192.0.2.1", ("WEBIRC sesame Page x example.org",), "The address in WEBIRC is none"),
        ("192.0.2.1", ("WEBIRC sesame Page x 198.51.100.9",), "Too many connections from your address"),
    ],
)
def test_webirc_that_is_not_believed_ends_the_connection(
    web: object, host: str, lines: tuple[str, ...], why: str
) -> None:
    client = web.connect(host)
    assert client.ask(*lines)[-1].startswith("ERROR :Closing link: ")
    assert client.ended.startswith(why)


def test_the_lines_after_webirc_wait_for_its_password(web: object) -> None:
    client = web.connect("192.0.2.1")
    lines = client.ask("WEBIRC wrong Page x 198.51.100.3", *REGISTER)
    assert [line.split(" ")[0] for line in lines] == ["ERROR"]
    assert web.engine.world.user("Neural") is None


# --- the file ----------------------------------------------------------------------------------------


def test_gateways_stand_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "gchat-server.toml"
    file.write_text(
        '[gateways.web]\nhosts = ["192.0.2.1", "unix"]\n'
        f'password = "{HASH}"\n[gateways.haproxy]\nhosts = ["10.0.0.0/8"]\nproxy = "required"\n'
    )
    assert config.load(str(file)).gateways == (
        Gateway("web", ("192.0.2.1", "unix"), HASH),
        Gateway("haproxy", ("10.0.0.0/8",), proxy="required"),
    )


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("", "gateways.web.hosts: expected the addresses"),
        ("hosts = []", "gateways.web.hosts: expected a list of addresses"),
        ('hosts = ["example.org"]', "gateways.web.hosts: expected a list of addresses"),
        ('hosts = ["::1"]\nproxy = "yes"', 'gateways.web.proxy: expected one of "no"'),
        ('hosts = ["::1"]\npassword = "sesame"', "gateways.web.password: expected what gchat-server"),
        ('host = ["::1"]', "gateways.web.host is not a key"),
    ],
)
def test_a_wrong_gateway_is_one_sentence(tmp_path: Path, table: str, wrong: str) -> None:
    file = tmp_path / "gchat-server.toml"
    file.write_text(f"[gateways.web]\n{table}\n")
    with pytest.raises(config.ConfigError, match="gateways") as error:
        config.load(str(file))
    assert wrong in str(error.value)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("0::1", True),
        ("localhost", True),
        ("192.0.2.7", False),
        ("x", False),
    ],
)
def test_a_gateway_on_this_machine(host, near):
    assert gateways.is_near(host) is near
