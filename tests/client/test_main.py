"""The gchat command: which networks a start opens, with what, and what it says when it cannot."""

import sys
from pathlib import Path

import pytest

from gchat import __version__
from gchat.client import main as command
from gchat.client.address import Address, parse_address
from gchat.client.config import Config, ConfigError
from gchat.client.main import Plan, make_model, make_parser, plan
from gchat.client.overlay import Step, Welcome
from gchat.client.settings import NetworkSettings, Settings
from gchat.tutorial.peer import TutorialPeer

WORK = NetworkSettings(
    "work",
    Address("irc.example", 6697, True),
    channels=(("#team", ""),),
    password="server's",
    sasl_user="neural",
    sasl_password="account's",
)
HOME = NetworkSettings("home", Address("home.example"), nick="Nine")


def known(*networks: NetworkSettings, open_all: bool = False, nick: str = "") -> Config:
    """What a gchat.toml with these networks says."""
    settings = Settings()
    settings.networks, settings.nick = networks, nick
    return Config(settings, networks if open_all else ())


def planned(
    line: str,
    found: Config | None = None,
    environ: dict[str, str] | None = None,
    remembered: dict[str, str] | None = None,
) -> Plan:
    """Plan the start that a command line asks for."""
    arguments = make_parser().parse_intermixed_args(line.split())
    return plan(arguments, found or known(), environ or {}, {} if remembered is None else remembered)


# --- where to --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("", "irc://localhost:6667"),
        ("--tls", "ircs://localhost:6697"),
        ("irc.example", "irc://irc.example:6667"),
        ("irc.example:7000", "irc://irc.example:7000"),
        ("--tls irc.example", "ircs://irc.example:6697"),
        ("irc.example --tls", "ircs://irc.example:6697"),
        ("--tls irc.example:7000", "ircs://irc.example:7000"),
        ("--tls ircs://irc.example", "ircs://irc.example:6697"),
        ("ircs://irc.example", "ircs://irc.example:6697"),
        ("ircs://[::1]:7000", "ircs://[::1]:7000"),
        ("::1", "irc://[::1]:6667"),
        ("tutorial://localhost", "tutorial://localhost:55555"),
        ("unix:/run/gchat.sock", "unix:/run/gchat.sock"),
        ("#team", "irc://localhost:6667"),
    ],
)
def test_the_server(line: str, address: str) -> None:
    (network,) = planned(line).networks
    assert network.address._replace(channels=()) == parse_address(address)


@pytest.mark.parametrize(
    ("line", "channels"),
    [
        ("irc.example", ()),
        ("irc.example #team", ("#team",)),
        ("irc.example #team &here", ("#team", "&here")),
        ("irc.example team ops", ("#team", "#ops")),
        ("#team", ("#team",)),
        ("#team ops", ("#team", "#ops")),
        ("--tls irc.example -n Neural #team", ("#team",)),
        ("irc.example #one --tls #two", ("#one", "#two")),
        ("irc.example +old !odd", ("+old", "!odd")),
    ],
)
def test_the_channels(line: str, channels: tuple[str, ...]) -> None:
    (network,) = planned(line).networks
    assert network.channels == tuple((name, "") for name in channels)


def test_channels_in_the_address_stay_there() -> None:
    (network,) = planned("irc://irc.example/#team,#ops?key more").networks
    assert network.address.channels == ("#team", "#ops")
    assert network.address.key == "key"
    assert network.channels == (("#more", ""),)


def test_a_network_of_the_file_by_its_name() -> None:
    (network,) = planned("work", known(HOME, WORK)).networks
    assert network == WORK


def test_channels_are_joined_before_those_of_the_file() -> None:
    (network,) = planned("work ops", known(WORK)).networks
    assert network.channels == (("#ops", ""), ("#team", "")), "the first one is shown"


def test_a_channel_of_the_file_keeps_its_key() -> None:
    secret = WORK._replace(channels=(("#team", ""), ("#ops", "sesame")))
    (network,) = planned("work ops", known(secret)).networks
    assert network.channels == (("#ops", "sesame"), ("#team", ""))


def test_a_network_of_the_file_by_its_address() -> None:
    (network,) = planned("ircs://Nine@irc.example/#x", known(WORK)).networks
    assert (network.sasl_password, network.nick) == ("account's", "Nine")
    assert network.address.channels == ("#x",)


@pytest.mark.parametrize(
    "other", ["irc://irc.example:6697", "ircs://irc.example:7000", "ircs://irc.example.org"]
)
def test_passwords_stay_with_the_very_address_they_are_for(other: str) -> None:
    (network,) = planned(other, known(WORK)).networks
    assert network == NetworkSettings("", parse_address(other))


def test_without_arguments_the_networks_of_the_file_are_opened() -> None:
    found = known(WORK, HOME, open_all=True)
    assert planned("", found) == Plan(found.settings, (WORK, HOME), False, False)


def test_channels_alone_are_joined_on_the_first_network_of_the_file() -> None:
    first, second = planned("#ops", known(WORK, HOME, open_all=True)).networks
    assert first.channels == (("#ops", ""), ("#team", ""))
    assert second == HOME


def test_where_nobody_names_a_server_the_one_of_the_first_start_is_meant() -> None:
    start = planned("", remembered={"nick": "Neural", "server": "irc://irc.example:7000"})
    assert start.networks[0].address == Address("irc.example", 7000)
    assert (start.default, start.first) == (True, False)


def test_a_remembered_server_that_was_edited_to_nonsense() -> None:
    start = planned("", remembered={"nick": "Neural", "server": "irc://irc.example:nonsense"})
    assert start.networks[0].address == Address()


@pytest.mark.parametrize(
    ("line", "nick", "default", "first"),
    [
        ("", "", True, True),
        ("", "Neural", True, False),
        ("-n Neural", "", True, False),
        ("--tls", "", True, False),
        ("#team", "", True, False),
        ("irc.example", "", False, False),
        ("--local", "", False, False),
    ],
)
def test_what_is_asked_at_the_first_start(line: str, nick: str, default: bool, first: bool) -> None:
    start = planned(line, remembered={"nick": nick} if nick else {})
    assert (start.default, start.first) == (default, first)


# --- who, and with which password --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "in_file", "remembered", "nick"),
    [
        ("", "", "", ""),
        ("", "", "Neural", "Neural"),
        ("", "Nine", "Neural", "Nine"),
        ("-n Zed", "Nine", "Neural", "Zed"),
        ("--nick Zed", "", "", "Zed"),
    ],
)
def test_the_nickname(line: str, in_file: str, remembered: str, nick: str) -> None:
    start = planned(line, known(nick=in_file), remembered={"nick": remembered} if remembered else {})
    assert start.settings.nick == nick


def test_a_nickname_of_the_command_line_goes_over_the_networks_own() -> None:
    assert [network.nick for network in planned("-n Zed", known(WORK, HOME, open_all=True)).networks] == [
        "",
        "",
    ]


def test_the_nickname_of_the_address() -> None:
    assert planned("irc://Nine@irc.example").networks[0].nick == "Nine"


@pytest.mark.parametrize(
    ("line", "password", "account_password"),
    [
        ("irc.example", "given", ""),
        ("irc.example --account nine", "", "given"),
        ("home", "given", ""),
        ("work", "server's", "given"),
    ],
)
@pytest.mark.parametrize("way", ["environment", "file", "both"])
def test_a_password_is_the_accounts_if_there_is_one(
    line: str, password: str, account_password: str, way: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("given\n")
    environ = {"GCHAT_PASSWORD": "given" if way == "environment" else "another"} if way != "file" else {}
    line += f" --password-file {tmp_path / 'secret'}" if way != "environment" else ""
    (network,) = planned(line, known(WORK, HOME), environ).networks
    assert (network.password, network.sasl_password) == (password, account_password)


def test_another_account_with_the_file_s_own_password_is_refused() -> None:
    assert planned("work --account neural", known(WORK)).networks == (WORK,)
    with pytest.raises(ConfigError, match="--account nine needs --password-file or GCHAT_PASSWORD"):
        planned("work --account nine", known(WORK))


def test_the_environments_password_goes_to_the_first_network_only() -> None:
    first, second = planned("", known(WORK, HOME, open_all=True), {"GCHAT_PASSWORD": "given"}).networks
    assert first.sasl_password == "given"
    assert second == HOME


def test_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.pem").write_text("")
    monkeypatch.chdir(tmp_path)
    (network,) = planned("--tls --tls-ca ca.pem irc.example").networks
    assert (network.tls_ca, network.tls_verify) == (str(tmp_path / "ca.pem"), True)
    (network,) = planned("--tls --tls-insecure irc.example").networks
    assert (network.tls_ca, network.tls_verify) == ("", False)


def test_the_theme() -> None:
    assert planned("--theme default").settings.theme == "default"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("irc.example:port", "'port' in 'irc.example:port' is no port; a port is a number from 1 to 65535"),
        ("gopher://irc.example", "'gopher://' is not an address gchat knows"),
        (
            "--tls irc://irc.example",
            "--tls does not go with irc://irc.example; an address with TLS begins with ircs://",
        ),
        ("--tls tutorial://irc.example", "--tls does not go with tutorial://irc.example"),
        ("--tls home", "--tls does not go with irc://home.example"),
        ("tutorial://irc.example #team", "tutorial://irc.example has one room only; leave out #team"),
        ("--local irc.example", "--local is a server on this machine; leave out 'irc.example' or --local"),
        ("-n Neural!x", "-n 'Neural!x': expected a nickname, which is one word"),
        ("--tls-ca none.pem irc.example", "--tls-ca: none.pem is not there or cannot be read"),
        (
            "--password-file none irc.example",
            "--password-file: none cannot be read: No such file or directory",
        ),
        ("--account nine irc.example", "--account nine needs --password-file or GCHAT_PASSWORD"),
    ],
)
def test_what_does_not_fit_is_one_sentence(line: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        planned(line, known(HOME))
    assert sentence in str(error.value)


# --- the model ---------------------------------------------------------------------------------------


def test_the_model_of_a_plain_start() -> None:
    model = make_model(planned("", remembered={"nick": "Neural"}), {})
    (network,) = model.networks
    assert (network.address, network.wanted, model.default_network) == (Address(), True, network.id)
    assert model.overlay is None


def test_the_model_of_a_start_with_networks() -> None:
    model = make_model(planned("", known(WORK, HOME, open_all=True, nick="Neural")), {})
    assert [network.settings for network in model.networks] == [WORK, HOME]
    assert [network.wanted for network in model.networks] == [True, True]
    assert model.default_network is None
    assert model.overlay is None


def test_the_first_start_asks_for_everything() -> None:
    model = make_model(planned(""), {"USER": "neural"})
    assert model.networks == []
    assert isinstance(model.overlay, Welcome)
    assert (model.overlay.step, model.overlay.nick) == (Step.NICK, "neural")


@pytest.mark.parametrize("environ", [{}, {"USER": "two words"}, {"LOGNAME": ""}])
def test_a_login_name_that_is_no_nickname_is_not_offered(environ: dict[str, str]) -> None:
    overlay = make_model(planned(""), environ).overlay
    assert isinstance(overlay, Welcome)
    assert overlay.nick == ""


def test_who_named_a_server_is_asked_for_the_nickname_only() -> None:
    model = make_model(planned("irc.example"), {"USER": "neural"})
    assert [network.address.host for network in model.networks] == ["irc.example"]
    assert isinstance(model.overlay, Welcome)
    assert make_model(planned("irc://Nine@irc.example"), {}).overlay is None


def test_the_language_is_the_address_s() -> None:
    model = make_model(planned(""), {})
    assert isinstance(model.wire_for(parse_address("tutorial://localhost")), TutorialPeer)
    assert not isinstance(model.wire_for(parse_address("irc://localhost")), TutorialPeer)


def test_jitter_is_from_zero_to_one() -> None:
    model = make_model(planned(""), {})
    assert all(0 <= model.random() < 1 for _ in range(1000))
    assert len({model.random() for _ in range(1000)}) > 990


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "GCHAT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"gchat {__version__}\n"


def test_the_manual(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--man"]) == 0
    assert "gchat - chat in the terminal" in capsys.readouterr().out


def test_without_a_terminal_it_says_so(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 2
    assert capsys.readouterr().err.endswith("is not a terminal; gchat needs one to draw on\n")


@pytest.mark.parametrize("argument", ["--config=none.toml", "irc.example:port", "--nick=a,b"])
def test_a_mistake_ends_with_2_and_a_sentence(
    argument: str, alone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([argument]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("gchat: ")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("argument", ["--nonsense", "--th=default"])
def test_an_unknown_option(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main([argument])
    assert end.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err


HEAVY = {
    "gevent",
    "platformdirs",
    "ssl",
    "subprocess",
    "tomllib",
    "asyncio",
    "inspect",
    "dataclasses",
    "json",
    "pathlib",
}


def test_a_plain_start_imports_nothing_heavy(alone: Path) -> None:
    import subprocess

    program = (
        "import sys; from gchat.client import main as m, config, memory, loop;"
        "a = m.make_parser().parse_intermixed_args(['-n', 'Neural']);"
        "m.make_model(m.plan(a, config.load(), {}, memory.remembered()), {});"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


# --- invitations and the accounts that they made ---------------------------------------------------

LOGIN = {"login ircs://irc.example": "Neural #team,#ops open  sesame"}
MADE = NetworkSettings(
    "",
    Address("irc.example", 6697, True),
    (("#team", ""), ("#ops", "")),
    "Neural",
    sasl_user="Neural",
    sasl_password="open  sesame",
)
LINK = "ircs://irc.example/#team?invitation=ab-cd"


def test_a_remembered_account_is_where_plain_gchat_goes() -> None:
    assert planned("", remembered=LOGIN).networks == (MADE,)
    assert not planned("", remembered=LOGIN).first
    both = planned("", remembered={**LOGIN, "server": "irc.example.org", "nick": "Neural"}).networks
    assert [network.address.host for network in both] == ["irc.example.org", "irc.example"]
    with_file = planned("", known(HOME, open_all=True), remembered=LOGIN).networks
    assert with_file == (HOME, MADE)


def test_a_remembered_account_goes_with_its_server() -> None:
    (network,) = planned("ircs://irc.example #more", remembered=LOGIN).networks
    assert (network.sasl_user, network.sasl_password) == ("Neural", "open  sesame")
    assert network.channels[0] == ("#more", "")
    (elsewhere,) = planned("irc://irc.example", remembered=LOGIN).networks
    assert elsewhere.sasl_password == "", "without TLS it is another place"
    (local,) = planned("--local", remembered=LOGIN).networks
    assert local.sasl_password == ""


def test_the_file_has_the_last_word() -> None:
    assert planned("work", known(WORK), remembered=LOGIN).networks == (WORK,)
    bare = WORK._replace(sasl_user="", sasl_password="")
    (network,) = planned("work", known(bare), remembered=LOGIN).networks
    assert (network.name, network.sasl_user, network.password) == ("work", "Neural", "server's")


@pytest.mark.parametrize("value", ["", "Neural", "Neural #team"])
def test_a_broken_memory_is_none(value: str) -> None:
    assert planned("", remembered={"login ircs://irc.example": value}).networks[0].sasl_user == ""
    assert planned("", remembered={"login nonsense://": "Neural #team x"}).networks[0].sasl_user == ""


def test_who_is_invited_without_encryption_is_told() -> None:
    model = make_model(planned(LINK.replace("ircs:", "irc:")), {"USER": "neural"})
    assert isinstance(model.overlay, Welcome)
    assert "not encrypted" in model.overlay.invited


def test_an_invitation_asks_before_it_connects() -> None:
    model = make_model(planned(LINK), {"USER": "neural"})
    assert isinstance(model.overlay, Welcome)
    assert (model.overlay.step, model.overlay.nick) == (Step.NICK, "neural")
    assert model.overlay.invited == "You are invited to #team on irc.example:6697."
    model = make_model(planned(f"-n Neural {LINK}"), {})
    assert isinstance(model.overlay, Welcome)
    assert (model.overlay.step, model.overlay.nick) == (Step.PASSWORD, "Neural")
    assert model.networks[0].autojoin == {}, "it is no use to join before"


def test_who_has_an_account_there_is_asked_nothing() -> None:
    model = make_model(planned(LINK, remembered={**LOGIN, "nick": "Neural"}), {})
    assert model.overlay is None
    assert model.networks[0].invitation is not None


def test_where_there_are_no_file_locks_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gchat.client.main.need_terminal", lambda: None)
    monkeypatch.setattr("gchat.client.main.config.load", lambda file: Config(Settings()))
    monkeypatch.setattr("gchat.client.main.memory.remembered", dict)
    monkeypatch.setattr("gchat.client.local.sys.platform", "win32")
    assert command.main(["--local", "-n", "Neural"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("gchat: gchat --local needs file locks that Windows lacks; run gchat-server in")
    assert said.count("\n") == 1
