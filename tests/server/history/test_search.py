"""SEARCH where it ends otherwise than with what was found; what is found is in ``test_what_one_may_read.py``
and ``tests/server/stores``.
"""

import pytest

from gchat.server.stores.base import StoreError, TooSlow

SERVER = ":gchat.test"


@pytest.mark.parametrize(
    ("why", "answer"),
    [
        (
            TooSlow("gchat.db was being read for too long"),
            "TIMEOUT :The search took too long: name a channel (in=), or a time (after=, before=)",
        ),
        (StoreError("gchat.db is damaged"), "INTERNAL_ERROR :The search could not be run"),
    ],
)
@pytest.mark.parametrize("asked", ["text=hi", "from=Neural", "in=#team;text=hi"])
def test_a_search_that_fails_says_what_to_do(past, store, why, answer, asked):
    (neural,) = past.join("#team", "Neural")
    neural.send("PRIVMSG #team :hi")
    store.why = why
    assert neural.ask(f"SEARCH {asked}") == [f"{SERVER} FAIL SEARCH {answer}"]
