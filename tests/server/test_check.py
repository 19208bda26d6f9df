"""What --check says."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
import trustme

from gchat.server import tls
from gchat.server.check import describe
from gchat.server.settings import History, Limits, Listener, Operator, Server, Settings, Tls, Tutorial


def said(settings: Settings) -> list[str]:
    return list(describe(settings, "chat.toml", None, 0.0, ""))


def test_the_defaults() -> None:
    assert said(Settings()) == [
        "Configuration: chat.toml",
        "Name: gchat.local, network gchat",
        "Listens on 127.0.0.1:6667",
        "Listens on 127.0.0.1:55555",
        "Keeps nothing: accounts and what was said are forgotten when the server ends",
        "Password to come in: none",
        "Operators: none",
        "Message of the day: none",
        "Silent connections are greeted after 0.5 seconds, and come to #lobby",
    ]


@pytest.mark.parametrize(
    ("keep", "words"), [("", "for ever"), ("90d", "for 90 days"), ("1h", "for 1 hour"), ("2w", "for 2 weeks")]
)
def test_how_long_it_is_kept_is_said_in_words(keep: str, words: str) -> None:
    lines = list(describe(Settings(history=History(keep=keep)), "chat.toml", None, 0.0, "/var/chat.db"))
    assert f"Keeps what was said {words} in /var/chat.db, where it survives a killed process" in lines


def test_what_differs_is_said() -> None:
    settings = Settings(
        server=Server(password="scrypt$", motd="one\ntwo\n"),
        limits=dataclasses.replace(Limits(), sendq=1000, command_rate=0.5),
        tutorial=Tutorial(enabled=False),
        operators=(Operator("neural", "scrypt$", "*@10.0.0.*"), Operator("nine", "scrypt$")),
        throttle=False,
    )
    assert said(settings)[4:] == [
        "Keeps nothing: accounts and what was said are forgotten when the server ends",
        "Password to come in: yes",
        "Operators: neural (from *@10.0.0.*), nine (from *)",
        "Message of the day: 2 lines",
        "Silent connections are not greeted: the tutorial's clients cannot come in",
        "limits.sendq: 1000 (default 2097152)",
        "limits.command_rate: 0.5 (default 5)",
        "Warning: no rates and no limit per address or account (--no-throttle): for measuring only",
    ]


def test_plain_listeners_that_others_reach_are_warned_of() -> None:
    listeners = (Listener("", 6667), Listener("", 6697, tls=True), Listener("::1", 6667))
    lines = said(Settings(listeners=listeners))
    assert "Listens on :6667 on all addresses" in lines
    assert [line.split(" ")[1] for line in lines if line.startswith("Warning")] == [":6667"]


@pytest.mark.parametrize(
    ("pair", "warnings"),
    [
        (
            Tls("/no/cert.pem"),
            ["the certificate /no/cert.pem is not used: there is no tls:// address to listen on"],
        ),
        (
            Tls("/c", "/k", sts="30d"),
            [
                "the certificate /c is not used: there is no tls:// address to listen on",
                "the TLS key /k is not used: there is no tls:// address to listen on",
                "tls.sts is not announced: there is no tls:// address that other machines can reach",
            ],
        ),
    ],
    ids=["certificate", "all"],
)
def test_tls_without_a_listener_for_it_is_warned_of(pair: Tls, warnings: list[str]) -> None:
    lines = said(Settings(tls=pair))
    assert [line.removeprefix("Warning: ") for line in lines if line.startswith("Warning: ")] == warnings


@pytest.mark.parametrize(
    ("listener", "public"),
    [
        (Listener("127.0.0.1", 1), False),
        (Listener("127.9.9.9", 1), False),
        (Listener("::1", 1), False),
        (Listener("localhost", 1), False),
        (Listener(path="/run/gchat"), False),
        (Listener("", 1), True),
        (Listener("::", 1), True),
        (Listener("10.0.0.1", 1), True),
        (Listener("chat.example", 1), True),
    ],
)
def test_public_addresses(listener: Listener, public: bool) -> None:
    assert listener.is_public is public


@pytest.mark.skipif(os.name == "nt", reason="there are no modes")
@pytest.mark.parametrize(
    ("mode", "exposed"), [(0o600, False), (0o400, False), (0o640, False), (0o644, True), (0o660, True)]
)
def test_a_key_that_others_can_read_is_warned_of(tmp_path: Path, mode: int, exposed: bool) -> None:
    pair = trustme.CA().issue_cert("gchat.test")
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    pair.cert_chain_pems[0].write_to_path(cert)
    pair.private_key_pem.write_to_path(key)
    os.chmod(key, mode)
    listener = Listener("::1", 6697, tls=True)
    settings = Settings(listeners=(listener,), tls=Tls(cert, key))
    lines = list(describe(settings, "chat.toml", tls.load(cert, key), 0.0, ""))
    warnings = [line for line in lines if line.startswith(f"Warning: The TLS key {key} can be read by other")]
    assert len(warnings) == exposed


def test_networks_that_are_spared_are_said() -> None:
    settings = Settings(limits=Limits(exempt=("10.0.0.0/8", "unix")))
    assert said(settings)[-1] == "limits.exempt: 10.0.0.0/8, unix (default none)"
