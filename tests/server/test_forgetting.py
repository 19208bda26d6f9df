"""Whoever is gone is forgotten at once: nothing stands in a circle that only the collector would find."""

import gc
from collections.abc import Iterator

import pytest

from gchat.server.session import Session


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Python's collector does nothing meanwhile."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive() -> int:
    """How many sessions there are."""
    return sum(isinstance(found, Session) for found in gc.get_objects())


LIVES = {
    "silent": (),
    "talks": ("PRIVMSG #team :hi", "PRIVMSG Neural :psst", "TAGMSG #team", "TOPIC #own :mine"),
    "asks": ("WHO #team", "WHOIS Neural", "MONITOR + Neural", "NAMES", "MODE #own +b a!*@*", "NOSUCH"),
    "leaves": ("PART #team", "NICK Eight", "AWAY :brb"),
    "quits": ("QUIT :bye",),
}


@pytest.mark.parametrize("caps", ["", "message-tags echo-message batch labeled-response server-time"])
@pytest.mark.parametrize("life", LIVES)
def test_who_is_gone_is_forgotten(chat, without_collector, life, caps):
    (neural,) = chat.join("#team", "Neural")
    nine = chat.client("Nine", caps)
    nine.send("JOIN #team", "JOIN #own")
    for _ in range(3):
        neural.send("PRIVMSG #team :hello")
    nine.send(*LIVES[life])
    before = alive()
    chat.engine.lost(nine.session, "gone")
    del nine
    chat.settle()
    neural.send("PRIVMSG #team :who was that?")
    chat.received.clear()
    assert alive() == before - 1
