"""What was written is read back by every method of History as a list of all records says."""

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gchat.server.stores import reading
from gchat.server.stores.base import Document, Mark, Moved, Record, Redaction, TooSlow, direct
from gchat.server.stores.sqlite import SqliteStore

TARGETS = ["#a", "#b", direct("neural", "nine"), direct("neural", "zed"), direct("nine", "zed")]
SAID = ("PRIVMSG", "NOTICE")

words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=8)
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=30)
params = st.one_of(
    st.tuples(), st.tuples(texts), st.tuples(words, texts), st.tuples(words, words, words, texts)
)
marks = st.builds(Mark, st.integers(0, 12), st.integers(0, 3))


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Records in the order of their ids; one event may be in several targets."""
    ids = sorted(draw(st.sets(marks, max_size=25)))
    return [
        Record(
            str(id),
            target,
            draw(st.sampled_from([*SAID, "JOIN", "TOPIC", "TAGMSG"])),
            draw(words),
            draw(st.sampled_from(["", "Neural", "Nine"])),
            draw(params),
            draw(st.dictionaries(words, texts, max_size=2)),
            draw(st.booleans()),
        )
        for id in ids
        for target in draw(st.sets(st.sampled_from(TARGETS), min_size=1, max_size=2))
    ]


def mark_of(record: Record) -> Mark:
    found = Mark.of(record.id)
    assert found is not None
    return found


class Model:
    """History as a list."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records

    def of(self, target: str, events: bool, low: Mark, high: Mark) -> list[Record]:
        return [
            record
            for record in self.records
            if record.target == target and (events or record.command in SAID) and low < mark_of(record) < high
        ]


EVER = Mark(1 << 50)
NEVER = Mark(-1)


@settings(max_examples=60, deadline=None)
@given(
    records=histories(),
    gone=st.sets(st.integers(0, 40)),
    turns=st.integers(1, 4),
    one=marks,
    other=marks,
    limit=st.integers(1, 6),
    events=st.booleans(),
)
def test_every_method_says_what_a_list_says(records, gone, turns, one, other, limit, events):
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore.open(str(Path(folder) / "gchat.db"), background=False)
        try:
            for start in range(0, len(records), turns):
                store.write(records[start : start + turns])
            redacted = [record for index, record in enumerate(records) if index in gone]
            store.write([Redaction(record.target, record.id, "Nine", "spam", 1) for record in redacted])
            left = [record for record in records if record not in redacted]
            _compare(store, Model(left), one, other, limit, events)
            for record in redacted:
                assert store.history.find(record.target, record.id) is None
            assert store.last() == Mark(0)
        finally:
            store.close()


def _compare(store, model, one, other, limit, events):
    history = store.history
    low, high = sorted((one, other))
    for target in [*TARGETS, "#nothing"]:
        whole = model.of(target, events, NEVER, EVER)
        assert history.latest(target, None, 100, events) == whole
        assert history.latest(target, None, limit, events) == whole[-limit:]
        assert history.latest(target, one, limit, events) == model.of(target, events, one, EVER)[-limit:]
        assert history.before(target, one, limit, events) == model.of(target, events, NEVER, one)[-limit:]
        assert history.after(target, one, limit, events) == model.of(target, events, one, EVER)[:limit]
        between = model.of(target, events, low, high)
        assert history.between(target, low, high, limit, events) == between[:limit]
        if low != high:
            assert history.between(target, high, low, limit, events) == between[-limit:]
        for record in whole:
            assert history.find(target, record.id) == record
    last = {target: mark_of(found[-1]) for target in TARGETS if (found := model.of(target, False, low, high))}
    newest = sorted(last.items(), key=lambda pair: (pair[1], pair[0]))
    assert history.newest([*TARGETS, "#nothing"], low, high, limit) == newest[:limit]
    if low != high:
        assert history.newest(TARGETS, high, low, limit) == newest[-limit:]
    known = {record.target for record in model.records}
    expected = [target for target in TARGETS if target in known and "neural" in target]
    assert set(expected) <= set(history.direct_targets("neural")) <= {t for t in TARGETS if "neural" in t}


@pytest.mark.parametrize("id", ["", "x", "1", "1-", "-1", "²-1", "1-1-1", "9" * 30 + "-1"])
def test_an_id_that_is_none_finds_nothing(store, said, id):
    store.write([said(1)])
    assert store.history.find("#team", id) is None


def test_the_history_of_a_channel_moves_with_its_name(store, said):
    store.write(
        [said(1, "old", "#new"), said(2, "mine", "#team"), Moved("#team", "#new"), said(3, "on", "#new")]
    )
    assert [record.params[-1] for record in store.history.latest("#new", None, 9, True)] == ["mine", "on"]
    assert store.history.latest("#team", None, 9, True) == []
    store.write([said(4, "again")])
    assert [record.params[-1] for record in store.history.latest("#team", None, 9, True)] == ["again"]


def test_documents_are_replaced_whole_and_removed(store, open_store):
    store.write([Document("account", "neural", {"n": 1, "é": [None, True]}), Document("mark", "nine #a", {})])
    store.write([Document("account", "neural", {"n": 2}), Document("account", "gone", {})])
    store.write([Document("account", "gone", None)])
    assert store.load("account") == [("neural", {"n": 2})]
    store.close()
    again = open_store()
    assert again.load("account") == [("neural", {"n": 2})]
    assert again.load("mark") == [("nine #a", {})]


def test_ids_go_on_after_the_last_one(store, said, open_store):
    store.write([said(1), said(7)])
    store.close()
    assert open_store().last() == Mark(7)


def test_a_parameter_with_a_space_is_a_bug_that_keeps_nothing(store, said):
    bad = said(2)._replace(params=("#team", "two words", "x"))
    with pytest.raises(ValueError, match="has a space"):
        store.write([said(1), bad])
    assert store.history.latest("#team", None, 9, True) == []
    store.write([said(1)])
    assert len(store.history.latest("#team", None, 9, True)) == 1


# searching


def found(store, targets, *args, after=NEVER, **more):
    marks = dict.fromkeys(targets, after)
    return [record.params[-1] for record in store.history.search(marks, *args, **more)]


def test_search(store, said):
    texts = ["The build is green", "green tea", "Straße zum Café", 'say "AND" NOT* (x)', "tea in #b"]
    store.write([said(n + 1, text, nick="Nine" if n % 2 else "Neural") for n, text in enumerate(texts)])
    store.write([said(9, "green elsewhere", "#other")])
    assert found(store, ["#team"], "green") == texts[:2]
    assert found(store, ["#team"], "GREEN the") == texts[:1]
    assert found(store, ["#team"], "cafe") == [texts[2]]
    assert found(store, ["#team"], '"AND" NOT*') == [texts[3]]
    assert found(store, ["#team"], "gre") == []
    assert found(store, ["#team", "#other"], "green", limit=2) == [texts[1], "green elsewhere"]
    assert found(store, ["#team"], "green", nick="nine") == [texts[1]]
    assert found(store, ["#team"], "green", before=Mark(2)) == [texts[0]]
    assert found(store, ["#team"], "green", after=Mark(1)) == [texts[1]]
    assert found(store, ["#team"], "", nick="nine") == [texts[1], texts[3]]
    assert found(store, ["#team"], "") == found(store, [], "green") == found(store, ["#team"], "...") == []


@pytest.mark.parametrize("more", [{"words": "green"}, {"words": "", "nick": "neural"}])
def test_each_target_is_searched_after_its_own_mark(store, said, more):
    store.write([said(n, f"green {n}", target) for n, target in enumerate(("#a", '#"b', "#é", "#c") * 3)])
    marks = {"#a": Mark(4), '#"b': Mark(0), "#é": Mark(20), "#nothing": NEVER}
    got = store.history.search(marks, **more)
    assert [record.params for record in got] == [
        ('#"b', "green 1"),
        ('#"b', "green 5"),
        ("#a", "green 8"),
        ('#"b', "green 9"),
    ]


@pytest.mark.parametrize("more", [{"words": "green"}, {"words": "", "nick": "nobody"}])
def test_a_search_has_an_end(store, said, monkeypatch, more):
    store.write([said(n, "green") for n in range(1, 600)])
    assert len(store.history.search({"#team": NEVER}, "green", limit=1000)) == 599
    monkeypatch.setattr(reading, "LONGEST", 0.0)
    monkeypatch.setattr(reading, "STEPS", 10)
    with pytest.raises(TooSlow):
        store.history.search({"#team": NEVER}, limit=1000, **more)
    assert len(store.history.latest("#team", None, 1000, True)) == 599  # the connection is as it was


def test_a_search_does_not_wait_long_for_the_index(store, said, monkeypatch):
    store.write([said(n, "green") for n in range(1, 1200)])
    monkeypatch.setattr(reading, "LONGEST", 0.0)
    with pytest.raises(TooSlow, match="search again in a minute"):
        found(store, ["#team"], "green")  # and yet a slice of it was made
    with store.words._working, pytest.raises(TooSlow, match="search again in a minute"):
        found(store, ["#team"], "green")
    store.maintenance.index()
    monkeypatch.setattr(reading, "LONGEST", 2.0)
    assert len(found(store, ["#team"], "green", limit=5000)) == 1199


def test_what_was_redacted_is_not_found(store, said):
    store.write([said(1, "secret one"), said(2, "secret two"), Redaction("#team", "1-0", "Nine", "", 1)])
    assert found(store, ["#team"], "secret") == ["secret two"]
    store.write([Redaction("#team", "2-0", "Nine", "", 1)])
    assert found(store, ["#team"], "secret") == []
    store.maintenance.index()
    assert store.words._connection.execute("SELECT count(*) FROM words").fetchone() == (0,)
    assert store.maintenance.write(lambda c: c.execute("SELECT count(*) FROM gone").fetchone()) == (0,)


@pytest.mark.parametrize("damage", [b"", b"rubbish" * 1000, None])
def test_an_index_that_is_gone_or_damaged_is_made_anew(store, said, open_store, path, damage):
    store.write([said(n, f"word{n}") for n in range(1, 1200)])
    assert found(store, ["#team"], "word7") == ["word7"]
    store.close()
    index = Path(path + "-search")
    index.unlink() if damage is None else index.write_bytes(damage)
    again = open_store()
    again.maintenance.work(0.0)
    assert found(again, ["#team"], "word1199") == ["word1199"]


def test_what_is_new_and_what_has_its_place_are_one_history(store, said):
    store.write([said(n, f"word{n}", target=f"#{n % 2}") for n in range(1, 41)])
    store.maintenance.page()
    store.write([said(n, f"word{n}", target=f"#{n % 2}") for n in range(41, 61)])
    whole = [f"{n}-0" for n in range(1, 61, 2)]
    history = store.history
    assert [r.id for r in history.latest("#1", None, 100, True)] == whole
    assert [r.id for r in history.latest("#1", None, 12, False)] == whole[-12:]
    assert [r.id for r in history.before("#1", Mark(47), 5, True)] == ["37-0", "39-0", "41-0", "43-0", "45-0"]
    assert [r.id for r in history.after("#1", Mark(37), 3, True)] == ["39-0", "41-0", "43-0"]
    assert history.newest(["#0", "#1"], Mark(0), Mark(100), 9) == [("#1", Mark(59)), ("#0", Mark(60))]
    assert history.newest(["#0", "#1"], Mark(0), Mark(40), 9) == [("#0", Mark(38)), ("#1", Mark(39))]
    assert [r.id for r in history.search({"#1": NEVER}, "", nick="neural", limit=3)] == [
        "55-0",
        "57-0",
        "59-0",
    ]
    for id in ("39-0", "41-0"):
        assert history.find("#1", id) is not None
        store.write([Redaction("#1", id, "Nine", "", 0)])
        assert history.find("#1", id) is None
    store.maintenance.page()
    whole = [id for id in whole if id not in ("39-0", "41-0")]
    assert [r.id for r in history.latest("#1", None, 100, True)] == whole


def test_many_new_records_get_their_place_in_several_slices(store, said):
    from gchat.server.stores import pages

    count = 2 * pages.SLICE + 1
    store.write([said(n) for n in range(1, count + 1)])
    store.maintenance.page()
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT count(*), max(number) FROM pages").fetchone() == (count, count)
        assert connection.execute("SELECT value FROM meta WHERE name = 'paged'").fetchone() == (count,)
    connection.close()


# the cost of a page


def test_a_page_is_a_range_of_an_index(store, said):
    store.write([said(n) for n in range(1, 2001)])
    store.maintenance.page()
    connection = store.reader._connection()
    connection.execute("SELECT number FROM targets").fetchall()  # it has read the schema now
    values = {"target": 1, "limit": 50, "low_ms": 0, "low_seq": 0, "high_ms": 1000, "high_seq": 0}
    for page in reading._PAGES.values():
        steps = []
        connection.set_progress_handler(lambda steps=steps: steps.append(1), 10)
        connection.execute(page, values).fetchall()
        at_the_end = len(steps)
        steps.clear()
        connection.execute(page, {**values, "high_ms": 100}).fetchall()
        connection.set_progress_handler(None, 0)
        assert at_the_end < 400  # tens of steps: 80 a record, which is looked up by its number
        assert abs(at_the_end - len(steps)) < 10


# versions of a message


def test_the_changes_of_a_message_are_found_by_its_id(store, said):
    edited = [said(n, f"text {n}")._replace(tags={"gchat/edit": f"{n % 3}-0"}) for n in range(3, 12)]
    elsewhere = said(12, target="#other")._replace(tags={"gchat/edit": "1-0"})
    fooled = [
        said(13)._replace(tags={"+x": "gchat/edit"}),
        said(14)._replace(tags={"+x": '"gchat/edit": "1-0"'}),
        said(15, '{"gchat/edit": "1-0"}'),
    ]
    store.write([said(0), said(1), said(2), *edited, elsewhere, *fooled])
    history = store.history
    assert [r.id for r in history.changes("#team", ["1-0"])] == ["4-0", "7-0", "10-0"]
    assert [r.id for r in history.changes("#team", ["0-0", "2-0"])] == [f"{n}-0" for n in (3, 5, 6, 8, 9, 11)]
    assert history.changes("#other", ["1-0"]) == [elsewhere]
    assert history.changes("#team", ["3-0"]) == history.changes("#nothing", ["1-0"]) == []
    store.write([Redaction("#team", "7-0", "Nine", "", 1)])
    assert [r.id for r in history.changes("#team", ["1-0"])] == ["4-0", "10-0"]


def test_to_find_a_message_and_its_changes_costs_the_same_among_many(store, said):
    steps = []

    def cost() -> int:
        store.maintenance.page()
        connection = store.reader._connection()
        steps.clear()
        connection.set_progress_handler(lambda: steps.append(1), 10)
        assert store.history.find("#team", "1-0") is not None
        assert len(store.history.changes("#team", ["1-0"])) == 1
        connection.set_progress_handler(None, 0)
        return len(steps)

    store.write([said(1), said(2, "changed")._replace(tags={"gchat/edit": "1-0"})])
    cost()  # it has read the schema now
    few = cost()
    store.write([said(n)._replace(tags={"+x": "y"}) if n % 2 else said(n) for n in range(3, 3000)])
    assert cost() <= few + 5
