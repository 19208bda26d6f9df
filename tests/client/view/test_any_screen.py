"""Whatever the model holds and however large the window is, a frame is drawn and every row fits."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gchat.client.line import Delivery, Line, LineKind
from gchat.client.model import BufferKind, Member, Model, State, User
from gchat.client.overlay import Help, Overlay, Search, Step, Welcome
from gchat.client.text import sanitise
from gchat.client.view.scroll import reveal, scroll, top

TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from(" a日é\u0301\U0001f44d\U0001f1e9\u202e\x02")), max_size=40
).map(sanitise)
TYPED = st.text(st.sampled_from("ab \n日\u0301\u200d\U0001f468\U0001f1e9\U0001f3fd"), max_size=40)


@st.composite
def lines(draw: Any) -> Line:
    """Any line."""
    line = Line(
        draw(st.sampled_from(LineKind)),
        draw(st.one_of(st.floats(-1e15, 1e15), st.floats(1.7e9, 1.7001e9))),
        draw(TEXT),
        draw(TEXT),
        draw(st.booleans()),
        draw(st.booleans()),
    )
    line.delivery = draw(st.sampled_from(Delivery))
    line.problem = draw(TEXT)
    return line


OVERLAYS = st.one_of(st.none(), st.just("search"), st.just("help"), st.sampled_from(Step))


def overlay_of(kind: object, text: str, typed: str) -> Overlay | None:
    """Make an overlay."""
    if kind is None:
        return None
    if kind == "help":
        return Help(text, [text] * 5)
    if kind == "search":
        search = Search()
        search.editor.insert(typed)
        return search
    assert isinstance(kind, Step)
    welcome = Welcome(kind, text, "localhost")
    welcome.problem = text
    welcome.editor.insert(typed)
    return welcome


def fill(model: Model, data: Any) -> None:
    """Put anything into the current buffer and around it."""
    buffer = model.current
    assert buffer is not None
    network = buffer.network
    buffer.topic, buffer.modes = data.draw(TEXT), data.draw(TEXT)
    network.nick, network.name, network.away = data.draw(TEXT), data.draw(TEXT), data.draw(TEXT)
    network.state = data.draw(st.sampled_from(State))
    network.status = data.draw(TEXT)
    network.lag = data.draw(st.one_of(st.none(), st.floats(0, 1e6)))
    for line in data.draw(st.lists(lines(), max_size=12)):
        buffer.add(line)
    if buffer.lines:
        buffer.marker = data.draw(st.sampled_from(buffer.lines)).serial
    for nick in data.draw(st.lists(TEXT, max_size=6)):
        buffer.members[nick] = Member(User(nick), data.draw(st.sampled_from(["", "@", "+", "~&"])))
    for name in data.draw(st.lists(TEXT, max_size=4)):
        other = model.open(network, data.draw(st.sampled_from(BufferKind)), name)
        other.unread = data.draw(st.integers(0, 10_000))
        other.mentions = data.draw(st.integers(0, 3))
    buffer.typing = dict.fromkeys(data.draw(st.lists(TEXT, max_size=3)), 1e12)
    buffer.editor.insert(data.draw(TYPED))
    model.hint = data.draw(TEXT)
    model.panes = data.draw(
        st.dictionaries(st.sampled_from(["buffers", "members", "topic", "times"]), st.booleans(), max_size=4)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), columns=st.integers(0, 130), rows=st.integers(0, 30), kind=OVERLAYS)
def test_a_frame_is_drawn(scene: Any, data: Any, columns: int, rows: int, kind: object) -> None:
    scene.__init__()
    network = scene.network()
    scene.model.current = scene.channel(network, data.draw(TEXT))
    fill(scene.model, data)
    scene.model.overlay = overlay_of(kind, data.draw(TEXT), data.draw(TYPED))
    scene.frame(max(columns, 1), max(rows, 1))
    for amount in data.draw(st.lists(st.integers(-40, 40), max_size=4)):
        scroll(scene.model, amount)
        scene.frame(max(columns, 1), max(rows, 1))
    if scene.model.current.lines:
        reveal(scene.model, data.draw(st.sampled_from(scene.model.current.lines)).serial)
        scene.frame(max(columns, 1), max(rows, 1))
    top(scene.model)
    scene.frame(max(columns, 1), max(rows, 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(columns=st.integers(-1, 8), rows=st.integers(-1, 8))
def test_a_size_of_nothing_is_one_cell(team: Any, columns: int, rows: int) -> None:
    team.model.columns, team.model.rows = columns, rows
    frame = team.painter.frame(team.model, team.now)
    assert (frame.columns, len(frame.rows)) == (max(1, columns), max(1, rows))
