"""What the person chose: names, words to be called by, bounds, looks.  ``config.py`` fills it from files and arguments.

Plain attributes with defaults; everything here may change while the program runs.
"""


class Settings:
    """The choices the core looks at.  Times are seconds."""

    __slots__ = (
        "alternatives",
        "beep",
        "highlights",
        "history_size",
        "ignores",
        "nick",
        "notify",
        "part_reason",
        "password",
        "quit_reason",
        "realname",
        "sasl_password",
        "sasl_user",
        "scrollback",
        "send_typing",
        "show_typing",
        "theme",
        "username",
    )

    def __init__(self) -> None:
        """Set every default."""
        self.nick = ""  # "" = ask for it
        self.alternatives: tuple[
            str, ...
        ] = ()  # tried in order when the nick is in use, before nick_ and nick__
        self.username = ""  # "" = the nick
        self.realname = ""  # "" = the nick
        self.password = ""  # PASS, the server's password
        self.sasl_user = ""
        self.sasl_password = ""
        self.quit_reason = ""
        self.part_reason = ""
        self.highlights: tuple[str, ...] = ()  # words beside the own nick that call for attention
        self.ignores: list[str] = []  # masks: "nick", "*!*@host"
        self.scrollback = 10_000  # lines kept in a buffer
        self.history_size = 500  # input lines kept in a buffer
        self.send_typing = True
        self.show_typing = True
        self.beep = True
        self.notify = True
        self.theme = "default"
