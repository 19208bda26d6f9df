"""gchat.irc.modes: mode strings to changes and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.modes import ModeChange, ModeParse, ModeTypes, format_modes, parse_modes

TYPES = ModeTypes("beI", "k", "l", "imnst", "qaohv", "~&@%+")


def on(letter: str, param: str | None = None) -> ModeChange:
    return ModeChange(True, letter, param)


def off(letter: str, param: str | None = None) -> ModeChange:
    return ModeChange(False, letter, param)


PARSED = [
    ([], ModeParse(())),
    ([""], ModeParse(())),
    (["+"], ModeParse(())),
    (["+m"], ModeParse((on("m"),))),
    (["m"], ModeParse((on("m"),))),
    (["-m"], ModeParse((off("m"),))),
    (["+m-n+t"], ModeParse((on("m"), off("n"), on("t")))),
    (["+-m"], ModeParse((off("m"),))),
    (["+o", "Nine"], ModeParse((on("o", "Nine"),))),
    (["-o+v", "Nine", "Neural"], ModeParse((off("o", "Nine"), on("v", "Neural")))),
    (["+ovm", "Nine", "Neural"], ModeParse((on("o", "Nine"), on("v", "Neural"), on("m")))),
    (["+k", "key"], ModeParse((on("k", "key"),))),
    (["-k", "key"], ModeParse((off("k", "key"),))),
    (["-k"], ModeParse((off("k"),))),
    (["-ko", "Nine"], ModeParse((off("k", "Nine"),), missing="o")),
    (["+l", "5"], ModeParse((on("l", "5"),))),
    (["-l"], ModeParse((off("l"),))),
    (["-lo", "Nine"], ModeParse((off("l"), off("o", "Nine")))),
    (["+b", "*!*@h"], ModeParse((on("b", "*!*@h"),))),
    (["-b", "*!*@h"], ModeParse((off("b", "*!*@h"),))),
    # a list's letter alone asks for the list, whatever its sign
    (["b"], ModeParse((on("b"),))),
    (["+b"], ModeParse((on("b"),))),
    (["-b"], ModeParse((on("b"),))),
    (["+beI"], ModeParse((on("b"), on("e"), on("I")))),
    (["+bb", "*!*@h"], ModeParse((on("b", "*!*@h"), on("b")))),
    # errors, each letter once
    (["+o"], ModeParse((), missing="o")),
    (["+oo"], ModeParse((), missing="o")),
    (["+lko"], ModeParse((), missing="lko")),
    (["+xmyx"], ModeParse((on("m"),), unknown="xy")),
    (["+é "], ModeParse((), unknown="é ")),
    (["+k", ""], ModeParse((on("k", ""),))),
    (["+m", "left", "over"], ModeParse((on("m"),))),
]


@pytest.mark.parametrize(("args", "parsed"), PARSED)
def test_parse_modes(args: list[str], parsed: ModeParse) -> None:
    assert parse_modes(args, TYPES) == parsed


FORMATTED: list[tuple[list[ModeChange], tuple[str, ...]]] = [
    ([], ()),
    ([on("m")], ("+m",)),
    ([on("m"), on("n"), off("t"), off("s"), on("i")], ("+mn-ts+i",)),
    ([on("o", "Neural"), off("v", "Nine")], ("+o-v", "Neural", "Nine")),
    ([on("b"), on("k", "")], ("+bk", "")),
]


@pytest.mark.parametrize(("changes", "written"), FORMATTED)
def test_format_modes(changes: list[ModeChange], written: tuple[str, ...]) -> None:
    assert format_modes(changes) == written


words = st.text(st.characters(codec="utf-8"), max_size=5)
valid = st.one_of(
    st.builds(ModeChange, st.booleans(), st.sampled_from("beIkqaohv"), words),
    st.builds(on, st.just("l"), words),
    st.builds(ModeChange, st.booleans(), st.sampled_from("imnst"), st.none()),
    st.builds(off, st.just("l"), st.none()),
)


@given(st.lists(valid))
def test_parse_of_format_is_the_identity(changes: list[ModeChange]) -> None:
    assert parse_modes(format_modes(changes), TYPES) == ModeParse(tuple(changes))


@given(st.lists(st.text(st.sampled_from("+-beIklimnstqaohvxyz")), max_size=5))
def test_no_modes_raise_and_every_letter_is_accounted_for(args: list[str]) -> None:
    parsed = parse_modes(args, TYPES)
    letters = set("".join(args[:1])) - set("+-")
    assert {change.letter for change in parsed.changes} | set(parsed.unknown + parsed.missing) == letters
