"""Long lines in slices: whoever meets many lists of masks, or many people, at once keeps nobody waiting.

A mask costs a microsecond or two, up to a hundred where it is made to be slow and is new; the lists of all
the channels that one line can name have thousands.  A member who is told of something, or named, costs some
four; ``python -m tests.bench.lines`` measures what lines cost where there are thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from gchat.server.lanes import Lane
from gchat.server.request import Request, Work
from gchat.server.world import Channel

MASKS: Final = 100  # of a slice, or those of one channel
TOLD: Final = 4  # members that count as much as a mask
PEOPLE: Final = 100  # or channels, that are looked at one by one in a slice
_Item = TypeVar("_Item")


def _nothing() -> None:
    """What is done between two slices: others have their turn."""


BREATH: Final = Work(_nothing, lane=Lane.BREATH)


def slices(
    request: Request,
    items: Iterable[_Item],
    channel_of: Callable[[_Item], Channel | None],
    *,
    masks: bool = True,
    told: bool = False,
) -> list[list[_Item]]:
    """Cut items into those that are looked at at once: by the ``masks`` of their channels, for which the
    asker pays, and by their members, where these are ``told`` of it.
    """
    found: list[list[_Item]] = []
    size = MASKS
    for item in items:
        channel, here = channel_of(item), 0
        if channel is not None and masks:
            here = sum(map(len, channel.lists.values()))
            request.effort += here
        if channel is not None and told:
            here += len(channel.members) // TOLD
        size += here
        if not found or size > MASKS:
            found.append([])
            size = here
        found[-1].append(item)
    return found
