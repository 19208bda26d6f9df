"""An invitation link, from the command that makes it to the channel that it leads to."""

import re
from typing import Any

import pytest

from gchat.client import events, invited
from gchat.client.address import parse_address
from gchat.client.model import Model, State
from gchat.client.overlay import Step, Welcome
from gchat.client.settings import NetworkSettings, Settings
from gchat.server import invitation_tools
from gchat.server.settings import Listener
from tests.link.conftest import Person

Town = Any  # tests/link/conftest.py
PASSWORD = "open sesame"


def link(town: Town, **asked: Any) -> str:
    usual = {"action": "make", "channel": "#team", "role": "", "uses": 1, "expires": "7d", "address": ""}
    here = [Listener("127.0.0.1", 6697, tls=True)]
    says = invitation_tools.manage(town.engine, usual | asked, here)["says"]
    town.settle()
    found = re.search(r"gchat '(.*)'", "\n".join(says))
    assert found is not None
    return found[1]


class Invited(Person):
    """Somebody who opens a link, as ``gchat LINK`` does."""

    def __init__(
        self, town: Town, address: str, nick: str = "", settings: NetworkSettings | None = None
    ) -> None:
        self.town = town
        chosen = Settings()
        chosen.nick = nick
        self.model = Model(chosen)
        self.network = self.model.add_network(parse_address(address), settings)
        self.network.wanted = True
        self.link = None
        self.effects: list[events.Effect] = []
        if invited.unanswered(self.network):
            self.model.overlay = invited.question(self.network, nick, bool(nick))
        town.everybody.append(self)
        self.happen(events.Start())
        town.settle()

    @property
    def asked(self) -> Welcome:
        assert isinstance(self.model.overlay, Welcome)
        return self.model.overlay

    def answer(self, text: str) -> None:
        self.happen(events.Paste(text))
        self.press("Enter")

    @property
    def remembered(self) -> dict[str, str]:
        return {e.key: e.value for e in self.effects if isinstance(e, events.Remember)}


def test_from_the_link_to_the_channel(town: Town) -> None:
    (neural,) = town.people("Neural")
    neural.type("/mode +i")
    nine = Invited(town, link(town, role="voice"))
    assert nine.asked.invited == "You are invited to #team on localhost:6697."
    assert nine.link is None, "nothing is connected before the answers"
    nine.answer("Nine")
    nine.answer(PASSWORD)
    assert nine.model.overlay is None
    assert nine.model.current is nine.buffer("#team")
    assert neural.roster("#team") == ["+Nine", "@Neural"]
    assert "The invitation to #team as voice is yours" in nine.texts()
    assert nine.remembered == {"nick": "Nine", "login ircs://localhost": f"Nine #team {PASSWORD}"}
    nine.type("hello")
    assert neural.last("#team") == "Nine: hello"
    town.cut(nine, "the cable")
    town.settle()
    town.advance(5)
    assert neural.roster("#team") == ["@Neural", "Nine"], "logged in again, and past +i"
    assert town.engine.world.user("Nine").account == "Nine"


def test_the_account_serves_another_time(town: Town) -> None:
    address = link(town, uses=1)
    nine = Invited(town, address, "Nine")
    nine.answer(PASSWORD)
    known = NetworkSettings("", nine.network.address, nick="Nine", sasl_user="Nine", sasl_password=PASSWORD)
    town.cut(nine, "", tell=False)
    again = Invited(town, link(town, channel="#ops"), "Nine", known)
    assert again.model.overlay is None
    assert again.buffer("#ops").joined
    assert again.remembered["login ircs://localhost"] == f"Nine #ops {PASSWORD}"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"expires": "1h"}, "This invitation ended on 2023-11-14 23:13 UTC: ask for another one."),
        ({"revoke": True}, "This invitation was taken back: ask for another one."),
        ({"used": True}, "This invitation was used already: ask for one of your own."),
        ({"wrong": True}, "There is no such invitation here: was the address copied to its end?"),
    ],
)
def test_each_refusal_is_a_sentence(town: Town, asked: dict[str, Any], code: str) -> None:
    address = link(town, **{key: value for key, value in asked.items() if key == "expires"})
    if "revoke" in asked:
        (known,) = town.engine.world.invitations.all()
        invitation_tools.manage(town.engine, {"action": "revoke", "id": known.id}, [])
    if "used" in asked:
        Invited(town, address, "Zed").answer(PASSWORD)
    if "wrong" in asked:
        address = address[:-1]
    town.now += 3600
    nine = Invited(town, address, "Nine")
    nine.answer(PASSWORD)
    assert code in nine.texts()
    assert "#team" not in nine.network.buffers
    assert nine.network.state is State.DISCONNECTED
    assert nine.remembered == {}


def test_answers_that_will_not_do_are_asked_for_again(town: Town) -> None:
    Invited(town, link(town), "Nine").answer(PASSWORD)
    town.people("Zed")
    other = Invited(town, link(town), "Zed")
    other.answer(PASSWORD)
    assert other.asked.step is Step.NICK
    assert other.asked.problem == "The nickname Zed is in use: choose another one."
    other.press("C-u")
    other.answer("Nine")
    other.answer("not mine")
    assert other.asked.step is Step.PASSWORD
    assert other.asked.problem.startswith("Nine has an account, and that is not its password")
    other.answer("")
    assert other.asked.step is Step.NICK
    other.press("C-u")
    other.answer("Zoe")
    other.answer("short")
    assert other.asked.problem == "A password has at least 6 characters and is not the name."
    other.answer(PASSWORD)
    assert other.buffer("#team").joined
    assert other.remembered["login ircs://localhost"] == f"Zoe #team {PASSWORD}"


def test_a_link_while_one_is_talking(town: Town) -> None:
    """/connect LINK on a server where one is without an account: the connection is made anew, with one."""
    _, nine = town.people("Neural", "Nine")
    address = link(town, channel="#ops", address="irc://gchat.test")
    nine.type(f"/connect {address}")
    assert isinstance(nine.model.overlay, Welcome)
    assert nine.model.overlay.step is Step.PASSWORD
    nine.happen(events.Paste(PASSWORD))
    nine.press("Enter")
    assert nine.roster("#ops") == ["@Nine"]
    assert nine.roster("#team") == ["@Neural", "Nine"], "it is still there"
    assert town.engine.world.user("Nine").account == "Nine"


def test_a_link_that_one_thinks_better_of(town: Town) -> None:
    _, nine = town.people("Neural", "Nine")
    nine.type("/connect " + link(town, channel="#ops", address="irc://elsewhere.test"))
    assert isinstance(nine.model.overlay, Welcome)
    nine.press("C-g")
    assert nine.model.overlay is None
    assert events.Quit(0) not in nine.effects
    nine.type("still here")
    assert nine.model.networks[0].state is State.READY
