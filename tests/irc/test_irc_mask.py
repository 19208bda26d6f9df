"""gchat.irc.mask: wildcards and hostmasks."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.mask import compile_mask, complete, matches

MATCHES = [
    # https://modern.ircdocs.horse/#wildcard-expressions
    ("a?c", "abc", True),
    ("a?c", "ac", False),
    ("a?c", "abbc", False),
    ("a*c", "ac", True),
    ("a*c", "abbbc", True),
    ("a*c", "abbbd", False),
    ("", "", True),
    ("", "a", False),
    ("*", "", True),
    ("*", "anything", True),
    ("**", "", True),
    ("***a", "ba", True),
    ("?", "", False),
    ("?*", "", False),
    ("?*", "a", True),
    ("*?", "a", True),
    ("*??*", "a", False),
    ("*??*", "ab", True),
    ("abc", "abc", True),
    ("abc", "abcd", False),
    ("abc", "ab", False),
    # case: ASCII's
    ("NINE!*@*", "nine!U@H", True),
    ("é*", "Éx", False),
    # the beginning and the end may not overlap
    ("ab*ba", "aba", False),
    ("ab*ba", "abba", True),
    ("a*a", "a", False),
    ("*aa*aa*", "aaa", False),
    ("*aa*aa*", "aaaa", True),
    # what is in the middle takes the first place and leaves room for the rest
    ("*a*ab", "aab", True),
    ("*b*c", "abcbc", True),
    ("*ab*ab*", "aabab", True),
    ("x*a?c*y", "xabacabcy", True),
    ("x*a?c*y", "xabbacay", False),
    ("*a?c?*d", "abcabcxd", True),
    ("*?a", "aa", True),
    ("*?a*", "a", False),
    # hostmasks
    ("*!*@*.example", "Neural!user@host.example", True),
    ("*!*@*.example", "Neural!user@host.examples", False),
    ("*!~*@10.0.?.*", "Nine!~u@10.0.7.200", True),
    # escapes
    (r"a\*c", "a*c", True),
    (r"a\*c", "abc", False),
    (r"a\?c", "a?c", True),
    (r"a\?c", "abc", False),
    (r"\*", "*", True),
    # "These two characters can be escaped": a backslash before another is a nick's own
    ("a\\b", "a\\b", True),
    ("a\\", "a\\", True),
    ("a\\\\b", "a\\\\b", True),
    ("a\\\\*", "a\\\\bc", True),
]


@pytest.mark.parametrize(("mask", "text", "expected"), MATCHES)
def test_matches(mask: str, text: str, expected: bool) -> None:
    assert matches(mask, text) is expected
    assert compile_mask(mask)(text) is expected


COMPLETED = [
    ("nine", "nine!*@*"),
    ("nine!", "nine!*@*"),
    ("nine!user", "nine!user@*"),
    ("nine!user@host", "nine!user@host"),
    ("nine!@", "nine!*@*"),
    ("user@host", "*!user@host"),
    ("*@host", "*!*@host"),
    ("@host", "*!*@host"),
    ("!user@host", "*!user@host"),
    ("host.example", "*!*@host.example"),
    ("10.0.*", "*!*@10.0.*"),
    ("2001:db8::*", "*!*@2001:db8::*"),
    ("*", "*!*@*"),
    ("", "*!*@*"),
    ("nine!user@a@host", "nine!user@a@host"),
]


@pytest.mark.parametrize(("mask", "full"), COMPLETED)
def test_complete(mask: str, full: str) -> None:
    assert complete(mask) == full


@given(st.text())
def test_complete_twice_is_complete_once(mask: str) -> None:
    assert complete(complete(mask)) == complete(mask)


def as_regex(mask: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in mask), re.DOTALL)


@given(st.text("ab*?", max_size=10), st.text("ab", max_size=12))
def test_the_same_as_a_regular_expression(mask: str, text: str) -> None:
    assert matches(mask, text) is bool(as_regex(mask).fullmatch(text))


@given(st.text(st.sampled_from("a*?\\é")), st.text(st.sampled_from("a*?\\é")))
def test_no_mask_raises(mask: str, text: str) -> None:
    matches(mask, text)


HEAVY = [
    "*a" * 200 + "b",
    "*" + "a?" * 200 + "b*",
    "*" + "?" * 100 + "a" * 150 + "b*",
    "?*" * 200 + "b",
    "*" * 500,
]


@pytest.mark.parametrize("mask", HEAVY)
def test_no_mask_is_slow(mask: str) -> None:
    """A backtracking matcher would need longer than the universe is old; a hang is how this fails."""
    assert matches(mask, "a" * 500) is (mask == "*" * 500)


@given(st.text("ab?*", max_size=12), st.text("ab", max_size=12))
def test_a_mask_is_what_it_would_be_as_a_regular_expression(mask: str, text: str) -> None:
    pattern = mask.replace("*", ".*").replace("?", ".")
    assert matches(mask, text) == bool(re.fullmatch(pattern, text))


def test_question_marks_take_one_step_a_character() -> None:
    mask, text = "*" + "a?" * 1000 + "b*", "a" * 10_000
    fits = compile_mask(mask)
    start = time.process_time()
    assert not fits(text)
    assert time.process_time() - start < 0.2  # it took seconds when each place was tried for itself


def test_a_mask_too_long_for_a_text_is_not_remembered() -> None:
    """Whoever sets many masks would have the others forgotten, and each takes long to be read."""
    before = compile_mask.cache_info().misses
    for number in range(100):
        assert not matches("?a" * 20 + f"{number}*!*@*", "nine!~nine@host")
    assert compile_mask.cache_info().misses == before
    assert matches("\\*" * 3, "***")
