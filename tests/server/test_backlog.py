"""What waits for a slow client: every byte once, in order, and shared with the others who wait for it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gchat.server.backlog import CHUNK, Backlog

PIECES = st.lists(st.binary(max_size=20), max_size=20)
STEPS = st.lists(st.integers(0, 30), max_size=60)


@given(pieces=PIECES, begun=st.integers(0, 20), steps=STEPS)
def test_all_leaves_once_and_in_order(pieces: list[bytes], begun: int, steps: list[int]) -> None:
    backlog, sent = Backlog(), b""
    begun = min(begun, len(pieces[0])) if pieces else 0
    for number, piece in enumerate(pieces):
        backlog.add(piece, 0 if number else begun)
    whole = b"".join(pieces)[begun:]
    for step in steps:
        assert len(backlog) == len(whole) - len(sent)
        head = backlog.head()
        assert head == whole[len(sent) :]
        step = min(step, len(head))
        sent += head[:step]
        backlog.drop(step)
        if step % 3 == 0:
            backlog.add(b"more")
            whole += b"more"


def test_no_more_is_offered_than_a_kernel_may_take() -> None:
    backlog = Backlog()
    for _ in range(10):
        backlog.add(b"x" * CHUNK)
    assert len(backlog) == 10 * CHUNK
    assert len(backlog.head()) == CHUNK
    backlog.drop(1)
    assert CHUNK <= len(backlog.head()) <= 2 * CHUNK
    huge = Backlog()
    huge.add(b"y" * 10 * CHUNK, 5)
    assert huge.head() == b"y" * 2 * CHUNK


def test_those_who_wait_for_the_same_keep_it_once() -> None:
    slow = [Backlog() for _ in range(5)]
    for number, backlog in enumerate(slow):
        backlog.add(b"".join([b"said ", b"to all"]), number)
    assert len({id(backlog._pieces[0]) for backlog in slow}) == 1
    assert [backlog.head() for backlog in slow] == [b"said to all"[number:] for number in range(5)]


def test_a_piece_is_kept_and_not_copied() -> None:
    data, backlog = b"said to all" * 1000, Backlog()
    backlog.add(data, 7)
    assert backlog._pieces[0] is data
    backlog.drop(len(data) - 7)
    assert not backlog
    assert not backlog._pieces
    assert backlog.head() == b""
