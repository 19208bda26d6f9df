"""Lists of masks that are as long, and as slow, as one can make them: nobody else waits for whoever meets
them.
"""

from __future__ import annotations

from tests.server.conftest import Chat, Client

CHANNELS, BANS = 12, 40


def fill(chat: Chat, channels: list[str]) -> Client:
    operator = chat.client("Nine")
    operator.send(f"JOIN {','.join(channels)}")
    for name in channels:
        for start in range(0, BANS, 4):
            masks = [f"*!*@{'?1' * 20}{name[1:]}x{start + index}*" for index in range(4)]
            operator.send(f"MODE {name} +bbbb {' '.join(masks)}")
        assert len(chat.engine.world.channels[name].lists["b"]) == BANS
    return operator


def breaths(chat: Chat, client: Client, line: str) -> int:
    """Send a line; count how often the others had their turn before it was done."""
    client.read()
    chat.engine.receive(client.session, f"{line}\r\n".encode())
    found = 0
    while chat.work:
        found += 1
        request, work = chat.work.pop(0)
        assert work.function(*work.args) is None
        chat.engine.resume(request, None)
    chat.settle()
    return found


def test_a_join_of_many_channels_with_long_lists_is_done_in_slices(chat: Chat) -> None:
    names = [f"#c{index}" for index in range(CHANNELS)]
    fill(chat, names)
    neural = chat.client("Neural")
    assert breaths(chat, neural, f"JOIN {','.join(names)}") == CHANNELS * BANS // 80 - 1
    assert neural.session.user is not None
    assert list(neural.session.user.channels) == names
    assert breaths(chat, neural, "JOIN #d1,#d2,#d3") == 0


def test_no_slice_lets_anybody_into_more_channels_than_one_may_be_in(chat: Chat) -> None:
    names = [f"#c{index}" for index in range(CHANNELS)]
    fill(chat, names)
    most = chat.engine.settings.limits.channels_per_user
    neural = chat.client("Neural")
    neural.send(*(f"JOIN #d{index}" for index in range(most - 5)))
    breaths(chat, neural, f"JOIN {','.join(names)}")
    assert neural.session.user is not None
    assert len(neural.session.user.channels) == most


def test_a_nick_is_checked_against_long_lists_in_slices(chat: Chat) -> None:
    names = [f"#c{index}" for index in range(CHANNELS)]
    operator = fill(chat, names)
    neural = chat.client("Neural")
    neural.send(f"JOIN {','.join(names)}")
    assert breaths(chat, neural, "NICK Thinker") == CHANNELS * BANS // 80 - 1
    assert neural.session.nick == "Thinker"
    operator.send(f"MODE {names[-1]} +b m:Thinker")
    breaths(chat, neural, "NICK Neural")
    assert "435" in "".join(neural.read())
    assert neural.session.nick == "Thinker"
