"""gchat.irc.casemap: which names are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.casemap import FOLDERS, fold, folder

# casemapping, one name, its folded form
FOLDED = [
    ("ascii", "Neural", "neural"),
    ("ascii", "NINE[]\\~", "nine[]\\~"),
    ("ascii", "ÉcoleX", "Écolex"),  # nothing but A to Z
    ("ascii", "\u212a", "\u212a"),  # the Kelvin sign, which str.lower() makes a k
    ("ascii", "\u0130X", "\u0130x"),  # a letter that str.lower() makes two of
    ("rfc1459", "NINE[]\\~", "nine{}|^"),
    ("rfc1459", "{}|^", "{}|^"),
    ("rfc1459-strict", "NINE[]\\~^", "nine{}|~^"),
    ("RFC1459", "[", "{"),
    ("rfc7613", "ÉCOLE", "école"),
    ("unheard-of", "NINE[", "nine["),
    ("", "NINE[", "nine["),
]


@pytest.mark.parametrize(("casemapping", "name", "folded"), FOLDED)
def test_fold(casemapping: str, name: str, folded: str) -> None:
    assert folder(casemapping)(name) == folded


@pytest.mark.parametrize("casemapping", FOLDERS)
@given(name=st.text())
def test_folding_twice_is_folding_once(casemapping: str, name: str) -> None:
    once = folder(casemapping)(name)
    assert folder(casemapping)(once) == once


@given(st.text(st.characters()))
def test_fold_never_raises_and_keeps_the_length(name: str) -> None:
    assert len(fold(name)) == len(name)
