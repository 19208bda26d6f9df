"""The numeric replies: name, number and the text that comes last, in one table.

Names, numbers and texts are the Modern IRC document's (https://modern.ircdocs.horse/#numerics), RFC 2812's
section 5 where that is silent, and an IRCv3 specification's where one is named.  Above each reply stand the
parameters between the nick and the text.  A text may hold ``{fields}`` for ``str.format``; an empty text
means that the last parameter is data, or that there is no default.

A new numeric is one new row; its number must be free (a test holds that names and numbers are unique).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Numeric(NamedTuple):
    """One numeric reply: ``RPL_AWAY``, ``301``, and its default text."""

    name: str
    number: str
    text: str = ""


BY_NUMBER: Final[dict[str, Numeric]] = {}


def _row(name: str, number: str, text: str = "") -> Numeric:
    numeric = BY_NUMBER[number] = Numeric(name, number, text)
    return numeric


# Welcome
RPL_WELCOME: Final = _row("RPL_WELCOME", "001", "Welcome to the {network} Network, {nick}")
RPL_YOURHOST: Final = _row("RPL_YOURHOST", "002", "Your host is {servername}, running version {version}")
RPL_CREATED: Final = _row("RPL_CREATED", "003", "This server was created {datetime}")
# <servername> <version> <user modes> <channel modes> [<channel modes with a parameter>]
RPL_MYINFO: Final = _row("RPL_MYINFO", "004")
# <1-13 tokens>
RPL_ISUPPORT: Final = _row("RPL_ISUPPORT", "005", "are supported by this server")
RPL_SNOMASK: Final = _row("RPL_SNOMASK", "008", "Server notice mask")
# <hostname> <port>
RPL_BOUNCE: Final = _row("RPL_BOUNCE", "010", "Please use this server instead")

# TRACE (RFC 2812 section 3.4.8), which a client has to show
RPL_TRACELINK: Final = _row("RPL_TRACELINK", "200")
RPL_TRACECONNECTING: Final = _row("RPL_TRACECONNECTING", "201")
RPL_TRACEHANDSHAKE: Final = _row("RPL_TRACEHANDSHAKE", "202")
RPL_TRACEUNKNOWN: Final = _row("RPL_TRACEUNKNOWN", "203")
RPL_TRACEOPERATOR: Final = _row("RPL_TRACEOPERATOR", "204")
RPL_TRACEUSER: Final = _row("RPL_TRACEUSER", "205")
RPL_TRACESERVER: Final = _row("RPL_TRACESERVER", "206")
RPL_TRACESERVICE: Final = _row("RPL_TRACESERVICE", "207")
RPL_TRACENEWTYPE: Final = _row("RPL_TRACENEWTYPE", "208")
RPL_TRACECLASS: Final = _row("RPL_TRACECLASS", "209")
RPL_TRACELOG: Final = _row("RPL_TRACELOG", "261")
RPL_TRACEEND: Final = _row("RPL_TRACEEND", "262", "End of TRACE")

# STATS
# <linkname> <sendq> <sent messages> <sent KiB> <received messages> <received KiB> <time open>
RPL_STATSLINKINFO: Final = _row("RPL_STATSLINKINFO", "211")
# <command> <count> [<bytes> <remote count>]
RPL_STATSCOMMANDS: Final = _row("RPL_STATSCOMMANDS", "212")
# <stats letter>
RPL_ENDOFSTATS: Final = _row("RPL_ENDOFSTATS", "219", "End of /STATS report")
RPL_STATSUPTIME: Final = _row(
    "RPL_STATSUPTIME", "242", "Server Up {days} days {hours}:{minutes:0>2}:{seconds:0>2}"
)
# O <hostmask> * <name>
RPL_STATSOLINE: Final = _row("RPL_STATSOLINE", "243")

# <user modes>
RPL_UMODEIS: Final = _row("RPL_UMODEIS", "221")
RPL_SERVLIST: Final = _row("RPL_SERVLIST", "234")
# <mask> <type>
RPL_SERVLISTEND: Final = _row("RPL_SERVLISTEND", "235", "End of service listing")

# LUSERS
RPL_LUSERCLIENT: Final = _row(
    "RPL_LUSERCLIENT", "251", "There are {visible} users and {invisible} invisible on {servers} servers"
)
# <operators>
RPL_LUSEROP: Final = _row("RPL_LUSEROP", "252", "operator(s) online")
# <connections>
RPL_LUSERUNKNOWN: Final = _row("RPL_LUSERUNKNOWN", "253", "unknown connection(s)")
# <channels>
RPL_LUSERCHANNELS: Final = _row("RPL_LUSERCHANNELS", "254", "channels formed")
RPL_LUSERME: Final = _row("RPL_LUSERME", "255", "I have {clients} clients and {servers} servers")
# <current> <max>
RPL_LOCALUSERS: Final = _row("RPL_LOCALUSERS", "265", "Current local users {current}, max {max}")
RPL_GLOBALUSERS: Final = _row("RPL_GLOBALUSERS", "266", "Current global users {current}, max {max}")

# ADMIN
# [<server>]
RPL_ADMINME: Final = _row("RPL_ADMINME", "256", "Administrative info")
RPL_ADMINLOC1: Final = _row("RPL_ADMINLOC1", "257")
RPL_ADMINLOC2: Final = _row("RPL_ADMINLOC2", "258")
RPL_ADMINEMAIL: Final = _row("RPL_ADMINEMAIL", "259")

# <command>
RPL_TRYAGAIN: Final = _row("RPL_TRYAGAIN", "263", "Please wait a while and try again.")
RPL_NONE: Final = _row("RPL_NONE", "300")

# AWAY, USERHOST, ISON
# <nick>
RPL_AWAY: Final = _row("RPL_AWAY", "301")
RPL_USERHOST: Final = _row("RPL_USERHOST", "302")
RPL_ISON: Final = _row("RPL_ISON", "303")
RPL_UNAWAY: Final = _row("RPL_UNAWAY", "305", "You are no longer marked as being away")
RPL_NOWAWAY: Final = _row("RPL_NOWAWAY", "306", "You have been marked as being away")

# WHOIS and WHOWAS
# <nick>
RPL_WHOISCERTFP: Final = _row("RPL_WHOISCERTFP", "276", "has client certificate fingerprint {fingerprint}")
# <nick>
RPL_WHOISREGNICK: Final = _row("RPL_WHOISREGNICK", "307", "has identified for this nick")
# <nick> <username> <host> *
RPL_WHOISUSER: Final = _row("RPL_WHOISUSER", "311")
# <nick> <server>
RPL_WHOISSERVER: Final = _row("RPL_WHOISSERVER", "312")
# <nick>
RPL_WHOISOPERATOR: Final = _row("RPL_WHOISOPERATOR", "313", "is an IRC operator")
# <nick> <username> <host> *
RPL_WHOWASUSER: Final = _row("RPL_WHOWASUSER", "314")
# <nick> <seconds> <signon>
RPL_WHOISIDLE: Final = _row("RPL_WHOISIDLE", "317", "seconds idle, signon time")
# <nick>
RPL_ENDOFWHOIS: Final = _row("RPL_ENDOFWHOIS", "318", "End of /WHOIS list")
# <nick>
RPL_WHOISCHANNELS: Final = _row("RPL_WHOISCHANNELS", "319")
# <nick>
RPL_WHOISSPECIAL: Final = _row("RPL_WHOISSPECIAL", "320")
# <nick> <account>
RPL_WHOISACCOUNT: Final = _row("RPL_WHOISACCOUNT", "330", "is logged in as")
# <nick>  https://ircv3.net/specs/extensions/bot-mode
RPL_WHOISBOT: Final = _row("RPL_WHOISBOT", "335", "is a bot")
# <nick> [<username>@<hostname>] <host|ip>
RPL_WHOISACTUALLY: Final = _row("RPL_WHOISACTUALLY", "338", "Is actually using host")
# <nick>
RPL_ENDOFWHOWAS: Final = _row("RPL_ENDOFWHOWAS", "369", "End of WHOWAS")
# <nick>
RPL_WHOISHOST: Final = _row("RPL_WHOISHOST", "378", "is connecting from {address}")
# <nick>
RPL_WHOISMODES: Final = _row("RPL_WHOISMODES", "379", "is using modes {modes}")
# <nick>
RPL_WHOISSECURE: Final = _row("RPL_WHOISSECURE", "671", "is using a secure connection")

# WHO
# <mask>
RPL_ENDOFWHO: Final = _row("RPL_ENDOFWHO", "315", "End of WHO list")
# <channel> <username> <host> <server> <nick> <flags>
RPL_WHOREPLY: Final = _row("RPL_WHOREPLY", "352", "{hopcount} {realname}")
# https://ircv3.net/specs/extensions/whox: what was asked for, in the specification's order
RPL_WHOSPCRPL: Final = _row("RPL_WHOSPCRPL", "354")

# LIST
# Channel
RPL_LISTSTART: Final = _row("RPL_LISTSTART", "321", "Users  Name")
# <channel> <client count>
RPL_LIST: Final = _row("RPL_LIST", "322")
RPL_LISTEND: Final = _row("RPL_LISTEND", "323", "End of /LIST")

# Channels
# <channel> <modes> <arguments>...
RPL_CHANNELMODEIS: Final = _row("RPL_CHANNELMODEIS", "324")
# <channel> <url>, sent by services-minded servers
RPL_CHANNEL_URL: Final = _row("RPL_CHANNEL_URL", "328")
# <channel> <Unix seconds>
RPL_CREATIONTIME: Final = _row("RPL_CREATIONTIME", "329")
# <channel>
RPL_NOTOPIC: Final = _row("RPL_NOTOPIC", "331", "No topic is set")
# <channel>
RPL_TOPIC: Final = _row("RPL_TOPIC", "332")
# <channel> <nick> <Unix seconds>
RPL_TOPICWHOTIME: Final = _row("RPL_TOPICWHOTIME", "333")
# <channel>
RPL_INVITELIST: Final = _row("RPL_INVITELIST", "336")
RPL_ENDOFINVITELIST: Final = _row("RPL_ENDOFINVITELIST", "337", "End of /INVITE list")
# <nick> <channel>
RPL_INVITING: Final = _row("RPL_INVITING", "341")
# <channel> <mask> [<who> <Unix seconds>]
RPL_INVEXLIST: Final = _row("RPL_INVEXLIST", "346")
# <channel>
RPL_ENDOFINVEXLIST: Final = _row("RPL_ENDOFINVEXLIST", "347", "End of Channel Invite Exception List")
# <channel> <mask> [<who> <Unix seconds>]
RPL_EXCEPTLIST: Final = _row("RPL_EXCEPTLIST", "348")
# <channel>
RPL_ENDOFEXCEPTLIST: Final = _row("RPL_ENDOFEXCEPTLIST", "349", "End of channel exception list")
# <symbol> <channel>
RPL_NAMREPLY: Final = _row("RPL_NAMREPLY", "353")
# <channel>
RPL_ENDOFNAMES: Final = _row("RPL_ENDOFNAMES", "366", "End of /NAMES list")
# <channel> <mask> [<who> <Unix seconds>]
RPL_BANLIST: Final = _row("RPL_BANLIST", "367")
# <channel>
RPL_ENDOFBANLIST: Final = _row("RPL_ENDOFBANLIST", "368", "End of channel ban list")
# <channel> q <mask> [<who> <Unix seconds>], other servers' quiet list
RPL_QUIETLIST: Final = _row("RPL_QUIETLIST", "728")
# <channel> q
RPL_ENDOFQUIETLIST: Final = _row("RPL_ENDOFQUIETLIST", "729", "End of channel quiet list")

# The server
# <version> <server>
RPL_VERSION: Final = _row("RPL_VERSION", "351")
# <mask or *> <server>
RPL_LINKS: Final = _row("RPL_LINKS", "364", "{hopcount} {info}")
# *
RPL_ENDOFLINKS: Final = _row("RPL_ENDOFLINKS", "365", "End of /LINKS list")
RPL_INFO: Final = _row("RPL_INFO", "371")
RPL_MOTD: Final = _row("RPL_MOTD", "372")
RPL_ENDOFINFO: Final = _row("RPL_ENDOFINFO", "374", "End of INFO list")
RPL_MOTDSTART: Final = _row("RPL_MOTDSTART", "375", "- {server} Message of the day - ")
RPL_ENDOFMOTD: Final = _row("RPL_ENDOFMOTD", "376", "End of /MOTD command.")
RPL_YOUREOPER: Final = _row("RPL_YOUREOPER", "381", "You are now an IRC operator")
# <config file>
RPL_REHASHING: Final = _row("RPL_REHASHING", "382", "Rehashing")
# <server> [<timestamp> [<TS offset>]]
RPL_TIME: Final = _row("RPL_TIME", "391")
RPL_USERSSTART: Final = _row("RPL_USERSSTART", "392", "UserID   Terminal  Host")
RPL_USERS: Final = _row("RPL_USERS", "393")
RPL_ENDOFUSERS: Final = _row("RPL_ENDOFUSERS", "394", "End of users")
RPL_NOUSERS: Final = _row("RPL_NOUSERS", "395", "Nobody logged in")
# <host>
RPL_VISIBLEHOST: Final = _row("RPL_VISIBLEHOST", "396", "is now your visible host")

# Errors
# <command>{ <subcommand>}
ERR_UNKNOWNERROR: Final = _row("ERR_UNKNOWNERROR", "400", "Unknown error")
# <nick>
ERR_NOSUCHNICK: Final = _row("ERR_NOSUCHNICK", "401", "No such nick/channel")
# <server>
ERR_NOSUCHSERVER: Final = _row("ERR_NOSUCHSERVER", "402", "No such server")
# <channel>
ERR_NOSUCHCHANNEL: Final = _row("ERR_NOSUCHCHANNEL", "403", "No such channel")
# <channel>
ERR_CANNOTSENDTOCHAN: Final = _row("ERR_CANNOTSENDTOCHAN", "404", "Cannot send to channel")
# <channel>
ERR_TOOMANYCHANNELS: Final = _row("ERR_TOOMANYCHANNELS", "405", "You have joined too many channels")
# <nick>
ERR_WASNOSUCHNICK: Final = _row("ERR_WASNOSUCHNICK", "406", "There was no such nickname")
# <target>
ERR_TOOMANYTARGETS: Final = _row("ERR_TOOMANYTARGETS", "407", "Too many recipients")
# <service>
ERR_NOSUCHSERVICE: Final = _row("ERR_NOSUCHSERVICE", "408", "No such service")
ERR_NOORIGIN: Final = _row("ERR_NOORIGIN", "409", "No origin specified")
# <subcommand>  https://ircv3.net/specs/extensions/capability-negotiation
ERR_INVALIDCAPCMD: Final = _row("ERR_INVALIDCAPCMD", "410", "Invalid CAP command")
ERR_NORECIPIENT: Final = _row("ERR_NORECIPIENT", "411", "No recipient given ({command})")
ERR_NOTEXTTOSEND: Final = _row("ERR_NOTEXTTOSEND", "412", "No text to send")
# <mask>
ERR_NOTOPLEVEL: Final = _row("ERR_NOTOPLEVEL", "413", "No toplevel domain specified")
# <mask>
ERR_WILDTOPLEVEL: Final = _row("ERR_WILDTOPLEVEL", "414", "Wildcard in toplevel domain")
# <mask>
ERR_BADMASK: Final = _row("ERR_BADMASK", "415", "Bad Server/host mask")
# <command> <mask>
ERR_TOOMANYMATCHES: Final = _row("ERR_TOOMANYMATCHES", "416", "Too many matches")
ERR_INPUTTOOLONG: Final = _row("ERR_INPUTTOOLONG", "417", "Input line was too long")
# <command>
ERR_UNKNOWNCOMMAND: Final = _row("ERR_UNKNOWNCOMMAND", "421", "Unknown command")
ERR_NOMOTD: Final = _row("ERR_NOMOTD", "422", "MOTD File is missing")
# <server>
ERR_NOADMININFO: Final = _row("ERR_NOADMININFO", "423", "No administrative info available")
ERR_FILEERROR: Final = _row("ERR_FILEERROR", "424", "File error doing {operation} on {file}")
ERR_NONICKNAMEGIVEN: Final = _row("ERR_NONICKNAMEGIVEN", "431", "No nickname given")
# <nick>
ERR_ERRONEUSNICKNAME: Final = _row("ERR_ERRONEUSNICKNAME", "432", "Erroneus nickname")
# <nick>
ERR_NICKNAMEINUSE: Final = _row("ERR_NICKNAMEINUSE", "433", "Nickname is already in use")
# <nick> <channel>.  Not in the Modern document; hybrid's and solanum's
ERR_BANNICKCHANGE: Final = _row("ERR_BANNICKCHANGE", "435", "Cannot change nickname while banned on channel")
# <nick>
ERR_NICKCOLLISION: Final = _row("ERR_NICKCOLLISION", "436", "Nickname collision KILL from {user}@{host}")
# <nick or channel>
ERR_UNAVAILRESOURCE: Final = _row("ERR_UNAVAILRESOURCE", "437", "Nick/channel is temporarily unavailable")
# <nick> <channel>
ERR_USERNOTINCHANNEL: Final = _row("ERR_USERNOTINCHANNEL", "441", "They aren't on that channel")
# <channel>
ERR_NOTONCHANNEL: Final = _row("ERR_NOTONCHANNEL", "442", "You're not on that channel")
# <nick> <channel>
ERR_USERONCHANNEL: Final = _row("ERR_USERONCHANNEL", "443", "is already on channel")
# <user>
ERR_NOLOGIN: Final = _row("ERR_NOLOGIN", "444", "User not logged in")
ERR_SUMMONDISABLED: Final = _row("ERR_SUMMONDISABLED", "445", "SUMMON has been disabled")
ERR_USERSDISABLED: Final = _row("ERR_USERSDISABLED", "446", "USERS has been disabled")
ERR_NOTREGISTERED: Final = _row("ERR_NOTREGISTERED", "451", "You have not registered")
# <command>
ERR_NEEDMOREPARAMS: Final = _row("ERR_NEEDMOREPARAMS", "461", "Not enough parameters")
ERR_ALREADYREGISTERED: Final = _row("ERR_ALREADYREGISTERED", "462", "You may not reregister")
ERR_NOPERMFORHOST: Final = _row("ERR_NOPERMFORHOST", "463", "Your host isn't among the privileged")
ERR_PASSWDMISMATCH: Final = _row("ERR_PASSWDMISMATCH", "464", "Password incorrect")
ERR_YOUREBANNEDCREEP: Final = _row("ERR_YOUREBANNEDCREEP", "465", "You are banned from this server.")
ERR_YOUWILLBEBANNED: Final = _row("ERR_YOUWILLBEBANNED", "466")
# <channel>
ERR_KEYSET: Final = _row("ERR_KEYSET", "467", "Channel key already set")
# Not in the Modern document; InspIRCd and Ergo answer a bad USER with it
ERR_INVALIDUSERNAME: Final = _row("ERR_INVALIDUSERNAME", "468", "Malformed username")
# <channel> <forwarded to>
ERR_LINKCHANNEL: Final = _row("ERR_LINKCHANNEL", "470", "Forwarding to another channel")
# <channel>
ERR_CHANNELISFULL: Final = _row("ERR_CHANNELISFULL", "471", "Cannot join channel (+l)")
# <mode letter>
ERR_UNKNOWNMODE: Final = _row("ERR_UNKNOWNMODE", "472", "is unknown mode char to me")
# <channel>
ERR_INVITEONLYCHAN: Final = _row("ERR_INVITEONLYCHAN", "473", "Cannot join channel (+i)")
# <channel>
ERR_BANNEDFROMCHAN: Final = _row("ERR_BANNEDFROMCHAN", "474", "Cannot join channel (+b)")
# <channel>
ERR_BADCHANNELKEY: Final = _row("ERR_BADCHANNELKEY", "475", "Cannot join channel (+k)")
# <channel>
ERR_BADCHANMASK: Final = _row("ERR_BADCHANMASK", "476", "Bad Channel Mask")
# <channel>  RFC 2812 calls it ERR_NOCHANMODES; every living server means this
ERR_NEEDREGGEDNICK: Final = _row("ERR_NEEDREGGEDNICK", "477", "You need to be logged in to an account")
# <channel> <mode letter or mask>
ERR_BANLISTFULL: Final = _row("ERR_BANLISTFULL", "478", "Channel list is full")
ERR_NOPRIVILEGES: Final = _row("ERR_NOPRIVILEGES", "481", "Permission Denied- You're not an IRC operator")
# <channel>
ERR_CHANOPRIVSNEEDED: Final = _row("ERR_CHANOPRIVSNEEDED", "482", "You're not channel operator")
ERR_CANTKILLSERVER: Final = _row("ERR_CANTKILLSERVER", "483", "You cant kill a server!")
ERR_RESTRICTED: Final = _row("ERR_RESTRICTED", "484", "Your connection is restricted!")
# <channel>
ERR_UNIQOPRIVSNEEDED: Final = _row("ERR_UNIQOPRIVSNEEDED", "485", "You're not the original channel operator")
ERR_NOOPERHOST: Final = _row("ERR_NOOPERHOST", "491", "No O-lines for your host")
# <channel>
ERR_NOCTCP: Final = _row("ERR_NOCTCP", "492", "CTCPs are not allowed here")
ERR_UMODEUNKNOWNFLAG: Final = _row("ERR_UMODEUNKNOWNFLAG", "501", "Unknown MODE flag")
ERR_USERSDONTMATCH: Final = _row("ERR_USERSDONTMATCH", "502", "Cant change mode for other users")
# <subject>
ERR_HELPNOTFOUND: Final = _row("ERR_HELPNOTFOUND", "524", "No help available on this topic")
# <channel>
ERR_INVALIDKEY: Final = _row("ERR_INVALIDKEY", "525", "Key is not well-formed")
# <nick>  InspIRCd and others: the target takes no messages from the sender
ERR_CANTSENDTOUSER: Final = _row("ERR_CANTSENDTOUSER", "531", "Cannot send to user")
# <channel or nick> <mode letter> <parameter>
ERR_INVALIDMODEPARAM: Final = _row("ERR_INVALIDMODEPARAM", "696", "Invalid mode parameter")
# <privilege>
ERR_NOPRIVS: Final = _row("ERR_NOPRIVS", "723", "Insufficient oper privileges.")

# HELP
# <subject>; the text is the help's first line, a line, its last
RPL_HELPSTART: Final = _row("RPL_HELPSTART", "704")
RPL_HELPTXT: Final = _row("RPL_HELPTXT", "705")
RPL_ENDOFHELP: Final = _row("RPL_ENDOFHELP", "706", "End of /HELP")

# MONITOR.  https://ircv3.net/specs/extensions/monitor
RPL_MONONLINE: Final = _row("RPL_MONONLINE", "730")
RPL_MONOFFLINE: Final = _row("RPL_MONOFFLINE", "731")
RPL_MONLIST: Final = _row("RPL_MONLIST", "732")
RPL_ENDOFMONLIST: Final = _row("RPL_ENDOFMONLIST", "733", "End of MONITOR list")
# <limit> <targets>
ERR_MONLISTFULL: Final = _row("ERR_MONLISTFULL", "734", "Monitor list is full.")

# METADATA.  https://ircv3.net/specs/extensions/metadata
# <target> <key> <visibility>
RPL_WHOISKEYVALUE: Final = _row("RPL_WHOISKEYVALUE", "760")
RPL_KEYVALUE: Final = _row("RPL_KEYVALUE", "761")
# <target> <key>
RPL_KEYNOTSET: Final = _row("RPL_KEYNOTSET", "766", "key not set")
# <keys>...
RPL_METADATASUBOK: Final = _row("RPL_METADATASUBOK", "770")
RPL_METADATAUNSUBOK: Final = _row("RPL_METADATAUNSUBOK", "771")
RPL_METADATASUBS: Final = _row("RPL_METADATASUBS", "772")
# <target> [<seconds>]
RPL_METADATASYNCLATER: Final = _row("RPL_METADATASYNCLATER", "774")

# SASL.  https://ircv3.net/specs/extensions/sasl-3.1
# <nick>!<user>@<host> <account>
RPL_LOGGEDIN: Final = _row("RPL_LOGGEDIN", "900", "You are now logged in as {account}")
# <nick>!<user>@<host>
RPL_LOGGEDOUT: Final = _row("RPL_LOGGEDOUT", "901", "You are now logged out")
ERR_NICKLOCKED: Final = _row("ERR_NICKLOCKED", "902", "You must use a nick assigned to you")
RPL_SASLSUCCESS: Final = _row("RPL_SASLSUCCESS", "903", "SASL authentication successful")
ERR_SASLFAIL: Final = _row("ERR_SASLFAIL", "904", "SASL authentication failed")
ERR_SASLTOOLONG: Final = _row("ERR_SASLTOOLONG", "905", "SASL message too long")
ERR_SASLABORTED: Final = _row("ERR_SASLABORTED", "906", "SASL authentication aborted")
ERR_SASLALREADY: Final = _row("ERR_SASLALREADY", "907", "You have already authenticated using SASL")
# <mechanisms>
RPL_SASLMECHS: Final = _row("RPL_SASLMECHS", "908", "are available SASL mechanisms")
