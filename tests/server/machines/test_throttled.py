"""The state machine of ``test_machines.py`` with the throttle on: who acts lags, and then all is as it was.

Nearly every line waits in an inbox until there is a token for it, and time passes until no more do.  What
people see and are refused is still what the model says, and lines that wait are still in their order.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from gchat.server.settings import Limits, Server, Settings
from tests.backplanes import LaterBackplane
from tests.server.conftest import Chat
from tests.server.invariants import check_waiting
from tests.server.machines.test_machines import LONG, SHORT, ChatMachine
from tests.server.machines.words import CLIENTS, who

# Nobody is asked for signs of life, and nicks have no rate of their own: of that the model knows nothing.
LIMITS = Limits(
    command_rate=2.0,
    command_burst=2.0,
    registration_timeout=0.0,
    ping_interval=0.0,
    nick_rate=0.0,
)


class PatientChat(Chat):
    """A server that is given the time it takes until nobody lags."""

    lagged = 0  # how often somebody did

    def settle(self) -> None:
        """Let everything happen that waits, also for time."""
        super().settle()
        began = self.now
        while self.engine.lagging:
            self.lagged += 1
            self.now += 0.1
            for _ in self.engine.sweep():
                check_waiting(self.engine)
            super().settle()
            assert self.now - began < 600.0, "somebody lags for ever"
        assert not any(session.inbox for session in self.engine.sessions.values())


class ThrottledMachine(ChatMachine):
    """Some connections, each of which may say little at once."""

    def make_chat(self) -> Chat:
        """The server."""
        self.patient = PatientChat(self.backplane, Settings(server=Server(name="gchat.test"), limits=LIMITS))
        return self.patient

    # Who of two lags less is the first, which the model does not know: these are no rules here.
    race_for_a_nick = None
    race_for_a_room = None

    @rule(counts=st.lists(st.integers(0, 12), min_size=CLIENTS, max_size=CLIENTS))
    def flood(self, counts: list[int]) -> None:
        """Everybody says much at once, and is answered all of it, in its order."""
        self._flood(counts)
        self.chat.settle()
        for client, count in zip(self.clients, counts, strict=True):
            answers = [message for message in self._read(client) if message.command == "PONG"]
            assert [int(answer.params[-1]) for answer in answers] == list(range(count))

    @rule(
        counts=st.lists(st.integers(0, 12), min_size=CLIENTS, max_size=CLIENTS),
        number=who,
        how=st.sampled_from(("quit", "vanish", "error")),
    )
    def leave_in_a_flood(self, counts: list[int], number: int, how: str) -> None:
        """Everybody says much at once, and one of them goes before all of that was handled."""
        self._flood(counts)
        self.leave(number, how)

    def _flood(self, counts: list[int]) -> None:
        """Half of it, and after a second without a look at those who lag the other half."""
        for second in (False, True):
            for client, count in zip(self.clients, counts, strict=True):
                half = range(count // 2, count) if second else range(count // 2)
                lines = "".join(f"PING {line}\r\n" for line in half)
                self.chat.engine.receive(client.session, lines.encode())
                check_waiting(self.chat.engine)
            self.chat.now += 1.0

    @invariant()
    def nobody_waits(self) -> None:
        """Nothing is forgotten in an inbox."""
        check_waiting(self.chat.engine)
        assert not self.chat.engine.lagging

    def teardown(self) -> None:
        """It was no machine without a throttle."""
        assert self.patient.lagged


class ThrottledLaterMachine(ThrottledMachine):
    """The same where events are applied a turn later."""

    backplane = LaterBackplane


def bounded() -> settings:
    """A third of the suite's, as each takes longer."""
    profile = settings()
    return profile if profile.max_examples >= LONG else settings(SHORT, max_examples=30)


TestAtOnce = ThrottledMachine.TestCase
TestAtOnce.settings = bounded()
TestATurnLater = ThrottledLaterMachine.TestCase
TestATurnLater.settings = bounded()
