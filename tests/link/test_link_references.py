"""Replies, reactions and absences between two clients on one server."""

from typing import Any

from gchat.client.line import LineKind

Town = Any  # tests/link/conftest.py
THUMB = "\N{THUMBS UP SIGN}"


def test_a_reply_is_quoted_on_both_sides(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("the retry loop never gave up; it now stops")
    nine.type("/reply Neural how did it get past review?")
    neural.type("/reply Nine nobody ran it")
    for person in (neural, nine):
        assert [(line.text, line.quote) for line in person.lines("#team")[-2:]] == [
            ("how did it get past review?", "the retry loop never gave up"),
            ("nobody ran it", "how did it get past review?"),
        ]


def test_reactions_are_seen_by_both(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("done")
    nine.type("/react")
    neural.type("/react +1 Neural")
    for person in (neural, nine):
        assert list(person.lines("#team")[-1].reactions[THUMB]) == ["nine", "neural"]
    nine.type("/unreact")
    for person in (neural, nine):
        assert list(person.lines("#team")[-1].reactions[THUMB]) == ["neural"]
        assert not [line for line in person.lines("#team") if line.kind is LineKind.ERROR]


def test_reactions_in_a_conversation(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("/query Nine psst")
    nine.model.show(nine.buffer("Neural"))
    nine.type("/react lol")
    neural.type("/reply Nine what?")
    assert list(neural.lines("Nine")[0].reactions) == ["lol"]
    assert list(nine.lines("Neural")[0].reactions) == ["lol"]


def test_an_absence_is_told(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    nine.type("/away lunch")
    assert neural.last("#team") == "Nine joined"
    neural.type("hm")
    nine.type("/back")
    town.advance(2)
    nine.type("/away")
    town.advance(40)
    nine.type("/back")
    assert neural.last("#team").startswith("Nine was away 40 seconds")
