"""Every command with no, too many and absurd parameters, before and after registration.

The fixture fails the test when a handler raised; here it is seen that the session lives on and that nothing
that was reflected broke a line.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gchat.irc import limits
from gchat.server.dispatch import TABLE
from gchat.server.settings import Server, Settings

ENDING = ("QUIT",)
TOO_OFTEN = ("", "Too many wrong OPER passwords")  # why a session may have ended
ABSURD = (
    "",
    ":",
    ": ",
    ":\x01",
    " ".join("abcdefghijklmnopqrstuvwxyz"),
    " ".join(["#team"] * 40),
    " ".join(["Neural"] * 40),
    "x" * 480,
    "#" + "x" * 480,
    "," * 480,
    "*" * 480,
    "é" * 240,
    "\u202e" * 160,
    "#team " + "+" * 460,
    "Neural " + "-+" * 230,
    "%s %n {0} {nick} %(x)s",
    "-1 -1 -1 -1",
    "9" * 480,
    "0 0 0 0 0",
    "#team :" + " " * 400,
)


def lines_fit(client):
    for line in client.read():
        assert len(line.encode()) <= limits.LINE - 2
        assert "\r" not in line
        assert "\n" not in line


@pytest.mark.parametrize("command", sorted(set(TABLE) - set(ENDING)))
def test_no_parameters_do_harm(chat, command):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.op(neural)
    for parameters in ABSURD:
        stranger = chat.connect()
        for client in (stranger, nine):
            client.send(f"{command} {parameters}")
            lines_fit(client)
        if command != "KILL":
            neural.send(f"{command} {parameters}")
            lines_fit(neural)
    assert nine.ended in TOO_OFTEN
    if not nine.ended:
        assert nine.ask("PING x")[-1].endswith(" PONG gchat.test :x")


_WORDS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=80)
    | st.sampled_from(["#team", "Neural", "Nine", "*", "#*", "+", "-", ",", "%tcuihsnfdlaor,1", "C<5", ">1"]),
    max_size=18,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(st.sampled_from(sorted(set(TABLE) - {*ENDING, "KILL"})), _WORDS)
def test_anything_does_no_harm(make_chat, command, words):
    chat = make_chat(Settings(server=Server(name="gchat.test"), throttle=False))
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.op(neural)
    for client in (chat.connect(), neural, nine):
        client.send(" ".join([command, *words]))
        lines_fit(client)
    assert chat.engine.errors == 0
    assert nine.ask("PING x")[-1].endswith(" PONG gchat.test :x")
