"""People who talk while something goes wrong, and what must be true of what they hear."""

from __future__ import annotations

import re
import select
import time
from collections import Counter

from tests.e2e.processes import PATIENCE, Machine

SAID = re.compile(r":(\S+?)!\S+ PRIVMSG #team :(\S+) (\d+)\r\n")
REFUSED = re.compile(r" FAIL PRIVMSG TEMPORARILY_UNAVAILABLE #team :")


class Crowd:
    """So many in one channel, each of whom says numbers; all hear all, themselves too."""

    def __init__(self, machine: Machine, port: int, size: int) -> None:
        self.people = {f"p{number}": machine.raw(port) for number in range(size)}
        self.texts = dict.fromkeys(self.people, "")
        self.said = 0
        for nick, person in self.people.items():
            person.send("CAP REQ :echo-message", f"NICK {nick}", f"USER {nick} 0 * :p", "CAP END")
            person.send("JOIN #team")
            person.until(" 366 ")
        for nick in self.people:
            self.people[nick].send("PING here")
            self.people[nick].until("PONG")

    def say(self, count: int) -> None:
        """Everybody says the next numbers."""
        for nick, person in self.people.items():
            person.send(*(f"PRIVMSG #team :{nick} {n}" for n in range(self.said, self.said + count)))
        self.said += count

    def read(self, seconds: float) -> None:
        """Read what comes within a time."""
        until = time.monotonic() + seconds
        sockets = {person.socket: nick for nick, person in self.people.items()}
        while (left := until - time.monotonic()) > 0:
            for sock in select.select(list(sockets), [], [], left)[0]:
                data = sock.recv(1 << 16)
                assert data, f"the connection of {sockets[sock]} has ended"
                self.texts[sockets[sock]] += data.decode()

    def listen(self, mark: str) -> None:
        """Read until everybody has been answered: what was said before is there, and nobody is stuck."""
        for person in self.people.values():
            person.send(f"PING {mark}")
        deadline = time.monotonic() + PATIENCE
        while not all(f" :{mark}\r\n" in text for text in self.texts.values()):
            assert time.monotonic() < deadline, {nick: text[-200:] for nick, text in self.texts.items()}
            self.read(0.05)

    def heard(self, nick: str) -> list[tuple[str, int]]:
        """Who said which number, as somebody heard it.  Nobody is heard under another's name."""
        found = SAID.findall(self.texts[nick])
        assert all(source == name for source, name, _ in found)
        return [(name, int(number)) for _, name, number in found]

    def refusals(self) -> Counter[str]:
        """How many messages of whom were refused."""
        return Counter({nick: len(REFUSED.findall(text)) for nick, text in self.texts.items()})

    def check(self) -> list[tuple[str, int]]:
        """Hold everything against what must be true; return what all heard, in order.

        Everybody heard the same, in the same order, nothing twice, and of each person in the order in which
        it was said; what was not heard was refused.
        """
        everything = [self.heard(nick) for nick in self.people]
        heard = everything[0]
        assert all(other == heard for other in everything)
        assert len(heard) == len(set(heard))
        refusals = self.refusals()
        for nick in self.people:
            numbers = [number for name, number in heard if name == nick]
            assert numbers == sorted(numbers)
            assert len(numbers) + refusals[nick] == self.said
        return heard
