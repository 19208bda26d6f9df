"""Free nicks: as like the wanted ones as can be."""

import pytest

from gchat.server import nicknames
from gchat.server.world import World


@pytest.mark.parametrize(
    ("wanted", "nick"),
    [
        ("Neural", "Neural"),
        ("Größe X", "Grosse_X"),  # as the tutorial's client, which is sent ASCII, reads the name
        ("Ångström", "Angstrom"),
        ("  Łódź  ", "Lodz"),
        ("日本", "Guest"),
        ("9", "_9"),
        ("-x", "x"),
        ("", "Guest"),
        ("x" * 40, "x" * 32),
        ("NickServ", "NickServ2"),
    ],
)
def test_a_free_nick(wanted, nick):
    assert nicknames.free(World(), wanted) == nick
