"""The turns: everything that arrived is handled, in its order, and nobody keeps a turn or others waiting."""

import gevent
import pytest

from gchat.server import flush
from gchat.server.flush import MOST, PORTION, Flush

pytestmark = pytest.mark.pure  # the engine is made of a few lines here
PAST = -1.0  # monotonic seconds: there is time for one thing


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


def make(links: dict[object, object] | None = None) -> tuple[Flush, Turns]:
    handled: list[object] = []
    made = Flush(links or {}, lambda session, data: handled.append((session, data)), lambda *gone: None)
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
    closing = ""

    def __init__(self, command_count: int = 100) -> None:
        self.command_count = command_count


class Link:
    """A connection, as far as it matters here."""

    held = False

    def hold(self) -> None:
        self.held = True

    def go_on(self) -> None:
        self.held = False


def arrive(made: Flush, sent: list[tuple[Peer, bytes]]) -> None:
    """Have bytes arrive in the order in which the loop says so."""
    for session, data in reversed(sent) if made._backwards else sent:
        made.arrived(session, data)  # type: ignore[arg-type]


def test_what_takes_long_is_handled_in_several_turns(monkeypatch) -> None:
    monkeypatch.setattr(flush, "SLICE", -1.0)
    made, turns = make()
    sent = [(Peer(), b"%d" % number) for number in range(3)]
    arrive(made, sent)
    run_until(turns, len(sent))
    assert turns.handled == sent
    assert turns.taken == [1, 2, 3]


def test_who_arrives_meanwhile_comes_after() -> None:
    made, turns = make()
    sent = [(Peer(), b"%d" % number) for number in range(3)]
    arrive(made, sent)
    assert not made.handle(PAST)
    last = (Peer(), b"last")
    arrive(made, [(sent[-1][0], b", and more"), last])
    assert made.handle()
    assert turns.handled == [*sent[:-1], (sent[-1][0], b"2, and more"), last]


def test_who_says_much_at_once_keeps_nobody_else_waiting() -> None:
    made, turns = make()
    much, little = Peer(), Peer()
    line = b"x" * PORTION + b"\n"
    short = b"\n" * (PORTION + 1)
    arrive(made, [(much, line * 2 + short * 2 + b"end"), (little, b"PING\n")])
    run_until(turns, 6)
    assert turns.handled == [
        (much, line),
        (little, b"PING\n"),
        *((much, piece) for piece in (line, short, short, b"end")),
    ]


def test_newcomers_have_every_second_turn() -> None:
    made, turns = make()
    crowd, known = [Peer(0) for _ in range(5)], [Peer(), Peer()]
    arrive(made, [(peer, b"NICK x\n") for peer in crowd] + [(peer, b"PING\n") for peer in known])
    run_until(turns, 7)
    assert [peer for peer, _ in turns.handled] == [known[0], crowd[0], known[1], *crowd[1:]]


def test_a_line_is_not_cut() -> None:
    made, turns = make()
    text = b"x" * 100 * PORTION
    arrive(made, [(Peer(), text)])
    run_until(turns, 1)
    assert turns.handled[0][1] == text


def test_who_is_on_the_way_out_is_not_listened_to() -> None:
    made, turns = make()
    gone = Peer()
    gone.closing = "Quit"
    arrive(made, [(gone, b"\n" * 100 * PORTION)])
    run_until(turns, 1)
    assert turns.handled == [(gone, b"")]


def test_who_says_more_than_can_be_handled_is_not_read_from() -> None:
    much, link = Peer(), Link()
    made, turns = make({much: link})
    line = b"x" * (MOST // 2) + b"\n"
    made.arrived(much, line)  # type: ignore[arg-type]
    made.arrived(much, line[2:])  # type: ignore[arg-type]
    assert not link.held
    made.arrived(much, line)  # type: ignore[arg-type]
    assert link.held
    assert not made.handle(PAST)
    assert not made.handle(PAST)
    assert link.held
    assert made.handle(PAST)
    assert not link.held
    assert b"".join(data for _, data in turns.handled) == line + line[2:] + line


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
    for _ in range(3):
        made.arrived(Peer(), b"x")  # type: ignore[arg-type]
    made.handle()
    assert len(turns.handled) == 3
