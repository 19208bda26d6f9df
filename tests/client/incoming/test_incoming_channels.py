"""TOPIC, MODE and their numerics."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client import events

Playbook = Any  # tests/client/conftest.py
NINE = ":Nine!n@nine.example"


@pytest.mark.parametrize(
    ("modes", "said"),
    [
        ("+o zed", "made zed an operator"),
        ("-o Nine", "took the operator's role from Nine"),
        ("+v Neural", "gave Neural voice"),
        ("+q zed", "made zed the founder"),
        ("+b *!*@bad.example", "banned *!*@bad.example"),
        ("-b *!*@bad.example", "lifted the ban on *!*@bad.example"),
        ("+k secret", "set the key secret"),
        ("-k *", "removed the key"),
        ("+l 10", "limited the channel to 10 people"),
        ("-l", "removed the limit of people"),
        ("+m", "lets only people with voice speak"),
        (
            "+i-t",
            "made the channel invite-only and lets everybody set the topic",
        ),
        ("+ov zed Neural", "made zed an operator and gave Neural voice"),
        ("+C", "forbids CTCP"),
        ("+R", "lets only people with an account in"),
        ("+r-M", "registered the channel and lets people without an account speak"),
        ("+Z", "changed modes: +Z"),
        ("+o", "changed modes: +o"),
    ],
)
def test_modes_in_words(ready: Playbook, modes: str, said: str) -> None:
    ready.server(f"{NINE} MODE #team {modes}")
    assert ready.last("#team") == f"Nine {said}"


def test_roles_are_kept_in_their_order(ready: Playbook) -> None:
    ready.server(f"{NINE} MODE #team +vo Neural Neural")
    member = ready.buffer("#team").members["neural"]
    assert member.prefixes == "@+"
    ready.server(f"{NINE} MODE #team -o Neural")
    assert member.prefixes == "+"


def test_a_role_for_us_calls_us(ready: Playbook) -> None:
    ready.join("#ops")
    ready.server(f"{NINE} MODE #team +o Neural")
    assert ready.buffer("#team").mentions == 1


def test_modes_are_in_the_title_and_the_key_is_not(ready: Playbook) -> None:
    ready.server(f"{NINE} MODE #team +klm secret 10", f"{NINE} MODE #team -n")
    assert ready.buffer("#team").modes == "+klmt 10"


def test_the_topic(ready: Playbook) -> None:
    ready.server(f"{NINE} TOPIC #team :Ship \x02it")
    team = ready.buffer("#team")
    assert (team.topic, team.topic_setter, team.topic_time) == ("Ship it", "Nine", ready.now)
    assert ready.last("#team") == "Nine set the topic: Ship it"
    ready.server(f"{NINE} TOPIC #team :")
    assert (team.topic, ready.last("#team")) == ("", "Nine removed the topic")


def test_the_topic_we_find(ready: Playbook) -> None:
    ready.server(":s 332 Neural #team :Ship it", ":s 333 Neural #team Nine!n@nine.example 1600000000")
    team = ready.buffer("#team")
    assert (team.topic, team.topic_setter, team.topic_time) == ("Ship it", "Nine", 1600000000)
    assert ready.texts("#team")[0] == "The topic is: Ship it"
    assert ready.texts("#team")[1].startswith("Nine set it on 13 September 2020")


@pytest.mark.parametrize(
    ("names", "members"),
    [
        ("@Nine +zed Neural", {"Nine": "@", "zed": "+", "Neural": ""}),
        ("@+Nine!n@h zed!z@z Neural!u@h", {"Nine": "@+", "zed": "", "Neural": ""}),
        ("~&@%+Nine", {"Nine": "~&@%+"}),
        ("", {}),
        ("@", {}),
    ],
)
def test_names(ready: Playbook, names: str, members: dict[str, str]) -> None:
    ready.server(f":s 353 Neural = #team :{names}", ":s 366 Neural #team :End")
    found = {m.user.nick: m.prefixes for m in ready.buffer("#team").members.values()}
    assert found == members
    assert ready.texts("#team") == []


def test_names_keep_who_spoke(ready: Playbook) -> None:
    ready.server(
        f"{NINE} PRIVMSG #team :hi", ":s 353 Neural = #team :Nine Neural", ":s 366 Neural #team :End"
    )
    assert ready.buffer("#team").members["nine"].spoke == ready.now


def test_names_that_were_asked_for_are_said(ready: Playbook) -> None:
    assert ready.type("/names") == ["NAMES #team"]
    ready.server(":s 353 Neural = #team :@Nine Neural", ":s 366 Neural #team :End")
    assert ready.last("#team") == "In #team: @Nine and Neural"


def test_names_of_a_channel_we_are_not_in(ready: Playbook) -> None:
    ready.type("/names #ops")
    ready.server(":s 353 Neural = #ops :zed", ":s 366 Neural #ops :End")
    assert ready.last("#team") == "In #ops: zed"
    ready.type("/names #void")
    ready.server(":s 366 Neural #void :End")
    assert ready.last("#team") == "In #void: nobody"


def test_asking_for_modes(ready: Playbook) -> None:
    assert ready.type("/mode") == ["MODE #team"]
    ready.server(":s 324 Neural #team +nt", ":s 329 Neural #team 1600000000")
    assert ready.texts("#team")[-2] == "The modes of #team are +nt"
    assert ready.last("#team").startswith("#team was created on 13 September 2020")


def test_a_server_whose_channels_may_begin_with_a_plus(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register(isupport="CHANTYPES=#&+ CASEMAPPING=ascii").join()
    assert book.type("/mode +m") == ["MODE #team +m"]
    assert book.type("/join +plus") == ["JOIN +plus"]
    book.server(":Neural!u@h JOIN +plus", ":s 324 Neural +plus +", ":s 324 Neural +plus +")
    assert book.last("+plus") == "+plus has no modes"
    assert book.type("/mode +plus +m")[-1] == "MODE +plus +m"


def test_our_own_modes(ready: Playbook) -> None:
    ready.server(":Neural MODE Neural :+i", ":s 221 Neural +iw")
    assert ready.texts()[-2:] == ["Your modes changed: +i", "Your modes are +iw"]


def test_another_casemapping_finds_the_same_names(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register(isupport="CHANTYPES=# CASEMAPPING=rfc1459").join("#[team]", "Neural Ni[ne")
    book.server(":NI{NE!n@h PRIVMSG #{TEAM} :hi")
    assert book.last("#[team]") == "NI{NE: hi"
    assert book.buffer("#[team]").members[book.network.fold("Ni[ne")].spoke


def test_a_server_without_channels_and_roles(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register(isupport="CHANTYPES= PREFIX=")
    book.server(f"{NINE} PRIVMSG Neural :hi", f"{NINE} PRIVMSG #team :hi")
    assert book.texts("Nine")


# --- RENAME


def test_a_renamed_channel_keeps_its_lines_and_members(ready: Playbook) -> None:
    buffer = ready.buffer("#team")
    ready.server(f"{NINE} PRIVMSG #team :before", f"{NINE} RENAME #team #crew :we are more")
    assert ready.buffer("#crew") is buffer
    assert ready.texts("#crew") == ["Nine: before", "Nine renamed #team to #crew (we are more)"]
    assert sorted(buffer.members) == ["neural", "nine"]
    ready.server(f"{NINE} PRIVMSG #crew :after")
    assert ready.last("#crew") == "Nine: after"
    assert ready.type("hello") == ["PRIVMSG #crew :hello"]
    assert ready.network.autojoin == {"#crew": ("#crew", "")}


def test_another_case_is_the_same_channel(ready: Playbook) -> None:
    buffer = ready.buffer("#team")
    ready.server(f"{NINE} RENAME #team #Team :")
    assert ready.buffer("#team") is buffer
    assert buffer.name == "#Team"
    assert ready.last("#team") == "Nine renamed #team to #Team"


def test_what_was_left_of_another_channel_makes_room(ready: Playbook) -> None:
    ready.join("#crew")
    ready.server(":Neural!u@home.example PART #crew")
    ready.server(f"{NINE} RENAME #team #crew :")
    assert [buffer.name for buffer in ready.model.buffers] == ["Test", "#crew"]


@pytest.mark.parametrize(
    "line", ["RENAME", "RENAME #team", "RENAME #none #new :", "RENAME #team #crew :", "RENAME #team Nine :"]
)
def test_a_rename_that_cannot_be_changes_nothing(ready: Playbook, line: str) -> None:
    ready.join("#crew")
    ready.server(f"{NINE} PRIVMSG Neural :psst")
    before = [buffer.name for buffer in ready.model.buffers]
    ready.server(f"{NINE} {line}")
    assert [buffer.name for buffer in ready.model.buffers] == before


def test_it_goes_where_the_channel_went(modern: Playbook) -> None:
    ready = modern
    buffer = ready.buffer("#team")
    ready.happen(events.ConnectionLost(1, ""))
    ready.sent()
    ready.network.autojoin["#team"] = ("#team", "key")
    ready.wait(3)
    ready.register()
    ready.server(":s FAIL JOIN CHANNEL_RENAMED #team #crew :#team is called #crew now")
    assert ready.sent() == ["JOIN #crew key"]
    assert ready.buffer("#crew") is buffer
    assert ready.last("#crew") == "#team is called #crew now"
    ready.server(":s FAIL JOIN CHANNEL_RENAMED #other #bad :nobody asked")
    assert ready.sent() == []


def test_the_command_names_the_channel_it_is_typed_in(ready: Playbook) -> None:
    assert ready.type("/rename crew we are more") == ["RENAME #team #crew :we are more"]
    assert ready.type("/rename #crew") == ["RENAME #team #crew"]
    ready.type("/rename")
    assert "Usage: /rename" in ready.last("#team")


def test_the_key_of_a_channel_is_known_when_it_is_joined_again(ready: Playbook) -> None:
    """Who was invited past a key, or saw it change, gets in after a lost connection, too."""
    ready.server(":s 324 Neural #team +ntk sesame")
    assert ready.network.autojoin["#team"] == ("#team", "sesame")
    ready.server(f"{NINE} MODE #team +k other")
    assert ready.network.autojoin["#team"] == ("#team", "other")
    ready.server(":s 324 Neural #team +ntk *")  # some servers hide it
    assert ready.network.autojoin["#team"] == ("#team", "other")
    ready.server(f"{NINE} MODE #team -k *")
    assert ready.network.autojoin["#team"] == ("#team", "")
