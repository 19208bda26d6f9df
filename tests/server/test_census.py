"""Addresses: their names, and how many connections each may have."""

from __future__ import annotations

import pytest

from gchat.server.census import Census, name
from gchat.server.settings import Limits


@pytest.mark.parametrize(
    ("accepted", "host", "peer", "printed"),
    [
        (("127.0.0.1", 4970), "127.0.0.1", "127.0.0.1:4970", "('127.0.0.1', 4970)"),
        (("2001:db8::7", 4970, 0, 0), "2001:db8::7", "[2001:db8::7]:4970", "('2001:db8::7', 4970)"),
        (("::1", 4970, 0, 0), "0::1", "[::1]:4970", "('::1', 4970)"),
        (("fe80::1%lo", 4970, 0, 1), "fe80::1", "[fe80::1]:4970", "('fe80::1%lo', 4970)"),
        ("", "localhost", "a unix socket", "a unix socket"),
    ],
)
def test_names(accepted: object, host: str, peer: str, printed: str) -> None:
    assert name(accepted)[:3] == (host, peer, printed)


def test_an_address_has_so_many_and_no_more() -> None:
    census, limits = Census(), Limits(connections_per_address=2)
    here, there = name(("10.0.0.1", 1)), name(("10.0.0.2", 1))
    census.enter(here)
    census.enter(here)
    assert census.why_not(here, limits, throttle=True) == "Too many connections from your address"
    assert not census.why_not(here, limits, throttle=False)
    assert not census.why_not(there, limits, throttle=True)
    census.leave(here)
    assert not census.why_not(here, limits, throttle=True)


def test_a_network_of_64_bits_counts_as_one() -> None:
    census, limits = Census(), Limits(connections_per_address=1)
    census.enter(name(("2001:db8:0:1::1", 1, 0, 0)))
    assert census.why_not(name(("2001:db8:0:1:ffff::2", 1, 0, 0)), limits, throttle=True)
    assert not census.why_not(name(("2001:db8:0:2::1", 1, 0, 0)), limits, throttle=True)


def test_unix_sockets_count_in_all_only() -> None:
    census, limits = Census(), Limits(connections_per_address=1, connections=3)
    here = name("")
    for _ in range(3):
        assert not census.why_not(here, limits, throttle=True)
        census.enter(here)
    assert census.why_not(here, limits, throttle=True) == "This server is full"
    assert census.why_not(here, limits, throttle=False) == "This server is full"
    census.leave(here)
    assert len(census) == 2
