"""The commands behind a slash, topic by topic.

    rooms.py      /join /part /topic /names /list /invite /mode /kick /op ...
    people.py     /msg /query /me /notice /nick /whois /who /away /ignore
    moderating.py /ban /unban /mute /unmute /purge /modlog
    answering.py  /reply /react /unreact
    correcting.py /edit /delete
    program.py    /connect /disconnect /close /clear /raw /mentions /help /quit

A command is a function that takes ``(turn, buffer, rest)``, ``rest`` being what was typed after its name, and
a row in ``gchat/client/commands.py``.  It raises ``WrongUse`` where the words make no sense; the usage is
shown then.
"""


def first_word(rest: str) -> tuple[str, str]:
    """Split the first word from the text behind it, which may begin on the next line."""
    word, *behind = rest.split(maxsplit=1) or [""]
    return word, behind[0].strip() if behind else ""


class WrongUse(Exception):
    """The command was not used as it is meant; the text, if any, says what is wrong, as a sentence."""
