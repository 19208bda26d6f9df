"""The top of a buffer: what it says of the time before, and how pages come in front of what is there."""

from typing import Any

import pytest

from gchat.client.line import Line, LineKind
from gchat.client.past import Question
from gchat.client.view.scroll import at_top, scroll, top
from tests.client.view.conftest import MORNING

YESTERDAY = MORNING - 86_400


@pytest.fixture
def past(scene: Any) -> Any:
    """A channel of 20 lines, 60x12, at whose top somebody has been."""
    channel = scene.channel(scene.network(), "#team")
    scene.model.current = channel
    scene.model.panes = {"buffers": False}
    scene.model.columns, scene.model.rows = 60, 12
    for number in range(20):
        scene.say(channel, number / 60, "Nine", f"line {number}")
    channel.past.called = True
    top(scene.model)
    return scene


def older(count: int, text: str = "older") -> list[Line]:
    """A page of the day before."""
    return [
        Line(LineKind.MESSAGE, YESTERDAY + n, f"{text} {n}", "zed", msgid=f"{text}{n}") for n in range(count)
    ]


def pane(scene: Any, columns: int = 60, rows: int = 12) -> list[str]:
    """The rows of the message pane."""
    return [row.strip() for row in scene.picture(columns, rows).splitlines()[1:-2]]


def test_nobody_was_there_and_nothing_is_said(past: Any) -> None:
    past.model.current.past.called = False
    top(past.model)
    assert pane(past)[0].startswith("─── Sunday, 22 November 2026 ─")


def test_while_it_is_asked_for(past: Any) -> None:
    buffer = past.model.current
    buffer.past.question = Question(buffer, 0.0, by_hand=True)
    assert pane(past)[:3] == [
        "Asking for what was said before …",
        "─── Sunday, 22 November 2026 ─────────────────",
        "09:58     Nine  line 0",
    ]
    assert at_top(past.model)


def test_the_pane_does_not_move_when_a_page_comes(past: Any) -> None:
    scroll(past.model, 3)
    before = pane(past)
    assert before[0] == "09:58     Nine  line 1"
    past.model.current.add_before(older(30))
    assert pane(past) == before
    assert not at_top(past.model)


def test_what_stands_in_the_place_of_the_asking(past: Any) -> None:
    buffer = past.model.current
    assert pane(past)[-1] == "Nine  line 6"
    buffer.add_before(older(30))
    rows = pane(past)
    assert rows[0] == "09:58      zed  older 29"
    assert rows[1].startswith("─── Sunday, 22 November 2026 ─")
    assert rows[2:] == ["09:58     Nine  line 0", *(f"Nine  line {n}" for n in range(1, 7))]
    scroll(past.model, -100)
    assert pane(past)[:3] == [
        "PageUp asks for what was said before",
        "─── Saturday, 21 November 2026 ───────────────",
        "09:58      zed  older 0",
    ]
    buffer.add_before(older(5, "oldest"))
    scroll(past.model, -100)
    assert pane(past)[2].endswith("oldest 0")


def test_a_short_buffer_follows_its_end(scene: Any) -> None:
    channel = scene.channel(scene.network(), "#team")
    scene.model.current = channel
    scene.model.panes = {"buffers": False}
    scene.model.columns, scene.model.rows = 60, 12
    scene.say(channel, 0, "Nine", "line 0")
    channel.add_before(older(30))
    assert channel.anchor is None
    assert pane(scene)[-1] == "09:58     Nine  line 0"
    assert pane(scene)[0] == "09:58      zed  older 23"


def test_nothing_older(past: Any) -> None:
    buffer = past.model.current
    buffer.past.end(buffer)
    assert pane(past)[0] == "Here it begins: nothing older is kept"
    past.model.columns = 30
    top(past.model)
    assert pane(past, 30)[0] == "Nothing older is kept"
    past.model.columns = 60
    buffer.add_before(older(1))
    top(past.model)
    assert pane(past)[0] == "PageUp asks for what was said before"


def test_as_many_lines_as_are_kept(past: Any) -> None:
    past.model.current.scrollback = 20
    assert pane(past)[0] == "Only 20 lines are kept here"
    past.model.columns = 100
    assert "gchat keeps 20 lines here; older ones stay on the server" in past.picture(100, 12)


def test_a_problem(past: Any) -> None:
    buffer = past.model.current
    buffer.past.problem = "no answer came"
    assert pane(past)[0] == "No answer came (PageUp asks again)"
    past.model.columns = 30
    top(past.model)
    assert pane(past, 30)[0] == "No answer came"
    buffer.network.questions.refused = True
    assert "PageUp" not in past.picture(100, 12)


def test_an_empty_buffer(past: Any) -> None:
    buffer = past.model.current
    buffer.lines.clear()
    buffer.follow()
    assert at_top(past.model)
    assert pane(past)[0] == "PageUp asks for what was said before"
    buffer.past.called = False
    assert pane(past)[0] == ""


def test_the_new_rule_stays_where_it_is(past: Any) -> None:
    buffer = past.model.current
    buffer.marker = buffer.lines[2].serial
    buffer.add_before(older(30))
    buffer.follow()
    scroll(past.model, -14)
    rows = pane(past)
    assert rows[rows.index("Nine  line 3") - 1].endswith("new ──")
    assert sum(row.endswith("new ──") for row in rows) == 1


@pytest.mark.parametrize("columns", [1, 5, 20, 31, 44, 80])
@pytest.mark.parametrize("rows", [1, 2, 6, 24])
def test_at_any_size(past: Any, columns: int, rows: int) -> None:
    past.model.columns, past.model.rows = columns, rows
    top(past.model)
    at_top(past.model)
    past.picture(columns, rows)
    past.model.current.add_before(older(3))
    scroll(past.model, -5)
    past.picture(columns, rows)
