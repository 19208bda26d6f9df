"""The turns: everything that arrived is handled, in its order, and nothing keeps a turn from ending."""

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


class Peer:
    """A session, as far as it matters here."""

    peer = "somebody"


def arrive(made: Flush, sent: list[tuple[Peer, bytes]]) -> None:
    """Have bytes arrive in the order in which the loop says so."""
    for session, data in reversed(sent) if made._backwards else sent:
        made.arrived(session, data)  # type: ignore[arg-type]


def test_what_takes_long_is_handled_in_several_turns(monkeypatch) -> None:
    monkeypatch.setattr(flush, "SLICE", -1.0)
    made, turns = make()
    sent = [(Peer(), b"%d" % number) for number in range(3 * LOOK)]
    arrive(made, sent)
    run_until(turns, len(sent))
    assert turns.handled == sent
    assert turns.taken[:3] == [LOOK, 2 * LOOK, 3 * LOOK]


def test_what_arrives_meanwhile_comes_after(monkeypatch) -> None:
    monkeypatch.setattr(flush, "SLICE", -1.0)
    made, turns = make()
    sent = [(Peer(), b"%d" % number) for number in range(2 * LOOK)]
    arrive(made, sent)
    while not turns.taken:
        gevent.idle()
    later = [(sent[-1][0], b"later"), (Peer(), b"last")]
    arrive(made, later)
    run_until(turns, len(sent) + 2)
    assert turns.handled == sent + later


def test_what_one_says_in_pieces_stays_in_order() -> None:
    made, turns = make()
    one, other = Peer(), Peer()
    for piece in ((one, b"NI"), (other, b"PING"), (one, b"CK"), (one, b"\n"), (one, b"\n")):
        made.arrived(*piece)  # type: ignore[arg-type]
    run_until(turns, 2)
    assert sorted(data for _, data in turns.handled) == [b"NICK\n\n", b"PING"]


def test_whoever_asks_for_all_gets_all(monkeypatch) -> None:
    monkeypatch.setattr(flush, "SLICE", -1.0)
    made, turns = make()
    for _ in range(3 * LOOK):
        made.arrived(Peer(), b"x")  # type: ignore[arg-type]
    made.handle()
    assert len(turns.handled) == 3 * LOOK
