"""gchat.toml: what each key means, and the sentence for each mistake."""

from pathlib import Path

import pytest

from gchat.client.address import Address, parse_address
from gchat.client.config import KEYS, NETWORK_KEYS, Config, ConfigError, load, nickname
from gchat.client.settings import NetworkSettings, Settings


@pytest.fixture
def read(tmp_path: Path):
    """Write a gchat.toml and load it."""

    def write_and_load(text: str) -> Config:
        file = tmp_path / "gchat.toml"
        file.write_text(text, encoding="utf-8")
        return load(str(file))

    return write_and_load


def test_without_a_file_everything_is_as_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    found = load()
    assert found.autoconnect == ()
    assert {name: getattr(found.settings, name) for name in Settings.__slots__} == {
        name: getattr(Settings(), name) for name in Settings.__slots__
    }


def test_the_file_of_the_configuration_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "gchat").mkdir()
    (tmp_path / "gchat" / "gchat.toml").write_text('nick = "Neural"\n')
    assert load().settings.nick == "Neural"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ('nick = "Neural"', "nick", "Neural"),
        ('nick = "Ñandú"', "nick", "Ñandú"),
        ('alternatives = ["Neural2", "Nrl"]', "alternatives", ("Neural2", "Nrl")),
        ('username = "neural"', "username", "neural"),
        ('realname = "Neural Nine"', "realname", "Neural Nine"),
        ('highlights = ["deploy", "to the team"]', "highlights", ("deploy", "to the team")),
        ('ignores = ["*!*@host.example"]', "ignores", ("*!*@host.example",)),
        ('theme = "default"', "theme", "default"),
        ("mouse = true", "mouse", True),
        ("beep = false", "beep", False),
        ("notify = false", "notify", False),
        ("send_typing = false", "send_typing", False),
        ("show_typing = false", "show_typing", False),
        ("scrollback = 500", "scrollback", 500),
        ('quit_reason = "see you"', "quit_reason", "see you"),
        ('part_reason = "bye"', "part_reason", "bye"),
    ],
)
def test_a_general_key(read, line: str, name: str, value: object) -> None:
    assert getattr(read(line).settings, name) == value


def test_every_general_key_is_a_setting_and_every_setting_a_key() -> None:
    assert {key.name for key in KEYS} | {"networks"} == set(Settings.__slots__)


def test_a_network(read, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass phrase\nsecond line\n")
    found = read(
        """
        [networks.work]
        address = "ircs://irc.example:7000"
        channels = ["#team", "#ops key"]
        nick = "Nine"
        username = "nine"
        realname = "Nine of ten"
        password = "server's"
        account = "nine"
        account_password_file = "secret"
        tls_ca = "ca.pem"
        tls_verify = false
        tls_cert = "me.pem"
        """
    )
    assert (
        found.autoconnect
        == found.settings.networks
        == (
            NetworkSettings(
                name="work",
                address=parse_address("ircs://irc.example:7000"),
                channels=(("#team", ""), ("#ops", "key")),
                nick="Nine",
                username="nine",
                realname="Nine of ten",
                password="server's",
                sasl_user="nine",
                sasl_password="pass phrase",
                tls_ca=str(tmp_path / "ca.pem"),
                tls_verify=False,
                tls_cert=str(tmp_path / "me.pem"),
            ),
        )
    )


def test_only_the_address_is_needed_and_it_may_name_the_nick(read) -> None:
    (network,) = read('[networks.a]\naddress = "irc://Nine@irc.example"').settings.networks
    assert network == NetworkSettings("a", Address("irc.example", nick="Nine"), nick="Nine")


def test_autoconnect_keeps_a_network_from_being_opened(read) -> None:
    found = read('[networks.a]\naddress = "a"\nautoconnect = false\n[networks.b]\naddress = "b"')
    assert [network.name for network in found.settings.networks] == ["a", "b"]
    assert [network.name for network in found.autoconnect] == ["b"]


def test_a_tilde_is_the_home_folder(read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (network,) = read('[networks.a]\naddress = "a"\ntls_ca = "~/ca.pem"').settings.networks
    assert network.tls_ca == str(tmp_path / "home" / "ca.pem")


def test_with_a_certificate_an_account_needs_no_password(read) -> None:
    (network,) = read(
        '[networks.a]\naddress = "ircs://a"\naccount = "nine"\ntls_cert = "me.pem"'
    ).settings.networks
    assert (network.sasl_user, network.sasl_password) == ("nine", "")


NET = '[networks.w]\naddress = "irc.example"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nik = 1", "nik is not a key that gchat knows; expected nick?"),
        ("xyzzy = 1", "xyzzy is not a key that gchat knows; expected one of nick, alternatives,"),
        ("nick = 5", "nick: expected a text in quotes"),
        ('nick = "two words"', "nick: expected a nickname"),
        ('nick = ""', "nick: expected a nickname"),
        ('alternatives = ["a b"]', "alternatives: expected a nickname"),
        ('username = "a b"', "username: expected one word"),
        ("realname = 1", "realname: expected a text in quotes"),
        ('highlights = "deploy"', "highlights: expected a list of texts"),
        ("highlights = [1]", "highlights: expected a list of texts"),
        ('theme = "loud"', 'theme: expected one of "default"'),
        ("theme = true", "theme: expected one of"),
        ('mouse = "yes"', "mouse: expected true or false"),
        ("mouse = 1", "mouse: expected true or false"),
        ("scrollback = 5", "scrollback: expected a number from 100 to 1000000"),
        ("scrollback = true", "scrollback: expected a number"),
        ("scrollback = 1e3", "scrollback: expected a number"),
        ("networks = 3", "networks: expected a table per network"),
        ("networks.work = 3", "networks.work: expected a table that begins with [networks.work]"),
        ("[networks.work]", "networks.work: expected the key address"),
        ("[networks.work]\naddress = 3", "networks.work.address: expected a text"),
        ('[networks.work]\naddress = "irc.example:port"', "networks.work.address: 'port' in"),
        (NET + "adress = 3", "networks.w.adress is not a key that gchat knows; expected address?"),
        (NET + 'channels = "#team"', "networks.w.channels: expected a list"),
        (NET + 'channels = ["#a b c"]', "networks.w.channels: expected a list of channels"),
        (NET + 'channels = [""]', "networks.w.channels: expected a list of channels"),
        (NET + 'tls_cert = "me.pem"', "networks.w.tls_cert: expected an address with TLS"),
        (NET + 'account = "neural"', "networks.w: expected account and account_password"),
        (NET + 'account_password = "x"', "networks.w: expected account and account_password"),
        (
            NET + 'password = "x"\npassword_file = "y"',
            "networks.w: expected password or password_file, not both",
        ),
        (NET + 'password_file = "none"', "networks.w.password_file: "),
        (NET + "tls_verify = 0", "networks.w.tls_verify: expected true or false"),
        ("nick = ", "is not TOML: "),
        ("\x00", "is not TOML: "),
    ],
)
def test_a_mistake_is_one_sentence_with_file_key_and_what_was_expected(
    read, tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)
    assert str(tmp_path / "gchat.toml") in str(error.value)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_was_asked_for_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        load(str(tmp_path / "none.toml"))


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "gchat.toml").write_bytes(b'nick = "\xff"')
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load(str(tmp_path / "gchat.toml"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "which is empty"), (b"\nsecond", "which is empty"), (b"\xff", "is not UTF-8 text")],
)
def test_a_password_file_that_holds_none(read, tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ConfigError, match=sentence):
        read(NET + 'password_file = "secret"')


@pytest.mark.parametrize("nick", ["", "a b", "#a", "1a"])
def test_words_that_cannot_be_a_nickname(nick: str) -> None:
    with pytest.raises(ConfigError, match="a nickname, which is one word"):
        nickname(nick)


def test_every_key_of_a_network_is_read_once() -> None:
    names = [key.name for key in (*KEYS, *NETWORK_KEYS)]
    assert len({key.name for key in NETWORK_KEYS}) == len(NETWORK_KEYS)
    assert len(names) == len(KEYS) + len(NETWORK_KEYS)
