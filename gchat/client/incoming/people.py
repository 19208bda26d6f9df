"""Who is where and what is known of them: JOIN PART QUIT NICK KICK INVITE AWAY ACCOUNT CHGHOST SETNAME.

The nick list, ``Network.users`` and the presence lines are kept here.
"""

from gchat.client import history
from gchat.client.batches import Batch
from gchat.client.line import LineKind
from gchat.client.model import Buffer, BufferKind, Member, Network, User
from gchat.client.roster import forget_if_gone, leave, roster_changed, user_of
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.view.lists import is_busy
from gchat.irc.message import Message

MOST_MEMBERS = 100_000  # of one channel that are remembered
_MOST_BUFFERS = 2000  # of one network, whatever its server wants us to be in
_TALKS_FOR = 1800.0  # seconds after which somebody in a busy channel is one of many again
_WHO_AT_MOST = 300  # members of a channel of whom we ask who is away; a bigger answer is not worth its bytes


def _join(turn: Turn, network: Network, message: Message) -> None:
    """https://modern.ircdocs.horse/#join-message, with https://ircv3.net/specs/extensions/extended-join"""
    if not message.params:
        return
    name = message.params[0]
    folded = network.fold(name)
    raw_nick = message.source.partition("!")[0]
    if raw_nick != network.nick and folded not in network.buffers:
        return
    user = user_of(network, message.source)
    if len(message.params) > 2:
        account = message.params[1]
        user.account = "" if account == "*" else sanitise(account)
        user.realname = sanitise(message.params[2])
    if raw_nick == network.nick and (folded in network.buffers or len(network.buffers) < _MOST_BUFFERS):
        _join_ourselves(turn, network, message, name)
    buffer = network.buffers.get(folded)
    if buffer is None or buffer.kind is not BufferKind.CHANNEL or len(buffer.members) >= MOST_MEMBERS:
        return
    buffer.members[network.fold(raw_nick)] = Member(user)
    buffer.roster_version += 1
    if raw_nick != network.nick:
        turn.presence(buffer).joined(user.nick, turn.when)


def _join_ourselves(turn: Turn, network: Network, message: Message, name: str) -> None:
    """We are in: the channel gets its buffer, and we ask what nobody tells by itself."""
    folded = network.fold(name)
    # The server put us here on its own, and there is nothing else to look at.
    unasked = folded not in network.buffers and not network.show_on_join
    buffer = turn.model.open(network, BufferKind.CHANNEL, name)
    buffer.joined = True
    buffer.past.asked_on = None
    buffer.topic = ""  # the server says it after the JOIN, if there is one now
    buffer.members.clear()
    buffer.listing = {}
    _, key = network.autojoin.get(folded, (name, ""))
    network.autojoin[folded] = (name, key)
    session = network.session
    if session is not None:
        if "!" in message.source:
            session.mask = message.source
        session.send("MODE", name)
        network.answers.quiet.add(("324", folded))
    turn.event(buffer, f"You joined {buffer.name}")
    if folded in network.show_on_join or (unasked and turn.model.current is network.server_buffer):
        network.show_on_join.discard(folded)
        turn.model.show(buffer)
    troubles, network.troubles = network.troubles, []
    for text in troubles:
        turn.complain(buffer, text)


def names_done(turn: Turn, network: Network, buffer: Buffer) -> None:
    """We are in, and the members are known; ask who of them is away, where the server tells of changes
    afterwards, and what was said here last.
    """
    session = network.session
    if session is not None and "away-notify" in session.caps and len(buffer.members) <= _WHO_AT_MOST:
        session.send("WHO", buffer.target)
        network.answers.quiet.add(("315", network.fold(buffer.target)))
    history.want(buffer)


def _part(turn: Turn, network: Network, message: Message) -> None:
    buffer = network.buffers.get(network.fold(message.params[0])) if message.params else None
    if buffer is None:
        return
    reason = sanitise(message.params[1]) if len(message.params) > 1 else ""
    raw_nick = message.source.partition("!")[0]
    folded = network.fold(raw_nick)
    if raw_nick == network.nick:
        leave(network, buffer)
        network.autojoin.pop(network.fold(buffer.target), None)
        turn.event(buffer, f"You left {buffer.name}" + (f" ({reason})" if reason else ""))
    elif buffer.members.pop(folded, None) is not None:
        buffer.roster_version += 1
        buffer.typing.pop(sanitise(raw_nick), None)
        turn.presence(buffer).left(sanitise(raw_nick), reason, turn.when)
        forget_if_gone(network, folded)


def _quit(turn: Turn, network: Network, message: Message) -> None:
    reason = sanitise(message.params[0]) if message.params else ""
    if reason.strip() == "Quit:":  # what servers make of a QUIT without a reason
        reason = ""
    _gone(turn, network, message.source.partition("!")[0], reason)


def _gone(turn: Turn, network: Network, raw_nick: str, reason: str) -> None:
    """Somebody left the network: they leave every channel, and a query shows it too."""
    folded = network.fold(raw_nick)
    nick = sanitise(raw_nick)
    for buffer in network.buffers.values():
        if buffer.members.pop(folded, None) is not None:
            buffer.roster_version += 1
        elif buffer.kind is not BufferKind.QUERY or network.fold(buffer.target) != folded:
            continue
        buffer.typing.pop(nick, None)
        turn.presence(buffer).left(nick, reason, turn.when)
    network.users.pop(folded, None)
    _regain(network, folded)


def _regain(network: Network, freed: str) -> None:
    """Take the nick we wanted when whoever had it is gone; mostly that was our own lost connection."""
    wanted = network.wanted_nick
    if network.session is not None and freed == network.fold(wanted) != network.fold(network.nick):
        network.session.send("NICK", wanted)


def netsplit(turn: Turn, network: Network, batch: Batch) -> None:
    """https://ircv3.net/specs/batches/netsplit: many leave for one reason, said in words."""
    sides = " and ".join(sanitise(name) for name in batch.params[:2])
    reason = f"{sides} lost each other" if len(batch.params) > 1 else "the network broke apart"
    for item in batch.items:
        if type(item) is Message and item.command == "QUIT":
            _gone(turn, network, item.source.partition("!")[0], reason)


def _nick(turn: Turn, network: Network, message: Message) -> None:
    """https://modern.ircdocs.horse/#nick-message"""
    if not message.params:
        return
    raw_old, raw_new = message.source.partition("!")[0], message.params[0]
    if turn.label:  # the answer to our own NICK; InspIRCd 3.15 writes it with the new nick as its source
        raw_old = network.nick
    old, new = network.fold(raw_old), network.fold(raw_new)
    user = network.users.pop(old, None) or User(sanitise(raw_old))
    shown_old, user.nick = user.nick, sanitise(raw_new)
    own = raw_old == network.nick
    if own:
        network.nick = raw_new
        if network.session is not None:
            network.session.nick = raw_new
            _, bang, rest = network.session.mask.partition("!")
            network.session.mask = raw_new + bang + rest if bang else ""
        turn.event(network.server_buffer, f"You are now called {user.nick}")
    seen = own
    for buffer in list(network.buffers.values()):
        member = buffer.members.pop(old, None)
        if member is not None:
            seen = True
            buffer.members[new] = member
            buffer.roster_version += 1
        elif buffer.kind is not BufferKind.QUERY or network.fold(buffer.target) != old or own:
            continue
        else:
            # a query follows its nick, unless there is one with the new nick already
            if network.buffers.get(new, buffer) is buffer:
                rename(buffer, raw_new)
            seen = True
        if shown_old in buffer.typing:
            buffer.typing[user.nick] = buffer.typing.pop(shown_old)
        if own:
            turn.event(buffer, f"You are now called {user.nick}")
        else:
            turn.presence(buffer).renamed(shown_old, user.nick, turn.when)
    if seen:
        network.users[new] = user
    if not own:
        _regain(network, old)


def rename(buffer: Buffer, name: str) -> None:
    """Have a buffer be called otherwise, where no other one of its network is called so."""
    network = buffer.network
    del network.buffers[network.fold(buffer.target)]
    network.buffers[network.fold(name)] = buffer
    buffer.target, buffer.name = name, sanitise(name)


def _kick(turn: Turn, network: Network, message: Message) -> None:
    if len(message.params) < 2:
        return
    buffer = network.buffers.get(network.fold(message.params[0]))
    if buffer is None:
        return
    raw_nick = message.params[1]
    who = sanitise(message.source.partition("!")[0])
    reason = sanitise(message.params[2]) if len(message.params) > 2 else ""
    because = f": {reason}" if reason and reason not in {raw_nick, who} else ""
    if network.fold(raw_nick) == network.fold(network.nick):  # as somebody typed it
        leave(network, buffer)
        network.autojoin.pop(network.fold(buffer.target), None)
        text = f"{who} kicked you out of {buffer.name}{because} (/join {buffer.name} asks to come back)"
        turn.event(buffer, text, highlight=True)
        return
    buffer.members.pop(network.fold(raw_nick), None)
    buffer.roster_version += 1
    buffer.typing.pop(sanitise(raw_nick), None)
    turn.event(buffer, f"{who} kicked {sanitise(raw_nick)} out{because}")
    forget_if_gone(network, network.fold(raw_nick))


def _invite(turn: Turn, network: Network, message: Message) -> None:
    """To us, or with invite-notify to somebody else.  https://ircv3.net/specs/extensions/invite-notify"""
    if len(message.params) < 2:
        return
    who = sanitise(message.source.partition("!")[0])
    invited, name = message.params[0], sanitise(message.params[1])
    if network.fold(invited) == network.fold(network.nick):
        if not any(ignore(message.source) for ignore in turn.model.ignores):
            place = network.server_buffer
            turn.event(place, f"{who} invites you to {name} (/join {name} goes there)", highlight=True)
        return
    buffer = network.buffers.get(network.fold(message.params[1]))
    if buffer is not None:
        turn.event(buffer, f"{who} invited {sanitise(invited)} to {name}")


def _away(turn: Turn, network: Network, message: Message) -> None:
    """https://ircv3.net/specs/extensions/away-notify"""
    raw_nick = message.source.partition("!")[0]
    folded = network.fold(raw_nick)
    user = network.users.get(folded)
    if user is None:
        return
    reason = sanitise(message.params[0]) if message.params else ""
    was, user.away = user.away, bool(message.params)
    roster_changed(network, folded)
    if was != user.away and folded != network.fold(network.nick):
        _tell_away(turn, network, folded, user, reason)
    query = network.buffers.get(folded)
    if query is not None and was != user.away:
        said = f"{user.nick} is away: {reason}" if user.away else f"{user.nick} is back"
        turn.add(query, LineKind.SERVER, said.removesuffix(": "))


def _tell_away(turn: Turn, network: Network, folded: str, user: User, reason: str) -> None:
    """Say it in the channels; in a busy one only of those who talk there."""
    absence = None if user.away_since is None else max(0.0, turn.when - user.away_since)
    user.away_since = turn.when if user.away else None
    for buffer in network.buffers.values():
        member = buffer.members.get(folded)
        if member is None or (is_busy(buffer) and turn.now - member.spoke > _TALKS_FOR):
            continue
        if user.away:
            turn.presence(buffer).went_away(user.nick, reason, turn.when)
        else:
            turn.presence(buffer).came_back(user.nick, absence, turn.when)


def _account(turn: Turn, network: Network, message: Message) -> None:
    """https://ircv3.net/specs/extensions/account-notify"""
    user = network.users.get(network.fold(message.source.partition("!")[0]))
    if user is not None and message.params:
        user.account = "" if message.params[0] == "*" else sanitise(message.params[0])


def _chghost(turn: Turn, network: Network, message: Message) -> None:
    """https://ircv3.net/specs/extensions/chghost"""
    if len(message.params) < 2:
        return
    raw_nick = message.source.partition("!")[0]
    user = network.users.get(network.fold(raw_nick))
    if user is not None:
        user.username, user.host = sanitise(message.params[0]), sanitise(message.params[1])
    if raw_nick == network.nick and network.session is not None:
        network.session.mask = f"{raw_nick}!{message.params[0]}@{message.params[1]}"


def _setname(turn: Turn, network: Network, message: Message) -> None:
    """https://ircv3.net/specs/extensions/setname"""
    user = network.users.get(network.fold(message.source.partition("!")[0]))
    if user is not None and message.params:
        user.realname = sanitise(message.params[-1])


HANDLERS = {
    "JOIN": _join,
    "PART": _part,
    "QUIT": _quit,
    "NICK": _nick,
    "KICK": _kick,
    "INVITE": _invite,
    "AWAY": _away,
    "ACCOUNT": _account,
    "CHGHOST": _chghost,
    "SETNAME": _setname,
}
