"""Addresses: their names, and how many connections each may have."""

from __future__ import annotations

from typing import Any

import pytest

from gchat.server.census import Census, Refusals, name
from gchat.server.gateways import is_among
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


def census_of(*, throttle: bool = True, **limits: Any) -> Census:
    census = Census()
    census.configure(Limits(**limits), throttle)
    return census


def test_an_address_has_so_many_and_no_more() -> None:
    census = census_of(connections_per_address=2)
    here, there = name(("10.0.0.1", 1)), name(("10.0.0.2", 1))
    census.enter(here)
    census.enter(here)
    assert census.why_not(here, 0.0) == "Too many connections from your address"
    assert not census.why_not(here, 0.0, passes_on=True)
    assert not census.why_not(there, 0.0)
    census.leave(here)
    assert not census.why_not(here, 0.0)


def test_a_network_of_64_bits_counts_as_one() -> None:
    census = census_of(connections_per_address=1)
    census.enter(name(("2001:db8:0:1::1", 1, 0, 0)))
    assert census.why_not(name(("2001:db8:0:1:ffff::2", 1, 0, 0)), 0.0)
    assert not census.why_not(name(("2001:db8:0:2::1", 1, 0, 0)), 0.0)


def test_unix_sockets_count_in_all_only() -> None:
    census = census_of(connections_per_address=1, connection_burst=1.0, connections=3)
    here = name("")
    for _ in range(3):
        assert not census.why_not(here, 0.0)
        census.enter(here)
    assert census.why_not(here, 0.0) == "This server is full"
    census.configure(Limits(connections=3), throttle=False)
    assert census.why_not(here, 0.0) == "This server is full"
    census.leave(here)
    assert len(census) == 2


def test_new_ones_come_at_a_rate() -> None:
    census = census_of(connection_rate=2.0, connection_burst=3.0)
    here, there = name(("10.0.0.1", 1)), name(("10.0.0.2", 1))
    assert [bool(census.why_not(here, 7.0)) for _ in range(4)] == [False, False, False, True]
    assert census.why_not(here, 7.0) == "Too many new connections from your address: wait a minute"
    assert not census.why_not(there, 7.0)
    assert [bool(census.why_not(here, 8.0)) for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize("entry", ["10.0.0.1", "10.0.0.0/8", "2001:db8::/32", "unix"])
def test_some_networks_are_spared(entry: str) -> None:
    census = census_of(connections_per_address=1, connection_burst=1.0, exempt=(entry,))
    addresses = [name(("10.0.0.1", 1)), name(("2001:db8::7", 1, 0, 0)), name(("192.0.2.1", 1))]
    for address in addresses:
        census.enter(address)
    spared = [address.host for address in addresses if not census.why_not(address, 0.0)]
    assert spared == [address.host for address in addresses if is_among((entry,), address.host)]
    census.most = 3
    assert {census.why_not(address, 0.0) for address in addresses} == {"This server is full"}


def test_there_are_no_more_than_the_system_has_descriptors_for() -> None:
    census = census_of(connections=10)
    census.most = 1
    here = name(("10.0.0.1", 1))
    assert not census.why_not(here, 0.0)
    census.enter(here)
    assert census.why_not(here, 0.0) == "This server is full"


def test_a_storm_is_told_in_numbers(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals()
    for number in range(5000):
        refusals.tell(f"number {number}", "full")
    refusals.sum_up()
    refusals.sum_up()
    refusals.tell("Nine", "full")
    said = [record.getMessage() for record in caplog.records]
    assert said[:10] == [f"Refused number {number}: full" for number in range(10)]
    assert said[10:] == ["Refused 4990 more connections in this second", "Refused Nine: full"]
