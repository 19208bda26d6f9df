"""What HELP says: a text for every command of ``dispatch.TABLE`` and for some topics beside them.

The first lines of a text are the ways to write the command, the rest explains.  A test holds that every
command has a text and every text a command.  https://modern.ircdocs.horse/#help-message
"""

from __future__ import annotations

from typing import Final

_COMMANDS = """
CAP LS [version] | LIST | REQ :names | END
  Negotiates capabilities: extensions of the protocol that your program
  understands. It does this by itself, before it is registered.

WEBIRC <password> <gateway> <hostname> <address> [:<options>]
  Says whom a gateway of the web connects for. For gateways that the
  server's configuration names.

PASS <password>
  Gives the server's password, where it has one. Your program sends it
  before NICK and USER.

NICK <nickname>
  Chooses a nickname, or changes it. It may hold letters, digits and any of
  [ ] { } \\ | ^ ` _ - but begins with no digit and no dash.

USER <username> 0 * :<real name>
  Says who you are, once, when you connect. SETNAME changes the real name
  later.

AUTHENTICATE <mechanism> | <data> | *
  Logs you in to your account with SASL. Your program does it by itself once
  it knows your account and password.

REGISTER <account>|* <email>|* <password>
  Registers an account: with * it is named after your nick, which is held
  for you from then on.

REDEEM <token> [<password>]
  Takes an invitation: it brings you into its channel, with the role that
  goes with it. Without an account you give a password, too, and get the
  account of your nick, or are logged in to it.

VERIFY <account> <code>
  Finishes a registration that needs a code. None does here.

NS <word> [<parameter> ...]
NICKSERV <word> [<parameter> ...]
  Manages your account, like a message to NickServ. NS HELP lists the words.

CS <word> [<parameter> ...]
CHANSERV <word> [<parameter> ...]
  Makes a channel yours and manages the roles that last in it, like a
  message to ChanServ. CS HELP lists the words.

PING <token>
  Asks for a sign of life: the server answers PONG with the same token.

PONG <token>
  Answers a PING of the server.

QUIT [:<reason>]
  Ends your connection. Those who share a channel with you read the
  reason, unless you may not speak in one of your channels.

ERROR
  A server says with it why it ends a connection. From you it means nothing.

JOIN <channel>[,<channel>] [<key>[,<key>]]
JOIN 0
  Enters channels, with their keys where they have one (+k). Who enters a
  channel that nobody is in makes it, and is its operator, unless it is
  registered. JOIN 0 leaves every channel.

PART <channel>[,<channel>] [:<reason>]
  Leaves channels. Where you may not speak, nobody reads the reason.

TOPIC <channel>
TOPIC <channel> :<topic>
  Shows a channel's topic, or sets it; an empty one clears it. Where the
  channel is +t only half-operators and above may set it.

NAMES <channel>[,<channel>]
  Lists who is in a channel.

RENAME <channel> <name> [:<reason>]
  Gives a channel another name. Members, modes, bans and history stay; who
  asks for the old name is sent on for some weeks.

INVITE <nickname> <channel>
INVITE
  Asks somebody into a channel, past +i, +l and bans. Where the channel is
  +i only half-operators and above may. Without parameters it lists your own
  invitations.

KICK <channel> <nickname>[,<nickname>] [:<reason>]
  Removes members (four at once) from a channel. It takes a half-operator
  or above, and nobody removes somebody with a higher role.

LIST [<channel or mask>[,...]] [<condition>[,...]]
  Lists channels. Conditions: >3 and <10 (members), C>60 and C<60 (made more
  or less than so many minutes ago), T>60 and T<60 (topic set), *mask* and
  !*mask*.

MODE <channel> [<modes> [<parameter> ...]]
MODE <nickname> [<modes>]
  Shows or changes the modes of a channel or your own. HELP CMODES and HELP
  UMODES name them, HELP ROLES says who may.

MODLOG <channel> [<count> [<before>]]
  Shows what was done in a channel, by whom, to whom and why: kicks, bans,
  mutes, roles, modes and deleted messages. For half-operators and above.

PURGE <channel> <nickname> <duration> [:<reason>]
PURGE <channel> a:<account> <duration> [:<reason>]
  Deletes what somebody said in a channel in the last minutes, hours or days,
  500 messages at a time. For half-operators and above.

TBAN <channel> <duration> <mask> [:<reason>]
TBAN <channel>
  Bans a mask for a time like 10m, 1h30m or 7d, with a reason that those who
  are banned read; the ban ends by itself. With m: before the mask it is a
  mute, with 0 as the time it is for ever. The second form lists the bans
  that have an end or a reason. For half-operators and above.

PRIVMSG <channel or nickname>[,...] :<text>
  Says something to a channel or to a user. With a role's symbol in front,
  as in @#team, only members of that role and above read it.

NOTICE <channel or nickname>[,...] :<text>
  Like PRIVMSG, but nothing may answer it by itself: what bots and scripts
  use.

TAGMSG <channel or nickname>[,...]
  Sends client-only tags without a text: a reaction, a sign of typing.

WHO [<channel or mask>] [o] [%<fields>]
  Lists users: of a channel, or those whom a mask fits. With o only server
  operators. With % the fields that you name (WHOX).

WHOIS [<server>] <nickname>
  Tells what is known of a user: address, channels, idle time.

WHOWAS <nickname> [<count>]
  Tells who had a nickname before.

USERHOST <nickname> [<nickname> ...]
  Tells the addresses of up to five users, and whether they are away.

ISON <nickname> [<nickname> ...]
  Tells which of these nicknames are online.

MONITOR + <nickname>[,...] | - <nickname>[,...] | C | L | S
  Tells you when these users come and go. C clears your list, L shows it, S
  says who of it is online.

AWAY [:<message>]
  Marks you as away: who writes to you reads the message. Without one you
  are back.

SETNAME :<real name>
  Changes your real name.

OPER <name> <password>
  Makes you a server operator, if the configuration has such an operator.

KILL <nickname> [:<reason>]
  Ends somebody's connection. For server operators.

WALLOPS :<text>
  Says something to everybody with user mode +w. For server operators.

REHASH
  Has the server read its configuration again. For server operators.

MOTD [<server>]
  Shows the message of the day.

VERSION [<server>]
  Tells which software this is, and what it supports.

ADMIN [<server>]
  Tells who looks after this server.

CHATHISTORY LATEST <target> <*|selector> <limit>
CHATHISTORY BEFORE|AFTER|AROUND <target> <selector> <limit>
CHATHISTORY BETWEEN <target> <selector> <selector> <limit>
CHATHISTORY TARGETS <selector> <selector> <limit>
  Shows what was said before in a channel that you are in, or with a nick,
  as far as you could have read it then. A selector is msgid=<id> or
  timestamp=YYYY-MM-DDThh:mm:ss.sssZ; TARGETS lists where something was said.

SEARCH <attribute>=<value>[;<attribute>=<value>...]
  Searches what you may read. Attributes: text (words, \\s for a space), in,
  from, after, before, limit.

MARKREAD <target> [timestamp=YYYY-MM-DDThh:mm:ss.sssZ]
  Says up to when you have read a channel or a conversation, or asks for it.

REDACT <target> <msgid> [<reason>]
  Takes back a message of yours, or removes one from a channel where you
  are an operator.

EDIT <target> <msgid> <text>
  Changes a message of yours; who cannot see it change reads the new text.

BATCH +<name> draft/multiline <target>
BATCH -<name>
  Begins and ends a message of several lines; each of them has a tag batch.

LUSERS
  Counts users, operators and channels.

TIME [<server>]
  Tells the server's time.

STATS <letter> [<server>]
  u: how long the server is up. m: how often each command was used. For
  server operators: o: who may become one. l: the connections.

HELP [<command or topic>]
HELPOP [<command or topic>]
  Explains a command or a topic.

INFO [<server>]
  Describes the server.

LINKS [<mask>]
  Lists the servers of the network.

ISUPPORT
  Says once more what the server supports, for your program.

METADATA <nickname>|<channel>|* GET <keys> | LIST | SYNC
METADATA <nickname>|<channel>|* SET <key> [:<value>] | CLEAR
METADATA * SUB|UNSUB <keys> | SUBS
  Says, or asks, what people and channels say of themselves, and chooses of
  which keys you hear.

PERSISTENCE GET | SET ON|OFF|DEFAULT
  Says whether you stay, away, when no connection of yours is left. It needs
  an account; /msg NickServ SET ALWAYSON is the same.
"""

_TOPICS = """
CMODES
  Modes of a channel, set with MODE #channel +letter, taken away with -letter:
  b mask   banned: may not enter nor speak; b m:mask may enter, but not speak
  e mask   exempt from bans        I mask   may enter in spite of +i
  k key    a key is needed         l number as many members and no more
  i  invited users only            m  only who has a role may speak
  n  no messages from outside      s  secret: not in LIST, not in WHOIS
  t  topic set by operators        C  no CTCP but /me
  R  only who is logged in enters  M  only who is logged in speaks
  r  registered: ChanServ sets it
  W seconds  slow mode: who has no role says one thing in so many seconds
  Without a mask, +b, +e and +I show their lists.

UMODES
  Modes of your own, set with MODE yournick +letter, taken away with -letter:
  i  invisible: only who shares a channel with you finds you with a mask
  w  you read WALLOPS              B  you are a bot
  o  server operator: only OPER gives it

ROLES
  Roles in a channel, and what they may do beyond those below them:
  ~ q founder         gives and takes every role
  & a admin           like an operator, and no operator can remove them
  @ o operator        changes every mode; gives and takes o, h and v
  % h half-operator   sets the topic, invites, kicks, bans; gives and takes v
  + v voice           speaks where the channel is moderated, and through bans
  MODE #channel +o nickname gives one, -o takes it, until they leave. In a
  registered channel CS ACCESS gives one that lasts.
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    """Blocks between empty lines, each found by the first word of every line that is not indented."""
    found: dict[str, tuple[str, ...]] = {}
    for block in text.strip().split("\n\n"):
        lines = tuple(block.split("\n"))
        found.update({line.split(" ")[0]: lines for line in lines if not line.startswith(" ")})
    return found


COMMANDS: Final = _read(_COMMANDS)
TOPICS: Final = _read(_TOPICS)


def explain(subject: str) -> tuple[str, ...] | None:
    """The lines about a command or topic, in letters of any case; None where there is no such help."""
    subject = subject.upper()
    if subject in COMMANDS:
        return (f"The {subject} command", "", *COMMANDS[subject])
    if subject in TOPICS:
        return (f"The topic {subject}", "", *TOPICS[subject][1:])
    return None


def overview(width: int = 72) -> tuple[str, ...]:
    """What HELP alone says: the names of all that it can explain."""
    return (
        "Help of gchat-server",
        "",
        "HELP followed by one of these names explains it.",
        "",
        "Commands:",
        *_wrap(sorted(COMMANDS), width),
        "",
        "Topics:",
        *_wrap(list(TOPICS), width),
    )


def _wrap(names: list[str], width: int) -> list[str]:
    lines = [" "]
    for name in names:
        if len(lines[-1]) + 1 + len(name) > width:
            lines.append(" ")
        lines[-1] += " " + name
    return lines
