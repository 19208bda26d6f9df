"""A channel that gets another name, with the client at both ends."""

from typing import Any

Town = Any  # tests/link/conftest.py


def test_everybody_goes_along(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    nine.type("before")
    neural.type("/rename crew we are more")
    for person in (neural, nine):
        assert person.texts("#crew")[-2:] == ["Nine: before", "Neural renamed #team to #crew (we are more)"]
        assert person.roster("#crew") == ["@Neural", "Nine"]
        assert "#team" not in person.network.buffers
    nine.type("after")
    assert neural.last("#crew") == "Nine: after"
    nine.type("/rename mine")
    assert "operator" in nine.last("#crew")


def test_who_was_away_finds_the_channel_and_keeps_its_lines(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    nine.type("before")
    town.cut(nine, "the cable")
    town.settle()
    neural.type("/rename crew")
    town.advance(5)
    assert neural.roster("#crew") == ["@Neural", "Nine"]
    assert "Nine: before" in nine.texts("#crew")
    assert "#team" not in nine.network.buffers
    assert "#team is called #crew now" in nine.texts("#crew")
