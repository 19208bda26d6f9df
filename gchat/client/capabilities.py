"""The capabilities that the client asks a server for.

To ask for one more: its name in ``WANTED``.
"""

WANTED = (
    *("message-tags", "server-time", "echo-message", "labeled-response", "batch", "standard-replies"),
    *("multi-prefix", "userhost-in-names", "extended-join", "away-notify", "account-notify", "account-tag"),
    *("chghost", "setname", "invite-notify", "cap-notify", "draft/channel-rename"),
    *("draft/message-redaction", "gchat/edit"),
    "inspircd.org/standard-replies",  # InspIRCd's name for standard-replies
)
# Not asked for on the way in: to those who have it many servers no longer send what they missed
# (https://ircv3.net/specs/extensions/chathistory).  ``history.py`` asks where nothing comes without it.
CHATHISTORY = "draft/chathistory"
KNOWN = frozenset({*WANTED, CHATHISTORY, "sasl"})
