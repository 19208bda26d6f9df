"""Commands about people: speaking to them, asking about them, being somebody oneself."""

from gchat.client.line import LineKind
from gchat.client.model import Buffer, BufferKind
from gchat.client.saying import say
from gchat.client.slash import WrongUse, first_word
from gchat.client.slash.rooms import ask
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.words import listing
from gchat.irc.mask import compile_mask, complete

_MOST_IGNORES = 500


def me(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/me waves"""
    if not rest:
        raise WrongUse
    if buffer.kind not in {BufferKind.CHANNEL, BufferKind.QUERY}:
        raise WrongUse("Nobody reads what is said here.")
    say(turn, buffer, rest, LineKind.ACTION, typed_as="/me ")


def _target_and_text(buffer: Buffer, rest: str) -> tuple[str, str]:
    target, text = first_word(rest)
    if not text:
        raise WrongUse
    return target, text


def msg(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/msg nick text: shown in the conversation with them, which stays where it is in the list"""
    target, text = _target_and_text(buffer, rest)
    say(turn, _place_of(turn, buffer, target), text, LineKind.MESSAGE, target, typed_as=f"/msg {target} ")


def notice(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/notice nick text"""
    target, text = _target_and_text(buffer, rest)
    known = buffer.network.buffers.get(buffer.network.fold(target))
    say(turn, known or buffer, text, LineKind.NOTICE, target, typed_as=f"/notice {target} ")


def _place_of(turn: Turn, buffer: Buffer, target: str) -> Buffer:
    """Return where a message to somebody is shown: with them; to a channel we are not in, here."""
    network = buffer.network
    prefix, name = network.isupport.split_statusmsg(target)
    known = network.buffers.get(network.fold(name if prefix else target))
    if known is not None:
        return known
    if prefix or network.isupport.is_channel(target) or "," in target:
        return buffer
    return turn.model.open(network, BufferKind.QUERY, target)


def query(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/query nick [text]"""
    target, text = first_word(rest)
    if not target or buffer.network.isupport.is_channel(target):
        raise WrongUse
    opened = turn.model.open(buffer.network, BufferKind.QUERY, target)
    turn.model.show(opened)
    if text:
        say(turn, opened, text)


def nick(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/nick name"""
    if not rest or " " in rest:
        raise WrongUse
    network, session = buffer.network, buffer.network.session
    network.wanted_nick = rest
    if session is None:
        turn.tell(buffer, f"You will be called {sanitise(rest)} on {network.name}")
    elif not session.registered:
        session.nick = rest
        session.send("NICK", rest)
    else:
        ask(turn, buffer, "NICK", rest)


def whois(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/whois [nick]"""
    words = rest.split()
    if not words:
        words = [buffer.target if buffer.kind is BufferKind.QUERY else buffer.network.nick]
    # Named twice, the question goes to the server the person is on, which alone knows how long they were
    # idle.
    ask(turn, buffer, "WHOIS", words[0], words[-1])


def who(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/who [mask]"""
    words = rest.split()
    if not words:
        if buffer.kind is BufferKind.SERVER:
            raise WrongUse
        words = [buffer.target]
    buffer.network.answers.quiet.discard(("315", buffer.network.fold(words[0])))
    ask(turn, buffer, "WHO", *words)


def away(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/away [text]: on every network that is connected"""
    text = rest or "away"
    for network in turn.model.networks:
        network.away = sanitise(text)
        if network.session is not None and network.session.registered:
            network.answers.asked_in = buffer if network is buffer.network else None
            network.session.send("AWAY", text)


def back(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/back"""
    for network in turn.model.networks:
        if network.session is not None and network.session.registered:
            network.answers.asked_in = buffer if network is buffer.network else None
            network.session.send("AWAY")
        else:
            network.away = ""


def ignore(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/ignore [nick | mask ...]"""
    model = turn.model
    words = rest.split()
    if not words:
        masks = listing(list(model.ignored), 100)
        turn.tell(buffer, f"You ignore {masks} (/unignore ends it)" if masks else "You ignore nobody")
        return
    for mask in map(complete, words):
        if len(model.ignored) < _MOST_IGNORES:
            model.ignored[mask] = compile_mask(mask)
    model.ignores = list(model.ignored.values())
    verb = "says" if len(words) == 1 else "say"
    turn.tell(buffer, f"You no longer see what {listing([complete(word) for word in words])} {verb}")


def unignore(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/unignore nick | mask ..."""
    model = turn.model
    words = rest.split()
    if not words:
        raise WrongUse
    for mask in map(complete, words):
        if model.ignored.pop(mask, None) is None:
            turn.complain(buffer, f"{mask} is not ignored; /ignore shows who is.")
        else:
            turn.tell(buffer, f"You see again what {mask} says")
    model.ignores = list(model.ignored.values())
