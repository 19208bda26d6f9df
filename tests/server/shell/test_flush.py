"""The turns: everything that arrived is handled, in its order, and nothing keeps a turn from ending."""

from types import SimpleNamespace

import gevent

from gchat.server import flush
from gchat.server.flush import LOOK, Flush


class Turns:
    """Stands for the engine: notes how much had been handled when each turn was taken."""

    def __init__(self, handled: list[object]) -> None:
        self.handled = handled
        self.queue: list[object] = []
        self.taken: list[int] = []

    def take_turn(self, most: int) -> list[object]:
        """Nobody is to be sent anything."""
        self.taken.append(len(self.handled))
        return []


def make() -> tuple[Flush, Turns]:
    handled: list[object] = []
    made = Flush({}, lambda session, data: handled.append((session, data)), lambda *gone: None)
    made.engine = turns = Turns(handled)  # type: ignore[assignment]
    return made, turns


def run_until(turns: Turns, count: int) -> None:
    with gevent.Timeout(10):
        while len(turns.handled) < count:
            gevent.idle()
        gevent.idle()


def test_what_takes_long_is_handled_in_several_turns(monkeypatch) -> None:
    monkeypatch.setattr(flush, "SLICE", -1.0)
    made, turns = make()
    sent = [(SimpleNamespace(peer=str(number)), b"x") for number in range(3 * LOOK)]
    for session, data in sent:
        made.arrived(session, data)
    run_until(turns, len(sent))
    assert turns.handled == sent
    assert turns.taken[:3] == [LOOK, 2 * LOOK, 3 * LOOK]


def test_what_arrives_meanwhile_comes_after(monkeypatch) -> None:
    monkeypatch.setattr(flush, "SLICE", -1.0)
    made, turns = make()
    one = SimpleNamespace(peer="one")
    for number in range(2 * LOOK):
        made.arrived(one, b"%d" % number)
    while not turns.taken:
        gevent.idle()
    made.arrived(one, b"last")
    run_until(turns, 2 * LOOK + 1)
    assert [data for _, data in turns.handled] == [b"%d" % number for number in range(2 * LOOK)] + [b"last"]


def test_whoever_asks_for_all_gets_all(monkeypatch) -> None:
    monkeypatch.setattr(flush, "SLICE", -1.0)
    made, turns = make()
    for _ in range(3 * LOOK):
        made.arrived(SimpleNamespace(peer="one"), b"x")
    made.handle()
    assert len(turns.handled) == 3 * LOOK
