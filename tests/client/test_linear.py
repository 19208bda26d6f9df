"""Plain lines where there is no screen."""

from gchat.client.address import Address
from gchat.client.corrections import delete, edit
from gchat.client.events import Event, Key, Paste, Terminate
from gchat.client.line import Delivery, Line, LineKind
from gchat.client.linear import Linear, text_of
from gchat.client.model import BufferKind, Mention, Model
from gchat.client.overlay import Help, Mentions, Step, Welcome
from gchat.client.settings import Settings
from gchat.client.update import update


class Lines:
    """A linear screen whose keyboard is a list, and what it printed."""

    def __init__(self, *typed: bytes) -> None:
        self.typed = list(typed)
        self.printed: list[bytes] = []
        self.model = Model(Settings())
        self.screen = Linear(lambda: self.typed.pop(0), self.printed.append)

    def paint(self) -> str:
        self.printed.clear()
        self.screen.paint(self.model, 0.0)
        return b"".join(self.printed).decode()


def enter(text: str) -> list[Event]:
    return [Key("C-u"), Paste(text), Key("Enter")]


def test_typed_lines_are_entered_whole() -> None:
    lines = Lines(b"hi\n", b"one\r\ntw", b"o\n", b"gr\xfcn\n", b"")
    assert lines.screen.read(0.0) == enter("hi")
    assert lines.screen.read(0.0) == enter("one")
    assert lines.screen.read(0.0) == enter("two")
    assert lines.screen.read(0.0) == enter("gr\ufffdn")
    assert lines.screen.read(0.0) == [Terminate()]


def test_what_came_back_does_not_stand_before_the_next_line() -> None:
    lines = Lines(b"hello?\n", b"/back\n")
    buffer = lines.model.add_network(Address("irc.example")).server_buffer
    for _ in range(2):
        for event in lines.screen.read(0.0):
            update(lines.model, event, 0.0)
    assert buffer.editor.text == ""
    assert buffer.editor.history == ["hello?", "/back"]


def test_each_line_is_printed_once_with_its_buffer() -> None:
    lines = Lines()
    network = lines.model.add_network(Address("irc.example"))
    team = lines.model.open(network, BufferKind.CHANNEL, "#team")
    ops = lines.model.open(network, BufferKind.CHANNEL, "#ops")
    lines.model.current = team
    assert lines.paint() == ""
    ops.add(Line(LineKind.MESSAGE, 60.0, "deployed", "ops-bot"))
    team.add(Line(LineKind.ACTION, 60.0, "waves", "Nine"))
    first, second = lines.paint().splitlines()
    assert first.startswith("[#ops] ")
    assert first.endswith(" <ops-bot> deployed")
    assert second.endswith(" * Nine waves")
    assert lines.paint() == ""
    line = Line(LineKind.MESSAGE, 60.0, "on it", "Neural")
    team.add(line)
    assert lines.paint().endswith(" <Neural> on it\n")
    line.delivery, line.problem = Delivery.FAILED, "not sent: the connection is gone"
    assert lines.paint() == "      not sent: the connection is gone: on it\n"
    assert lines.paint() == ""


def test_what_was_deleted_or_edited_is_printed_again() -> None:
    lines = Lines()
    network = lines.model.add_network(Address("irc.example"))
    team = lines.model.current = lines.model.open(network, BufferKind.CHANNEL, "#team")
    line = Line(LineKind.MESSAGE, 60.0, "helo", "Nine", msgid="a")
    team.add(line)
    assert lines.paint().endswith(" <Nine> helo\n")
    edit(team, line, "hello")
    assert lines.paint().endswith(" <Nine> (edited) hello\n")
    assert lines.paint() == ""
    delete(team, line, "zed", "")
    assert lines.paint().endswith(" <Nine> (deleted by zed)\n")
    late = Line(LineKind.MESSAGE, 60.0, "x", "Nine", msgid="b")
    team.add(late)
    delete(team, late, "", "")
    assert lines.paint().count("(deleted)") == 1
    assert lines.paint() == ""


def test_the_first_start_asks() -> None:
    lines = Lines()
    overlay = lines.model.overlay = Welcome(Step.NICK)
    assert lines.paint() == "Choose your nickname: "
    assert lines.paint() == ""
    overlay.step = Step.SERVER
    assert lines.paint() == "Server [localhost]: "
    overlay.step, overlay.problem = Step.NO_SERVER, "There is no server at localhost:6667."
    assert lines.paint() == (
        "There is no server at localhost:6667.\n"
        "s = start one here (gchat --local), o = go to another server, q = quit;\n"
        "for others, too, run gchat-server: "
    )


def test_an_invitation_is_told_once() -> None:
    lines = Lines()
    overlay = lines.model.overlay = Welcome(Step.NICK)
    overlay.invited = "You are invited to #team on chat.example:6697."
    assert lines.paint() == f"{overlay.invited}\nChoose your nickname: "
    overlay.step = Step.PASSWORD
    assert lines.paint() == "Your password there (a new one makes your account): "
    overlay.problem = "A password has at least 6 characters."
    assert lines.paint().startswith("A password has at least 6 characters.\nYour password there")


def test_help_is_printed_once() -> None:
    lines = Lines()
    lines.model.overlay = Help("Commands", ["/join #channel"])
    assert lines.paint() == "Commands\n/join #channel\n"
    assert lines.paint() == ""


def test_kinds_of_lines() -> None:
    assert text_of(Line(LineKind.NOTICE, 0.0, "hello", "Nine")).endswith(" -Nine- hello")
    assert text_of(Line(LineKind.NOTICE, 0.0, "hello")).endswith(" -- hello")
    assert text_of(Line(LineKind.ERROR, 0.0, "no")).endswith(" -- no")


def test_what_lines_cannot_do_does_nothing() -> None:
    lines = Lines()
    screen = lines.screen
    screen.notify("a", "b")
    screen.set_mouse(True)
    screen.redraw()
    screen.suspend()
    screen.close()
    assert screen.resize() == (80, 24)
    screen.bell()
    assert lines.printed == [b"\x07"]


def test_mentions_and_quotes() -> None:
    lines = Lines()
    network = lines.model.add_network(Address("irc.example"))
    team = lines.model.current = lines.model.open(network, BufferKind.CHANNEL, "#team")
    line = Line(LineKind.MESSAGE, 60.0, "Neural: can you tag it?", "Nine")
    line.quote = "on it"
    team.add(line)
    assert lines.paint().endswith(" <Nine> [on it] Neural: can you tag it?\n")
    lines.model.overlay = Mentions([Mention(team, line)])
    printed = lines.paint()
    assert printed.startswith("[#team] ")
    assert printed.endswith(" <Nine> [on it] Neural: can you tag it?\n")
    assert lines.paint() == ""
