"""Scrolling: what stays where it is, and where it ends."""

from typing import Any

import pytest

from gchat.client.line import LineKind
from gchat.client.overlay import Help
from gchat.client.view.scroll import page_rows, reveal, scroll, top


@pytest.fixture
def long(scene: Any) -> Any:
    """A channel of 100 lines, 60x14: ten rows of messages, no lists."""
    channel = scene.channel(scene.network(), "#team")
    scene.model.current = channel
    scene.model.panes = {"buffers": False}
    scene.model.columns, scene.model.rows = 60, 14
    for number in range(100):
        scene.say(channel, number / 60, "Nine", f"line {number}")
    return scene


def shown(scene: Any) -> list[str]:
    """The message pane's rows, their texts alone."""
    return [row[17:] for row in scene.picture(60, 14).splitlines()[1:-2]]


def test_a_page_is_the_pane_but_two_rows(long: Any) -> None:
    assert page_rows(long.model) == 9


def test_the_end_is_followed(long: Any) -> None:
    assert shown(long) == [f"line {n}" for n in range(89, 100)]


def test_scrolled_up_nothing_moves_when_lines_come(long: Any) -> None:
    buffer = long.model.current
    scroll(long.model, -5)
    before = shown(long)
    assert before == [f"line {n}" for n in range(84, 95)]
    assert "↓ more" in long.picture(60, 14).splitlines()[-2]
    long.say(buffer, 2, "Nine", "news")
    long.say(buffer, 2, "Nine", "more news " * 20)
    assert shown(long) == before
    assert "↓ 2 new" in long.picture(60, 14).splitlines()[-2]


def test_down_past_the_end_follows_again(long: Any) -> None:
    scroll(long.model, -5)
    scroll(long.model, 4)
    assert long.model.current.anchor is not None
    scroll(long.model, 4)
    assert long.model.current.anchor is None
    assert long.model.current.fresh == 0


def test_up_ends_at_the_first_row(long: Any) -> None:
    scroll(long.model, -100_000)
    rows = shown(long)
    assert rows[0].startswith("Sunday, 22 November")
    assert rows[1:] == [f"line {n}" for n in range(10)]
    scroll(long.model, -3)
    assert shown(long) == rows
    top(long.model)
    assert shown(long) == rows


def test_the_top_is_the_first_row_of_a_line_that_is_longer_than_the_pane(scene: Any) -> None:
    channel = scene.channel(scene.network(), "#team")
    scene.model.current = channel
    scene.model.columns, scene.model.rows = 30, 8
    for number in range(3):
        scene.say(channel, number, "Nine", f"begin{number} " + "word " * 60)
    top(scene.model)
    rows = scene.picture(30, 8).splitlines()
    assert rows[1].startswith("─── Sunday, 22 November")
    assert rows[2:4] == ["Nine", " begin0 word word word word"]


def test_rows_of_a_wrapped_line_scroll_one_by_one(long: Any) -> None:
    long.say(long.model.current, 3, "Nine", "word " * 40)
    scroll(long.model, -1)
    buffer = long.model.current
    assert (buffer.anchor, buffer.anchor_row) == (buffer.lines[-1].serial, 1)
    scroll(long.model, 1)
    assert buffer.anchor is None


def test_a_short_buffer_does_not_scroll(scene: Any) -> None:
    channel = scene.channel(scene.network(), "#team")
    scene.model.current = channel
    scroll(scene.model, -5)
    scene.say(channel, 0, "Nine", "hi")
    scroll(scene.model, -5)
    top(scene.model)
    assert channel.anchor is None


def test_scrolling_where_there_is_nothing(scene: Any) -> None:
    scroll(scene.model, -5)
    top(scene.model)
    reveal(scene.model, 5)
    assert page_rows(scene.model) == 19


@pytest.mark.parametrize("number", [0, 3, 50, 93, 99])
def test_reveal_shows_a_line(long: Any, number: int) -> None:
    line = long.model.current.lines[number]
    reveal(long.model, line.serial)
    assert f"line {number}" in shown(long)


def test_reveal_puts_a_line_in_the_middle(long: Any) -> None:
    reveal(long.model, long.model.current.lines[50].serial)
    assert shown(long)[5] == "line 50"


def test_the_pane_stays_when_old_lines_go(long: Any) -> None:
    buffer = long.model.current
    buffer.scrollback = 80
    scroll(long.model, -5)
    before = shown(long)
    long.say(buffer, 3, "Nine", "one too many")
    assert len(buffer.lines) == 80
    assert shown(long) == before


def test_a_resize_keeps_the_lowest_line(long: Any) -> None:
    scroll(long.model, -20)
    assert shown(long)[-1] == "line 79"
    assert "line 79" in long.picture(30, 20).splitlines()[-3]


def test_the_rule_over_new_lines_counts(long: Any) -> None:
    buffer = long.model.current
    buffer.marker = buffer.lines[94].serial
    rows = shown(long)
    assert rows[5].endswith("new ──")
    assert rows[6] == "line 95"
    scroll(long.model, -5)
    assert shown(long)[-1].endswith("new ──")
    buffer.marker = buffer.lines[-1].serial
    assert not any("new ──" in row for row in shown(long))


def test_the_topmost_line_shows_its_time(long: Any) -> None:
    rows = long.picture(60, 14).splitlines()
    assert rows[1].startswith(" 09:59     Nine  line 89")
    assert rows[2].startswith("           Nine  line 90")


def test_help_scrolls_within_its_bounds(long: Any) -> None:
    overlay = long.model.overlay = Help("Commands", [f"/command{n}" for n in range(30)])
    scroll(long.model, 5)
    assert overlay.top == 5
    assert "/command5" in long.picture(60, 14).splitlines()[3]
    scroll(long.model, 1000)
    assert long.picture(60, 14).splitlines()[-3].strip() == "/command29"
    scroll(long.model, -1000)
    assert overlay.top == 0


def test_presence_and_long_words_scroll_too(long: Any) -> None:
    buffer = long.model.current
    long.say(buffer, 4, "", "reader, writer joined " * 30, LineKind.PRESENCE)
    long.say(buffer, 4, "Nine", "x" * 3000)
    for _ in range(200):
        scroll(long.model, -1)
    for _ in range(200):
        scroll(long.model, 1)
    assert buffer.anchor is None
