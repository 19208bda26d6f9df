"""Golden screens: what a person sees, at each size where something folds away."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat import __version__
from gchat.client.frame import Frame
from gchat.client.line import Delivery, LineKind
from gchat.client.model import BufferKind, Member, State, User
from gchat.client.overlay import Help, Search, Step, Welcome
from gchat.client.theme import THEMES
from gchat.client.view import Painter, deadline

SCREENS = {
    (100, 24): """\
 #team  Ship 1.0 on Friday · notes at https://wiki.example/ship                          +nt  6 here
 gchat.local       │             ─── Sunday, 22 November 2026 ─────────────────────── │ @ Neural
   1 server        │ 09:58   Neural  morning! the build is green again                │ + Nine
 ▌ 2 #team         │           Nine  nice, who fixed it?                              │   ops-bot
   3 #ops       3  │ 09:59   Neural  the retry loop never gave up; it now stops at    │   reader
   4 #random  ·12  │                 five tries, see https://ci.example/4711          │   writer
   5 Nine      @1  │ 10:02        ∗  Nine waves                                       │   zed
 irc.example       │              ·  reader, writer joined · zed was away 3 minutes   │
   6 #gevent   ·2  │ 10:04     Nine  `pip install gchat` or pipx?                     │
                   │ ──────────────────────────────────────────────────────── new ──  │
                   │ 10:07  ops-bot  deploy 4711 done in 41 s                         │
                   │           Nine  Neural: can you tag it?                          │
                   │ 10:08   Neural  on it                                          … │
                   │                                                                  │
                   │                                                                  │
                   │                                                                  │
                   │                                                                  │
                   │                                                                  │
                   │                                                                  │
                   │                                                                  │
                   │                                                                  │
                   │                                                                  │
 Neural ▸ gchat.local  lag 12 ms   Nine is typing…                   3 #ops:3  5 Nine:@1   M-a next
 › tagging 1.0 now""",
    (89, 12): """\
 #team  Ship 1.0 on Friday · notes at https://wiki.example/ship               +nt  6 here
 gchat.local       │ 09:59   Neural  the retry loop never gave up; it now stops at
   1 server        │                 five tries, see https://ci.example/4711
 ▌ 2 #team         │ 10:02        ∗  Nine waves
   3 #ops       3  │              ·  reader, writer joined · zed was away 3 minutes
   4 #random  ·12  │ 10:04     Nine  `pip install gchat` or pipx?
   5 Nine      @1  │ ─────────────────────────────────────────────────────────── new ──
 irc.example       │ 10:07  ops-bot  deploy 4711 done in 41 s
   6 #gevent   ·2  │           Nine  Neural: can you tag it?
                   │ 10:08   Neural  on it                                             …
 Neural ▸ gchat.local  lag 12 ms   Nine is typing…        3 #ops:3  5 Nine:@1   M-a next
 › tagging 1.0 now""",
    (63, 10): """\
 #team  Ship 1.0 on Friday · notes at https://wik…  +nt  6 here
 10:02        ·  reader, writer joined · zed was away 3
                 minutes
 10:04     Nine  `pip install gchat` or pipx?
 ───────────────────────────────────────────────────── new ──
 10:07  ops-bot  deploy 4711 done in 41 s
           Nine  Neural: can you tag it?
 10:08   Neural  on it                                       …
 Neural ▸ gchat.local   Nine is typing…    3 #ops:3  5 Nine:@1
 › tagging 1.0 now""",
    (43, 10): """\
 #team  Ship 1.0 on Friday · notes…  6 here
        ·  reader, writer joined · zed was
           away 3 minutes
     Nine  `pip install gchat` or pipx?
 ────────────────────────────────── new ──
  ops-bot  deploy 4711 done in 41 s
     Nine  Neural: can you tag it?
   Neural  on it …
 Neural ▸ gchat.local  3 #ops:3  5 Nine:@1
 › tagging 1.0 now""",
    (31, 8): """\
 #team  Ship 1.0 on Fr…  6 here
 deploy 4711 done in 41 s
Nine
 Neural: can you tag it?
Neural
 on it …
 gchat.local         3:3  5:@1
 › tagging 1.0 now""",
    (31, 7): """\
 deploy 4711 done in 41 s
Nine
 Neural: can you tag it?
Neural
 on it …
 #team   Nine is typing…  5:@1
 › tagging 1.0 now""",
    (20, 5): """\
 it?
Neural
 on it …
 #team    3:3  5:@1
 › tagging 1.0 now""",
    (20, 4): """\
 it?
Neural
 on it …
 › tagging 1.0 now""",
    (9, 2): """\
 on it …
   now""",
    (4, 1): """\
now""",
}


@pytest.mark.parametrize("size", SCREENS)
def test_screen(team: Any, size: tuple[int, int]) -> None:
    assert team.picture(*size) == SCREENS[size]


def test_without_unicode_the_screen_is_ascii(team: Any) -> None:
    team.painter = Painter(unicode=False)
    team.model.current.topic = "Ship 1.0 on Friday"
    picture = team.picture(80, 16)
    for char in "│─▌›▸∗…✗↓":
        assert char not in picture
    rows = picture.splitlines()
    assert rows[1].startswith(" gchat.local       |              --- Sunday"[:20])
    assert rows[3].startswith(" > 2 #team         | ")
    assert "*  Nine waves" in picture
    assert rows[-2].startswith(" Neural > gchat.local   Nine is typing...")
    assert rows[-1] == " > tagging 1.0 now"


def test_a_first_start(scene: Any) -> None:
    overlay = scene.model.overlay = Welcome(Step.NICK)
    overlay.editor.insert("Neural")
    assert scene.picture(60, 4).splitlines()[2] == " Choose your nickname: Neural"
    assert scene.frame(60, 4).cursor == (2, 29)
    overlay.nick, overlay.step = "Neural", Step.NO_SERVER
    overlay.problem = "There is no server at localhost:6667."
    assert (
        scene.picture(60, 9)
        == f"""\
 gchat {__version__} · a chat for the terminal

 Choose your nickname: Neural
 Server [localhost]:
 There is no server at localhost:6667.
   s  start one here and chat in it (gchat --local)
   o  go to another server
   q  quit
 For others, too, run gchat-server."""
    )
    assert (
        scene.picture(30, 9)
        == """\
 Server [localhost]:
 There is no server at
 localhost:6667.
   s  start one here and chat
      in it (gchat --local)
   o  go to another server
   q  quit
 For others, too, run
 gchat-server."""
    )
    overlay.step, overlay.problem = Step.SERVER, ""
    overlay.editor.clear()
    assert scene.picture(60, 5).splitlines()[3] == " Server [localhost]:"


@pytest.mark.parametrize(
    ("states", "row"),
    [
        ({"state": State.READY, "lag": 2.345}, " Neural ▸ gchat.local  lag 2.3 s"),
        ({"state": State.READY, "lag": None, "away": "lunch"}, " Neural ▸ gchat.local (away)"),
        ({"state": State.DISCONNECTED}, " Neural ▸ gchat.local  not connected"),
        (
            {"state": State.CONNECTING, "status": "trying ::1 port 6667"},
            " Neural ▸ gchat.local  trying ::1 port 6667",
        ),
        (
            {"state": State.WAITING, "next_attempt": 12.4},
            " Neural ▸ gchat.local  not connected, tries again in 12 s",
        ),
    ],
)
def test_the_connection_in_the_status_line(scene: Any, states: dict[str, Any], row: str) -> None:
    network = scene.network()
    scene.model.current = network.server_buffer
    scene.now = 0.0
    for name, value in states.items():
        setattr(network, name, value)
    assert scene.picture(80, 24).splitlines()[-2].startswith(row)


def test_a_countdown_has_no_room_in_a_narrow_window(scene: Any) -> None:
    network = scene.network()
    scene.model.current = network.server_buffer
    network.state, network.next_attempt = State.WAITING, scene.now + 12
    assert scene.picture(30, 8).splitlines()[-2] == " gchat.local  not connected"


def test_a_channel_keeps_its_columns_when_the_connection_is_gone(team: Any) -> None:
    buffer = team.model.current
    buffer.joined = False
    buffer.members.clear()
    buffer.roster_version += 1
    rows = team.picture(100, 24).splitlines()
    assert rows[0].endswith("not joined")
    assert rows[5].rstrip().endswith("│")
    team.model.buffers[3].members.clear()
    team.model.buffers[3].joined = False
    assert "(#rando… ·12" in team.picture(100, 24)


def test_a_countdown_asks_for_frames(scene: Any) -> None:
    network = scene.network()
    scene.model.current = network.server_buffer
    assert deadline(scene.model, 100.0) is None
    network.next_attempt = 112.0
    assert deadline(scene.model, 100.0) == 101.0


@pytest.mark.parametrize(
    ("typists", "words"),
    [
        (("Nine",), "Nine is typing…"),
        (("Nine", "zed"), "Nine and zed are typing…"),
        (("Nine", "zed", "reader"), "3 are typing…"),
        ((), "typing"),
    ],
)
def test_who_is_typing(team: Any, typists: tuple[str, ...], words: str) -> None:
    team.model.current.typing = dict.fromkeys(typists, team.now + 5) | {"gone": team.now - 5}
    assert (words in team.picture(100, 24).splitlines()[-2]) is bool(typists)


def test_panes_that_folded_away_can_be_shown(team: Any) -> None:
    team.model.panes = {"buffers": True, "members": True}
    rows = team.picture(63, 10).splitlines()
    assert rows[2].startswith("   1 server        │")
    assert rows[1].endswith("│ @ Neural")


def test_panes_can_be_hidden(team: Any) -> None:
    team.model.panes = {"buffers": False, "members": False}
    assert "│" not in team.picture(200, 24)


def test_a_list_takes_all_of_a_narrow_screen(team: Any) -> None:
    team.model.panes = {"buffers": True}
    assert team.picture(30, 10).splitlines()[3] == " ▌ 2 #team"
    team.model.panes = {"members": True}
    assert team.picture(20, 10).splitlines()[1:3] == [" @ Neural", " + Nine"]


def test_a_long_nick_widens_its_column_up_to_sixteen(team: Any) -> None:
    team.say(team.model.current, 11, "twelve-chars", "hi")
    assert " twelve-chars  hi" in team.picture(100, 24)
    team.say(team.model.current, 12, "a-nick-of-many-characters", "hello")
    assert " a-nick-of-ma…  hello" in team.picture(100, 24)
    assert " a-nick-of-many-…  hello" in team.picture(140, 24)


def test_what_could_not_be_sent_says_so_and_stays(team: Any) -> None:
    line = team.model.current.lines[-1]
    line.delivery, line.problem = Delivery.FAILED, "not sent: the connection is gone"
    line.changed()
    rows = team.picture(100, 24).splitlines()
    at = next(n for n, row in enumerate(rows) if "on it" in row)
    assert "✗ not sent: the connection is gone (M-s sends" in rows[at + 1]
    assert "it again)" in rows[at + 2]


@pytest.mark.parametrize(
    ("kind", "nick", "row"),
    [
        (LineKind.NOTICE, "Nine", "              !  Nine: text"),
        (LineKind.NOTICE, "", "              !  text"),
        (LineKind.EVENT, "Nine", "              ·  text"),
        (LineKind.SERVER, "", "              ·  text"),
        (LineKind.STATUS, "", "              ·  text"),
        (LineKind.PRESENCE, "", "              ·  text"),
        (LineKind.ERROR, "", "              ✗  text"),
        (LineKind.ACTION, "Nine", "              ∗  Nine text"),
        (LineKind.MESSAGE, "Nine", "           Nine  text"),
    ],
)
def test_kinds_of_lines_have_signs(team: Any, kind: LineKind, nick: str, row: str) -> None:
    team.say(team.model.current, 10, nick, "text", kind)
    team.model.panes = {"buffers": False, "members": False}
    assert team.picture(80, 30).splitlines()[13].startswith(row)


def test_days_and_minutes(scene: Any) -> None:
    team = scene.channel(scene.network(), "#team")
    scene.model.current = team
    scene.model.panes = {"buffers": False}
    for minute in (0, 0.5, 1, 24 * 60):
        scene.say(team, minute, "Nine", "hi")
    assert (
        scene.picture(64, 9)
        == """\
 #team                                                    1 here
             ─── Sunday, 22 November 2026 ─────────────────────
 09:58     Nine  hi
           Nine  hi
 09:59     Nine  hi
             ─── Monday, 23 November 2026 ─────────────────────
 09:58     Nine  hi
 Neural ▸ gchat.local                                   F1 help
 ›""".replace("1 here", "0 here")
    )


def test_mentions_are_reversed_and_hits_underlined(
    team: Any, styles: Callable[[Frame, str], set[object]]
) -> None:
    theme = THEMES["default"]
    frame = team.frame(100, 24)
    assert styles(frame, "Nine") >= {theme.called, theme.nick("Nine")}
    search = team.model.overlay = Search()
    search.editor.insert("RETRY")
    search.hits = [1]
    frame = team.frame(100, 24)
    assert styles(frame, "retry") == {theme.hit}
    assert team.picture(100, 24).splitlines()[-1] == " search: RETRY"
    assert "1 line, Up and Down" in team.picture(100, 24)


def test_every_theme_draws_the_same_text(team: Any) -> None:
    pictures = set()
    for name in THEMES:
        team.model.theme = name
        pictures.add(team.picture(100, 24))
    assert len(pictures) == 1


def test_many_members_and_many_buffers(scene: Any) -> None:
    network = scene.network()
    for number in range(40):
        scene.channel(network, f"#room{number}", members=60)
    scene.model.current = scene.model.buffers[35]
    picture = scene.picture(100, 24)
    assert "▌36 #room34" in picture
    assert picture.splitlines()[-3].endswith("│   40 more")


def test_the_whole_topic(team: Any) -> None:
    team.model.current.topic = "word " * 60
    team.model.panes["topic"] = True
    rows = team.picture(100, 24).splitlines()
    assert rows[0].startswith(" #team     ")
    assert rows[1].startswith(" word word")
    assert rows[4].startswith(" word")
    assert rows[5].startswith(" gchat.local")


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_a_low_screen_has_its_status_line_when_asked(team: Any, rows: int) -> None:
    assert "gchat.local" not in team.picture(60, rows)
    assert "Neural ▸" not in team.picture(60, rows)
    team.model.panes["topic"] = True
    picture = team.picture(60, rows).splitlines()
    assert len(picture) == rows
    assert picture[-1].startswith(" ›")
    assert rows == 1 or picture[-2].startswith(" Neural ▸")


def test_other_titles(team: Any) -> None:
    nine = team.model.buffers[4]
    team.model.current = nine
    user = nine.network.users["nine"] = User("Nine")
    user.realname, user.away = "Nine of Nine", True
    assert team.picture(60, 24).splitlines()[0] == " Nine  Nine of Nine (away)"
    nine.network.users.clear()
    assert team.picture(60, 24).splitlines()[0] == " Nine"
    team.model.current = team.model.buffers[0]
    assert team.picture(60, 24).splitlines()[0] == " gchat.local  irc://gchat.local"
    ops = team.model.current = team.model.buffers[2]
    ops.joined = False
    assert team.picture(60, 24).splitlines()[0].endswith("not joined")
    assert "(#ops)" in team.picture(80, 24)


def test_the_input_grows_to_a_third(team: Any) -> None:
    editor = team.model.current.editor
    editor.set("one\ntwo\nthree")
    assert team.picture(60, 12).splitlines()[-3:] == [" › one", "   two", "   three"]
    assert team.frame(60, 12).cursor == (11, 8)
    editor.set("\n".join(str(n) for n in range(20)))
    assert team.picture(60, 12).splitlines()[-4:] == ["   16", "   17", "   18", "   19"]
    editor.cursor = 0
    assert team.picture(60, 12).splitlines()[-4:] == [" › 0", "   1", "   2", "   3"]
    assert team.frame(60, 12).cursor == (8, 3)


def test_a_long_line_wraps_in_the_input(team: Any) -> None:
    editor = team.model.current.editor
    editor.set("x" * 50)
    assert team.picture(30, 12).splitlines()[-2:] == [" › " + "x" * 26, "   " + "x" * 24]
    editor.set("日本 \U0001f468\u200d\U0001f469 e\u0301")
    assert team.picture(60, 12).splitlines()[-1] == " › 日本 \U0001f468\U0001f469 e\u0301"
    assert team.frame(60, 12).cursor == (11, 14)


def test_help_lies_over_the_messages(team: Any) -> None:
    team.model.overlay = Help("Commands", [f"/command{n}  does something" for n in range(30)])
    rows = team.picture(100, 24).splitlines()
    assert rows[1] == " Commands"
    assert rows[3] == " /command0  does something"
    assert "PageDown shows more, Escape leaves the help" in rows[-2]
    assert team.picture(30, 8).splitlines()[-2].endswith("  Escape leaves")


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (80, ["   /deop [#channel] nick ...  take the operator's role from everybody you name"]),
        (
            70,
            ["   /deop [#channel] nick ...  take the operator's role from everybody", " " * 30 + "you name"],
        ),
        (
            40,
            [
                "   /deop [#channel] nick ...",
                "       take the operator's role from",
                "       everybody you name",
            ],
        ),
    ],
)
def test_help_is_wrapped_under_its_column(team: Any, columns: int, rows: list[str]) -> None:
    team.model.overlay = Help(
        "Commands", ["  /deop [#channel] nick ...  take the operator's role from everybody you name"]
    )
    assert team.picture(columns, 24).splitlines()[3 : 3 + len(rows)] == rows


def test_nothing_is_there_yet(scene: Any) -> None:
    assert scene.picture(80, 24).splitlines()[0] == " gchat"


def test_the_window_title(team: Any) -> None:
    assert team.frame(80, 24).title == "(1) #team - gchat"
    team.model.buffers[4].mentions = 0
    assert team.frame(80, 24).title == "#team - gchat"


def test_members_are_drawn_again_when_they_change(team: Any) -> None:
    team.frame(100, 24)
    buffer = team.model.current
    buffer.members["abel"] = Member(User("abel"), "@")
    buffer.roster_version += 1
    assert team.picture(100, 24).splitlines()[1].endswith("│ @ abel")


def test_queries_have_no_member_list(team: Any) -> None:
    team.model.current = next(b for b in team.model.buffers if b.kind is BufferKind.QUERY)
    assert team.picture(100, 24).splitlines()[1].count("│") == 1


def test_a_name_that_is_the_nick_is_said_once(team: Any) -> None:
    nine = team.model.current = team.model.buffers[4]
    user = nine.network.users["nine"] = User("Nine")
    user.realname = "Nine"
    assert team.picture(60, 24).splitlines()[0] == " Nine"
    user.away = True
    assert team.picture(60, 24).splitlines()[0] == " Nine  (away)"


def test_an_invitation_asks_for_a_password_that_nobody_sees(scene: Any) -> None:
    overlay = scene.model.overlay = Welcome(Step.PASSWORD, "Nine")
    overlay.invited = "You are invited to #team on chat.example:6697."
    overlay.editor.insert("sesame")
    assert (
        scene.picture(62, 10)
        == f"""\
 gchat {__version__} · a chat for the terminal

 You are invited to #team on chat.example:6697.
 Choose your nickname: Nine
 Your password there: ••••••

 If you have no account there, choose one: it makes the
 account. gchat remembers it. An empty answer changes the
 nickname.
"""
    )
    assert scene.frame(62, 9).cursor == (4, 28)
    overlay.problem = "A password has at least 6 characters and is not the name."
    assert scene.picture(62, 9).splitlines()[5] == f" {overlay.problem}"
