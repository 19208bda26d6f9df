"""How far back a buffer reaches, and the questions for what was said before that wait for their answer.

Parts of the model: a ``Past`` belongs to a buffer, a ``Questions`` to a network.  ``history.py`` asks,
``incoming/history.py`` reads the answers, ``view/past.py`` says in words how it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a buffer has a past, a network has questions
    from gchat.client.buffer import Buffer
    from gchat.client.session import Session

PATIENCE = 30.0  # seconds after which a question counts as not answered
_MOST_LABELS = 1000  # of questions whose answers may come late


class Question:
    """One CHATHISTORY."""

    __slots__ = ("buffer", "by_hand", "due", "label", "over", "selector", "sent")

    def __init__(self, buffer: Buffer, due: float, *, by_hand: bool) -> None:
        """``by_hand``: somebody scrolled up, and wants to know what became of it."""
        self.buffer = buffer
        self.by_hand = by_hand
        self.due = due  # when nobody waits for the answer any more
        self.selector = ""  # the place from which on it asks backwards, "*" for the end
        self.label = ""
        self.sent = False  # else it waits for the capability
        self.over = False  # answered, or given up: what comes now is nothing


class Past:
    """What is known of the time before a buffer's first line.

    What is true of a first line is kept with that line's serial: it is void by itself when another line is
    the first one, because lines came in front or old ones went.
    """

    __slots__ = ("_begin", "_reached", "asked_on", "called", "problem", "question")

    def __init__(self) -> None:
        """Know nothing."""
        self.question: Question | None = None  # that waits for its answer
        self.called = False  # somebody scrolled up to the first line: it is said there how it stands
        self.problem = ""  # why the last question came to nothing, a sentence without its full stop
        self.asked_on: Session | None = None  # the connection on which the last page was asked for
        self._begin: int | None = None  # serial of a first line with nothing before it
        self._reached: tuple[int, str] = (0, "")  # of a first line, and where its page began

    def end(self, buffer: Buffer) -> None:
        """Know that there is nothing before the first line."""
        self._begin = _first(buffer)

    def is_whole(self, buffer: Buffer) -> bool:
        """Tell whether there is nothing before the first line."""
        return self._begin is not None and self._begin == _first(buffer)

    def reach(self, buffer: Buffer, selector: str) -> None:
        """Know where to ask on from: what was there need not be shown, and so have a line."""
        self._reached = (_first(buffer), selector)

    def reached(self, buffer: Buffer) -> str:
        """Return where to ask on from, "" where only the lines can tell."""
        first, selector = self._reached
        return selector if first == _first(buffer) else ""


def _first(buffer: Buffer) -> int:
    return buffer.lines[0].serial if buffer.lines else 0


class Questions:
    """A network's questions for what was said before."""

    __slots__ = ("_labels", "open", "refused", "wanted")

    def __init__(self) -> None:
        """Start with none."""
        self.open: list[Question] = []  # oldest first, one a buffer
        self.wanted: list[Buffer] = []  # whose last page is to be asked for
        self.refused = False  # this server does not know CHATHISTORY, whatever it says
        self._labels: dict[str, Question] = {}

    def begin(self, question: Question) -> None:
        """Wait for an answer."""
        self.open.append(question)
        question.buffer.past.question = question
        question.buffer.past.problem = ""

    def left(self, question: Question, label: str) -> None:
        """Know the label under which a question left, "" for none."""
        question.label, question.sent = label, True
        if label:
            self._labels[label] = question
            if len(self._labels) > _MOST_LABELS:
                del self._labels[next(iter(self._labels))]

    def labelled(self, label: str) -> Question | None:
        """Return the question with a label, be it over; None where the label is of something else."""
        return self._labels.get(label) if label else None

    def unlabelled(self) -> list[Question]:
        """Return the questions that can only be told by what their answers are about."""
        return [question for question in self.open if question.sent and not question.label]

    def close(self, question: Question, problem: str = "") -> None:
        """Wait for an answer no longer; who asked by hand is told of a problem."""
        question.over = True
        if question in self.open:
            self.open.remove(question)
        past = question.buffer.past
        past.question = None
        if question.by_hand:
            past.problem = problem

    def refuse(self) -> None:
        """Ask this server no more."""
        self.refused = True
        self.wanted.clear()
        self.close_all("this server does not give out what was said before")

    def lost(self) -> None:
        """Forget what was true of one connection only."""
        self.close_all("the connection is gone")
        self.wanted.clear()
        self._labels.clear()
        self.refused = False

    def close_all(self, problem: str) -> None:
        """Wait for no answer any longer."""
        for question in list(self.open):
            self.close(question, problem)

    def due(self) -> float | None:
        """Return when the next question counts as not answered."""
        return min((question.due for question in self.open), default=None)

    def expire(self, now: float) -> None:
        """Give up the questions that were not answered."""
        for question in list(self.open):
            if question.due <= now:
                self.close(question, "no answer came")
