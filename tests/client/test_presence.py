"""Comings and goings in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.presence import LONGEST, MOST_PEOPLE, PresenceLine


def told(*steps: str) -> str:
    """Play steps like ``"a joins"``, ``"a leaves bye"``, ``"a is b"``, a minute after each other."""
    line = PresenceLine(0.0)
    for minute, step in enumerate(steps):
        nick, verb, *rest = step.split()
        now = minute * 60.0
        if verb == "joins":
            line.joined(nick, now)
        elif verb == "rests":
            line.went_away(nick, " ".join(rest), now)
        elif verb == "returns":
            line.came_back(nick, float(rest[0]) if rest else None, now)
        elif verb == "leaves":
            line.left(nick, " ".join(rest), now)
        else:
            line.renamed(nick, rest[0], now)
    return line.text


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (["reader joins"], "reader joined"),
        (["reader joins", "writer joins"], "reader, writer joined"),
        (["a joins", "b leaves", "c joins"], "a, c joined · b left"),
        (["a leaves bye"], "a left (bye)"),
        (["a leaves bye", "b leaves bye"], "a, b left (bye)"),
        (["a leaves bye", "b leaves lunch"], "a, b left"),
        (["a joins", "a leaves bye"], "a came and went"),
        (["a joins", "a leaves", "a joins"], "a joined"),
        (["zed leaves", "b joins", "c joins", "zed joins"], "zed was away 3 minutes · b, c joined"),
        (["nine is Nine"], "nine is now Nine"),
        (["a is b", "b is c"], "a is now c"),
        (["a is b", "b is a"], "somebody changed a nick and changed it back"),
        (["a is b", "b is a", "c joins"], "c joined"),
        (["a rests"], "a is away"),
        (["a rests lunch"], "a is away (lunch)"),
        (["a rests", "b rests"], "a, b are away"),
        (["a rests lunch", "a returns 180"], "a was away 3 minutes"),
        (["a returns"], "a is back"),
        (["b joins", "c joins", "a returns 180"], "b, c joined · a was away 3 minutes"),
        (["a joins", "a rests"], "a joined"),
        (["a rests lunch", "a leaves"], "a left"),
        (["a leaves", "a rests"], "a left"),
        (["a is b", "b rests"], "a is now b"),
        (["a joins", "a is b"], "b joined"),
        (["a is b", "b leaves"], "b left"),
        (["a leaves", "a joins", "a leaves"], "a left"),
        ([f"n{i} joins" for i in range(12)], "n0, n1, n2, n3, n4, n5, n6, n7 and 4 others joined"),
    ],
)
def test_it_comes_to_this(steps: list[str], text: str) -> None:
    assert told(*steps) == text


def test_a_change_is_noticed() -> None:
    line = PresenceLine(0.0)
    line.joined("a", 0.0)
    version = line.version
    line.left("a", "", 1.0)
    assert line.version > version


def test_a_line_ends_some_day() -> None:
    line = PresenceLine(0.0)
    assert line.takes(LONGEST - 1)
    assert not line.takes(LONGEST)
    assert not line.takes(-1.0)
    for i in range(MOST_PEOPLE):
        line.joined(f"n{i}", 0.0)
    assert not line.takes(1.0)


NICKS = st.sampled_from("abc")
STEPS = st.one_of(
    st.tuples(NICKS, st.just("joins")),
    st.tuples(NICKS, st.just("leaves")),
    st.tuples(NICKS, st.just("rests")),
    st.tuples(NICKS, st.just("returns"), st.just("60")),
    st.tuples(NICKS, st.just("is"), NICKS),
)


@given(st.lists(STEPS, min_size=1, max_size=12))
def test_something_is_always_said(steps: list[tuple[str, ...]]) -> None:
    assert told(*(" ".join(step) for step in steps))
