"""What the clients of the state machines may say: names, texts, nonsense; and who of them does it."""

from __future__ import annotations

from hypothesis import strategies as st

CLIENTS = 4
SHOWN = ("JOIN", "PART", "KICK", "QUIT", "NICK", "TOPIC", "MODE", "PRIVMSG", "NOTICE", "INVITE")
NUMERICS = ("301", "730", "731")  # that people see, too: somebody is away, comes and goes
NICKS = ("Neural", "Nine", "nine", "Other", "Zed")
BAD_NICKS = ("1st", "a b", "#team", "Ni:ne", "é", "NickServ", "-x", "N" * 33)
ROOMS = ("#team", "#team", "#TEAM", "#two")
OPERATOR, MEMBER, OUTSIDER = -1, -2, -3  # one of these of a room, where there is one

who = st.integers(0, CLIENTS - 1)
# Chance alone would mostly find somebody who may not, and little would ever happen.
mostly_operator = st.sampled_from((0, 1, 2, 3, *[OPERATOR] * 8))
mostly_member = st.sampled_from((0, 1, 2, 3, *[MEMBER] * 8))
mostly_outsider = st.sampled_from((0, 1, 2, 3, *[OUTSIDER] * 8))
nicks = st.sampled_from(NICKS)
flags = st.sampled_from("iimmnsstCMR")
letters = st.sampled_from("ooovvhaq")
# a list's letter, and what kind of mask is put into it: only b and e know mutes
lists = st.sampled_from(("b", "b", "b", "bm:", "bm:", "e", "em:", "I"))
rooms = st.sampled_from(ROOMS)
keys = st.sampled_from(("", "", "secret"))
texts = st.sampled_from(
    ("hello", "two words", ":)", "caf\u00e9", "\x01ACTION waves\x01", "\x01VERSION\x01", "x" * 300)
)
# what a line must not change, whoever sends it: nothing of it is a command that is complete
NONSENSE = (
    b"NONSENSE #team Nine",
    b"JOIN",
    b"JOIN ,,,",
    b"JOIN team",
    b"KICK #team",
    b"MODE",
    b"PRIVMSG #team",
    b"PRIVMSG",
    b"TOPIC",
    b"INVITE Nine",
    b":",
    b"@",
    b"@a=b;=;;c",
    b"@" + b"t" * 5000 + b" JOIN #team",
    b"JOIN #team " + b"x" * 600,
    b"PRIVMSG #team :caf\xe9",
    b"JO\xffIN #team",
    b"WALLOPS :all",
    b"001 Nine :welcome",
    b"SQUIT gchat.test",
    b"SERVER evil.test 1 :evil",
    b"REDACT #team 1-1",
    b"BATCH -nothing",
    b"AUTHENTICATE " + b"A" * 400,
    b"AUTHENTICATE *",
    b"USER again 0 * :again",
    b"\0\0\0",
    b"KICK #nowhere Nine",
    b"MODE #nowhere +o Nine",
    b"MODE #team +b",
    b"NAMES #nowhere",
    b"PONG",
)
