"""What was not sent is not lost by leaving: whoever leaves is told of it first."""

from typing import Any

import pytest

from gchat.client import events
from gchat.client.line import Delivery

Town = Any  # tests/link/conftest.py
QUIT = events.Quit(0)


def own(person: Any, name: str) -> list[tuple[str, Delivery]]:
    return [(line.text, line.delivery) for line in person.lines(name) if line.own]


def fail(town: Town, person: Any) -> None:
    """Let a line fail."""
    town.cut(person, "reset")
    town.settle()
    person.type("one")


def queue(town: Town, person: Any) -> None:
    """Let a line wait for those before it."""
    person.type("\n".join(str(i) for i in range(11)))


def keep_waiting(town: Town, person: Any) -> None:
    """Let a line have no answer."""
    town.links.pop(person.link)  # bytes go nowhere, nobody is told
    person.link = None
    person.type("one")


@pytest.mark.parametrize("hold", [fail, queue, keep_waiting])
@pytest.mark.parametrize("command", ["quit", "exit"])
def test_quit_says_once_what_is_not_sent(town: Town, hold: Any, command: str) -> None:
    neural, _ = town.people("Neural", "Nine")
    hold(town, neural)
    neural.type(f"/{command} so long")
    assert neural.last("#team") == "1 line to #team is not sent yet: /quit again leaves without it."
    assert QUIT not in neural.effects
    neural.type(f"/{command}")
    assert QUIT in neural.effects


def test_what_fails_after_that_is_said_as_well(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    fail(town, neural)
    neural.type("/quit")
    neural.type("/msg Nine two")
    neural.type("/quit")
    assert (
        neural.last("#team") == "2 lines to #team and Nine are not sent yet: /quit again leaves without them."
    )
    town.advance(3)
    neural.press("M-s")
    neural.type("/query Nine")
    neural.press("M-s")
    neural.type("/quit")
    assert QUIT in neural.effects


def test_several_networks_are_told_apart(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    fail(town, neural)
    neural.type("/connect irc.example")
    neural.type("/quit")
    assert neural.model.current.lines[-1].text.startswith("1 line to #team on gchat is not sent yet")


@pytest.mark.parametrize("hold", [fail, queue, keep_waiting])
def test_close_says_it_of_its_own_buffer(town: Town, hold: Any) -> None:
    neural, _ = town.people("Neural", "Nine")
    neural.type("/query Nine")
    hold(town, neural)
    neural.press("M-1", "M-2")
    neural.type("/join #ops")
    neural.model.show(neural.buffer("Nine"))
    neural.type("/close")
    assert neural.last("Nine") == "1 line to Nine is not sent yet: /close again leaves without it."
    neural.model.show(neural.buffer("#team"))
    neural.type("/close")
    assert "#team" not in neural.network.buffers
    neural.model.show(neural.buffer("Nine"))
    neural.type("/close")
    assert "nine" not in neural.network.buffers
    assert neural.network.outgoing.unsent() == []
    town.advance(600)
    assert neural.network.outgoing.unsent() == []
    neural.type("/quit")
    assert QUIT in neural.effects


def test_another_command_leaves_not_without_saying_it(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    fail(town, neural)
    neural.type("/close")
    neural.type("/quit")
    assert "/quit again leaves" in neural.last("#team")
    assert QUIT not in neural.effects


def test_closing_a_network_says_it_of_all_its_buffers(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    neural.type("/connect irc.example")
    neural.model.show(neural.buffer("#team"))
    fail(town, neural)
    neural.press("M-1")
    neural.type("/close")
    assert neural.last() == "1 line to #team on gchat is not sent yet: /close again leaves without it."
    neural.type("/close")
    assert len(neural.model.networks) == 1


def test_disconnect_loses_nothing(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    queue(town, neural)
    neural.type("/disconnect")
    assert own(neural, "#team")[-1] == ("10", Delivery.FAILED)
    neural.type("/connect")
    neural.model.show(neural.buffer("#team"))
    neural.press("M-s")
    town.advance(5)
    assert nine.last("#team") == "Neural: 10"


def test_who_is_ended_is_told_afterwards(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    fail(town, neural)
    neural.type("/me two")
    neural.type("/msg Nine \x1b[31mthree")
    neural.happen(events.Terminate())
    assert neural.effects[-1] == events.Quit(
        0,
        (
            "gchat: 2 lines not sent to #team:",
            "  one",
            "  /me two",
            "gchat: 1 line not sent to Nine:",
            "  ^[[31mthree",
        ),
    )


def test_what_may_have_arrived_says_so(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    neural.model.current.editor.set("one")
    neural.happen(events.Key("Enter"))
    neural.happen(events.Terminate())
    assert neural.effects[-1] == events.Quit(0, ("gchat: 1 line perhaps not sent to #team:", "  one"))


def test_what_failed_in_what_is_left_of_a_channel_is_kept_by_the_one_that_takes_its_name(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("/join #crew")
    neural.type("/part")
    neural.type("one")
    nine.type("two")
    neural.model.show(neural.buffer("#team"))
    neural.type("/rename crew")
    assert ("one", Delivery.FAILED) in own(neural, "#crew")
    serials = [line.serial for line in neural.lines("#crew")]
    assert serials == sorted(serials)
    neural.model.show(neural.buffer("#crew"))
    neural.press("M-s")
    assert nine.last("#crew") == "Neural: one"
