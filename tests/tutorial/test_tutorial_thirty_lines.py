"""The tutorial's client, all of its logic and none of its sockets, against gchat.tutorial.wire."""

from __future__ import annotations

import pytest


class ThirtyLines:
    """The tutorial's client: ``receive`` is its one thread's loop, ``write`` the other's."""

    def __init__(self, nickname: str) -> None:
        self.nickname = nickname
        self.screen: list[str] = []
        self.sent: list[bytes] = []

    def receive(self, data: bytes) -> None:
        """Read what the kernel has, as ``recv(1024)`` gives it."""
        for start in range(0, len(data), 1024):
            message = data[start : start + 1024].decode("ascii")
            if message == "NICK":
                self.sent.append(self.nickname.encode("ascii"))
            else:
                self.screen += message.split("\n")

    def write(self, text: str) -> None:
        """``input('')`` returned a line."""
        message = "{}: {}".format(self.nickname, text)  # noqa: UP032 - as it stands in the tutorial
        self.sent.append(message.encode("ascii"))

    def chunks(self, together: bool = False) -> list[bytes]:
        """What the server's ``recv`` returns of what was sent."""
        sent, self.sent = self.sent, []
        return [b"".join(sent)] if together else sent


@pytest.fixture
def talk(room):
    """Connects clients; ``talk.turn()`` lets everything that waits reach the other side, a second later."""

    class Talk:
        def __init__(self) -> None:
            self.now = 0.0
            self.pairs = []

        def come(self, nickname: str) -> ThirtyLines:
            client = ThirtyLines(nickname)
            self.pairs.append((client, room.connect()))
            client.receive(b"NICK")
            self.turn()
            return client

        def turn(self, together: bool = False, after: float = 1.0) -> None:
            for client, connection in self.pairs:
                for chunk in client.chunks(together):
                    connection.send(chunk)
            self.now += after
            for client, connection in self.pairs:
                client.receive(connection.flush(self.now))

    return Talk()


def test_a_conversation(talk, room) -> None:
    neural = talk.come("Neural")
    assert neural.screen == ["Neural joined!", "Connected to server!"]
    nine = talk.come("Nine")
    assert nine.screen == ["Nine joined!", "Connected to server!"]
    neural.write("What's up?")
    talk.turn()
    nine.write("fine")
    talk.turn()
    assert neural.screen[2:] == ["Nine joined!", "Neural: What's up?", "Nine: fine"]
    assert nine.screen[2:] == ["Neural: What's up?", "Nine: fine"]
    room.leave(talk.pairs.pop()[1])
    talk.turn()
    assert neural.screen[-1] == "Nine left!"


def test_what_is_said_fast_stands_on_lines_of_its_own(talk) -> None:
    neural, nine = talk.come("Neural"), talk.come("Nine")
    seen = len(nine.screen)
    for text in ("one", "two", "three"):
        neural.write(text)
    talk.turn(together=True)
    assert nine.screen[seen:] == ["Neural: one", "Neural: two", "Neural: three"]


def test_flushes_that_one_recv_returns_stand_on_lines_of_their_own(talk, room) -> None:
    talk.come("Neural")
    nine = talk.pairs[0][1]
    texts = []
    for number in range(3):
        nine.send(b"Neural: %d" % number)
        texts.append(nine.flush(10.0 + number / 100))
    reader = ThirtyLines("Neural")
    reader.receive(b"".join(texts))
    assert reader.screen == ["Neural: 0", "Neural: 1", "Neural: 2"]


def test_a_quiet_conversation_has_no_blank_lines(talk) -> None:
    neural, nine = talk.come("Neural"), talk.come("Nine")
    for _ in range(5):
        neural.write("hello")
        talk.turn(after=0.3)
    assert "" not in nine.screen


def test_whoever_says_nick_is_not_answered_with_a_nickname(talk) -> None:
    neural, nine = talk.come("Neural"), talk.come("Nine")
    for text in ("NICK", "x" * (1024 - len("Neural: ")) + "NICK"):
        neural.write(text)
        talk.turn()
        assert nine.sent == neural.sent == []
    assert "Neural: NICK " in nine.screen


def test_nobody_is_somebody_else(talk) -> None:
    neural, nine = talk.come("Neural"), talk.come("Nine")
    neural.sent.append(b"Nine: I resign")
    talk.turn()
    assert nine.screen[-1] == "Neural: Nine: I resign"
    neural.sent.append(b"x\nNine: I resign")
    talk.turn()
    assert nine.screen[-2:] == ["Neural: x", "Neural: Nine: I resign"]


def test_the_second_of_a_name_gets_another(talk) -> None:
    talk.come("Neural")
    second = talk.come("Neural")
    assert second.screen == [
        "The nickname Neural is taken: you are Neural2",
        "Neural2 joined!",
        "Connected to server!",
    ]
    second.write("hello")
    talk.turn()
    assert second.screen[-1] == "Neural2: hello"
    second.write("/nick Nova")
    talk.turn()
    second.write("hello")
    talk.turn()
    assert second.screen[-2:] == ["You are now Nova.", "Nova: hello"]


def test_accents_do_not_end_the_client(talk, room) -> None:
    neural = talk.come("Neural")
    nine = room.enter("Nine", newline=True)
    nine.send("Grüße, “你好” 🎉\n".encode())
    talk.turn()
    assert neural.screen[-1] == 'Nine: Grusse, "??" ?'
    assert nine.flush(0.0).decode().endswith("Nine: Grüße, “你好” 🎉\n")
