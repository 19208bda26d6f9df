"""A team's channel on a morning, and screens as pictures."""

from calendar import timegm
from collections.abc import Callable, Iterator

import pytest

from gchat.client.address import parse_address
from gchat.client.frame import Frame, text_of
from gchat.client.line import Delivery, Line, LineKind
from gchat.client.model import Buffer, BufferKind, Member, Model, Network, State, User
from gchat.client.settings import Settings
from gchat.client.text import width
from gchat.client.view import Painter

MORNING = float(timegm((2026, 11, 22, 9, 58, 0)))


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from time import tzset

    from gchat.client.view import clock

    monkeypatch.setenv("TZ", "UTC")
    tzset()
    clock._MINUTES.clear()
    yield
    monkeypatch.undo()
    tzset()
    clock._MINUTES.clear()


class Scene:
    """A model that is set up in a few words, and what it looks like."""

    def __init__(self) -> None:
        self.model = Model(Settings())
        self.painter = Painter()
        self.now = MORNING + 700

    def network(self, address: str = "irc://gchat.local", nick: str = "Neural") -> Network:
        network = self.model.add_network(parse_address(address))
        network.nick = nick
        network.state = State.READY
        return network

    def channel(self, network: Network, name: str, members: int = 0) -> Buffer:
        buffer = self.model.open(network, BufferKind.CHANNEL, name)
        buffer.joined = True
        for number in range(members):
            buffer.members[f"user{number:03}"] = Member(User(f"user{number:03}"))
        buffer.roster_version += 1
        return buffer

    def say(
        self,
        buffer: Buffer,
        minute: float,
        nick: str,
        text: str,
        kind: LineKind = LineKind.MESSAGE,
        highlight: bool = False,
    ) -> Line:
        own = nick == buffer.network.nick
        line = Line(kind, MORNING + 60 * minute, text, nick, own=own, highlight=highlight)
        buffer.add(line)
        return line

    def frame(self, columns: int, rows: int) -> Frame:
        self.model.columns, self.model.rows = columns, rows
        frame = self.painter.frame(self.model, self.now)
        assert len(frame.rows) == rows
        assert [width(text_of(row)) for row in frame.rows] == [columns] * rows
        if frame.cursor is not None:
            assert 0 <= frame.cursor[0] < rows
            assert 0 <= frame.cursor[1] < columns
        return frame

    def picture(self, columns: int, rows: int) -> str:
        """The screen as text, without what fills rows up."""
        return "\n".join(text_of(row).rstrip() for row in self.frame(columns, rows).rows)


@pytest.fixture
def scene() -> Scene:
    """An empty model."""
    return Scene()


@pytest.fixture
def team() -> Scene:
    """The channel #team, with something waiting in every other buffer."""
    scene = Scene()
    local = scene.network()
    local.lag = 0.012
    team, ops = scene.channel(local, "#team"), scene.channel(local, "#ops")
    random = scene.channel(local, "#random", members=30)
    nine = scene.model.open(local, BufferKind.QUERY, "Nine")
    example = scene.network("irc://irc.example")
    gevent = scene.channel(example, "#gevent", members=30)
    scene.model.buffers.remove(example.server_buffer)
    ops.unread, random.unread, gevent.unread = 3, 12, 2
    nine.unread = nine.mentions = 1
    team.topic = "Ship 1.0 on Friday · notes at https://wiki.example/ship"
    team.modes = "+nt"
    people = {"Neural": "@", "Nine": "+", "ops-bot": "", "reader": "", "writer": "", "zed": ""}
    team.members = {nick.lower(): Member(User(nick), sign) for nick, sign in people.items()}
    team.members["zed"].user.away = True
    scene.say(team, 0, "Neural", "morning! the build is green again")
    scene.say(team, 0, "Nine", "nice, who fixed it?")
    scene.say(
        team,
        1,
        "Neural",
        "the retry loop never gave up; it now stops at five tries, see https://ci.example/4711",
    )
    scene.say(team, 4, "Nine", "waves", LineKind.ACTION)
    scene.say(team, 4, "", "reader, writer joined · zed was away 3 minutes", LineKind.PRESENCE)
    scene.say(team, 6, "Nine", "`pip install gchat` or pipx?")
    team.marker = team.last_serial
    scene.say(team, 9, "ops-bot", "deploy 4711 done in 41 s")
    scene.say(team, 9, "Nine", "Neural: can you tag it?", highlight=True)
    scene.say(team, 10, "Neural", "on it").delivery = Delivery.PENDING
    team.typing["Nine"] = MORNING + 10_000
    team.editor.insert("tagging 1.0 now")
    scene.model.current = team
    return scene


@pytest.fixture
def styles() -> Callable[[Frame, str], set[object]]:
    """Return the styles a text has in a frame, where a run holds it."""

    def find(frame: Frame, text: str) -> set[object]:
        return {run[1] for row in frame.rows for run in row if text in run[0]}

    return find
