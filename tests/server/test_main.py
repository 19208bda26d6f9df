"""The gchat-server command: what it decides, and a process that lives and ends."""

from __future__ import annotations

import importlib.machinery
import io
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gchat import __version__
from gchat.server import main as command
from gchat.server import passwords
from gchat.server.config import ConfigError
from gchat.server.main import configured, main, make_parser
from gchat.server.settings import Limits
from gchat.server.stores.sqlite import SqliteStore

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0  # seconds: far more than anything takes


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the configuration."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "backup FOLDER/copy.db",
        "export --account Neural",
        "erase --account Neural",
        "modlog",
        "modlog --verify",
        "account list",
        "account passwd Neural",
        "account suspend Neural",
        "account resume Neural",
        "account delete Neural",
    ],
)
def test_no_command_makes_a_database_where_one_cannot_be_meant(
    tmp_path: Path, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = words.replace("FOLDER", str(tmp_path)).split()
    assert main(["--no-config", "--data-dir", str(tmp_path / "data"), *asked]) == 1
    assert capsys.readouterr() == (
        "",
        f"gchat-server: {tmp_path}/data/gchat.db is not there: nothing is kept; "
        "--data-dir and [store] path say where it is\n",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        ("account list", "there are no accounts"),
        ("invite --list", "there are no invitations"),
        ("modlog", "the moderation log has no entries"),
        ("modlog --channel #nosuch", "the moderation log has no entries"),
        ("modlog --verify --channel #nosuch", "the moderation log has no entries"),
    ],
)
def test_nothing_to_show_is_said(
    tmp_path: Path, words: str, nothing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    SqliteStore.open(str(tmp_path / "gchat.db"), background=False).close()
    assert main(["--no-config", "--data-dir", str(tmp_path), *words.split()]) == 0
    assert capsys.readouterr() == ("", f"gchat-server: {nothing}\n")


# --- deciding ------------------------------------------------------------------------------------


def test_arguments_stand_above_the_file(nobodys_home: Path) -> None:
    folder = nobodys_home / "gchat"
    folder.mkdir()
    file = folder / "gchat-server.toml"
    file.write_text('listen = ["127.0.0.1:1"]\n[log]\nlevel = "debug"\n[tls]\ncert = "/c"\nkey = "/k"')
    parse = make_parser().parse_args
    settings, source = configured(
        parse(["--listen", "[::1]:2", "--listen", "unix:/x", "--tls-key", "/other"])
    )
    assert source == str(file)
    assert [str(listener) for listener in settings.listeners] == ["[::1]:2", "unix:/x"]
    assert (settings.tls.cert, settings.tls.key) == ("/c", "/other")
    assert (settings.log.level, settings.log.format, settings.throttle) == ("debug", "plain", True)
    settings, source = configured(parse(["--no-config", "--log-format", "json", "--no-throttle"]))
    assert source == "built-in defaults (--no-config)"
    assert (settings.log.level, settings.log.format, settings.throttle) == ("info", "json", False)


def test_without_a_file_there_are_defaults(nobodys_home: Path) -> None:
    _, source = configured(make_parser().parse_args([]))
    assert source == f"built-in defaults (there is no {nobodys_home}/gchat/gchat-server.toml)"
    with pytest.raises(ConfigError, match=r"nothing\.toml cannot be read"):
        configured(make_parser().parse_args(["--config", "nothing.toml"]))


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--listen", "6667"], "gchat-server: --listen: expected an address such as 127.0.0.1:6667, "),
        (
            ["--listen", "tls://127.0.0.1:0"],
            "gchat-server: --listen: tls://127.0.0.1:0 needs a certificate and its key: "
            "expected --tls-cert and --tls-key, or cert and key in [tls]\n",
        ),
        (
            ["--listen", "tls://127.0.0.1:0", "--tls-cert", "/no", "--tls-key", "/no"],
            "gchat-server: the TLS certificate /no cannot be read: No such file or directory\n",
        ),
        (["--config", "/no"], "gchat-server: /no cannot be read: No such file or directory\n"),
    ],
)
@pytest.mark.parametrize("check", [[], ["--check"]], ids=["run", "check"])
def test_what_will_not_do_is_one_sentence_and_2(
    capsys: pytest.CaptureFixture[str], check: list[str], argv: list[str], sentence: str
) -> None:
    assert main([*check, *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def test_check_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--no-config"]) == 0
    assert capsys.readouterr().out.startswith(
        "Configuration: built-in defaults (--no-config)\nName: gchat.local"
    )


def test_help_says_all_that_no_throttle_lifts() -> None:
    said = " ".join(make_parser().format_help().split())
    assert "--no-throttle no rates, no limit per address or account: for measuring" in said


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"gchat-server {command.build()}\n"


@pytest.mark.parametrize(
    ("origin", "said"),
    [("engine.py", __version__), ("engine.cpython-311-x86_64-linux-gnu.so", f"{__version__} (compiled)")],
)
def test_the_version_says_whether_it_is_compiled(
    monkeypatch: pytest.MonkeyPatch, origin: str, said: str
) -> None:
    spec = importlib.machinery.ModuleSpec("gchat.server.engine", None, origin=f"/site/gchat/server/{origin}")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    assert command.build() == said


def test_hash_password_reads_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("open sesame\nmore\n"))
    assert main(["hash-password"]) == 0
    assert passwords.verify(capsys.readouterr().out.strip(), "open sesame")


def test_an_empty_password_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert main(["hash-password"]) == 2
    assert capsys.readouterr().err == "gchat-server: an empty password protects nothing\n"


@pytest.mark.parametrize(("again", "status"), [("sesame", 0), ("sesam", 2)])
def test_hash_password_asks_twice_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, again: str, status: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = [again, "sesame"]
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: answers.pop())
    assert main(["hash-password"]) == status


# --- running -------------------------------------------------------------------------------------


class Process:
    """gchat-server in a process of its own; its log is read from a pipe."""

    def __init__(self, folder: Path, *argv: str, files: int = 0) -> None:
        self.port_file = folder / "port"

        def limit() -> None:
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        options = ["--no-config"] if "--config" not in argv else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gchat.server", *options, "--port-file", str(self.port_file), *argv],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "XDG_DATA_HOME": str(folder)},
            preexec_fn=limit,
        )
        assert self.process.stdout is not None
        self._pipe = self.process.stdout
        self.log = ""

    def until(self, wanted: str) -> str:
        """Read the log until it says something."""
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.log:
            ready, _, _ = select.select([self._pipe], [], [], deadline - time.monotonic())
            data = os.read(self._pipe.fileno(), 1 << 16) if ready else b""
            assert data, f"{wanted!r} is not in the log:\n{self.log}"
            self.log += data.decode()
        return self.log

    def connect(self) -> socket.socket:
        """Connect to the first listener."""
        host, _, port = self.port_file.read_text().split()[0].rpartition(":")
        return socket.create_connection((host, int(port)), PATIENCE)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end; return its status."""
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.log += rest.decode()
        return self.process.returncode


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers; afterwards they are gone."""
    started: list[Process] = []

    def begin(*argv: str, files: int = 0) -> Process:
        started.append(Process(tmp_path, *argv, files=files))
        return started[-1]

    yield begin
    for process in started:
        process.process.kill()
        process.process.communicate()


HERE = ("--listen", "127.0.0.1:0")


def test_it_says_where_it_listens_and_goodbye(start: Start) -> None:
    server = start(*HERE, "--listen", "127.0.0.1:0")
    server.until("Listening on 127.0.0.1:")
    with server.connect() as client:
        client.sendall(b"NICK Neural\r\nUSER n 0 * :n\r\n")
        server.until("Nickname is Neural")
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        answer = b"".join(iter(lambda: client.recv(1 << 16), b""))
    assert answer.endswith(b"ERROR :Server going down\r\n")


def test_a_second_sigint_waits_for_nobody(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "gchat-server.toml"
    motd = "\\n".join(["x" * 400] * 1000)
    file.write_text(f'[limits]\nshutdown_timeout = 1000\nsendq = 100000000\n[server]\nmotd = "{motd}"')
    server = start(*HERE, "--config", str(file))
    server.until("Listening on")
    with server.connect() as client:
        # It never reads, so the goodbye waits behind a message of the day that no kernel keeps.
        client.sendall(b"NICK Neural\r\nUSER n 0 * :n\r\n" + b"MOTD\r\n" * 20)
        server.until("Nickname is Neural")
        server.signal(signal.SIGINT)
        server.until("Going down")
        server.signal(signal.SIGINT)
        assert server.wait() == 0


def test_sighup_reads_the_file_again(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "gchat-server.toml"
    file.write_text('[server]\nname = "before.test"')
    server = start(*HERE, "--config", str(file))
    server.until("Listening on")
    with server.connect() as client:
        client.sendall(b"PING 1\r\n")
        assert client.recv(100).startswith(b":before.test ")
        file.write_text('[server]\nname = "after.test"')
        server.signal(signal.SIGHUP)
        server.until("Configuration read again")
        client.sendall(b"PING 2\r\n")
        assert client.recv(100).startswith(b":after.test ")
        file.write_text("[server]\nnaem = 3")
        server.signal(signal.SIGHUP)
        server.until(f"The configuration stays as it was: {file}: server.naem is not a key")
        client.sendall(b"PING 3\r\n")
        assert client.recv(100).startswith(b":after.test ")


def test_sighup_says_where_it_listens_now(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "gchat-server.toml"
    first, second = tmp_path / "first", tmp_path / "second"
    file.write_text(f'listen = ["127.0.0.1:0", "unix:{first}"]')
    server = start("--config", str(file))
    server.until(f"Listening on unix:{first}")
    file.write_text(f'listen = ["127.0.0.1:0", "unix:{second}"]')
    server.signal(signal.SIGHUP)
    server.until(f"No longer listening on unix:{first}")
    news = server.log[server.log.index("Configuration read again") :]
    assert f"Listening on unix:{second}" in news
    assert "127.0.0.1" not in news


@pytest.mark.parametrize(("connections", "said"), [(Limits().connections, False), (19_000, True)])
def test_too_few_files_are_said_where_somebody_chose_the_number(
    start: Start, tmp_path: Path, connections: int, said: bool
) -> None:
    file = tmp_path / "gchat-server.toml"
    file.write_text(f"[limits]\nconnections = {connections}")
    server = start(*HERE, "--config", str(file), files=2000)
    server.until("Listening on")
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert (f"enough for 1936 connections, not for limits.connections = {connections}" in server.log) is said


def test_a_port_in_use_ends_with_2(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        server = start("--listen", address)
        assert server.wait() == 2
    sentence = "another program listens there; end that one, or choose another address with --listen"
    assert server.log == f"gchat-server: cannot listen on {address}: {sentence}\n"


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("--port-file", "/no/such/file"), "--port-file: /no/such/file cannot be written: No such file"),
        (("--data-dir", "/proc/no/such"), "--data-dir: /proc/no/such cannot be made: "),
        (("--while-locked", "/no/such/file"), "--while-locked: /no/such/file cannot be opened: No such file"),
    ],
)
def test_files_that_cannot_be_had_end_with_2(start: Start, argv: tuple[str, ...], sentence: str) -> None:
    server = start(*HERE, *argv)
    assert server.wait() == 2
    assert f"gchat-server: {sentence}" in server.log
    assert "Traceback" not in server.log


def test_it_lives_while_a_lock_is_held(start: Start, tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "users"
    with open(path, "w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        server = start(*HERE, "--while-locked", str(path), "--data-dir", str(tmp_path / "data"))
        server.until("Listening on")
        assert server.process.poll() is None
    assert server.wait() == 0
    assert "Nobody holds a lock" in server.log
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_no_more_come_in_than_there_are_files_for(start: Start) -> None:
    server = start(*HERE, files=70)
    server.until("enough for 6 connections, not for limits.connections = 20000")
    server.until("Listening on")
    clients = [server.connect() for _ in range(60)]
    server.until("This server is full")
    assert clients[-1].recv(100) == b"ERROR :Closing link: (127.0.0.1) [This server is full]\r\n"
    for client in clients:
        client.close()
    server.until("Disconnected from")
    assert "No more connections can be accepted" not in server.log
    assert "Traceback" not in server.log


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")
def test_no_more_files_is_said_once_and_survived(start: Start) -> None:
    server = start(*HERE)
    server.until("Listening on")
    few = len(os.listdir(f"/proc/{server.process.pid}/fd")) + 5
    _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (few, hard))
    clients = [server.connect() for _ in range(30)]
    server.until("error No more connections can be accepted for now: Too many open files: raise its limit")
    clients[0].sendall(b"NICK Neural\r\nUSER n 0 * :n\r\n")
    server.until("Nickname is Neural")  # who is in goes on
    for client in clients[:-1]:
        client.close()
    clients[-1].sendall(b"NICK Nine\r\nUSER n 0 * :n\r\n")  # it waited in the kernel's queue
    server.until("Nickname is Nine")
    server.until("info Connections are accepted again")
    clients.pop().close()
    assert server.log.count("No more connections can be accepted") == 1
    assert "Traceback" not in server.log


def test_json_lines_hold_no_secret(start: Start) -> None:
    server = start(*HERE, "--log-format", "json", "--log-level", "debug")
    server.until("Listening on")
    with server.connect() as client:
        client.sendall(b"PASS open-sesame\r\nNICK Neural\r\nUSER n 0 * :n\r\nOPER x other-sesame\r\n")
        while b" 464 " not in client.recv(1 << 16):
            pass
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert '"message": "Nickname is Neural"' in server.log
    assert "sesame" not in server.log


def test_the_port_file_is_written_through_nobody_s_link(start: Start, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    link = tmp_path / "port.new"
    link.symlink_to(victim)
    start(*HERE).until("Listening on")
    assert victim.read_text() == "mine"
