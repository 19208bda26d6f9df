"""Stores in files of a test's own folder; nothing happens in them but what is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from gchat.server.stores.base import Change, Record
from gchat.server.stores.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where the store is."""
    return str(tmp_path / "gchat.db")


@pytest.fixture(params=["new", pytest.param("paged", marks=pytest.mark.pure)])
def open_store(path: str, request: pytest.FixtureRequest) -> Iterator[Callable[[], SqliteStore]]:
    """Opens the store; what is open at the end is closed.

    What is written is read back while it is new, and after it has got its place in the order of pages.
    """
    opened: list[SqliteStore] = []

    def make() -> SqliteStore:
        store = SqliteStore.open(path, background=False)
        opened.append(store)
        if request.param == "paged":
            write = store.write

            def write_and_page(changes: Sequence[Change]) -> None:
                write(changes)
                store.maintenance.page()

            store.write = write_and_page  # type: ignore[method-assign]
        return store

    yield make
    for store in opened:
        store.close()


def without_pages(store: SqliteStore) -> None:
    """Have what is written be left to the upkeep, however the store was opened."""
    with suppress(AttributeError):
        del store.write  # type: ignore[misc]


@pytest.fixture
def store(open_store: Callable[[], SqliteStore]) -> SqliteStore:
    """A store that was opened."""
    return open_store()


@pytest.fixture
def said() -> Callable[..., Record]:
    """Makes records: ``said(3, "hello")``, in #team, by Neural."""

    def make(
        ms: int, text: str = "hello", target: str = "#team", account: str = "", nick: str = "Neural"
    ) -> Record:
        source = f"{nick}!~{nick}@127.0.0.1"
        return Record(f"{ms}-0", target, "PRIVMSG", source, account, (target, text))

    return make
