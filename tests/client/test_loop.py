"""The loop on a screen that only remembers, with real sockets, a pipe for a keyboard and real signals."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gchat.client import loop as loop_module
from gchat.client.address import Address
from gchat.client.crash import SOFTWARE, CrashReport
from gchat.client.events import (
    Bell,
    Event,
    Key,
    LocalServer,
    Notify,
    Redraw,
    Remember,
    Suspend,
    Terminate,
    Tick,
)
from gchat.client.frame import text_of
from gchat.client.local import LocalError
from gchat.client.loop import FRAME, Loop, _signals
from gchat.client.model import BufferKind, Model, State
from gchat.client.settings import Settings
from gchat.client.view import Painter

LIMIT = 10.0  # seconds a test waits for something that never comes
WELCOME = (
    b":s 001 Neural :hi\r\n"
    b":s 005 Neural CHANTYPES=# PREFIX=(ov)@+ CASEMAPPING=ascii :are supported\r\n"
    b":s 422 Neural :no motd\r\n"
    b":Neural!u@h JOIN #team\r\n"
    b":s 353 Neural = #team :Neural Nine\r\n"
    b":s 366 Neural #team :End\r\n"
)


class FakeScreen:
    """Draws into lists; its keyboard is a pipe."""

    pasting = False

    def __init__(self) -> None:
        self.keyboard, self.keys = os.pipe()
        os.set_blocking(self.keyboard, False)
        self.painter = Painter()
        self.frames: list[str] = []
        self.size = (80, 24)
        self.calls: list[object] = []
        self.mouse = False

    def type(self, text: str) -> None:
        os.write(self.keys, text.encode())

    def fileno(self) -> int:
        return self.keyboard

    def read(self, now: float, ready: bool) -> list[Event]:
        try:
            typed = os.read(self.keyboard, 4096).decode()
        except BlockingIOError:
            return []
        if not typed:
            return [Terminate()]
        return [Key("Enter" if char == "\r" else char) for char in typed]

    def paint(self, model: Model, now: float) -> None:
        frame = self.painter.frame(model, now)
        self.frames.append("\n".join(text_of(row).rstrip() for row in frame.rows))

    def resize(self) -> tuple[int, int]:
        self.calls.append("resize")
        return self.size

    def redraw(self) -> None:
        self.calls.append("redraw")

    def set_mouse(self, on: bool) -> None:
        self.mouse = on

    def bell(self) -> None:
        self.calls.append("bell")

    def notify(self, title: str, text: str) -> None:
        self.calls.append((title, text))

    def suspend(self) -> None:
        self.calls.append("suspend")

    def close(self) -> None:
        os.close(self.keyboard)
        if self.keys >= 0:
            os.close(self.keys)


class Stage:
    """A loop with one network, and the server it goes to."""

    def __init__(self, console_thread: bool = False) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(LIMIT)
        settings = Settings()
        settings.nick = "Neural"
        self.model = Model(settings)
        port = self.listener.getsockname()[1]
        self.network = self.model.add_network(Address("127.0.0.1", port, channels=("#team",)))
        self.network.wanted = True
        self.screen = FakeScreen()
        self.loop = Loop(self.model, self.screen, console_thread=console_thread)
        self.server: socket.socket | None = None
        self.said = b""

    def start(self) -> None:
        """What ``Loop.run`` does before its turns."""
        self.loop._happen(loop_module.ev.Resize(*self.screen.resize()))
        self.loop._happen(loop_module.ev.Start())
        self.loop._finish_turn(typed=True)

    def until(self, wanted: Callable[[], object]) -> None:
        """Run turns until something holds."""
        end = time.monotonic() + LIMIT
        while not wanted():
            assert time.monotonic() < end, self.screen.frames[-1:]
            self.loop._turn()

    def hears(self, text: bytes) -> bool:
        """Whether the server was told something."""
        assert self.server is not None
        with suppress(BlockingIOError):
            self.said += self.server.recv(1 << 16)
        return text in self.said

    def connect(self) -> socket.socket:
        """Start, be let in, and be in #team."""
        self.start()
        self.until(lambda: self.network.state is State.REGISTERING)
        self.server, _ = self.listener.accept()
        self.server.setblocking(False)
        self.until(lambda: self.hears(b"USER"))
        if b"CAP LS" in self.said:
            self.server.sendall(b":s CAP * LS :\r\n")
        self.server.sendall(WELCOME)
        self.until(lambda: self.shows("2 here"))
        return self.server

    def shows(self, text: str) -> bool:
        return bool(self.screen.frames) and text in self.screen.frames[-1]

    def close(self) -> None:
        self.loop.close()
        self.screen.close()
        self.listener.close()
        if self.server:
            self.server.close()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test did wrong ends in seconds, not in a minute."""
    monkeypatch.setattr(loop_module, "_LONGEST_WAIT", 1.0)


@pytest.fixture(params=[False, True], ids=["select", "console thread"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A loop, with keys read as on Linux and as on Windows."""
    made = Stage(console_thread=request.param)
    yield made
    made.close()


@pytest.fixture
def plain() -> Iterator[Stage]:
    """A loop whose keys come by select."""
    made = Stage()
    yield made
    made.close()


def test_a_conversation(stage: Stage) -> None:
    server = stage.connect()
    stage.screen.type("hi all")
    stage.until(lambda: stage.shows("› hi all"))
    stage.screen.type("\r")
    stage.until(lambda: stage.hears(b"PRIVMSG #team :hi all\r\n"))
    assert stage.shows("Neural  hi all")
    server.sendall(b":Nine!u@h PRIVMSG #team :hello Neur")
    server.sendall(b"al\r\n")
    stage.until(lambda: stage.shows("Nine  hello Neural"))


def test_quitting_says_goodbye_and_ends(stage: Stage) -> None:
    server = stage.connect()
    stage.screen.type("/quit so long\r")
    stage.until(lambda: stage.hears(b"QUIT :so long\r\n"))
    server.close()
    stage.until(lambda: not stage.loop._ending)
    assert stage.loop._code == 0


def test_run_returns_the_code(plain: Stage) -> None:
    plain.screen.type("/quit\r")
    assert plain.loop.run() == 0


def test_nobody_listens(plain: Stage) -> None:
    plain.listener.close()
    plain.start()
    plain.until(lambda: plain.network.state is State.WAITING)
    plain.until(lambda: plain.shows("tries again in"))
    texts = [line.text for line in plain.network.server_buffer.lines]
    assert any("nobody answers at 127.0.0.1 port" in text for text in texts)


def test_a_lost_connection_is_made_again(plain: Stage) -> None:
    server = plain.connect()
    server.close()
    plain.until(lambda: plain.network.state is State.WAITING)
    plain.network.next_attempt = 0.0
    plain.until(lambda: plain.network.state is State.REGISTERING)


def test_a_keys_frame_comes_before_what_the_server_sent(plain: Stage) -> None:
    server = plain.connect()
    server.sendall(b"".join(b":Nine!u@h PRIVMSG #team :line %d\r\n" % n for n in range(2000)))
    plain.screen.type("x")
    frames = len(plain.screen.frames)
    plain.loop._turn()
    assert plain.screen.frames[frames].endswith(" › x")


def test_a_flood_costs_few_frames(plain: Stage) -> None:
    server = plain.connect()
    plain.server = None
    frames = len(plain.screen.frames)
    before = time.monotonic()
    server.setblocking(True)
    sent = 0
    while sent < 20_000:
        server.sendall(b"".join(b":Nine!u@h PRIVMSG #team :line %d\r\n" % n for n in range(sent, sent + 200)))
        sent += 200
        plain.loop._turn()
    plain.until(lambda: plain.shows("line 19999"))
    spent = time.monotonic() - before
    assert len(plain.screen.frames) - frames <= spent / FRAME + 2
    server.close()


def test_signals_become_events(plain: Stage) -> None:
    plain.connect()
    with _signals(plain.loop):
        plain.screen.size = (60, 20)
        os.kill(os.getpid(), signal.SIGWINCH)
        plain.until(lambda: plain.model.columns == 60)
        os.kill(os.getpid(), signal.SIGTSTP)
        plain.until(lambda: "suspend" in plain.screen.calls)
        os.kill(os.getpid(), signal.SIGCONT)
        plain.until(lambda: "redraw" in plain.screen.calls)
        os.kill(os.getpid(), signal.SIGTERM)
        plain.until(lambda: plain.loop._code is not None)
        assert plain.hears(b"QUIT")


def test_signals_are_as_before_afterwards(plain: Stage) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)
    with _signals(plain.loop):
        assert signal.getsignal(signal.SIGTERM) not in before
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)) == before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_keyboard_that_is_gone_ends_it(plain: Stage) -> None:
    plain.connect()
    os.close(plain.screen.keys)
    plain.screen.keys = -1
    plain.until(lambda: plain.loop._code is not None)
    assert plain.hears(b"QUIT")


def test_effects(plain: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    effects = [Bell(), Notify("Nine", "hi"), Redraw(), Suspend(), Remember("nick", "Neural")]
    monkeypatch.setattr(loop_module, "update", lambda model, event, now: effects if event == Tick() else [])
    plain.loop._happen(Tick())
    assert plain.screen.calls == ["bell", ("Nine", "hi"), "redraw", "suspend", "resize"]
    assert (tmp_path / "gchat" / "remembered").read_text() == "nick=Neural\n"


@pytest.mark.parametrize("found", [Address("127.0.0.1", 7777), LocalError("there is no room")])
def test_the_local_server_is_looked_for_in_a_thread(
    plain: Stage, monkeypatch: pytest.MonkeyPatch, found: Address | LocalError
) -> None:
    def join() -> Address:
        if isinstance(found, LocalError):
            raise found
        return found

    seen: list[Event] = []
    monkeypatch.setattr("gchat.client.local.join_local_server", join)
    monkeypatch.setattr(loop_module, "update", lambda model, event, now: seen.append(event) or [])
    plain.loop._start_local_server()
    plain.until(lambda: seen)
    assert seen == [
        LocalServer(found) if isinstance(found, Address) else LocalServer(None, "there is no room")
    ]


def test_the_mouse_follows_its_setting(plain: Stage) -> None:
    plain.connect()
    plain.model.settings.mouse = True
    plain.screen.type("x")
    plain.until(lambda: plain.shows("› x"))
    assert plain.screen.mouse


def test_another_connection_takes_the_place_of_the_first(plain: Stage) -> None:
    first = plain.connect()
    plain.loop._connect(loop_module.ev.Connect(1, plain.network.address))
    first.settimeout(LIMIT)
    while first.recv(4096):  # until its end
        pass
    first.close()
    plain.server = None
    plain.until(lambda: plain.loop._transports[1].wants and plain.loop._transports[1].wants[1])
    plain.server, _ = plain.listener.accept()
    assert plain.model.buffers[0].kind is BufferKind.SERVER


def test_run_closes_the_screen_and_reports_a_crash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = FakeScreen()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(loop_module, "open_screen", lambda: screen)

    def fail(model: Model, event: Event, now: float) -> list[object]:
        raise KeyError("missing")

    monkeypatch.setattr(loop_module, "update", fail)
    with pytest.raises(SystemExit) as ended:
        loop_module.run(Model(Settings()))
    assert ended.value.code == SOFTWARE
    with pytest.raises(OSError):
        os.fstat(screen.keyboard)
    (report,) = (tmp_path / "gchat").glob("crash-*.txt")
    text = report.read_text()
    assert "Traceback" in text
    assert "KeyError: 'missing'" in text
    said = capsys.readouterr().err
    assert "ended by a fault of its own (KeyError: 'missing')" in said
    assert str(report) in said


def test_a_crash_with_a_full_disk_is_still_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(SystemExit), CrashReport():
        raise ValueError("bad")
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "ValueError: bad" in said


def test_endings_on_purpose_pass() -> None:
    with pytest.raises(SystemExit) as ended, CrashReport():
        sys.exit(3)
    assert ended.value.code == 3


def test_garbage_is_collected_while_nothing_happens(plain: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    plain.connect()
    collected: list[None] = []
    monkeypatch.setattr(loop_module.gc, "collect", lambda: collected.append(None))
    monkeypatch.setattr(loop_module, "_LONGEST_WAIT", 0.01)
    plain.loop._next_tidying = 0.0
    plain.screen.type("x")
    plain.loop._turn()  # a key
    assert not collected
    for _ in range(5):
        plain.loop._turn()
    assert len(collected) == 1
