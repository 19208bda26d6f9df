"""MARKREAD: up to when one has read.  https://ircv3.net/specs/extensions/read-marker"""

from __future__ import annotations

from gchat.irc import limits
from gchat.server import nicknames, replies
from gchat.server.commands.selectors import read_timestamp
from gchat.server.events import MarkedRead
from gchat.server.request import FailError, Request


def markread(request: Request) -> None:
    """MARKREAD target [timestamp]"""
    target = request.param(0)
    if not target:
        raise FailError("NEED_MORE_PARAMS", text="Missing parameters")
    if not (nicknames.is_channel(target) or nicknames.is_nick(target)):
        raise FailError("INVALID_PARAMS", limits.cut(target, 64), text="This is no channel and no nick")
    if len(request.params) < 2:
        request.send(replies.marker(request.engine, request.user, target))
        return
    read = read_timestamp(request.params[1])
    if read is None:
        raise FailError("INVALID_PARAMS", limits.cut(request.params[1], 64) or "*", text="Invalid timestamp")
    # "It can clamp it between the last read timestamp and the current time"
    request.commit(MarkedRead(request.user.uid, target, min(read, request.engine.now_ms())))
