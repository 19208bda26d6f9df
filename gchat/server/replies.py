"""Blocks of replies that follow both from questions and from events: the welcome, the topic, the names.

Each is the answer that the Modern IRC document describes for the command of the same name.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from gchat import __version__
from gchat.irc import isupport, limits
from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.numerics import (
    ERR_NOMOTD,
    RPL_CREATED,
    RPL_ENDOFMOTD,
    RPL_ENDOFNAMES,
    RPL_GLOBALUSERS,
    RPL_ISUPPORT,
    RPL_LOCALUSERS,
    RPL_LUSERCHANNELS,
    RPL_LUSERCLIENT,
    RPL_LUSERME,
    RPL_LUSEROP,
    RPL_LUSERUNKNOWN,
    RPL_MOTD,
    RPL_MOTDSTART,
    RPL_MYINFO,
    RPL_NAMREPLY,
    RPL_NOTOPIC,
    RPL_TOPIC,
    RPL_TOPICWHOTIME,
    RPL_WELCOME,
    RPL_YOURHOST,
)
from gchat.server import capabilities as cap
from gchat.server import channel_modes, keyvalues, roles
from gchat.server.delivery import timestamp
from gchat.server.request import Request
from gchat.server.settings import in_words
from gchat.server.visibility import can_see, can_see_member
from gchat.server.world import Channel, User

if TYPE_CHECKING:
    from gchat.server.accounts import Account
    from gchat.server.engine import Engine
    from gchat.server.session import Session

VERSION: Final = f"gchat-{__version__}"
USER_MODES: Final = "Biow"
MAX_TARGETS: Final = 4
MAX_MODES: Final = 12


def welcome(request: Request) -> None:
    """The burst after registration.  https://modern.ircdocs.horse/#rplwelcome-001"""
    user, settings = request.user, request.settings
    server = settings.server
    created = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(request.engine.started_at))
    request.reply(RPL_WELCOME, network=server.network, nick=user.nick)
    request.reply(RPL_YOURHOST, servername=server.name, version=VERSION)
    request.reply(RPL_CREATED, datetime=created)
    modes = "".join(sorted(channel_modes.ALL))
    request.reply(RPL_MYINFO, server.name, VERSION, USER_MODES, modes, channel_modes.WITH_PARAMETER)
    isupport_lines(request)
    account = request.world.account(user.account)
    if account is not None and request.session.caps & cap.PERSISTENCE:
        request.send(persistence(request.engine, account))
    keyvalues.introduce(request.engine, request.session, request.send)
    kept = retention(request.engine, request.session)
    if kept is not None:
        request.send(kept)
    lusers(request)
    motd(request)
    if user.modes:
        request.send(Message("MODE", (user.nick, "+" + "".join(sorted(user.modes))), user.source))


def retention(engine: Engine, session: Session) -> Message | None:
    """How long what somebody says is kept.  None where nothing is, and for the tutorial's client, which is
    welcomed as its own server does it.
    """
    if engine.store.history is None or session.plain:
        return None
    keep = engine.settings.history.keep
    kept = f"for {in_words(keep)}" if keep else "for ever"
    text = f"What is said here is kept {kept}, for those who may read it"
    return Message("NOTICE", (session.name, text), engine.settings.server.name)


def isupport_lines(request: Request) -> None:
    """RPL_ISUPPORT (005).  https://modern.ircdocs.horse/#rplisupport-005"""
    batch = cap.BATCH | cap.EXTENDED_ISUPPORT
    if request.session.caps & batch == batch:  # https://ircv3.net/specs/extensions/extended-isupport
        with request.batch("draft/isupport"):
            _isupport(request)
    else:
        _isupport(request)


def _isupport(request: Request) -> None:
    for tokens in isupport.build(isupport_tokens(request.engine)):
        request.reply(RPL_ISUPPORT, *tokens)


def isupport_tokens(engine: Engine) -> dict[str, str | None]:
    """What the server supports, in the words of ISUPPORT."""
    settings, counts = engine.settings, engine.settings.limits
    history: dict[str, str | None] = {}
    if engine.store.history is not None:  # https://ircv3.net/specs/extensions/chathistory#isupport-tokens
        history = {"CHATHISTORY": str(settings.history.page), "MSGREFTYPES": "msgid,timestamp"}
    announced: dict[str, str | None] = {}
    if settings.accounts.required:  # https://ircv3.net/specs/extensions/account-registration
        announced["draft/ACCOUNTREQUIRED"] = None
    if settings.server.icon:  # https://ircv3.net/specs/extensions/network-icon
        announced["draft/ICON"] = settings.server.icon
    return {
        **history,
        **announced,
        "ACCOUNTEXTBAN": "a",
        "AWAYLEN": str(limits.AWAYLEN),
        "BOT": "B",
        "CASEMAPPING": "ascii",
        "CHANLIMIT": f"#:{counts.channels_per_user}",
        "CHANMODES": channel_modes.CHANMODES,
        "CHANNELLEN": str(limits.CHANNELLEN),
        "CHANTYPES": "#",
        "ELIST": "CMNTU",
        "EXCEPTS": "e",
        "EXTBAN": ",am",
        "INVEX": "I",
        "KEYLEN": str(limits.KEYLEN),
        "KICKLEN": str(limits.KICKLEN),
        "MAXLIST": f"beI:{counts.list_entries}",
        "MAXTARGETS": str(MAX_TARGETS),
        "MODES": str(MAX_MODES),
        "MONITOR": str(counts.monitor_entries),
        "NAMELEN": str(limits.REALNAMELEN),  # https://ircv3.net/specs/extensions/setname
        "NETWORK": settings.server.network,
        "NICKLEN": str(limits.NICKLEN),
        "PREFIX": f"({roles.LETTERS}){roles.SYMBOLS}",
        "SAFELIST": None,
        "STATUSMSG": roles.SYMBOLS,
        "TARGMAX": f"NAMES:{MAX_TARGETS},LIST:1,KICK:{MAX_TARGETS},WHOIS:1,PRIVMSG:{MAX_TARGETS},"
        f"NOTICE:{MAX_TARGETS},TAGMSG:{MAX_TARGETS},JOIN:,PART:,MONITOR:",
        "TOPICLEN": str(limits.TOPICLEN),
        "USERLEN": str(limits.USERLEN),
        "UTF8ONLY": None,
        "WHOX": None,
    }


def lusers(request: Request) -> None:
    """How many are here.  https://modern.ircdocs.horse/#lusers-message"""
    world = request.world
    users = len(world.users)
    invisible, operators = world.modes["i"], world.modes["o"]
    unknown = len(request.engine.strangers)
    request.reply(RPL_LUSERCLIENT, visible=str(users - invisible), invisible=str(invisible), servers="1")
    request.reply(RPL_LUSEROP, str(operators))
    request.reply(RPL_LUSERUNKNOWN, str(unknown))
    request.reply(RPL_LUSERCHANNELS, str(len(world.channels)))
    request.reply(RPL_LUSERME, clients=str(users), servers="0")
    most = str(world.most_users)
    request.reply(RPL_LOCALUSERS, str(users), most, current=str(users), max=most)
    request.reply(RPL_GLOBALUSERS, str(users), most, current=str(users), max=most)


def motd(request: Request) -> None:
    """The message of the day.  https://modern.ircdocs.horse/#motd-message"""
    text = request.settings.server.motd
    if not text:
        request.reply(ERR_NOMOTD)
        return
    request.reply(RPL_MOTDSTART, server=request.settings.server.name)
    for line in text.rstrip("\n").split("\n"):
        request.reply(RPL_MOTD, text=f"- {line}")
    request.reply(RPL_ENDOFMOTD)


def topic(request: Request, channel: Channel) -> None:
    """The topic, who set it and when."""
    if not channel.topic:
        request.reply(RPL_NOTOPIC, channel.name)
        return
    request.reply(RPL_TOPIC, channel.name, text=channel.topic)
    request.reply(RPL_TOPICWHOTIME, channel.name, channel.topic_by, str(channel.topic_at))


def persistence(engine: Engine, account: Account) -> Message:
    """What an account's owner wants, and what is: whether the user stays without a connection."""
    wanted = {True: "ON", False: "OFF", None: "DEFAULT"}[account.always_on]
    stays = "ON" if account.stays(engine.settings.accounts) else "OFF"
    return Message("PERSISTENCE", ("STATUS", wanted, stays), engine.settings.server.name)


def implicit_names(request: Request, channel: Channel) -> None:
    """Who is in a channel that somebody came into, unless the client wants to ask for it.

    https://ircv3.net/specs/extensions/no-implicit-names
    """
    if not request.session.caps & cap.NO_IMPLICIT_NAMES:
        names(request, channel)


def names(request: Request, channel: Channel) -> None:
    """Who is in the channel, as far as the asker may know.  https://modern.ircdocs.horse/#names-message"""
    members(request, channel)
    request.reply(RPL_ENDOFNAMES, channel.name)


def members(request: Request, channel: Channel) -> None:
    """``names`` without its end."""
    viewer, caps = request.session.user, request.session.caps
    if can_see(viewer, channel):
        multi = bool(caps & cap.MULTI_PREFIX)
        full = caps & cap.USERHOST_IN_NAMES  # https://ircv3.net/specs/extensions/userhost-in-names
        whole = viewer in channel.members  # members know each other, without asking for each
        shown = [
            (roles.prefix(held, multi) if held else "") + (user.source if full else user.nick)
            for user, held in channel.members.items()
            if whole or can_see_member(viewer, user, channel)
        ]
        symbol = "@" if "s" in channel.modes else "="
        fixed = f":{request.settings.server.name} 353 {request.session.name} {symbol} {channel.name} :\r\n"
        for line in fill(shown, limits.LINE - len(fixed.encode())):
            request.reply(RPL_NAMREPLY, symbol, channel.name, text=line)


def reader(user: User) -> str:
    """Whose the read markers of a user are: the account's, or their own as long as they are here."""
    return fold(user.account) if user.account else f" {user.uid}"


def marker(engine: Engine, user: User, target: str) -> Message:
    """Up to when a user has read a channel or a conversation.

    https://ircv3.net/specs/extensions/read-marker
    """
    milliseconds = engine.world.marks.get(reader(user), fold(target))
    at = "*" if milliseconds is None else f"timestamp={timestamp(milliseconds)}"
    return Message("MARKREAD", (target, at), engine.settings.server.name)


def fill(words: list[str], width: int, joint: str = " ") -> list[str]:
    """Join words into lines of at most ``width`` bytes; a longer word has a line of its own.

    No word has the joint in it.  Whoever comes into a room of thousands is told as many names, so this looks
    at places to break the text and not at every word.
    """
    text, glue = joint.join(words).encode(), joint.encode()
    lines, start = [], 0
    while len(text) - start > width:
        end = text.rfind(glue, start, start + width + 1)
        if end < 0:
            end = text.find(glue, start)
            if end < 0:
                break
        lines.append(text[start:end].decode())
        start = end + 1
    return [*lines, text[start:].decode()] if words else []
