"""Where an error is read: where its cause was typed, not in a conversation that happens to bear its name."""

from typing import Any

import pytest

CASES = (
    ("/nick Nine", ":s 433 Neural Nine :Nickname is already in use", "the nickname Nine is in use."),
    ("/invite Nine", ":s 443 Neural Nine #team :is already on channel", "Nine is in #team already."),
    (
        "/whois Nine",
        ":s 402 Neural Nine :No such server",
        "neither a server nor anybody here is called Nine.",
    ),
)


@pytest.mark.parametrize(("typed", "answer", "said"), CASES)
@pytest.mark.parametrize("server", ["ready", "modern"])
def test_a_refusal_about_a_nick_is_read_where_it_was_typed(
    server: str, typed: str, answer: str, said: str, request: pytest.FixtureRequest
) -> None:
    playbook: Any = request.getfixturevalue(server)
    playbook.server(":Nine!u@h PRIVMSG Neural :psst")
    (sent,) = playbook.type(typed)
    tags = sent.partition(" ")[0] + " " if sent.startswith("@") else ""
    playbook.server(tags + answer)
    assert playbook.last("#team").lower() == said.lower()
    assert playbook.last("Nine") == "Nine: psst"


def test_a_refusal_in_a_channel_is_read_in_it(ready: Any) -> None:
    ready.server(":s 482 Neural #team :You're not channel operator")
    assert ready.last("#team") == "Only operators of #team may do that."
