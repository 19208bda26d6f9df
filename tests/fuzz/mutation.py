"""Inputs without a library: seeds, cut, joined, repeated and sprinkled with a dictionary's words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.fuzz.targets import Target

MOST = 4096  # bytes of an input; one in a thousand is up to 20 times as long


def inputs(target: Target, dice: random.Random) -> Iterator[bytes]:
    """The seeds, then mutations of them without end."""
    yield from target.seeds
    pool = list(target.seeds)
    while True:
        data = bytearray(dice.choice(pool))
        for _ in range(dice.choice((1, 1, 2, 3, 5, 8, 13))):
            dice.choice(_CHANGES)(data, target, dice)
        made = bytes(data[: MOST if dice.randrange(1000) else 20 * MOST])
        yield made
        # What follows is made of what was made: the pool drifts away from the seeds.
        if len(pool) < 256:
            pool.append(made)
        else:
            place = dice.randrange(len(target.seeds), len(pool))
            pool[place] = made if dice.randrange(4) else dice.choice(target.seeds)


Change = Callable[[bytearray, Target, random.Random], None]


def _place(data: bytearray, dice: random.Random) -> int:
    return dice.randrange(len(data) + 1)


def _insert_word(data: bytearray, target: Target, dice: random.Random) -> None:
    at = _place(data, dice)
    data[at:at] = dice.choice(target.words)


def _insert_noise(data: bytearray, target: Target, dice: random.Random) -> None:
    at = _place(data, dice)
    data[at:at] = dice.randbytes(dice.randrange(1, 9))


def _flip(data: bytearray, target: Target, dice: random.Random) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _cut(data: bytearray, target: Target, dice: random.Random) -> None:
    start, end = sorted((_place(data, dice), _place(data, dice)))
    del data[start:end]


def _repeat(data: bytearray, target: Target, dice: random.Random) -> None:
    start = _place(data, dice)
    piece = bytes(data[start : start + dice.randrange(1, 40)])
    data[start:start] = piece * dice.choice((1, 2, 20, 200) if len(piece) < 20 else (1, 2, 20))


def _splice(data: bytearray, target: Target, dice: random.Random) -> None:
    other = dice.choice(target.seeds)
    data[_place(data, dice) :] = other[dice.randrange(len(other) + 1) :]


_CHANGES: tuple[Change, ...] = (
    _insert_word,
    _insert_word,
    _insert_noise,
    _flip,
    _flip,
    _cut,
    _repeat,
    _splice,
)
