"""MARKREAD: up to when somebody has read, on all their devices and nobody else's."""

import pytest

SERVER = ":gchat.test"
CAPS = "draft/read-marker"
EARLY, LATE = "timestamp=2019-01-04T14:33:26.123Z", "timestamp=2020-01-04T14:33:26.123Z"


@pytest.fixture
def neural(past):
    client = past.client("Neural", CAPS, "Neural")
    client.read()
    return client


def test_set_and_get(neural):
    assert neural.ask("MARKREAD #team") == [f"{SERVER} MARKREAD #team *"]
    assert neural.ask(f"MARKREAD #team {EARLY}") == [f"{SERVER} MARKREAD #team {EARLY}"]
    assert neural.ask(f"MARKREAD #TEAM {LATE}") == [f"{SERVER} MARKREAD #TEAM {LATE}"]
    assert neural.ask(f"MARKREAD #team {EARLY}") == [f"{SERVER} MARKREAD #team {LATE}"]  # it never goes back
    assert neural.ask("MARKREAD #team", "MARKREAD Nine") == [
        f"{SERVER} MARKREAD #team {LATE}",
        f"{SERVER} MARKREAD Nine *",
    ]


def test_nobody_has_read_the_future(past, neural):
    assert neural.ask("MARKREAD #team timestamp=2262-01-01T00:00:00.000Z") == [
        f"{SERVER} MARKREAD #team timestamp=2023-11-14T22:13:20.000Z"
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("MARKREAD", "NEED_MORE_PARAMS"),
        ("MARKREAD #team *", "INVALID_PARAMS *"),
        ("MARKREAD #team timestamp=x", "INVALID_PARAMS timestamp=x"),
        ("MARKREAD #team msgid=1-0", "INVALID_PARAMS msgid=1-0"),
        ("MARKREAD :a b", "INVALID_PARAMS"),
    ],
)
def test_what_is_refused(neural, line, code):
    (reply,) = neural.ask(line)
    assert reply.startswith(f"{SERVER} FAIL MARKREAD {code} ")


def test_all_devices_are_told_and_nobody_else(past, neural):
    phone, old = past.client("Neural", CAPS, "Neural"), past.client("Neural", "", "Neural")
    nine = past.client("Nine", CAPS, "Nine")
    for client in (phone, old, nine):
        client.read()
    neural.send(f"MARKREAD #team {EARLY}")
    assert phone.read() == [f"{SERVER} MARKREAD #team {EARLY}"]
    assert old.read() == nine.read() == []
    assert nine.ask("MARKREAD #team") == [f"{SERVER} MARKREAD #team *"]
    neural.send(f"MARKREAD #team {EARLY}")
    assert phone.read() == []  # nothing changed


@pytest.mark.parametrize("mark", ["*", EARLY])
def test_it_comes_with_the_join(past, neural, mark):
    if mark != "*":
        neural.send(f"MARKREAD #team {mark}")
    lines = neural.ask("JOIN #team")
    names = next(i for i, line in enumerate(lines) if " 366 " in line)
    assert f"{SERVER} MARKREAD #team {mark}" in lines[1:names]
    lines = past.client("Neural", CAPS, "Neural").read()  # which comes into the channel by coming
    names = next(i for i, line in enumerate(lines) if " 366 " in line)
    assert f"{SERVER} MARKREAD #team {mark}" in lines[:names]


def test_it_lasts_for_accounts(past, neural):
    guest = past.client("Guest", CAPS)
    for client in (neural, guest):
        client.send(f"MARKREAD #team {EARLY}")
    past.start()
    neural, guest = past.client("Neural", CAPS, "Neural"), past.client("Guest", CAPS)
    assert neural.ask("MARKREAD #team") == [f"{SERVER} MARKREAD #team {EARLY}"]
    assert guest.ask("MARKREAD #team") == [f"{SERVER} MARKREAD #team *"]


def test_a_guests_marks_go_with_the_guest(past):
    guest = past.client("Guest", CAPS)
    guest.send(f"MARKREAD #team {EARLY}")
    assert guest.ask("MARKREAD #team") == [f"{SERVER} MARKREAD #team {EARLY}"]
    guest.send("QUIT")
    assert not past.engine.world.marks._marks


def test_there_is_a_bound(past, neural, monkeypatch):
    monkeypatch.setattr("gchat.server.marks.MARKS", 2)
    neural.send(*(f"MARKREAD #{name} {EARLY}" for name in "abc"))
    assert sorted(key for kind, key in past.store.documents if kind == "mark") == ["neural #b", "neural #c"]
