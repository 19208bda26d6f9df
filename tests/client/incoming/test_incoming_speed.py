"""A flood is in the model in a fraction of a second; the bound is four times what a slow machine needs."""

from collections.abc import Callable
from time import process_time
from typing import Any

from gchat.client import events

Playbook = Any  # tests/client/conftest.py
MESSAGES = 20_000
BOUND = 25e-6  # seconds of CPU a message: parsed, understood, put into its buffer; 5 were measured


def test_a_flood(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register("server-time").join("#flood", " ".join(f"user{i}" for i in range(50)))
    stamp = "@time=2026-11-22T10:07:04.512Z "
    lines = [
        f"{stamp}:user{i % 50}!u@h PRIVMSG #flood :message number {i} of many\r\n" for i in range(MESSAGES)
    ]
    data = "".join(lines).encode()
    start = process_time()
    for at in range(0, len(data), 65536):
        book.happen(events.Received(1, data[at : at + 65536]))
    spent = process_time() - start
    assert book.last("#flood") == f"user{(MESSAGES - 1) % 50}: message number {MESSAGES - 1} of many"
    assert spent < MESSAGES * BOUND
