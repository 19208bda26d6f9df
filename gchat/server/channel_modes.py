"""Which channel modes there are, by the kind of their parameter.  https://modern.ircdocs.horse/#chanmodes-
parameter
"""

from __future__ import annotations

from gchat.irc.modes import ModeTypes
from gchat.server import roles

TYPES = ModeTypes(
    lists="beI", always="k", on_set="lW", flags="CMRimnrst", prefixes=roles.LETTERS, symbols=roles.SYMBOLS
)
CHANMODES = ",".join((TYPES.lists, TYPES.always, TYPES.on_set, TYPES.flags))
ALL = TYPES.lists + TYPES.always + TYPES.on_set + TYPES.flags + TYPES.prefixes
WITH_PARAMETER = "".join(sorted(TYPES.lists + TYPES.always + TYPES.on_set + TYPES.prefixes))
REGISTERED = "r"  # set and taken away by ChanServ alone
AT_CREATION = "nt"  # what a new channel is born with
MUTE = "m:"  # the extended ban that lets somebody read and not speak
ACCOUNT = "a:"  # the extended mask that fits who is logged in to an account, alone or behind MUTE
