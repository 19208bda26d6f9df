"""What a device missed, without its asking: for clients that know no CHATHISTORY.

The server gives itself this command (``Engine.errand``) when somebody comes into a channel or is back.
Who has ``server-time`` gets the lines as they were, others with the time written into them.
"""

from __future__ import annotations

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.server import capabilities as cap
from gchat.server import playback
from gchat.server.commands.history import partner
from gchat.server.delivery import timestamp
from gchat.server.positions import DIRECT
from gchat.server.reading import still_seen
from gchat.server.request import Request, Steps, Work
from gchat.server.stores.base import History, Mark, Record, StoreError
from gchat.server.visibility import can_see_history

ACTION = "\x01ACTION "


def replay(request: Request) -> Steps | None:
    """The place, the marks that enclose what is to be shown, and how much of it at most."""
    place, limit = request.params[0], int(request.params[3])
    after, until = (Mark.of(text) or Mark(0) for text in request.params[1:3])
    if request.engine.store.history is None:
        return None
    if place == DIRECT:
        return _replay_direct(request, request.engine.store.history, after, until, limit)
    return _replay_channel(request, request.engine.store.history, place, after, until, limit)


def _replay_channel(
    request: Request, history: History, key: str, after: Mark, until: Mark, limit: int
) -> Steps:
    since = can_see_history(request.world, request.user, key)
    if since is None or (after := max(after, since)) >= until:
        return
    try:
        records = yield Work(history.between, (key, until, after, limit, False))
    except StoreError:
        return  # whoever runs the server knows already
    channel = request.world.channels.get(key)
    if channel is not None:
        _show(request, key, channel.name, records)


def _replay_direct(request: Request, history: History, after: Mark, until: Mark, limit: int) -> Steps:
    account = fold(request.user.account)
    if not account or after >= until:
        return
    try:
        found = yield Work(_conversations, (history, account, after, until, limit))
    except StoreError:
        return
    for target, records in found:
        if not request.session.caps & cap.ECHO_MESSAGE:
            # Without it, many clients take what one wrote elsewhere for a message to oneself.
            records = [record for record in records if fold(record.account) != account]
        _show(request, DIRECT, partner(request, target), records)


def _conversations(
    history: History, account: str, after: Mark, until: Mark, limit: int
) -> list[tuple[str, list[Record]]]:
    """What was said in each of an account's conversations.  Runs in a thread.  Raises StoreError."""
    targets = history.newest(history.direct_targets(account), after, until, limit)
    return [(target, history.between(target, until, after, limit, False)) for target, _ in targets]


def _show(request: Request, place: str, name: str, records: list[Record]) -> None:
    session, engine = request.session, request.engine
    seen = still_seen(request.world, request.user, records)
    if not seen or place not in session.shown:
        return
    session.shown[place] = min(session.shown[place], Mark.of(seen[0].id) or session.shown[place])
    server, caps = request.settings.server.name, session.caps
    reference = engine.batch_reference() if caps & cap.BATCH else ""
    today = timestamp(int(engine.clock() * 1000))[:10]

    def written(record: Record, text: str) -> str:
        at = timestamp((Mark.of(record.id) or Mark(0)).milliseconds)
        clock = f"[{at[11:16]} UTC] " if at[:10] == today else f"[{at[:10]} {at[11:16]} UTC] "
        return ACTION + clock + text[len(ACTION) :] if text.startswith(ACTION) else clock + text

    if reference:
        request.send(Message("BATCH", ("+" + reference, "chathistory", name), server))
    time_is_written = None if caps & cap.SERVER_TIME else written
    for message in playback.shown(seen, caps, reference, engine.batch_reference, time_is_written):
        request.send(message)
    if reference:
        request.send(Message("BATCH", ("-" + reference,), server))
