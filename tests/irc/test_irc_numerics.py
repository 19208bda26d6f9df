"""gchat.irc.numerics: the table agrees with itself and with its sources."""

from __future__ import annotations

import string

import pytest

from gchat.irc import numerics
from gchat.irc.numerics import BY_NUMBER, Numeric

NAMED = {name: value for name, value in vars(numerics).items() if isinstance(value, Numeric)}


def test_every_row_is_named_as_its_constant() -> None:
    assert all(numeric.name == name for name, numeric in NAMED.items())


def test_every_number_is_there_once() -> None:
    assert len(NAMED) == len(BY_NUMBER)
    assert all(BY_NUMBER[numeric.number] is numeric for numeric in NAMED.values())


@pytest.mark.parametrize("numeric", NAMED.values(), ids=NAMED)
def test_a_row_can_be_sent(numeric: Numeric) -> None:
    """Three digits; errors are from 400 on; a text is printable, and its fields have names."""
    assert len(numeric.number) == 3
    assert numeric.number.isdigit()
    assert numeric.name.startswith("ERR_") <= (numeric.number >= "400")
    assert numeric.text.isprintable()
    fields = {field: "x" for _, field, _, _ in string.Formatter().parse(numeric.text) if field is not None}
    assert all(field.isidentifier() for field in fields)
    assert "{" not in numeric.text.format_map(fields)


# Numbers that programs depend on, as the documents give them.
KNOWN = [
    ("RPL_WELCOME", "001"),
    ("RPL_ISUPPORT", "005"),
    ("RPL_UMODEIS", "221"),
    ("RPL_TRYAGAIN", "263"),
    ("RPL_WHOISCERTFP", "276"),
    ("RPL_AWAY", "301"),
    ("RPL_USERHOST", "302"),
    ("RPL_ISON", "303"),
    ("RPL_CHANNELMODEIS", "324"),
    ("RPL_CREATIONTIME", "329"),
    ("RPL_TOPICWHOTIME", "333"),
    ("RPL_WHOISBOT", "335"),
    ("RPL_INVITELIST", "336"),
    ("RPL_WHOISACTUALLY", "338"),
    ("RPL_INVITING", "341"),
    ("RPL_INVEXLIST", "346"),
    ("RPL_EXCEPTLIST", "348"),
    ("RPL_WHOSPCRPL", "354"),
    ("RPL_WHOISMODES", "379"),
    ("ERR_UNKNOWNERROR", "400"),
    ("ERR_INVALIDCAPCMD", "410"),
    ("ERR_INPUTTOOLONG", "417"),
    ("ERR_CHANOPRIVSNEEDED", "482"),
    ("ERR_HELPNOTFOUND", "524"),
    ("ERR_INVALIDKEY", "525"),
    ("RPL_WHOISSECURE", "671"),
    ("ERR_INVALIDMODEPARAM", "696"),
    ("RPL_HELPSTART", "704"),
    ("ERR_NOPRIVS", "723"),
    ("RPL_MONONLINE", "730"),
    ("ERR_MONLISTFULL", "734"),
    ("RPL_LOGGEDIN", "900"),
    ("RPL_SASLMECHS", "908"),
]


@pytest.mark.parametrize(("name", "number"), KNOWN)
def test_known_numbers(name: str, number: str) -> None:
    assert NAMED[name].number == number
