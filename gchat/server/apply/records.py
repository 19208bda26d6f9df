"""What happened, into the history of each channel that it concerns.

A record has the id of its event, which is also the ``msgid`` that everybody saw it with.  What was said is in
``messages.py``; joins, parts and the like are here: clients with draft/event-playback read them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gchat.irc.message import NO_TAGS
from gchat.server.apply.context import Applying
from gchat.server.stores.base import Record
from gchat.server.world import Channel, User


def keep(
    now: Applying,
    channels: Iterable[Channel],
    user: User,
    command: str,
    *params: str,
    tags: Mapping[str, str] = NO_TAGS,
) -> str:
    """Keep in these channels what a user did, with the parameters that were delivered; return the id."""
    id, source, account, bot = now.entry.id, user.source, user.account, "B" in user.modes
    for channel in channels:
        now.engine.keep(Record(id, channel.key, command, source, account, params, tags, bot))
    return id


def keep_served(now: Applying, channel: Channel, source: str, command: str, *params: str) -> str:
    """Keep in a channel what a service did, with the parameters that were delivered; return the id."""
    now.engine.keep(Record(now.entry.id, channel.key, command, source, "", params))
    return now.entry.id
