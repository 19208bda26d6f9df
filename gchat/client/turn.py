"""One turn of the client: an event is being worked on, the model changes, effects gather.

Everything that changes the model gets the turn passed: it knows the model, the time, where an answer belongs,
and what the shell has to do afterwards.  ``update.py`` makes one for each event.
"""

from gchat.client.events import Bell, Effect, Notify, Send
from gchat.client.line import Line, LineKind
from gchat.client.mentions import remember
from gchat.client.model import Buffer, BufferKind, Model, Network
from gchat.client.presence import PresenceLine

_MOST_TROUBLES = 3  # of a connection, that are said again
_NOTIFICATION = 200  # characters of a text that leave for the desktop


class Turn:
    """An event's context."""

    __slots__ = ("asked_in", "effects", "label", "model", "now", "when")

    def __init__(self, model: Model, now: float) -> None:
        """``now`` is Unix seconds."""
        self.model = model
        self.now = now
        self.when = now  # of the message being worked on: its server-time, else now
        self.label = ""  # of the message being worked on
        self.asked_in: Buffer | None = None  # where the command was typed that the message answers (labels)
        self.effects: list[Effect] = []

    # --- lines -------------------------------------------------------------------------------

    def add(
        self,
        buffer: Buffer,
        kind: LineKind,
        text: str,
        nick: str = "",
        *,
        own: bool = False,
        highlight: bool = False,
        msgid: str = "",
    ) -> Line:
        """Append a line about the message being worked on; its texts are harmless already."""
        line = Line(kind, self.when, text, nick, own, highlight, msgid)
        buffer.add(line)
        return line

    def event(self, buffer: Buffer, text: str, *, highlight: bool = False) -> None:
        """Append a sentence about what somebody did."""
        line = self.add(buffer, LineKind.EVENT, text, highlight=highlight)
        if highlight:
            self.call(buffer, line)

    def answer(self, buffer: Buffer, text: str) -> None:
        """Append what the server answered."""
        self.add(buffer, LineKind.SERVER, text)
        self.wait_in(buffer)

    def tell(self, buffer: Buffer, text: str) -> None:
        """Append the program's own word."""
        self.add(buffer, LineKind.STATUS, text)

    def complain(self, buffer: Buffer, text: str) -> None:
        """Append a sentence about what did not work."""
        self.add(buffer, LineKind.ERROR, text)
        self.wait_in(buffer)

    def warn(self, network: Network, text: str) -> None:
        """Complain of what goes wrong on the way in, where nobody looks: the first channel says it, too."""
        self.complain(network.server_buffer, text)
        network.troubles = [*network.troubles, text][-_MOST_TROUBLES:]

    def presence(self, buffer: Buffer) -> PresenceLine:
        """Return the line that takes the next coming or going in a buffer."""
        last = buffer.lines[-1] if buffer.lines else None
        if type(last) is PresenceLine and last.takes(self.when):
            return last
        line = PresenceLine(self.when)
        buffer.add(line)
        return line

    def add_server_word(self, buffer: Buffer, text: str) -> None:
        """Append the server's word about a buffer, which nobody has to come and read."""
        self.add(buffer, LineKind.SERVER, text)

    def send(self, network: Network, data: bytes) -> None:
        """Have bytes written."""
        if data:
            self.effects.append(Send(network.id, data))

    # --- attention ---------------------------------------------------------------------------

    def wait_in(self, buffer: Buffer) -> None:
        """Count something to read in a buffer that is not shown."""
        if buffer is not self.model.current:
            buffer.unread += 1

    def call(self, buffer: Buffer, line: Line) -> None:
        """Tell the person that a line is for them: counted, rung, notified, each where it helps."""
        model = self.model
        if buffer.kind is not BufferKind.QUERY:  # a conversation is for us as a whole
            remember(model, buffer, line)
        seen = buffer is model.current and model.focused
        if buffer is not model.current:
            buffer.unread += 1
            buffer.mentions += 1
        if seen:
            return
        if model.settings.beep and not any(type(effect) is Bell for effect in self.effects):
            self.effects.append(Bell())
        if model.settings.notify and not model.focused:
            who = line.nick or buffer.network.name
            title = who if buffer.kind is BufferKind.QUERY else f"{who} in {buffer.name}"
            self.effects.append(Notify(title, line.text[:_NOTIFICATION]))

    # --- places ------------------------------------------------------------------------------

    def place(self, network: Network) -> Buffer:
        """Return where an answer belongs that is about no buffer of its own: where the question was typed."""
        for buffer in (self.asked_in, network.answers.asked_in):
            if buffer is not None and buffer in self.model.buffers:
                return buffer
        return network.server_buffer

    def place_for(self, network: Network, name: str) -> Buffer:
        """Return the buffer called so (a channel, a nick), else where the question was typed."""
        return network.buffers.get(network.fold(name)) or self.place(network)
