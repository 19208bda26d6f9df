"""An invitation as a network has it until it is taken."""


class Invitation:
    """A token, the channel that it leads to, and the password for the account that it needs."""

    __slots__ = ("channel", "password", "token")

    def __init__(self, token: str, channel: str = "") -> None:
        """``password`` is "" until the person was asked, and stays so where an account is known."""
        self.token = token
        self.channel = channel
        self.password = ""
