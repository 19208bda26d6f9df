"""Who comes, goes, and is called what: the nick list, the presence lines, our own comings and goings."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client import events
from gchat.client.line import LineKind
from gchat.client.model import State

Playbook = Any  # tests/client/conftest.py
NINE = ":Nine!n@nine.example"
US = ":Neural!u@home.example"


def roster(book: Playbook, name: str = "#team") -> list[str]:
    members = book.buffer(name).members.values()
    return sorted(member.prefixes + member.user.nick for member in members)


@pytest.mark.parametrize(
    ("line", "members", "shown"),
    [
        (":zed!z@z JOIN #team", ["@Nine", "Neural", "zed"], "zed joined"),
        (":zed!z@z JOIN #team acc :Zed Real", ["@Nine", "Neural", "zed"], "zed joined"),
        (f"{NINE} PART #team :lunch", ["Neural"], "Nine left (lunch)"),
        (f"{NINE} PART #team", ["Neural"], "Nine left"),
        (f"{NINE} QUIT :Ping timeout", ["Neural"], "Nine left (Ping timeout)"),
        (f"{NINE} QUIT :Quit: ", ["Neural"], "Nine left"),
        (f"{NINE} NICK Niner", ["@Niner", "Neural"], "Nine is now Niner"),
        (":zed!z@z KICK #team Nine :enough", ["Neural"], "zed kicked Nine out: enough"),
        (":zed!z@z KICK #team Nine :Nine", ["Neural"], "zed kicked Nine out"),
        (f"{NINE} INVITE zed #team", ["@Nine", "Neural"], "Nine invited zed to #team"),
    ],
)
def test_people(ready: Playbook, line: str, members: list[str], shown: str) -> None:
    before = ready.buffer("#team").roster_version
    ready.server(line)
    assert roster(ready) == members
    assert ready.last("#team") == shown
    if members != ["@Nine", "Neural"]:
        assert ready.buffer("#team").roster_version > before


def test_comings_and_goings_fold_and_kicks_do_not(ready: Playbook) -> None:
    ready.server(
        ":reader!r@r JOIN #team",
        ":writer!w@w JOIN #team",
        ":zed!z@z KICK #team reader :out",
        ":writer!w@w QUIT :bye",
    )
    assert [line.kind for line in ready.lines("#team")] == [
        LineKind.PRESENCE,
        LineKind.EVENT,
        LineKind.PRESENCE,
    ]
    assert ready.texts("#team")[0] == "reader, writer joined"


def test_a_quit_is_seen_in_every_channel_and_the_query(ready: Playbook) -> None:
    ready.join("#ops", "Neural Nine")
    ready.server(f"{NINE} PRIVMSG Neural :psst", f"{NINE} QUIT :bye")
    for name in ("#team", "#ops", "Nine"):
        assert ready.last(name) == "Nine left (bye)"
    assert "nine" not in ready.network.users


def test_a_netsplit_is_one_line(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register("batch").join("#team", "Neural a b c")
    book.server(
        ":s BATCH +1 netsplit hub.example leaf.example",
        *[f"@batch=1 :{nick}!x@y QUIT :hub.example leaf.example" for nick in "abc"],
        ":s BATCH -1",
    )
    assert book.texts("#team") == ["a, b, c left (hub.example and leaf.example lost each other)"]


# --- ourselves -----------------------------------------------------------------------------------


def test_a_topic_that_went_with_the_channel_is_forgotten(ready: Playbook) -> None:
    ready.server(f"{NINE} TOPIC #team :Ship it", f"{US} PART #team", f"{US} JOIN #team")
    assert ready.buffer("#team").topic == ""
    ready.server(":s 332 Neural #team :Rest")
    assert ready.buffer("#team").topic == "Rest"


def test_joining_asks_what_nobody_tells(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register("away-notify")
    assert book.type("/join team") == ["JOIN #team"]
    book.server(f"{US} JOIN #team", ":s 353 Neural = #team :@Nine Neural zed", ":s 366 Neural #team :End")
    assert book.sent() == ["MODE #team", "WHO #team"]
    assert book.model.current is book.buffer("#team")
    lines = len(book.lines("#team")), len(book.lines())
    book.server(
        ":s 324 Neural #team +ntk secret",
        ":s 329 Neural #team 1600000000",
        ":s 352 Neural #team n nine.example s Nine G@ :0 Nine Real",
        ":s 352 Neural #team z zed.example s zed H :0 Zed",
        ":s 315 Neural #team :End",
    )
    assert (len(book.lines("#team")), len(book.lines())) == lines
    assert book.buffer("#team").modes == "+knt"
    assert [m.user.away for m in book.buffer("#team").members.values()] == [True, False, False]
    assert book.network.users["nine"].host == "nine.example"


def test_we_leave_and_are_not_taken_back(ready: Playbook) -> None:
    assert ready.type("/part bye now") == ["PART #team :bye now"]
    ready.server(f"{US} PART #team :bye now")
    team = ready.buffer("#team")
    assert (team.joined, team.members, ready.last("#team")) == (False, {}, "You left #team (bye now)")
    assert not ready.network.autojoin


def test_we_are_kicked(ready: Playbook) -> None:
    ready.join("#ops")
    ready.server(f"{NINE} KICK #team neural :calm down")
    team = ready.buffer("#team")
    assert (team.joined, team.members, team.mentions) == (False, {}, 1)
    shown = "Nine kicked you out of #team: calm down (/join #team asks to come back)"
    assert ready.last("#team") == shown


def test_we_are_called_otherwise(ready: Playbook) -> None:
    ready.server(f"{US} NICK Nova")
    assert ready.network.nick == "Nova"
    assert roster(ready) == ["@Nine", "Nova"]
    assert ready.last("#team") == ready.last() == "You are now called Nova"
    assert ready.network.session.mask == "Nova!u@home.example"
    ready.server(f"{NINE} PRIVMSG #team :Nova?")
    assert ready.lines("#team")[-1].highlight


@pytest.mark.parametrize("source", ["Neural", "Nova"])
def test_we_asked_to_be_called_otherwise(modern: Playbook, source: str) -> None:
    assert modern.type("/nick Nova") == ["@label=g1 NICK Nova"]
    modern.server(f"@label=g1 :{source}!u@home.example NICK :Nova")
    assert modern.network.nick == "Nova"
    assert roster(modern) == ["@Nine", "Nova"]


def test_where_the_server_puts_us(ready: Playbook) -> None:
    ready.server(f"{US} JOIN #jail")
    assert ready.model.current is ready.buffer("#team")
    ready.model.show(ready.buffer())
    ready.server(f"{US} JOIN #welcome")
    assert ready.model.current is ready.buffer("#welcome")


def test_an_invitation(ready: Playbook) -> None:
    ready.server(f"{NINE} INVITE Neural :#ops")
    assert ready.last() == "Nine invites you to #ops (/join #ops goes there)"
    assert ready.buffer().mentions == 1


# --- what is known of people ---------------------------------------------------------------------


def test_a_query_follows_a_nick(ready: Playbook) -> None:
    ready.server(
        f"{NINE} PRIVMSG Neural :psst", f"{NINE} NICK Niner", ":Niner!n@nine.example PRIVMSG Neural :it is me"
    )
    assert ready.texts("Niner") == ["Nine: psst", "Nine is now Niner", "Niner: it is me"]


def test_a_query_does_not_swallow_another(ready: Playbook) -> None:
    ready.server(f"{NINE} PRIVMSG Neural :psst", ":zed!z@z PRIVMSG Neural :hey", f"{NINE} NICK zed")
    assert ready.texts("Nine") == ["Nine: psst", "Nine is now zed"]
    assert ready.texts("zed") == ["zed: hey"]


def test_away_is_seen_in_the_list_and_said_in_the_query(modern: Playbook) -> None:
    modern.server(f"{NINE} PRIVMSG Neural :psst")
    before = modern.buffer("#team").roster_version
    modern.server(f"{NINE} AWAY :lunch")
    assert modern.network.users["nine"].away
    assert modern.buffer("#team").roster_version > before
    assert modern.last("Nine") == "Nine is away: lunch"
    modern.server(f"{NINE} AWAY")
    assert not modern.network.users["nine"].away
    assert modern.last("Nine") == "Nine is back"


def test_small_facts(modern: Playbook) -> None:
    modern.server(
        f"{NINE} ACCOUNT nine",
        f"{NINE} CHGHOST n cloak.example",
        f"{NINE} SETNAME :Nine of Ten",
        f"{US} CHGHOST u my.cloak",
    )
    user = modern.network.users["nine"]
    assert (user.account, user.host, user.realname) == ("nine", "cloak.example", "Nine of Ten")
    assert modern.network.session.mask == "Neural!u@my.cloak"


def test_people_we_do_not_see_any_more_are_forgotten(ready: Playbook) -> None:
    ready.join("#ops", "Neural Nine zed")
    ready.server(f"{NINE} PART #team", ":zed!z@z PART #ops")
    assert set(ready.network.users) == {"neural", "nine"}
    ready.server(f"{US} PART #ops")
    assert set(ready.network.users) == {"neural"}


def test_nothing_is_known_of_a_channel_after_the_connection(ready: Playbook) -> None:
    ready.happen(events.ConnectionLost(1, ""))
    assert not ready.buffer("#team").members
    assert ready.network.state is State.WAITING


def test_being_away_is_told_in_the_channel(modern: Playbook) -> None:
    modern.server(f"{NINE} AWAY :lunch")
    assert modern.last("#team") == "Nine is away (lunch)"
    modern.server(f"{NINE} AWAY :long lunch")
    assert modern.last("#team") == "Nine is away (lunch)"
    modern.now += 180
    modern.server(":reader!r@r JOIN #team", f"{NINE} AWAY")
    assert modern.texts("#team") == ["Nine was away 3 minutes · reader joined"]
    modern.server(f"{NINE} PRIVMSG #team :back", f"{NINE} AWAY :again", f"{NINE} PRIVMSG #team :hm")
    modern.now += 45
    modern.server(f"{NINE} AWAY")
    assert modern.last("#team") == "Nine was away 45 seconds"


def test_away_since_before_we_came(modern: Playbook) -> None:
    modern.server(":s 352 Neural #team n nine.example s Nine G :0 Nine", ":s 315 Neural #team :End")
    modern.server(f"{NINE} AWAY")
    assert modern.last("#team") == "Nine is back"


def test_in_a_busy_channel_only_those_who_talk_are_told_away(modern: Playbook) -> None:
    modern.join("#busy", " ".join(f"user{i}" for i in range(40)) + " Nine Neural")
    modern.server(f"{NINE} AWAY :lunch")
    assert modern.texts("#busy") == []
    assert modern.last("#team") == "Nine is away (lunch)"
    modern.server(f"{NINE} AWAY", f"{NINE} PRIVMSG #busy :here again", f"{NINE} AWAY :tea")
    assert modern.last("#busy") == "Nine is away (tea)"


def test_our_own_absence_is_not_told_as_anothers(modern: Playbook) -> None:
    modern.server(f"{US} AWAY :lunch")
    assert modern.texts("#team") == []


def test_leaving_a_big_channel_forgets_who_is_nowhere_else(playbook: Callable[[], Playbook]) -> None:
    book = (
        playbook()
        .register()
        .join("#a", "Neural Nine")
        .join("#b", "Neural Nine zed reader")
        .join("#c", "Neural")
    )
    book.server(":Neural!u@h PART #b")
    assert sorted(book.network.users) == ["neural", "nine"]
    book.server(":Neural!u@h PART #a")
    assert sorted(book.network.users) == ["neural"]
