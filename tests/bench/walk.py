"""Walks back through a channel's history with CHATHISTORY BEFORE, from the last message to the first.

    python -m tests.bench.walk                  100,000 messages, pages of 100
    python -m tests.bench.walk 20000 --page 50

It prints, for the newest, the middle and the oldest tenth of the pages, the time of a page and the server's
CPU for it: a page costs the same wherever it lies.  It fails where a message is missing or comes twice.
"""

from __future__ import annotations

import argparse
import re
import socket
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from tests.bench import servers

TURN = 500  # messages that are said at a time
TEXT = re.compile(rb"msgid=([\d-]+)[^ ]* \S+ PRIVMSG #team :message (\d+)\r\n")


class Page(NamedTuple):
    """One answer: seconds until it was there, and seconds of the server's CPU."""

    wall: float
    cpu: float


class Client:
    """A connection to the server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), servers.PATIENCE)
        self.ask("CAP REQ :batch message-tags draft/chathistory", "NICK Neural", "USER n 0 * :n", "CAP END")
        self.ask("JOIN #team")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def ask(self, *lines: str) -> bytes:
        """Send lines; return all that comes until the server has handled them."""
        self._socket.sendall("".join(line + "\r\n" for line in (*lines, "PING done")).encode())
        data = bytearray()
        while not data.endswith(b" :done\r\n"):
            piece = self._socket.recv(1 << 18)
            if not piece:
                raise ConnectionError("the server ended the connection")
            data += piece
        return bytes(data)


def walk(messages: int, page: int) -> list[Page]:
    """Fill a channel, then read it backwards; return what each page took, the newest first."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(servers.running("gchat", folder))
        client = stack.enter_context(closing(Client(server.port)))
        for start in range(0, messages, TURN):
            numbers = range(start, min(start + TURN, messages))
            client.ask(*(f"PRIVMSG #team :message {number}" for number in numbers))
        pages: list[Page] = []
        seen: list[int] = []
        selector = "LATEST #team *"
        while True:
            began, used = time.perf_counter(), _cpu(server.pid)
            answer = client.ask(f"CHATHISTORY {selector} {page}")
            pages.append(Page(time.perf_counter() - began, _cpu(server.pid) - used))
            found = TEXT.findall(answer)
            seen[:0] = [int(number) for _, number in found]
            if len(found) < page:
                break
            selector = f"BEFORE #team msgid={found[0][0].decode()}"
    if seen != list(range(messages)):
        raise AssertionError(f"{len(seen)} of {messages} messages came, or not in order")
    return pages


def _cpu(pid: int) -> float:
    """Seconds that all threads of a process have run.  Linux: 0 elsewhere."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def main(arguments: Sequence[str] | None = None) -> None:
    """Walk, and print what it cost."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.walk")
    parser.add_argument("messages", nargs="?", type=int, default=100_000)
    parser.add_argument("--page", type=int, default=100)
    options = parser.parse_args(arguments)
    pages = walk(options.messages, options.page)
    tenth = max(len(pages) // 10, 1)
    middle = (len(pages) - tenth) // 2
    print(f"{options.messages} messages, {len(pages)} pages of {options.page}")
    for name, start in (("newest", 0), ("middle", middle), ("oldest", len(pages) - tenth)):
        part = pages[start : start + tenth]
        wall = sorted(one.wall for one in part)[len(part) // 2]
        cpu = sum(one.cpu for one in part) / len(part)
        print(
            f"{name:7} {wall * 1000:6.2f} ms a page (median), {cpu * 1000:6.2f} ms of the server's CPU (mean)"
        )


if __name__ == "__main__":
    main()
