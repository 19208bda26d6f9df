"""Which nicknames a server can be asked for."""

import pytest

from gchat.client.nicknames import why_not


@pytest.mark.parametrize("nick", ["Neural", "n", "[Nine]", "ops-bot", "名前", "a|b", "~x", "n1", "a#b"])
def test_nicknames_that_a_server_may_be_asked_for(nick: str) -> None:
    assert why_not(nick) == ""


@pytest.mark.parametrize(
    ("nick", "said"),
    [
        ("", "A nickname is what others call you; it needs a letter at least."),
        ("a b", "A nickname holds no space."),
        *((f"a{sign}", f"A nickname holds no '{sign}'.") for sign in ",*?!@."),
        *((f"a{code}", "A nickname holds no control characters.") for code in "\t\n\0\u202e"),
        *((f"{first}a", "A nickname begins with a letter.") for first in ":#&$-1"),
    ],
)
def test_words_that_cannot_be_a_nickname(nick: str, said: str) -> None:
    assert why_not(nick) == said
