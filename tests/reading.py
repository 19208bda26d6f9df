"""What tests of the client read of its buffers."""

from gchat.client.line import Line
from gchat.client.model import Buffer, Network


class Reader:
    """Somebody who looks at the buffers of one network."""

    network: Network

    def buffer(self, name: str = "") -> Buffer:
        """Return a buffer by its name; "" is the network's own."""
        if not name:
            return self.network.server_buffer
        return self.network.buffers[self.network.fold(name)]

    def lines(self, name: str = "") -> list[Line]:
        """Return a buffer's lines."""
        return self.buffer(name).lines

    def texts(self, name: str = "") -> list[str]:
        """Return a buffer's lines as people read them."""
        return [f"{line.nick}: {line.text}" if line.nick else line.text for line in self.lines(name)]

    def last(self, name: str = "") -> str:
        """Return the newest line of a buffer as people read it."""
        return self.texts(name)[-1]
