"""Who came, who went, who is away, who is called otherwise now: events next to each other become one line.

``reader, writer joined · zed was away 3 minutes · nine is now Nine``.  A line keeps one record a person, so
somebody who comes and goes twenty times is still one mention.  Change the words in ``_sentences``.
"""

from gchat.client.line import Line, LineKind
from gchat.client.words import duration, listing

MOST_PEOPLE = 200  # in one line; the next person begins another
LONGEST = 3600.0  # seconds from a line's first event to its last
_NAMES = 8  # named in one sentence, the rest is a number


class _Person:
    """One person's comings and goings within a line."""

    __slots__ = ("absence", "away", "came", "first_nick", "here", "left_at", "nick", "reason", "was_here")

    def __init__(self, nick: str, was_here: bool) -> None:
        self.first_nick = self.nick = nick
        self.was_here = was_here  # before the line's first event
        self.here = was_here
        self.left_at: float | None = None
        self.absence: float | None = None  # seconds of the last one, once they are back
        self.away: bool | None = None  # here, and said to be away (True) or back (False) within the line
        self.came = False  # joined within the line
        self.reason = ""


class PresenceLine(Line):
    """A line that grows while presence events follow each other."""

    __slots__ = ("_people", "last_time")

    def __init__(self, time: float) -> None:
        """Begin without people; an event must follow at once."""
        super().__init__(LineKind.PRESENCE, time, "")
        self._people: dict[str, _Person] = {}  # by the nick they have now
        self.last_time = time

    def takes(self, time: float) -> bool:
        """Tell whether an event at this time still belongs here."""
        return len(self._people) < MOST_PEOPLE and 0 <= time - self.time < LONGEST

    def joined(self, nick: str, time: float) -> None:
        """Somebody came."""
        person = self._people.get(nick)
        if person is None:
            person = self._people[nick] = _Person(nick, was_here=False)
        person.came = person.here = True
        if person.left_at is not None:
            person.absence = time - person.left_at
        self._retell(time)

    def left(self, nick: str, reason: str, time: float) -> None:
        """Somebody went, by PART or QUIT."""
        person = self._person(nick)
        person.here, person.away = False, None
        person.left_at = time
        person.reason = reason
        self._retell(time)

    def went_away(self, nick: str, reason: str, time: float) -> None:
        """Somebody is here and said to be away."""
        person = self._person(nick)
        person.away, person.reason, person.absence = True, reason, None
        self._retell(time)

    def came_back(self, nick: str, absence: float | None, time: float) -> None:
        """Somebody is no longer away; ``absence`` in seconds where it is known."""
        person = self._person(nick)
        person.away, person.absence = False, absence
        self._retell(time)

    def _person(self, nick: str) -> _Person:
        """Return the record of somebody who is here."""
        person = self._people.get(nick)
        if person is None:
            person = self._people[nick] = _Person(nick, was_here=True)
        return person

    def renamed(self, old: str, new: str, time: float) -> None:
        """Somebody is called otherwise now."""
        person = self._people.pop(old, None) or _Person(old, was_here=True)
        person.nick = new
        self._people[new] = person
        self._retell(time)

    def _retell(self, time: float) -> None:
        self.last_time = time
        self.text = " · ".join(_sentences(list(self._people.values())))
        self.changed()


def _sentences(people: list[_Person]) -> list[str]:
    """Tell what all of it comes to."""
    groups: dict[str, list[_Person]] = {}
    for person in people:
        groups.setdefault(_group(person), []).append(person)
    told: list[str] = []
    for group, members in groups.items():
        names = _names([p.nick for p in members])
        if group == "renamed":
            told += [f"{p.first_nick} is now {p.nick}" for p in members[:_NAMES]]
        elif group == "back":
            told += [f"{p.nick} {_absence(p)}" for p in members[:_NAMES]]
        elif group in _WITH_REASON:
            reasons = {p.reason for p in members}
            reason = reasons.pop() if len(reasons) == 1 else ""
            verb = group if group == "left" else "is away" if len(members) == 1 else "are away"
            told.append(f"{names} {verb} ({reason})" if reason else f"{names} {verb}")
        elif group:
            told.append(f"{names} {group}")
    return told or ["somebody changed a nick and changed it back"]


_WITH_REASON = frozenset({"left", "away"})


def _absence(person: _Person) -> str:
    return "is back" if person.absence is None else f"was away {duration(person.absence)}"


def _names(nicks: list[str]) -> str:
    return listing(nicks, _NAMES) if len(nicks) > _NAMES + 1 else ", ".join(nicks)


def _group(person: _Person) -> str:
    """Say what became of one person since before the line."""
    if person.here and person.was_here:
        if person.came:
            return "back"
        if person.nick != person.first_nick:
            return "renamed"
        return "" if person.away is None else "away" if person.away else "back"
    if person.here:
        return "joined"
    return "left" if person.was_here else "came and went"
