"""gchat on the servers of others: InspIRCd and ngIRCd."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.e2e.processes import Machine, find


def ngircd(machine: Machine, port: int) -> None:
    config = machine.home / "ngircd.conf"
    config.write_text(
        f"[Global]\nName = ng.test\nInfo = peer\nPorts = {port}\nListen = 127.0.0.1\nMotdPhrase = hi\n"
        "[Limits]\nMaxConnectionsIP = 0\nMaxPenaltyTime = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n"
    )
    machine.process(find("ngircd"), "-n", "-f", str(config)).until("listening on")


def inspircd(machine: Machine, port: int) -> None:
    home = machine.home
    config = home / "inspircd.conf"
    config.write_text(
        '<config format="xml">\n'
        '<server name="insp.test" description="peer" network="test">\n'
        '<admin name="a" nick="a" email="a@a.test">\n'
        f'<bind address="127.0.0.1" port="{port}" type="clients">\n'
        '<connect name="main" allow="*" timeout="60" pingfreq="300" localmax="99" globalmax="99"'
        ' resolvehostnames="no" useident="no" fakelag="off">\n'
        '<module name="cap"><module name="ircv3"><module name="ircv3_servertime">'
        '<module name="ircv3_echomessage"><module name="ircv3_msgid"><module name="ircv3_labeledresponse">'
        '<module name="ircv3_batch"><module name="ircv3_ctctags"><module name="namesx">\n'
        f'<log method="file" type="*" level="none" target="{home}/insp.log">\n<pid file="{home}/insp.pid">\n'
        f'<path configdir="{home}" datadir="{home}" logdir="{home}">\n'
    )
    root = ["--runasroot"] if os.geteuid() == 0 else []
    machine.process(find("inspircd"), *root, "--nofork", "--config", str(config)).until("is now running")


@pytest.mark.parametrize("start", [ngircd, inspircd])
def test_gchat_joins_talks_lists_names_and_sees_kicks_and_modes(
    machine: Machine, start: Callable[[Machine, int], None]
) -> None:
    port = machine.free_port()
    start(machine, port)
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team")
    neural.until("@ Nine")  # the nick list
    neural.until(lambda text: "Neural" in text.split("\n")[-2])  # registered: the status says who

    neural.type("hello from gchat\r")
    nine.until("PRIVMSG #team :hello from gchat")
    nine.send("PRIVMSG #team :hello Neural")
    neural.until("hello Neural")
    nine.send("PRIVMSG #team :\x01ACTION waves\x01")
    neural.until("Nine waves")
    neural.type("/names\r")
    neural.until(lambda text: "Nine" in text and "Neural" in text)
    nine.send("MODE #team +v Neural")
    neural.until("Nine gave Neural voice")
    nine.send("TOPIC #team :Ship 1.0 on Friday")
    neural.until("Ship 1.0 on Friday")
    nine.send("KICK #team Neural :be nice")
    neural.until(lambda text: "kicked" in text and "be nice" in text)
    neural.type("/quit\r")
    assert neural.wait() == 0
