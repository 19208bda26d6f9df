"""People who are logged in and a store in lists, as in the tests of the history; nobody is pinged."""

import pytest

from gchat.server.settings import Limits, Server, Settings
from tests.server.history.conftest import make_past, past, store

__all__ = ["make_past", "past", "store"]


@pytest.fixture
def chat(make_chat):
    limits = Limits(ping_interval=0)
    return make_chat(Settings(server=Server(name="gchat.test"), limits=limits, throttle=False))
