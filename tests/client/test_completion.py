"""Tab: a line with ``|`` for the cursor, and the line after each press."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.completion import Completion, Sources

SOURCES = Sources(
    nicks=["Nine", "nils", "zed"],
    channels=["#team", "#gevent", "&local"],
    commands={
        "join": ("channel",),
        "kick": ("nick", "text"),
        "kill": ("nick",),
        "msg": ("target", "text"),
        "help": ("command",),
        "topic": ("topic",),
        "connect": ("server",),
        "me": ("text",),
    },
    servers=["irc.example"],
    topic="Ship 1.0",
)


def pressed(picture: str, *steps: int) -> list[str]:
    cursor = picture.index("|")
    completion = Completion.begin(picture.replace("|", ""), cursor, SOURCES)
    shown = []
    for step in steps or (1,):
        assert completion is not None
        completion, text, cursor = completion.step(step)
        shown.append(text[:cursor] + "|" + text[cursor:])
    return shown


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Ni|", "Nine: |"),
        ("ni|", "Nine: |"),
        ("|", "Nine: |"),
        ("ask ni|", "ask Nine |"),
        ("@ni|", "Nine: |"),
        ("ni| there", "Nine: |there"),
        ("one\nni|", "one\nNine: |"),
        ("see #ge|", "see #gevent |"),
        ("#te|", "#team |"),
        ("&l|", "&local |"),
        ("/jo|", "/join |"),
        ("/JO|", "/join |"),
        ("/join #g|", "/join #gevent |"),
        ("/join ge|", "/join #gevent |"),
        ("/kick ze|", "/kick zed |"),
        ("/kick zed ni|", "/kick zed Nine |"),
        ("/msg #t|", "/msg #team |"),
        ("/msg ze|", "/msg zed |"),
        ("/help ki|", "/help kick |"),
        ("/help /ki|", "/help kick |"),
        ("/topic |", "/topic Ship 1.0|"),
        ("/connect i|", "/connect irc.example |"),
        ("/me likes ni|", "/me likes Nine |"),
        ("/nosuch ni|", "/nosuch Nine |"),
    ],
)
def test_first_press(before: str, after: str) -> None:
    assert pressed(before) == [after]


@pytest.mark.parametrize("text", ["xyz|", "/nosuch|", "//jo|", "#nosuch|", "/topic x|", "/join zed|"])
def test_nothing_to_complete(text: str) -> None:
    assert Completion.begin(text.replace("|", ""), text.index("|"), SOURCES) is None


def test_the_next_press_offers_the_next() -> None:
    assert pressed("ni|", 1, 1, 1) == ["Nine: |", "nils: |", "Nine: |"]


def test_backwards() -> None:
    assert pressed("ni|", -1, -1) == ["nils: |", "Nine: |"]
    assert pressed("ni|", 1, 1, -1) == ["Nine: |", "nils: |", "Nine: |"]


def test_two_commands() -> None:
    assert pressed("/ki|", 1, 1) == ["/kick |", "/kill |"]


@given(st.text(st.sampled_from("/#@ ninejo\n日"), max_size=12), st.integers(0, 12))
def test_any_line_can_be_completed(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    completion = Completion.begin(text, cursor, SOURCES)
    if completion is not None:
        _, after, place = completion.step(1)
        assert 0 <= place <= len(after)
