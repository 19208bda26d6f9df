"""gchat.server.sts: what clients are told of TLS, and what never."""

from __future__ import annotations

from pathlib import Path

import pytest

from gchat.server import config, offers, sts
from gchat.server.settings import Listener
from gchat.server.sts import Policy

NOW = 1_700_000_000.0
DAY = 86_400
NAMES = ("chat.example.org", "*.team.example.org")
POLICY = Policy(6697, 30 * DAY, NAMES, NOW + 90 * DAY)
FAR = "192.0.2.7"


@pytest.mark.parametrize(
    ("policy", "host", "secure", "name", "value"),
    [
        (POLICY, FAR, False, "", f"port=6697,duration={30 * DAY}"),
        (POLICY, "2001:db8::7", False, "", f"port=6697,duration={30 * DAY}"),
        (None, FAR, False, "", None),
        # the certificate is for no address of the machine itself
        (POLICY, "127.0.0.1", False, "", None),
        (POLICY, "0::1", False, "", None),
        (POLICY, "localhost", False, "", None),
        # nobody can be sent to where others cannot come
        (POLICY._replace(port=0), FAR, False, "", None),
        # never longer than the certificate
        (POLICY._replace(expires=NOW + 3 * DAY), FAR, False, "", f"port=6697,duration={3 * DAY}"),
        (POLICY._replace(expires=NOW - 1), FAR, False, "", None),
        (POLICY._replace(duration=0), FAR, False, "", None),
        (POLICY, FAR, True, "chat.example.org", f"duration={30 * DAY}"),
        (POLICY, FAR, True, "CHAT.example.org.", f"duration={30 * DAY}"),
        (POLICY, FAR, True, "a.team.example.org", f"duration={30 * DAY}"),
        (POLICY, "127.0.0.1", True, "chat.example.org", f"duration={30 * DAY}"),
        (POLICY, FAR, True, "", None),
        (POLICY, FAR, True, "example.org", None),
        (POLICY, FAR, True, "team.example.org", None),
        (POLICY, FAR, True, "a.b.team.example.org", None),
        (POLICY, FAR, True, "org", None),
        (POLICY._replace(expires=NOW - 1), FAR, True, "chat.example.org", "duration=0"),
        (POLICY._replace(duration=0), FAR, True, "chat.example.org", "duration=0"),
    ],
)
def test_nothing_is_promised_that_does_not_hold(
    policy: Policy | None, host: str, secure: bool, name: str, value: str | None
) -> None:
    assert sts.value(policy, NOW, host, secure, name) == value


@pytest.mark.parametrize(
    ("listeners", "port"),
    [
        ([Listener("", 6667), Listener("", 6697, tls=True)], 6697),
        ([Listener("127.0.0.1", 6697, tls=True), Listener("192.0.2.1", 7000, tls=True)], 7000),
        ([Listener("localhost", 6697, tls=True), Listener("::1", 6698, tls=True)], 0),
        ([Listener("chat.example.org", 6697, tls=True)], 6697),
        ([Listener("", 6667)], 0),
    ],
)
def test_the_port_is_one_that_others_can_reach(listeners: list[Listener], port: int) -> None:
    assert sts.port(listeners) == port


def told(lines: list[str]) -> list[str]:
    return [
        word for line in lines for word in line.replace(" :", " ").split() if word.partition("=")[0] == "sts"
    ]


def test_a_client_is_told_and_cannot_ask_for_it(chat):
    chat.engine.sts = POLICY
    client = chat.connect(FAR)
    assert told(client.ask("CAP LS 302")) == [f"sts=port=6697,duration={30 * DAY}"]
    assert client.ask("CAP REQ :sts") == [":gchat.test CAP * NAK sts"]
    assert told(chat.connect(FAR).ask("CAP LS")) == []  # without its value it would say nothing
    assert told(chat.connect("127.0.0.1").ask("CAP LS 302")) == []
    secure = chat.connect(FAR, secure=True)
    secure.session.server_name = "chat.example.org"
    assert told(secure.ask("CAP LS 302")) == [f"sts=duration={30 * DAY}"]


def test_a_change_is_told_and_never_by_del(chat):
    plain, secure, old = chat.connect(FAR), chat.connect(FAR, secure=True), chat.connect(FAR)
    secure.session.server_name = "chat.example.org"
    for client in (plain, secure):
        client.ask("CAP LS 302")
    old.ask("CAP LS")
    offers.set_transport(chat.engine, POLICY)
    chat.settle()
    assert plain.read() == [f":gchat.test CAP * NEW sts=port=6697,duration={30 * DAY}"]
    assert secure.read() == [f":gchat.test CAP * NEW sts=duration={30 * DAY}"]
    offers.set_transport(chat.engine, POLICY)
    chat.settle()
    assert plain.read() == secure.read() == []
    offers.set_transport(chat.engine, None)
    chat.settle()
    assert plain.read() == []
    assert secure.read() == [":gchat.test CAP * NEW sts=duration=0"]
    assert old.read() == []


@pytest.mark.parametrize("value", ["30d", "1y", "0", ""])
def test_a_duration_stands_in_the_file(tmp_path: Path, value: str) -> None:
    file = tmp_path / "gchat-server.toml"
    file.write_text(f'[tls]\nsts = "{value}"\n')
    assert config.load(str(file)).tls.sts == value


@pytest.mark.parametrize("value", ['"30"', "30", '"d"', '"-1d"'])
def test_a_wrong_duration_is_one_sentence(tmp_path: Path, value: str) -> None:
    file = tmp_path / "gchat-server.toml"
    file.write_text(f"[tls]\nsts = {value}\n")
    with pytest.raises(config.ConfigError, match=r"tls\.sts: expected a time"):
        config.load(str(file))
