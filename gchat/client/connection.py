"""The life of a network's connection: asked for, tried, registering, ready, lost, waiting, tried again.

    DISCONNECTED -> CONNECTING -> REGISTERING -> READY
          ^             |   ^          |           |
          |             v   |          v           v
          +---------- WAITING <--------+-----------+        while ``Network.wanted``

It tries again after 1, 2, 4 ... up to 120 seconds, each between half and one and a half times that, so that a
server that comes back is not met by everybody at once.  What it is doing stands in ``Network.status`` and,
line by line, in the network's own buffer.
"""

from gchat.client.address import TUTORIAL
from gchat.client.answers import Answers
from gchat.client.events import Connect, ConnectionFailed, Disconnect
from gchat.client.line import LineKind
from gchat.client.model import BufferKind, Network, State
from gchat.client.roster import leave
from gchat.client.session import Identity, Session
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.words import duration
from gchat.irc.isupport import ISupport

FIRST_DELAY = 1.0  # seconds before the first new attempt
LONGEST_DELAY = 120.0
LASTED = 60.0  # seconds after which a connection was a good one: the next attempts begin anew
_JOIN_BYTES = 400  # of channel names and keys in one JOIN, well under a line
FIRST_STEPS = "/join #name goes into a channel, /list shows which there are"
MOTD_PATIENCE = 5.0  # seconds after the welcome in which a server ends its message of the day


def connect(turn: Turn, network: Network) -> None:
    """Try to connect now; what was connected before is let go."""
    if network.state in {State.CONNECTING, State.REGISTERING, State.READY}:
        turn.effects.append(Disconnect(network.id))
        _let_go(network)
    network.wanted = True
    network.state = State.CONNECTING
    network.attempt += 1
    network.problem = ""
    network.status = f"connecting to {network.address.where}"
    if network.attempt == 1:
        turn.tell(network.server_buffer, f"Connecting to {sanitise(network.address.where)} ...")
    settings = network.settings
    turn.effects.append(
        Connect(network.id, network.address, settings.tls_ca, settings.tls_verify, settings.tls_cert)
    )


def connecting(turn: Turn, network: Network, where: str) -> None:
    """The name was found, an address is being tried."""
    network.status = f"trying {sanitise(where)}"


def connected(turn: Turn, network: Network) -> None:
    """The connection stands: begin to speak."""
    network.state = State.REGISTERING
    network.met = True
    network.status = "saying who we are"
    network.isupport = ISupport()
    network.answers = Answers()
    network.troubles = []
    network.wanted_nick = network.wanted_nick or nick_of(turn, network)
    network.session = Session(turn.model.wire_for(network.address), identity(turn, network), turn.now)


def nick_of(turn: Turn, network: Network) -> str:
    """Return what to be called on a network, if that is free."""
    return network.settings.nick or network.address.nick or turn.model.settings.nick


def identity(turn: Turn, network: Network) -> Identity:
    """Return who to be on a network: its own settings, else the general ones."""
    general, own, invitation = turn.model.settings, network.settings, network.invitation
    nick = nick_of(turn, network)
    return Identity(
        network.wanted_nick,
        (nick, *general.alternatives) if nick != network.wanted_nick else general.alternatives,
        own.username or general.username,
        own.realname or general.realname,
        own.password,
        own.sasl_user,
        own.sasl_password,
        bool(own.tls_cert),
        invitation=invitation.token if invitation is not None else "",
        new_password=invitation.password if invitation is not None else "",
    )


def ready(turn: Turn, network: Network) -> None:
    """Registration is over: be where we want to be."""
    session = network.session
    if session is None or not network.is_registering:
        return
    network.state = State.READY
    network.wanted = True  # also where a password was refused first
    network.status = network.problem = ""
    turn.tell(network.server_buffer, f"Connected to {network.name} as {sanitise(network.nick)}")
    if session.sasl_problem:
        turn.warn(network, f"You are not logged in: {sanitise(session.sasl_problem)}.")
    if network.away:
        session.send("AWAY", network.away)
    invitation = network.invitation
    if invitation is not None:
        network.show_on_join.add(network.fold(invitation.channel))
        password = [invitation.password] if invitation.password and not session.account else []
        session.send("REDEEM", invitation.token, *password)
    if network.autojoin and turn.model.current is network.server_buffer:
        network.show_on_join.add(next(iter(network.autojoin)))
    for names, keys in _joins(list(network.autojoin.values())):
        session.send("JOIN", names, *([keys] if keys else []))
    if not (network.autojoin or network.buffers) and network.address.language != TUTORIAL:
        turn.tell(network.server_buffer, FIRST_STEPS)


def _joins(channels: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put channels and keys into as few JOINs as fit; those with a key come first, as keys go by position."""
    joins: list[tuple[str, str]] = []
    names: list[str] = []
    keys: list[str] = []
    for name, key in sorted(channels, key=lambda channel: not channel[1]):
        if names and len(",".join([*names, *keys, name, key]).encode()) > _JOIN_BYTES:
            joins.append((",".join(names), ",".join(keys)))
            names, keys = [], []
        names.append(name)
        if key:
            keys.append(key)
    if names:
        joins.append((",".join(names), ",".join(keys)))
    return joins


def failed(turn: Turn, network: Network, event: ConnectionFailed) -> None:
    """No connection came about."""
    reason, hint = sanitise(event.reason), sanitise(event.hint)
    _let_go(network)
    network.problem = reason
    said = f"No connection: {reason}." + (f" {hint}" if hint else "")
    if not event.again:
        give_up(network)
        network.status = reason
        turn.complain(network.server_buffer, said)
        return
    _wait(turn, network, network.attempt)
    before, line = network.retry_line or ("", None)
    if line is not None and before == said and network.server_buffer.lines[-1:] == [line]:
        # the same again: one line that counts, not a screen full
        line.text, line.time = f"{said} Tried {network.attempt} times.", turn.now
        line.changed()
        return
    line = turn.add(network.server_buffer, LineKind.ERROR, f"{said} {_plan(turn, network)}")
    network.retry_line = (said, line)


def give_up(network: Network) -> None:
    """Stop trying, without a word."""
    _let_go(network)
    network.state, network.wanted, network.status = State.DISCONNECTED, False, ""


def connect_wanted(turn: Turn) -> None:
    """Connect every network that somebody wants."""
    for network in turn.model.networks:
        if network.wanted:
            connect(turn, network)


def connect_waiting(turn: Turn) -> None:
    """Connect every network that somebody wants and that was not tried yet."""
    for network in turn.model.networks:
        if network.wanted and network.state is State.DISCONNECTED:
            connect(turn, network)


def lost(turn: Turn, network: Network, reason: str) -> None:
    """The connection that stood is gone."""
    was_ready = network.state is State.READY
    hint = _tls_hint(network)
    reason = sanitise(reason) or network.problem or "the server closed it"
    network.problem = reason
    _leave_all(network)
    _let_go(network)
    said = f"The connection to {network.name} is gone: {reason}.{hint}"
    if not network.wanted:
        network.state, network.status = State.DISCONNECTED, ""
        turn.tell(network.server_buffer, said)
        return
    if was_ready and turn.now - network.ready_by >= LASTED:
        network.attempt = 0
    # A server that lets everybody in and throws them out at once is not asked every second for ever.
    _wait(turn, network, network.attempt - was_ready)
    turn.complain(network.server_buffer, f"{said} {_plan(turn, network)}")
    if was_ready:
        for buffer in network.buffers.values():
            if buffer.kind is not BufferKind.LIST:
                turn.tell(buffer, f"{said} {_plan(turn, network)}")


def _tls_hint(network: Network) -> str:
    """Return what may be wrong where a server went before it ever said a line: it waited for TLS."""
    session, address = network.session, network.address
    spoke = session is None or session.greeted or network.nick
    if spoke or address.tls or address.path or address.language == TUTORIAL:
        return ""
    return f" Perhaps it wants --tls: /connect {sanitise(str(address._replace(tls=True)))} tries that."


def _plan(turn: Turn, network: Network) -> str:
    wait = duration(network.next_attempt - turn.now)
    return f"Trying again in {wait} (/connect tries now, /disconnect gives up)."


def _wait(turn: Turn, network: Network, failures: int) -> None:
    """Decide when to try again."""
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** max(0, min(failures, 10)))
    delay *= 0.5 + turn.model.random()
    network.state = State.WAITING
    network.next_attempt = turn.now + delay
    network.status = "waiting to try again"


def _let_go(network: Network, *, broke: bool = True) -> None:
    """Forget what was true of one connection only."""
    network.session = None
    network.lag = None
    network.outgoing.lost(broke=broke)
    network.questions.lost()


def disconnect(turn: Turn, network: Network, reason: str = "") -> None:
    """Say goodbye and stay away."""
    network.wanted = False
    if network.session is not None and network.state is not State.CONNECTING:
        network.session.send("QUIT", reason or turn.model.settings.quit_reason)
        data = network.session.take(turn.now)
        turn.send(network, data)
    if network.state in {State.CONNECTING, State.REGISTERING, State.READY}:
        turn.effects.append(Disconnect(network.id))
    was = network.state
    network.problem = ""
    network.status = ""
    _leave_all(network)
    _let_go(network, broke=False)
    network.state = State.DISCONNECTED
    network.attempt = 0
    if was is not State.DISCONNECTED:
        turn.tell(network.server_buffer, f"You left {network.name} (/connect comes back)")


def _leave_all(network: Network) -> None:
    """Note that we are in no channel any more; they are joined again after the next connect."""
    for buffer in network.buffers.values():
        if buffer.kind is BufferKind.CHANNEL and buffer.joined:
            leave(network, buffer)
        buffer.typing.clear()


def tick(turn: Turn, network: Network) -> None:
    """Do what time asks for: the next attempt, a PING, the queue, a server that never ends its welcome."""
    session = network.session
    if network.state is State.WAITING and turn.now >= network.next_attempt:
        connect(turn, network)
    if session is None:
        return
    session.tick(turn.now)
    network.questions.expire(turn.now)
    if session.dead:
        turn.effects.append(Disconnect(network.id))
        lost(turn, network, session.dead)
    elif network.is_registering and session.registered and turn.now >= network.ready_by:
        ready(turn, network)
    network.lag = session.lag


def deadline(network: Network) -> float | None:
    """Return when ``tick`` has something to do."""
    if network.state is State.WAITING:
        return network.next_attempt
    session = network.session
    if session is None:
        return None
    times = [session.deadline()]
    question = network.questions.due()
    if question is not None:
        times.append(question)
    if network.is_registering and session.registered:
        times.append(network.ready_by)
    queue = network.outgoing.due_at()
    if queue is not None and network.state is State.READY:
        times.append(queue)
    return min(times)
