"""BATCH from a client: a message of several lines, which is said when the batch is complete.

https://ircv3.net/specs/extensions/client-batch, https://ircv3.net/specs/extensions/multiline
"""

from __future__ import annotations

import re
from typing import Final

from gchat.irc import limits
from gchat.server import multiline
from gchat.server.commands import messages
from gchat.server.multiline import CONCAT, Batch, Line, combine
from gchat.server.request import FailError, Request

_REFERENCE: Final = re.compile(r"[A-Za-z0-9-]{1,32}")  # https://ircv3.net/specs/extensions/batch


def batch(request: Request) -> None:
    """BATCH +reference type target, BATCH -reference"""
    reference, session = request.params[0][1:], request.session
    if request.params[0][:1] == "-":
        open_batch = session.batch
        if open_batch is None or open_batch.reference != reference:
            raise FailError("INVALID_REFTAG", limits.cut(reference, 64) or "*", text="No such batch is open")
        session.batch = None
        if not open_batch.failed:
            _say(request, open_batch)
        return
    if "batch" in request.message.tags or session.batch is not None:
        _fail(request)
        raise FailError("MULTILINE_INVALID", text="A batch cannot stand inside another one")
    if request.params[0][:1] != "+" or not _REFERENCE.fullmatch(reference):
        raise FailError("INVALID_REFTAG", limits.cut(reference, 64) or "*", text="Not a name for a batch")
    kind, target = request.param(1), request.param(2)
    now = request.engine.clock()
    opened = session.batch = Batch(
        reference, target, messages.client_only(request.message.tags), request.label, now
    )
    if kind != multiline.BATCH:
        opened.failed = True
        raise FailError("UNKNOWN_TYPE", reference, limits.cut(kind, 64) or "*", text="Unknown type of batch")
    if not target:
        opened.failed = True
        raise FailError("MULTILINE_INVALID", text="A batch of lines needs a target")
    request.label = ""  # the answer comes when the batch is complete


def line(request: Request) -> None:
    """Any command with a tag ``batch``: one line of the session's open batch."""
    opened, message = request.session.batch, request.message
    reference = message.tags["batch"]
    if opened is not None and opened.failed and opened.reference == reference:
        return  # "All past and future messages in this batch will be ignored"
    if opened is None or opened.reference != reference:
        _fail(request)
        raise _refusal("MULTILINE_INVALID", text="This line belongs to no open batch")
    try:
        _add(request, opened)
    except FailError:
        opened.failed = True
        raise


def _add(request: Request, opened: Batch) -> None:
    message, counts = request.message, request.settings.limits
    if message.command not in ("PRIVMSG", "NOTICE") or (opened.command or message.command) != message.command:
        raise _refusal("MULTILINE_INVALID", text="The lines of a batch are all PRIVMSG or all NOTICE")
    if request.param(0) != opened.target:
        context = [limits.cut(target, 64) or "*" for target in (opened.target, request.param(0))]
        raise _refusal("MULTILINE_INVALID_TARGET", *context, text="The lines of a batch have its target")
    added = Line(request.param(1), CONCAT in message.tags)
    if added.concat and not added.text:
        raise _refusal("MULTILINE_INVALID", text="An empty line goes on where none ended")
    if len(opened.lines) == counts.multiline_lines:
        limit = str(counts.multiline_lines)
        raise _refusal("MULTILINE_MAX_LINES", limit, text=f"A message has {limit} lines at most")
    joint = 1 if opened.lines and not added.concat else 0
    if opened.size + joint + len(added.text.encode()) > counts.multiline_bytes:
        limit = str(counts.multiline_bytes)
        raise _refusal("MULTILINE_MAX_BYTES", limit, text=f"A message has {limit} bytes at most")
    opened.command = message.command
    opened.lines.append(added)
    opened.size += joint + len(added.text.encode())


def _say(request: Request, opened: Batch) -> None:
    request.label = opened.label
    text = combine(opened.lines)
    if not text.strip("\n"):
        raise _refusal("MULTILINE_INVALID", text="There are only empty lines in it")
    lines = tuple(opened.lines) if len(opened.lines) > 1 else ()
    messages.say(request, opened.command, [opened.target], text, opened.tags, lines)


def _fail(request: Request) -> None:
    if request.session.batch is not None:
        request.session.batch.failed = True


def _refusal(code: str, *context: str, text: str) -> FailError:
    return FailError(code, *context, text=text, command="BATCH")
