"""Themes can be read: the contrast of every colour, as WCAG 2.2 measures it, and colours for fewer."""

import pytest

from gchat.client.frame import PLAIN
from gchat.client.palette import nearest, rgb
from gchat.client.settings import THEMES as NAMES
from gchat.client.theme import THEMES

BLACK, DARK_GREY, WHITE = (0, 0, 0), (40, 44, 52), (255, 255, 255)


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(name: str) -> set[int]:
    theme = THEMES[name]
    parts = (theme.quiet, theme.accent, theme.alert, theme.called, *theme.nicks)
    return {style.fg for style in parts}


@pytest.mark.parametrize(
    ("name", "background", "least"),
    [
        ("default", BLACK, 4.0),
        ("default", WHITE, 4.0),
        ("dark", BLACK, 4.5),
        ("dark", DARK_GREY, 4.5),
        ("light", WHITE, 4.5),
    ],
)
def test_every_colour_can_be_read(name: str, background: tuple[int, int, int], least: float) -> None:
    low = {colour: contrast(rgb(colour), background) for colour in colours(name)}
    assert min(low.values()) >= least, low


@pytest.mark.parametrize("name", NAMES)
def test_themes_draw_on_the_terminals_own_background(name: str) -> None:
    theme = THEMES[name]
    assert {style.bg for style in (*theme[:-1], *theme.nicks)} == {PLAIN}
    assert theme.text.fg == PLAIN


def test_settings_name_every_theme() -> None:
    assert set(NAMES) == set(THEMES)


def test_a_nick_keeps_its_colour() -> None:
    theme = THEMES["dark"]
    assert theme.nick("Nine") == theme.nick("nine_") == theme.nick("NINE")
    assert len({theme.nick(f"user{n}") for n in range(200)}) == len(theme.nicks)


@pytest.mark.parametrize(
    ("colour", "count", "shown"),
    [
        (31, 256, 31),
        (31, 8, 6),
        (161, 8, 1),
        (28, 16, 2),
        (130, 8, 3),
        (63, 8, 4),
        (163, 8, 5),
        (243, 16, 8),
        (243, 8, -1),
        (-1, 8, -1),
        (3, 8, 3),
    ],
)
def test_fewer_colours(colour: int, count: int, shown: int) -> None:
    assert nearest(colour, count) == shown
