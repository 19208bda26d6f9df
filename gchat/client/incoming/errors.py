"""Refusals as sentences: what happened, to which thing, what can be done.  Numbers are never shown.

To word an error: a row in ``_SENTENCES``.  ``{p1}`` is the numeric's second parameter (the first is our own
nick), and so on; ``{text}`` is the server's own sentence.  What has no row is shown with the server's words.
"""

import re

from gchat.client import invited
from gchat.client.model import Buffer, Network
from gchat.client.overlay import Step
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.irc import numerics as n
from gchat.irc.message import Message

_SENTENCES = {
    n.ERR_NOSUCHNICK: "nobody here is called {p1}",
    # also the answer to /whois, which asks the server that somebody is on
    n.ERR_NOSUCHSERVER: "neither a server nor anybody here is called {p1}",
    n.ERR_NOSUCHCHANNEL: "there is no channel {p1}, or its name is not one this server allows",
    n.ERR_CANNOTSENDTOCHAN: "{p1} does not let you speak: {text}",
    n.ERR_TOOMANYCHANNELS: "you are in as many channels as this server allows; /part one to join {p1}",
    n.ERR_WASNOSUCHNICK: "nobody was called {p1} lately",
    n.ERR_TOOMANYTARGETS: "{p1} is too many at once: {text}",
    n.ERR_TOOMANYMATCHES: "too much answers to that; ask for less",
    n.ERR_INPUTTOOLONG: "the line was too long for the server",
    n.ERR_UNKNOWNCOMMAND: "this server does not know the command {p1}",
    n.ERR_NONICKNAMEGIVEN: "the server wants a nickname: /nick NAME",
    n.ERR_ERRONEUSNICKNAME: "{p1} cannot be a nickname here{why}",
    n.ERR_NICKNAMEINUSE: "the nickname {p1} is in use",
    n.ERR_BANNICKCHANGE: "you cannot be called {p1} while you are banned or muted in {p2}",
    n.ERR_NICKCOLLISION: "the nickname {p1} came into use on another server at the same moment",
    n.ERR_UNAVAILRESOURCE: "{p1} is not free yet; try again in a while",
    n.ERR_USERNOTINCHANNEL: "{p1} is not in {p2}",
    n.ERR_NOTONCHANNEL: "you are not in {p1}; /join {p1} goes there",
    n.ERR_USERONCHANNEL: "{p1} is in {p2} already",
    n.ERR_NOTREGISTERED: "the server has not let us in yet",
    n.ERR_NEEDMOREPARAMS: "the server wants more words after {p1}",
    n.ERR_PASSWDMISMATCH: "the password is not the right one",
    n.ERR_YOUREBANNEDCREEP: "you are banned from this server: {text}",
    n.ERR_KEYSET: "{p1} has a key already; remove it first with /mode {p1} -k",
    n.ERR_LINKCHANNEL: "{p1} sends its visitors on to {p2}",
    n.ERR_CHANNELISFULL: "{p1} is full: try again later, or ask an operator of it",
    n.ERR_UNKNOWNMODE: "this server knows no mode {p1}",
    n.ERR_INVITEONLYCHAN: "{p1} is for invited people only: ask somebody inside for an /invite",
    n.ERR_BANNEDFROMCHAN: "you are banned from {p1}",
    n.ERR_BADCHANNELKEY: "{p1} wants the right key: /join {p1} KEY",
    n.ERR_BADCHANMASK: "{p1} is no name for a channel",
    n.ERR_NEEDREGGEDNICK: "{p1} is for people with an account: {text}",
    n.ERR_BANLISTFULL: "the list of {p1} is full; remove an entry first",
    n.ERR_NOPRIVILEGES: "only server operators may do that",
    n.ERR_CHANOPRIVSNEEDED: "only operators of {p1} may do that",
    n.ERR_UNIQOPRIVSNEEDED: "only the founder of the channel may do that",
    n.ERR_UMODEUNKNOWNFLAG: "this server does not know one of these user modes",
    n.ERR_USERSDONTMATCH: "you can change your own modes only",
    n.ERR_HELPNOTFOUND: "the server has no help about {p1}",
    n.ERR_INVALIDKEY: "this is no key a channel can have",
    n.ERR_CANTSENDTOUSER: "{p1} does not take your messages: {text}",
    n.ERR_INVALIDMODEPARAM: "the mode {p2} does not take {p3}: {text}",
    n.ERR_NOPRIVS: "you lack the privilege {p1}",
    n.ERR_MONLISTFULL: "the list of watched nicks is full",
    n.ERR_NICKLOCKED: "your account allows only its own nicknames: {text}",
    n.ERR_SASLFAIL: "the account's name or password is wrong; you are not logged in",
    n.ERR_SASLTOOLONG: "the account's password is too long for the server; you are not logged in",
    n.ERR_SASLABORTED: "logging in was broken off; you are not logged in",
    n.ERR_SASLALREADY: "you are logged in already",
}
_BY_NUMBER = {numeric.number: sentence for numeric, sentence in _SENTENCES.items()}
# Errors that answer a message: the line it is about is marked, and needs no second word.
_ABOUT_A_MESSAGE = {
    numeric.number
    for numeric in (
        n.ERR_NOSUCHNICK,
        n.ERR_NOSUCHCHANNEL,
        n.ERR_CANNOTSENDTOCHAN,
        n.ERR_TOOMANYTARGETS,
        n.ERR_NOTONCHANNEL,
        n.ERR_NEEDREGGEDNICK,
        n.ERR_CANTSENDTOUSER,
        n.ERR_INPUTTOOLONG,
        n.ERR_NOCTCP,
    )
}
_ABOUT_OUR_NICK = {"432", "433", "436", "437"}
_USUAL = re.compile(r"erron\w* +nick\w*[\s:.,;-]*", re.IGNORECASE)  # what 432 says, in many spellings
_POSSIBLE = "one may have letters a-z, digits and -_[]{}\\|^`, a letter first"
_IN_USE = re.compile(r"\b(in use|taken)\b", re.IGNORECASE)  # what 433 says where it says nothing special
_REGISTERED = re.compile(r"\bregistered\b(?:.*\blog in to ([^\s,]+))?", re.IGNORECASE)
_ANSWERS_A_JOIN = {
    numeric.number
    for numeric in (
        n.ERR_NOSUCHCHANNEL,
        n.ERR_TOOMANYCHANNELS,
        n.ERR_CHANNELISFULL,
        n.ERR_INVITEONLYCHAN,
        n.ERR_BANNEDFROMCHAN,
        n.ERR_BADCHANNELKEY,
        n.ERR_BADCHANMASK,
        n.ERR_NEEDREGGEDNICK,
    )
}


class _Missing(dict[str, str]):
    """Parameters by position; what a server left out is a word that fits a sentence."""

    def __missing__(self, key: str) -> str:
        return "that"


def sentence(message: Message) -> tuple[str, bool]:
    """Return what an error numeric says, without capital and full stop, and whether a name stands first."""
    params = [sanitise(param) for param in message.params]
    text = _lowered(params[-1].rstrip(".")) if params else "the server gave no reason"
    if message.command == n.ERR_BANNEDFROMCHAN.number and len(params) > 2 and "): " in text:
        return f"{params[1]}: {text.partition('): ')[2]}", True  # gchat-server: until when, and why
    if message.command == n.ERR_NICKNAMEINUSE.number and len(params) > 2 and not _IN_USE.search(params[-1]):
        return f"{params[1]}: {params[-1].rstrip('.')}", True  # somebody's, although nobody has it now
    template = _BY_NUMBER.get(message.command)
    if template is None:
        about = " ".join(params[1:-1])
        return (f"{about}: {text}", True) if about else (text, False)
    fields = _Missing({f"p{index}": param for index, param in enumerate(params[:-1])})
    fields["text"] = text
    fields["why"] = f": {_USUAL.sub('', text) or _POSSIBLE}"
    return template.format_map(fields), template.startswith("{")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lowered(text: str) -> str:
    """Write a sentence's beginning small: "Cannot send", but neither "I am" nor "NICK"."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _advice(message: Message) -> str:
    """Return what to type where a nick is kept for an account, a sentence with a space before it."""
    if message.command != n.ERR_NICKNAMEINUSE.number or len(message.params) < 3:
        return ""
    kept = _REGISTERED.search(sanitise(message.params[-1]))
    account = kept and (kept[1] or sanitise(message.params[1]))  # a nick may belong to another name's account
    return f" /msg NickServ IDENTIFY {account} PASSWORD logs in." if account else ""


def _about_the_password(network: Network) -> str:
    own = network.settings
    if own.password:
        return "The password for this server is not the right one; gchat does not try again by itself."
    if own.sasl_user:  # --password-file is the account's then
        return (
            "This server wants a password beside the account's: give it as password_file in gchat.toml,"
            " in the server's [networks] table."
        )
    return "This server wants a password: start gchat with --password-file FILE or GCHAT_PASSWORD."


def refuse(turn: Turn, network: Network, message: Message) -> None:
    """A numeric from 400 on, or one of the few others that refuse something."""
    said, named = sentence(message)
    target = message.params[1] if len(message.params) > 2 else ""
    number = message.command
    session = network.session
    about_a_line = number in _ABOUT_A_MESSAGE or turn.label
    if about_a_line and network.outgoing.refused(turn.label, target, said, network.fold):
        return
    if number in _ANSWERS_A_JOIN:
        network.show_on_join.discard(network.fold(target))
        buffer = network.buffers.get(network.fold(target))
        if buffer is None or not buffer.joined:
            network.autojoin.pop(network.fold(target), None)
    if session is not None and not session.registered:
        invitation = network.invitation
        if number in _ABOUT_OUR_NICK and invitation is not None and invitation.password:
            invited.ask_again(turn, network, f"{_capital(said)}: choose another one.", Step.NICK)
            return
        if session.nick and session.nick != target and number in _ABOUT_OUR_NICK:
            said += f"; trying {session.nick}"
        elif not session.nick and number in _ABOUT_OUR_NICK:
            said += "; choose another one: /nick NAME"
        if number == n.ERR_PASSWDMISMATCH.number:
            network.wanted = False  # the same words again get the same answer
            turn.complain(network.server_buffer, _about_the_password(network))
            return
        turn.warn(network, f"{said if named else _capital(said)}.{_advice(message)}")
        return
    turn.complain(
        _place(turn, network, number, target), f"{said if named else _capital(said)}.{_advice(message)}"
    )


def _place(turn: Turn, network: Network, number: str, target: str) -> Buffer:
    """Return where an error is read: where its cause was typed, as far as that is known.

    A refusal about a nick (in use, not in the channel) is no part of the conversation with them.
    """
    if turn.asked_in is not None or not (number in _ABOUT_A_MESSAGE or network.isupport.is_channel(target)):
        return turn.place(network)
    return turn.place_for(network, target)


def standard_reply(turn: Turn, network: Network, message: Message) -> None:
    """FAIL, WARN, NOTE <command> <code> [<context>...] <text>.

    https://ircv3.net/specs/extensions/standard-replies
    """
    if len(message.params) < 3:
        return
    text = sanitise(message.params[-1])
    context = message.params[2:-1]
    if message.command == "FAIL":
        target = context[0] if context else ""
        about_a_line = message.params[0].upper() in {"PRIVMSG", "NOTICE"} or turn.label
        reason = _lowered(text.rstrip("."))
        if about_a_line and network.outgoing.refused(turn.label, target, reason, network.fold):
            return
        turn.complain(turn.place_for(network, target), _capital(text))
    else:
        turn.answer(turn.place_for(network, context[0] if context else ""), _capital(text))


HANDLERS = {
    # 422 (no message of the day) ends registration: server.py has it
    **{
        number: refuse for number in n.BY_NUMBER if "400" <= number <= "599" and number != n.ERR_NOMOTD.number
    },
    **{numeric.number: refuse for numeric in _SENTENCES},
    n.RPL_TRYAGAIN.number: refuse,
}
