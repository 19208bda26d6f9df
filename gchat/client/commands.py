"""Every slash command in one table: how it is written, what it does, what its arguments are, what it needs.

A new command is a function in ``slash/`` and a row in ``COMMANDS``; completion, help and the manual read the
row.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from gchat.client.keys import table as key_table
from gchat.client.model import Buffer, BufferKind, State
from gchat.client.saying import give_back, say
from gchat.client.slash import WrongUse, answering, correcting, moderating, people, program, rooms
from gchat.client.text import sanitise
from gchat.client.turn import Turn

Run = Callable[[Turn, Buffer, str], None]

_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")  # that stand before what was pasted
# Any white space ends a name, so that no password is said in public for a space that is none of ASCII's.
_NAME = re.compile(r"/([^\W_]+)(?!\S)")


class Command(NamedTuple):
    """A row: the words after the name, what it does, the kinds of its arguments (for Tab), and its code."""

    usage: str
    text: str
    kinds: tuple[str, ...]
    run: Run
    online: bool = True  # it means nothing without a connection
    says: bool = False  # its text is said as what is typed without a command is: it may have several lines


def _help(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/help [command]"""
    name = rest.strip().lstrip("/").lower()
    if not name:
        program.show_help(turn, "Help", help_lines())
        return
    command = COMMANDS.get(ALIASES.get(name, name))
    if command is None:
        raise WrongUse(f"There is no command /{sanitise(name)}; /help shows all of them.")
    turn.tell(buffer, f"{usage(ALIASES.get(name, name))}: {command.text}")


_C, _N = ("channel",), ("nick",)
COMMANDS: dict[str, Command] = {
    "away": Command("[text]", "say that you are away", ("text",), people.away, False),
    "back": Command("", "say that you are back", (), people.back, False),
    "ban": Command(
        "[#channel] nick [time [reason]]",
        "ban a nick or mask, perhaps for a time (1h); /ban shows the bans",
        ("nick", "text"),
        moderating.ban,
    ),
    "clear": Command("", "empty this buffer", (), program.clear, False),
    "close": Command(
        "[reason]", "close this buffer; a channel is left first", ("text",), program.close, False
    ),
    "connect": Command(
        "[network or address]", "connect, or connect again", ("server",), program.connect, False
    ),
    "delete": Command("[reason]", "take back what you said here last", ("text",), correcting.delete),
    "deop": Command("[#channel] nick ...", "take the operator's role", _N, rooms.role("-", "o")),
    "devoice": Command("[#channel] nick ...", "take voice", _N, rooms.role("-", "v")),
    "disconnect": Command(
        "[reason]", "leave this network and stay away", ("text",), program.disconnect, False
    ),
    "edit": Command(
        "[text]",
        "say otherwise what you said here last; without a text it comes into the input",
        ("text",),
        correcting.edit,
    ),
    "help": Command("[command]", "show the commands and keys", ("command",), _help, False),
    "ignore": Command("[nick or mask ...]", "do not see what somebody says", _N, people.ignore, False),
    "invite": Command("nick [#channel]", "invite somebody to a channel", ("nick", "channel"), rooms.invite),
    "join": Command("#channel[,#channel] [key]", "go into a channel", _C, rooms.join),
    "kick": Command("[#channel] nick [reason]", "throw somebody out", ("nick", "text"), rooms.kick),
    "list": Command("[conditions]", "show the channels there are", ("text",), rooms.list_channels),
    "me": Command("text", "say what you do: * Neural waves", ("text",), people.me, False, True),
    "mentions": Command("", "list what called you; Enter goes there", (), program.mentions, False),
    "mode": Command("[#channel or nick] [modes]", "show or change modes", ("target", "nick"), rooms.mode),
    "modlog": Command(
        "[#channel] [count]", "show what operators did in a channel, and why", ("text",), moderating.modlog
    ),
    "msg": Command("nick text", "send a message", ("target", "text"), people.msg, False, True),
    "mute": Command(
        "[#channel] nick [time [reason]]",
        "keep somebody from speaking, perhaps for a time (10m)",
        ("nick", "text"),
        moderating.mute,
    ),
    "names": Command("[#channel]", "show who is in a channel", _C, rooms.names),
    "nick": Command("name", "call yourself otherwise", ("nick",), people.nick, False),
    "notice": Command("nick text", "send a notice", ("target", "text"), people.notice, False, True),
    "op": Command("[#channel] nick ...", "make somebody an operator", _N, rooms.role("+", "o")),
    "part": Command("[#channel] [reason]", "leave a channel", ("channel", "text"), rooms.part),
    "purge": Command(
        "[#channel] nick time [reason]",
        "delete what somebody said in a time until now (10m)",
        ("nick", "text"),
        moderating.purge,
    ),
    "query": Command(
        "nick [text]", "open a conversation with somebody", ("nick", "text"), people.query, False, True
    ),
    "quit": Command("[reason]", "leave gchat", ("text",), program.quit_program, False),
    "raw": Command("COMMAND ...", "send a line to the server as it is", ("text",), program.raw),
    "react": Command(
        "[emoji] [nick]",
        "react to what somebody said last; +1 -1 <3 :) !! ok are emoji, too",
        _N,
        answering.react,
    ),
    "rename": Command("#name [reason]", "give this channel another name", ("channel", "text"), rooms.rename),
    "reply": Command(
        "[nick] text",
        "answer what somebody said last, or what called you last, with its start quoted",
        ("nick", "text"),
        answering.reply,
        False,
        True,
    ),
    "topic": Command("[#channel] [text or -delete]", "show or set the topic", ("topic",), rooms.topic),
    "unban": Command("[#channel] nick or mask ...", "lift a ban", _N, moderating.unban),
    "unignore": Command("nick or mask ...", "see again what somebody says", _N, people.unignore, False),
    "unmute": Command("[#channel] nick or mask ...", "lift a mute", _N, moderating.unmute),
    "unreact": Command("[emoji] [nick]", "take your reaction back", _N, answering.unreact),
    "voice": Command("[#channel] nick ...", "give voice", _N, rooms.role("+", "v")),
    "who": Command("[mask]", "show who is in a channel or matches a mask", ("target",), people.who),
    "whois": Command("[nick]", "show what is known about somebody", _N, people.whois),
}
ALIASES = {
    "exit": "quit",
    "j": "join",
    "leave": "part",
    "m": "msg",
    "q": "query",
    "quote": "raw",
    "server": "connect",
    "w": "whois",
}


def usage(name: str) -> str:
    """Return how a command is written: ``"/join #channel[,#channel] [key]"``."""
    return f"/{name} {COMMANDS[name].usage}".rstrip()


def help_lines() -> list[str]:
    """Return the help: all commands, then all keys."""
    rows = [(usage(name), command.text) for name, command in COMMANDS.items()]
    width = max(len(written) for written, _ in rows)
    lines = ["Commands (//text says text that begins with a slash)", ""]
    lines += [f"  {written.ljust(width)}  {text}" for written, text in rows]
    group = ""
    for row in key_table():
        if row.group != group:
            group = row.group
            lines += ["", group, ""]
        lines.append(f"  {', '.join(row.keys).ljust(width)}  {row.text}")
    return lines


def enter(turn: Turn, buffer: Buffer, text: str) -> None:
    """Take what was typed: a command, or text for the buffer.

    Only the first line can be a command (a pasted text with a path in it stays text), and all lines belong to
    it: what stands behind ``/msg Nine`` is for Nine alone.  Several lines that are not carried out come back.
    White space before a command that there is makes no text of it: it may have a password behind it.
    """
    text = _BLANK_LINES.sub("", text)
    bare = text.lstrip()
    name = _NAME.match(bare)
    if name is None or (bare != text and not _is_known(name[1].lower())):
        _talk(turn, buffer, text[1:] if text.startswith("//") else text)
    elif not _run(turn, buffer, name[1].lower(), bare[name.end() :].rstrip()) and "\n" in bare.strip():
        buffer.editor.set(bare)


def _is_known(name: str) -> bool:
    return name in COMMANDS or name in ALIASES


def _talk(turn: Turn, buffer: Buffer, text: str) -> None:
    if not text.strip():
        return
    if buffer.kind in {BufferKind.CHANNEL, BufferKind.QUERY}:
        say(turn, buffer, text)
        return
    network = buffer.network
    if network.state is State.READY:
        turn.complain(buffer, "Nobody reads what is said here: /join #channel, or /msg nick text.")
    else:
        turn.complain(
            buffer,
            f"Nobody reads this: {network.name} has no connection now. /connect tries, "
            "/connect SERVER goes to another one.",
        )
    give_back(buffer, text)


def _run(turn: Turn, buffer: Buffer, typed: str, rest: str) -> bool:
    """Carry a command out; False where that was not possible, which is said."""
    name = ALIASES.get(typed, typed)
    command = COMMANDS.get(name)
    if command is None:
        shown = sanitise(typed)
        turn.complain(buffer, f"There is no command /{shown}. /help shows all, //{shown} says it as text.")
        return False
    lines = rest.count("\n") + 1
    if lines > 1 and not command.says:
        turn.complain(buffer, f"/{name} takes one line, not {lines}: nothing was done, it is back here.")
        return False
    network = buffer.network
    if command.online and (network.session is None or network.state is not State.READY):
        turn.complain(
            buffer, f"/{name} needs a connection, and {network.name} has none now (/connect tries)."
        )
        return False
    try:
        command.run(turn, buffer, rest.strip())
    except WrongUse as wrong:
        problem = f"{wrong} " if str(wrong) else ""
        turn.complain(buffer, f"{sanitise(problem)}Usage: {usage(name)} ({command.text}).")
        return False
    return True
