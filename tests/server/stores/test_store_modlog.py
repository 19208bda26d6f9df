"""The moderation log in its file: what a verification finds, and what may be erased without breaking it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gchat.server.stores import modlog, tools
from gchat.server.stores.base import Mark, Moderation, Moved

BEGINNING, END = Mark(0), 1 << 53
FIRST, SECOND = (Path(__file__).parent / f"version-{number}.sql" for number in (1, 2))
COLUMNS = [
    *("number", "log", "place", "target", "ms", "seq", "action", "doer", "doer_salt", "doer_hash"),
    *("deed", "deed_salt", "deed_hash", "hash"),
]


def entry(number, target="#team", nick="Neural", whom=(("Nine", "nine"),), reason="why"):
    return Moderation(target, f"{number}-0", "kick", nick, nick.lower(), whom, "", reason)


def places(store, target="#team", since=BEGINNING, before=END, limit=100):
    return [logged.place for logged in store.history.modlog(target, since, before, limit)]


def whole(path):
    return all(not verdict.wrong for verdict in tools.verify_moderation(path))


def wrong(path, channel=""):
    return [f"{v.name}: {text}" for v in tools.verify_moderation(path, channel) for text in v.wrong]


def change(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def five(store, path):
    """Five entries of #team, and one of #other in their middle."""
    store.write([entry(number) for number in (1, 2, 3)])
    store.write([entry(4, "#other"), entry(5), entry(6)])
    return store


def test_an_entry_is_read_as_it_was_written(store):
    first = entry(1, whom=(("Nine", "nine"), ("a!b@c", "")), reason="w\u0117ll \u2603")
    store.write([first, entry(2)])
    assert [logged.entry for logged in store.history.modlog("#team", Mark(0), END, 9)] == [first, entry(2)]


def test_pages(five):
    assert places(five) == [1, 2, 3, 4, 5]
    assert places(five, limit=2) == [4, 5]
    assert places(five, before=4, limit=2) == [2, 3]
    assert places(five, since=Mark(2)) == [3, 4, 5]
    assert places(five, "#nowhere") == []
    assert places(five, "#other") == [1]


def test_a_log_that_nobody_touched_is_whole(five, path):
    assert [(v.name, v.entries, v.erased) for v in tools.verify_moderation(path)] == [
        ("#other", 1, 0),
        ("#team", 5, 0),
    ]
    assert whole(path)
    assert [v.name for v in tools.verify_moderation(path, "#team")] == ["#team"]
    assert [logged.place for logged in tools.moderation(path)] == [1, 2, 3, 1, 4, 5]
    assert [logged.place for logged in tools.moderation(path, "#other")] == [1]


def test_no_log_is_whole(store, path):
    assert tools.verify_moderation(path) == []


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", ["7777", "'x'", "x'00ff'", "NULL"])
def test_a_changed_field_is_found(five, path, column, value):
    change(path, "PRAGMA ignore_check_constraints = 1")
    nullable = column in ("doer", "doer_salt", "deed", "deed_salt")
    if value == "NULL" and not nullable:
        return
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute(f"UPDATE moderation SET {column} = {value} WHERE number = 3")
        except sqlite3.IntegrityError:
            return  # a number cannot be a text
        connection.commit()
    assert wrong(path)


@pytest.mark.parametrize(
    ("statements", "sentences"),
    [
        (
            ["UPDATE moderation SET deed = replace(deed, 'why', 'who') WHERE number = 2"],
            ["#team: entry 2 (2-0): what was done, to whom or why was changed"],
        ),
        (
            ["UPDATE moderation SET doer = replace(doer, 'Neural', 'Nine') WHERE number = 2"],
            ["#team: entry 2 (2-0): who did it was changed"],
        ),
        (
            ["UPDATE moderation SET ms = 9 WHERE number = 2"],
            ["#team: entry 2 (9-0) was changed, or put in the place of another, or the one before it was"],
        ),
        (
            ["DELETE FROM moderation WHERE number = 2"],
            [
                "#team: entry 2 is missing",
                "all channels: 6 entries were made in all logs together, and 5 are there",
            ],
        ),
        (
            ["DELETE FROM moderation WHERE number IN (2, 3)"],
            [
                "#team: entries 2 to 3 are missing",
                "all channels: 6 entries were made in all logs together, and 4 are there",
            ],
        ),
        (
            ["DELETE FROM moderation WHERE number = 6"],
            [
                "#team: entry 5 is missing at the end",
                "all channels: 6 entries were made in all logs together, and 5 are there",
            ],
        ),
        # who cuts the end and says that it was never there is found by the number that goes on
        (
            [
                "DELETE FROM moderation WHERE number = 6",
                "UPDATE modlogs SET count = 4, hash = (SELECT hash FROM moderation WHERE number = 5)"
                " WHERE name = '#team'",
            ],
            ["all channels: 6 entries were made in all logs together, and 5 are there"],
        ),
        (
            ["DELETE FROM moderation WHERE log = 2", "DELETE FROM modlogs WHERE number = 2"],
            ["all channels: 6 entries were made in all logs together, and 5 are there"],
        ),
        (
            ["DELETE FROM modlogs WHERE number = 2"],
            ["all channels: the entries of log 2 belong to no channel"],
        ),
        (
            ["UPDATE modlogs SET name = 'x' || number", "UPDATE modlogs SET name = '#team' WHERE number = 2"],
            [
                "#team: it is the log of #other, by its newest entry",
                "x1: it is the log of #team, by its newest entry",
            ],
        ),
        (
            ["UPDATE modlogs SET count = 4 WHERE number = 1"],
            ["#team: the log ends with entry 4, and there are entries behind it"],
        ),
        (
            ["UPDATE modlogs SET hash = 'x' WHERE number = 1"],
            ["#team: entry 5 is not the one that the log ended with"],
        ),
    ],
)
def test_what_is_said_of_it(five, path, statements, sentences):
    change(path, *statements)
    assert wrong(path) == sentences


def test_entries_that_changed_places(five, path):
    change(
        path,
        "UPDATE moderation SET place = -1 WHERE number = 2",
        "UPDATE moderation SET place = 2 WHERE number = 3",
        "UPDATE moderation SET place = 3 WHERE number = 2",
    )
    assert len(wrong(path, "#team")) >= 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(1, 6), column=st.sampled_from(COLUMNS), at=st.integers(0, 200), bit=st.integers(0, 7)
)
def test_any_changed_bit_is_found(five, path, number, column, at, bit):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        (value,) = connection.execute(
            f"SELECT CAST({column} AS BLOB) FROM moderation WHERE number = ?", (number,)
        ).fetchone()
        data = bytearray(value)
        data[at % len(data)] ^= 1 << bit
        try:
            connection.execute(
                f"UPDATE moderation SET {column} = CAST(? AS TEXT) WHERE number = ?", (bytes(data), number)
            )
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
            return
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        changed = connection.execute(
            f"SELECT {column} FROM moderation WHERE number = ?", (number,)
        ).fetchone()
        found = list(modlog.verify(connection))
        connection.execute("ROLLBACK")
        before = connection.execute(f"SELECT {column} FROM moderation WHERE number = ?", (number,)).fetchone()
        assert changed == before or any(verdict.wrong for verdict in found)


# what is forgotten


def test_an_account_is_erased_and_the_chain_holds(five, path):
    five.write([entry(7, nick="Nine", whom=(("Guest", ""),)), entry(8, whom=(("Other", "NINE"),))])
    five.maintenance.erase("nine")
    assert whole(path)
    (team,) = tools.verify_moderation(path, "#team")
    assert (team.entries, team.erased) == (7, 7)
    found = [logged.entry for logged in five.history.modlog("#team", Mark(6), END, 9)]
    assert [(e.nick, e.whom, e.reason) for e in found] == [("", (("Guest", ""),), "why"), ("Neural", (), "")]
    with closing(sqlite3.connect(path)) as connection:
        rows = str(connection.execute("SELECT * FROM moderation").fetchall())
    assert "Nine" not in rows
    assert "Neural" in rows
    five.write([entry(9)])
    assert whole(path)


def test_an_erasure_changes_nothing_else(five, path):
    five.maintenance.erase("nobody")
    assert [v.erased for v in tools.verify_moderation(path)] == [0, 0]


def test_many_entries_are_erased(store, path):
    store.write([entry(number) for number in range(1, 351)])
    store.maintenance.erase("neural")
    assert whole(path)
    assert [v.erased for v in tools.verify_moderation(path)] == [350]


def test_what_is_old_is_forgotten_and_the_chain_holds(store, path):
    store.write([entry(number * 1000) for number in range(1, 11)])
    store.maintenance.keep = 100.0
    store.maintenance.work(105.5)
    assert whole(path)
    (team,) = tools.verify_moderation(path)
    assert (team.entries, team.erased) == (10, 5)
    found = store.history.modlog("#team", Mark(0), END, 20)
    assert [logged.erased for logged in found] == [True] * 5 + [False] * 5
    store.maintenance.work(300)
    assert [v.erased for v in tools.verify_moderation(path)] == [10]


def test_an_export_has_what_names_the_account(five, path):
    five.write([entry(7, nick="Nine", whom=())])
    lines = list(tools.export(path, "nine"))
    assert len(lines) == 7
    assert '"type": "moderation"' in lines[0]
    assert not list(tools.export(path, "guest"))


# renames


def test_a_log_goes_along_with_its_channel(five, path):
    five.write([Moved("#team", "#crew"), entry(7, "#crew")])
    assert places(five, "#crew") == [1, 2, 3, 4, 5, 6]
    assert places(five) == []
    assert whole(path)
    five.write([entry(8)])
    assert places(five) == [1]
    five.write([Moved("#crew", "#team"), entry(9)])
    assert places(five) == [1, 2, 3, 4, 5, 6, 7]
    assert whole(path)


def test_a_turn_that_is_not_kept_leaves_no_entry(store, path):
    with pytest.raises(TypeError):
        store.write([entry(1), entry(2, reason=b"no text")])
    assert places(store) == []
    store.write([entry(1)])
    assert places(store) == [1]
    assert whole(path)


@pytest.mark.parametrize(("file", "known"), [(FIRST, []), (SECOND, ["spam"])])
def test_the_log_of_a_store_of_an_earlier_version_goes_on(path, open_store, file, known):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(file.read_text(encoding="utf-8"))
    open_store().write([entry(1_700_000_000_003)])
    assert [logged.entry.reason for logged in tools.moderation(path, "#team")] == [*known, "why"]
    assert whole(path)
