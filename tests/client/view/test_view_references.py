"""Quotes, reactions and the list of mentions on the screen."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gchat.client.corrections import delete, edit
from gchat.client.line import LineKind
from gchat.client.mentions import remember
from gchat.client.overlay import Mentions
from gchat.client.references import SHORTHANDS, add, quote_of, remove
from gchat.client.text import sanitise
from gchat.client.view import Painter
from gchat.client.view.scroll import scroll

THUMB, HEART = SHORTHANDS["+1"], SHORTHANDS["<3"]

PICTURE = f"""\
 #team  Ship 1.0 on Friday · notes at https://wiki.example/ship                          +nt  6 here
 gchat.local       │             ─── Sunday, 22 November 2026 ─────────────────────── │ @ Neural
   1 server        │ 09:58   Neural  morning! the build is green again                │ + Nine
 ▌ 2 #team         │           Nine  nice, who fixed it?                              │   ops-bot
   3 #ops       3  │ 09:59   Neural  the retry loop never gave up; it now stops at    │   reader
   4 #random  ·12  │                 five tries, see https://ci.example/4711          │   writer
   5 Nine      @1  │ 10:02        ∗  Nine waves                                       │   zed
 irc.example       │              ·  reader, writer joined · zed was away 3 minutes   │
   6 #gevent   ·2  │ 10:04     Nine  `pip install gchat` or pipx?                     │
                   │           Nine  > the retry loop never gave up                   │
                   │                 how did it get past review?                {THUMB} 2  │
                   │ ──────────────────────────────────────────────────────── new ──  │
                   │ 10:07  ops-bot  deploy 4711 done in 41 s                         │
                   │           Nine  Neural: can you tag it?                          │
                   │ 10:08   Neural  on it                                          … │"""


@pytest.fixture
def replied(team: Any) -> Any:
    """The team's channel with a reply two people like."""
    buffer = team.model.current
    line = team.say(buffer, 6, "Nine", "how did it get past review?")
    line.quote = quote_of(buffer.lines[2])
    add(line, THUMB, "neural")
    add(line, THUMB, "zed")
    buffer.lines.sort(key=lambda line: line.time)
    for index, each in enumerate(buffer.lines):
        each.serial = index + 1
    buffer.marker = line.serial
    team.reply = line
    return team


def test_the_picture(replied: Any) -> None:
    assert "\n".join(replied.picture(100, 24).splitlines()[:15]) == PICTURE


def test_what_was_edited_or_deleted_says_so(replied: Any) -> None:
    buffer = replied.model.current
    original, waves = buffer.lines[2], next(line for line in buffer.lines if line.kind is LineKind.ACTION)
    original.msgid = replied.reply.answers = "a"
    edit(buffer, original, "the retry loop gave up")
    delete(buffer, waves, "zed", "not you")
    picture = replied.picture(100, 24)
    assert "the retry loop gave up (edited) " in picture
    assert "> the retry loop gave up " in picture
    assert "\N{ASTERISK OPERATOR}  Nine (deleted by zed: not you) " in picture
    delete(buffer, replied.reply, "", "")
    assert THUMB not in replied.picture(100, 24)


def test_reactions_come_and_go(replied: Any) -> None:
    add(replied.reply, HEART, "zed")
    assert f"{THUMB} 2  {HEART} 1  │" in replied.picture(100, 24)
    remove(replied.reply, HEART, "zed")
    remove(replied.reply, THUMB, "zed")
    assert f"review?                {THUMB} 1  │" in replied.picture(100, 24)
    remove(replied.reply, THUMB, "neural")
    assert THUMB not in replied.picture(100, 24)


def test_reactions_without_room_stand_under_the_text(replied: Any) -> None:
    rows = replied.picture(43, 30).splitlines()
    at = next(n for n, row in enumerate(rows) if "review?" in row)
    assert rows[at].endswith("review?")
    assert rows[at + 1].strip() == f"{THUMB} 2"


def test_many_reactions_are_cut(replied: Any) -> None:
    for number in range(20):
        add(replied.reply, f"reaction{number}", "zed")
    assert f"{THUMB} 2  reaction0 1  reaction1 1" in replied.picture(100, 24)


def test_without_a_nick_column_the_quote_stands_under_the_nick(replied: Any) -> None:
    rows = replied.picture(31, 30).splitlines()
    at = rows.index(" > the retry loop never gave up")
    assert rows[at - 1] == "Nine"
    assert rows[at + 1] == " how did it get past review?"
    assert rows[at + 2].strip() == f"{THUMB} 2"


def test_without_unicode_reactions_are_shorthands(replied: Any) -> None:
    replied.painter = Painter(unicode=False)
    add(replied.reply, HEART, "zed")
    assert "review?          +1 2  <3 1  |" in replied.picture(100, 24)


TEXT = st.text(st.sampled_from("ab \u65e5e\u0301\U0001f44d\U0001f1e9\ufe0f"), max_size=30).map(sanitise)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    kind=st.sampled_from(LineKind),
    texts=st.tuples(TEXT, TEXT, TEXT),
    reactions=st.lists(TEXT, max_size=4),
    columns=st.integers(1, 100),
)
def test_every_row_fits(
    scene: Any, kind: LineKind, texts: tuple[str, str, str], reactions: list[str], columns: int
) -> None:
    scene.__init__()
    channel = scene.model.current = scene.channel(scene.network(), "#team")
    nick, text, quote = texts
    line = scene.say(channel, 0, nick, text, kind)
    line.quote = quote
    for reaction in reactions:
        add(line, reaction, "nine")
    remember(scene.model, channel, line)
    scene.frame(columns, 12)
    scroll(scene.model, -1)
    scene.model.overlay = Mentions(scene.model.mentions)
    scene.frame(columns, 12)


# --- the mentions --------------------------------------------------------------------------------


@pytest.fixture
def called(team: Any) -> Any:
    """The team's channel with three mentions in two networks and on two days; the list is open."""
    gevent = team.model.buffers[-1]
    ops = team.model.buffers[2]
    for buffer, minute, nick, text in (
        (gevent, -24 * 60, "zed", "Neural, is there a gevent for 3.14?"),
        (ops, 5, "ops-bot", "Neural: disk is full " + "and fuller " * 20),
        (team.model.current, 9, "Nine", "Neural: can you tag it?"),
    ):
        remember(team.model, buffer, team.say(buffer, minute, nick, text, highlight=True))
    team.model.overlay = Mentions(list(team.model.mentions))
    return team


MENTIONS = """\
 #team  Ship 1.0 on Friday · notes at https://wiki.example/ship         +nt  6 here
 gchat.local       │ Mentions
   1 server        │
 ▌ 2 #team         │             ─── Saturday, 21 November 2026 ──────────────────
   3 #ops       3  │  09:58  #gevent irc.exa…      zed  Neural, is there a gevent…
   4 #random  ·12  │             ─── Sunday, 22 November 2026 ────────────────────
   5 Nine      @1  │  10:03  #ops gchat.local  ops-bot  Neural: disk is full and…
 irc.example       │▌ 10:07  #team gchat.loc…     Nine  Neural: can you tag it?
   6 #gevent   ·2  │
"""


def test_the_mentions(called: Any) -> None:
    assert called.picture(83, 11).splitlines()[:-2] == MENTIONS.splitlines()
    assert called.picture(83, 11).splitlines()[-2].endswith("  Enter goes there, Escape leaves")


def test_one_network_needs_no_name(called: Any) -> None:
    called.model.overlay.entries = called.model.mentions[1:]
    called.model.overlay.chosen = 0
    assert "▌ 10:03  #ops   ops-bot  Neural: disk" in called.picture(100, 24)


def test_the_chosen_mention_is_in_sight(called: Any) -> None:
    called.model.overlay.entries = called.model.mentions * 60
    for chosen in (0, 90, 179):
        called.model.overlay.chosen = chosen
        assert called.picture(100, 12).count("▌") == 2


def test_mentions_in_a_narrow_window(called: Any) -> None:
    assert "▌    Nine  Neural: can you t…" in called.picture(30, 10).splitlines()


# --- panes that come back ------------------------------------------------------------------------


def test_the_whole_topic_has_the_room_it_needs(team: Any) -> None:
    team.model.current.topic = "word " * 30 + "end"
    team.model.panes["topic"] = True
    rows = team.picture(30, 10).splitlines()
    assert rows[6].endswith("end")
    team.model.current.topic = "short"
    assert team.picture(40, 7).splitlines()[:2] == [" #team                            6 here", " short"]


def test_times_and_nicks_come_back(team: Any) -> None:
    team.model.panes["times"] = True
    assert " 10:08   Neural  on it …" in team.picture(31, 8).splitlines()
    assert "10:08" not in team.picture(19, 8)
    team.model.panes = {"buffers": True, "members": True}
    for columns in range(44, 60):
        team.frame(columns, 12)
    team.model.panes = {"times": False}
    assert "10:08" not in team.picture(100, 24)
