"""What the dearest lines of one person cost the loop where rooms are full: ``python -m tests.bench.lines``.

The pure core alone, without sockets: a turn is the handling of one line with all that it is answered and all
that others are told of it.  Rooms of 2,000; the line is as long as one may be.
"""

from __future__ import annotations

import argparse
import gc
import time

from gchat.server.backplane.local import LocalBackplane
from gchat.server.replies import MAX_TARGETS
from gchat.server.settings import Limits, Server, Settings
from tests.server.conftest import Chat, Client

CAPS = "server-time message-tags echo-message batch labeled-response account-tag away-notify setname"
SLOW = "*a?*" * 10  # of a mask that has to look for long
MOST = 20.0  # milliseconds of one turn


class Rooms:
    """A server with full rooms, in each of which Neural is an operator."""

    def __init__(self, members: int, rooms: int) -> None:
        limits = Limits(channels_per_user=max(rooms, 100))
        self.chat = Chat(
            LocalBackplane, Settings(server=Server(name="gchat.test"), limits=limits, throttle=False)
        )
        self.names = [f"#{number}" for number in range(rooms)]
        world = self.chat.engine.world
        self.neural = self.chat.client("Neural", CAPS)
        self.neural.send(*(f"JOIN {name}" for name in self.names))
        self.crowd: list[Client] = []
        for number in range(members - 1):
            client = self.chat.client(f"crowd{number}", CAPS if number % 2 else "")
            user = client.session.user
            assert user is not None
            for name in self.names:  # past JOIN, which tells everybody
                channel = world.channel(name)
                assert channel is not None
                world.enter(user, channel.name, 0)
            self.crowd.append(client)
        self.chat.received.clear()

    def measure(self, client: Client, *lines: str) -> tuple[float, float, int]:
        """Milliseconds of the longest turn and of all, and how many turns; the lines before the last are not
        counted.
        """
        engine, chat = self.chat.engine, self.chat
        for line in lines[:-1]:
            client.send(line)
        chat.received.clear()
        gc.collect()
        turns: list[float] = []
        began = time.perf_counter()
        engine.receive(client.session, lines[-1].encode() + b"\r\n")
        while True:
            engine.keeping.flush()
            turns.append((time.perf_counter() - began) * 1000)
            if not chat.work:
                break
            request, work = chat.work.pop(0)
            began = time.perf_counter()
            engine.resume(request, work.function(*work.args))
        chat.settle()
        chat.received.clear()
        return max(turns), sum(turns), len(turns)


def listed(line: str, words: list[str], separator: str = ",") -> str:
    """A line with as many of these words as fit into 510 bytes."""
    while words and len(line.format(separator.join(words))) > 510:
        words = words[:-1]
    return line.format(separator.join(words))


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=2000)
    parser.add_argument("--rooms", type=int, default=100)
    options = parser.parse_args(arguments)
    rooms = Rooms(options.members, options.rooms)
    all_rooms = listed("{}", rooms.names)
    nicks = [f"crowd{number}" for number in range(200)]
    few = ",".join(rooms.names[:4])
    passer_by = rooms.chat.client("Passer", CAPS)
    neural = rooms.neural
    table = [
        ("JOIN", passer_by, f"JOIN {all_rooms}"),
        ("NICK", passer_by, "NICK Other"),
        ("SETNAME", passer_by, "SETNAME :another"),
        ("AWAY", passer_by, "AWAY :gone"),
        ("PRIVMSG", passer_by, f"PRIVMSG {few} :{'x' * 400}"),
        ("PRIVMSG nobody", passer_by, listed("PRIVMSG {} :x", ["x"] * 200)),
        ("TAGMSG", passer_by, f"@+typing=active TAGMSG {few}"),
        ("PART reason", passer_by, f"PART {listed('{}', rooms.names[:100])} :bye"),
        ("NAMES", neural, f"NAMES {all_rooms}"),
        ("WHO room", neural, "WHO #0"),
        ("WHO *", neural, "WHO *"),
        ("WHO %", neural, "WHO #0 %tcuhsnfdlaor,1"),
        ("WHO slow mask", neural, f"WHO *{SLOW * 3}z"),
        ("LIST", neural, "LIST"),
        ("LIST slow mask", neural, f"LIST #{SLOW * 3}z"),
        ("WHOIS", neural, "WHOIS crowd1"),
        ("ISON", neural, listed("ISON {}", nicks, " ")),
        ("USERHOST", neural, listed("USERHOST {}", nicks, " ")),
        ("MONITOR +", neural, listed("MONITOR + {}", nicks)),
        ("MONITOR S", neural, "MONITOR S"),
        ("MODE +v", neural, listed("MODE #0 +vvvvvvvvvvvvvvvvvvvv {}", nicks[:12], " ")),
        (
            "MODE +b",
            neural,
            listed("MODE #0 +bbbbbbbbbbbb {}", [f"*{'?*' * 15}{n}!*@*" for n in range(12)], " "),
        ),
        ("TBAN", neural, "TBAN #0 1h *!*@nowhere :reason"),
        ("TOPIC", neural, f"TOPIC #0 :{'x' * 390}"),
        ("METADATA SYNC", neural, "METADATA #0 SYNC"),
        ("METADATA SUB", neural, listed("METADATA * SUB {}", [f"key{n}" for n in range(80)], " ")),
        ("METADATA GET", neural, listed("METADATA crowd1 GET {}", [f"key{n}" for n in range(80)], " ")),
        ("INVITE", neural, "INVITE Passer #0"),
        ("KICK", neural, listed("KICK #0 {} :bye", nicks[:MAX_TARGETS])),
        ("RENAME", neural, "RENAME #3 #renamed :why"),
        ("JOIN 0", neural, "JOIN 0"),
        ("QUIT", rooms.crowd[-1], "QUIT :bye"),
    ]
    print(f"{'line':16} {'bytes':>5} {'longest turn, ms':>17} {'all, ms':>9} {'turns':>6}")
    for name, client, line in table:
        longest, whole, turns = rooms.measure(client, line)
        mark = "  <-- more than 20" if longest > MOST else ""
        print(f"{name:16} {len(line):5} {longest:17.1f} {whole:9.1f} {turns:6}{mark}")


if __name__ == "__main__":
    main()
