"""gchat-server.toml: every key, and every mistake as one sentence."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.server import capabilities, config, passwords, settings
from gchat.server.config import ConfigError
from gchat.server.settings import Limits, Listener, Operator, Settings

HASH = passwords.hash_password("sesame", b"salt", n=2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file of a test is."""
    return tmp_path / "gchat-server.toml"


def load(file: Path, text: str) -> Settings:
    file.write_text(text)
    return config.load(str(file))


def test_an_empty_file_is_the_defaults(file: Path) -> None:
    assert load(file, "") == Settings()


def test_every_field_is_a_key_with_its_default() -> None:
    tables = {
        "server": settings.Server,
        "tls": settings.Tls,
        "accounts": settings.Accounts,
        "store": settings.Store,
        "history": settings.History,
        "tutorial": settings.Tutorial,
        "websocket": settings.WebSocket,
        "limits": settings.Limits,
        "log": settings.Log,
    }
    fields = {
        f"{table}.{field.name}": list(field.default) if isinstance(field.default, tuple) else field.default
        for table, kind in tables.items()
        for field in dataclasses.fields(kind)
    }
    fields["server.without_capabilities"] = []  # type: ignore[assignment]
    fields["listen"] = ["127.0.0.1:6667", "127.0.0.1:55555"]  # type: ignore[assignment]
    fields["server.motd_file"] = ""
    assert {key.path: key.default for key in config.KEYS} == fields
    operator = {field.name for field in dataclasses.fields(Operator)} - {"name"}
    assert {key.name for key in config.OPERATOR_KEYS} == operator
    assert all(key.help for key in (*config.KEYS, *config.OPERATOR_KEYS))


def test_every_default_can_be_written_down(file: Path) -> None:
    lines: list[str] = []
    for key in config.KEYS:
        if key.table and f"[{key.table}]" not in lines:
            lines.append(f"[{key.table}]")
        value = str(key.default).lower() if isinstance(key.default, bool) else repr(key.default)
        lines.append(f"{key.name} = {value}")
    assert load(file, "\n".join(lines)) == Settings()


def test_a_whole_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / "motd.txt").write_text("Welcome\nto gchat\n")
    found = load(
        file,
        f"""
        listen = ["0.0.0.0:6667", "tls://[::]:6697", "unix:/run/gchat.sock"]
        [server]
        name = "chat.example"
        password = "{HASH}"
        motd_file = "motd.txt"
        without_capabilities = ["batch", "labeled-response"]
        [tls]
        cert = "chain.pem"
        key = "/etc/key.pem"
        [tutorial]
        enabled = false
        greet_after = 1
        [limits]
        sendq = 1000000
        command_rate = 0
        [log]
        format = "json"
        [operators.neural]
        password = "{HASH}"
        host = "*@10.0.0.* *@::1"
        """,
    )
    assert [str(listener) for listener in found.listeners] == [
        "0.0.0.0:6667",
        "tls://[::]:6697",
        "unix:/run/gchat.sock",
    ]
    assert found.server.motd == "Welcome\nto gchat\n"
    assert found.server.without_capabilities == ("batch", "labeled-response")
    assert found.tls == settings.Tls(str(tmp_path / "chain.pem"), "/etc/key.pem")
    assert found.limits == dataclasses.replace(Limits(), sendq=1_000_000, command_rate=0.0)
    assert found.tutorial.greet_after == 1.0
    assert found.operators == (Operator("neural", HASH, "*@10.0.0.* *@::1"),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[limit]\nsendq = 1", "limit is not a key that gchat-server knows; did you mean limits?"),
        ("[limits]\nsendqq = 1", "limits.sendqq is not a key that gchat-server knows; did you mean sendq?"),
        ("sendq = 1", "sendq is not a key that gchat-server knows; did you mean limits.sendq?"),
        ("listeners = []", "listeners is not a key that gchat-server knows; did you mean listen?"),
        (
            "[tls]\nx = 1",
            "tls.x is not a key that gchat-server knows; expected one of cert, key, client_certificates, sts",
        ),
        ('[limits]\nsendq = "2M"', "limits.sendq: expected a whole number above 0"),
        ("[limits]\nsendq = 1.5", "limits.sendq: expected a whole number above 0"),
        ("[limits]\nsendq = true", "limits.sendq: expected a whole number above 0"),
        ("[limits]\nsendq = 0", "limits.sendq: expected a whole number above 0"),
        (
            "[limits]\nping_interval = -1",
            "limits.ping_interval: expected a number that is not negative, such as 30 or 0.5",
        ),
        (
            "[limits]\nping_interval = nan",
            "limits.ping_interval: expected a number that is not negative, such as 30 or 0.5",
        ),
        ("limits = 3", "limits: expected a table that begins with [limits]"),
        ("[server]\nmotd = 3", 'server.motd: expected a text in quotes, such as "gchat"'),
        (
            '[server]\nname = "my server"',
            'server.name: expected one word in quotes, such as "gchat.local"',
        ),
        (
            '[server]\ndescription = "a\\nb"',
            'server.description: expected a text of one line in quotes, such as "gchat"',
        ),
        (
            '[server]\npassword = "sesame"',
            "server.password: expected what gchat-server hash-password prints, not the password itself",
        ),
        ('[server]\nmotd = "x"\nmotd_file = "y"', "server: expected motd or motd_file, not both"),
        (
            '[server]\nwithout_capabilities = ["batches"]',
            "server.without_capabilities: expected a list of capabilities, of "
            + ", ".join(capabilities.BITS),
        ),
        ('[tutorial]\nenabled = "yes"', "tutorial.enabled: expected true or false"),
        ('[tutorial]\nchannel = "lobby"', 'tutorial.channel: expected a channel, such as "#lobby"'),
        ('[log]\nformat = "xml"', 'log.format: expected one of "plain", "json"'),
        ("[operators]\nneural = 3", "operators.neural: expected a table that begins with [operators.neural]"),
        (
            "[operators.neural]",
            "operators.neural.password: expected what gchat-server hash-password prints",
        ),
        (
            "[operators.neural]\npasswrd = 'x'",
            "operators.neural.passwrd is not a key that gchat-server knows; did you mean password?",
        ),
        (
            "listen = []",
            'listen: expected a list of addresses, such as ["127.0.0.1:6667", "tls://[::]:6697"]',
        ),
        (
            'listen = ["6667"]',
            "listen: expected an address such as 127.0.0.1:6667, [::1]:6667, tls://127.0.0.1:6697 or "
            "unix:/run/gchat, not '6667'",
        ),
    ],
)
def test_a_mistake_is_one_sentence(file: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file, text)
    assert str(caught.value) == f"{file}: {sentence}"


def test_a_file_that_cannot_be_read_is_one_sentence(file: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file or directory"):
        config.load(str(file))
    file.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"is not UTF-8 text \(byte 0\)"):
        config.load(str(file))
    with pytest.raises(ConfigError, match="is not TOML: "):
        load(file, "listen")
    with pytest.raises(ConfigError, match=r"server.motd_file: .*/nothing cannot be read: No such file"):
        load(file, '[server]\nmotd_file = "nothing"')


@pytest.mark.parametrize(
    ("text", "listener"),
    [
        ("127.0.0.1:6667", Listener("127.0.0.1", 6667)),
        ("localhost:0", Listener("localhost", 0)),
        ("*:6667", Listener("", 6667)),
        (":6667", Listener("", 6667)),
        ("[::1]:6667", Listener("::1", 6667)),
        ("tls://[::]:6697", Listener("::", 6697, tls=True)),
        ("tls://irc.example:6697", Listener("irc.example", 6697, tls=True)),
        ("unix:/run/gchat", Listener(path="/run/gchat")),
    ],
)
def test_addresses(text: str, listener: Listener) -> None:
    assert config.read_address(text) == listener


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6667",
        "127.0.0.1",
        "::1:6667",
        "host:",
        "host:²",
        "a b:1",
        "unix:",
        "http://x:1",
        "[::1",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ConfigError, match="an address such as"):
        config.read_address(text)


@given(st.text())
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    try:
        listener = config.read_address(text)
    except ConfigError:
        return
    assert 0 <= listener.port <= 65535


@given(st.sampled_from([*config.KEYS, *config.OPERATOR_KEYS]), st.data())
def test_any_value_is_read_or_refused(key: config.Key, data: Any) -> None:
    scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    value = data.draw(scalar | st.lists(scalar) | st.dictionaries(st.text(), scalar))
    try:
        key.read(value)
        outcome = "read"
    except ConfigError as error:
        outcome = str(error)
    assert outcome


@pytest.mark.parametrize("port", ["65536", "99999", "9" * 5000])
def test_a_port_that_is_too_big(port: str) -> None:
    with pytest.raises(ConfigError, match=r"^a port from 1 to 65535, or 0 for any free one, not "):
        config.read_address(f"tls://127.0.0.1:{port}")
