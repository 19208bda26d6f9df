"""Whose turn it is among those who wait for slow work."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gchat.server.lanes import FairQueue


def test_one_who_asks_once_waits_for_one_of_each_other_and_not_for_all_of_them():
    queue = FairQueue(99)
    for n in range(5):
        queue.put("10.0.0.1", "mallory", f"mallory {n}")
        queue.put("10.0.0.1", "mallet", f"mallet {n}")
    queue.put("10.0.0.2", "nine", "nine")
    queue.put("10.0.0.1", "neural", "neural")
    taken = [queue.take()[1] for _ in range(12)]
    assert taken[:5] == ["mallory 0", "nine", "mallet 0", "neural", "mallory 1"]
    assert queue.take() is None


def test_no_address_has_more_than_its_share_under_way():
    queue = FairQueue(1)
    for n in range(3):
        queue.put("10.0.0.1", f"mallory{n}", n)
    queue.put("10.0.0.2", "nine", "nine")
    assert queue.take() == ("10.0.0.1", 0)
    assert queue.take() == ("10.0.0.2", "nine")
    assert queue.take() is None
    queue.done("10.0.0.1")
    assert queue.take() == ("10.0.0.1", 1)


ASKING = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))


@given(st.integers(1, 3), st.lists(st.one_of(ASKING, st.just("take"), st.just("done")), max_size=80))
def test_nothing_is_lost_and_everybody_s_own_is_in_order(share, steps):
    queue, put, got = FairQueue(share), [], []
    under_way: list[str] = []
    for n, step in enumerate(steps):
        if step == "take":
            taken = queue.take()
            if taken is not None:
                address, item = taken
                assert item[0] == address
                under_way.append(address)
                got.append(item)
                assert under_way.count(address) <= share
            else:
                waiting = Counter(item[0] for item in put) - Counter(item[0] for item in got)
                assert all(under_way.count(address) == share for address in waiting)
        elif step == "done":
            if under_way:
                queue.done(under_way.pop(0))
        else:
            queue.put(*step, (*step, n))
            put.append((*step, n))
    while under_way or (taken := queue.take()) is not None:
        if under_way:
            queue.done(under_way.pop())
        else:
            under_way.append(taken[0])
            got.append(taken[1])
    assert sorted(got, key=lambda item: item[2]) == put
    for who in {item[:2] for item in put}:
        assert [item for item in got if item[:2] == who] == [item for item in put if item[:2] == who]
