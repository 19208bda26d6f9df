"""How long what is said is kept: those who come in are told."""

import dataclasses

import pytest

from gchat.tutorial.wire import TutorialWire


@pytest.mark.parametrize(
    ("keep", "words"),
    [("", "for ever"), ("90d", "for 90 days"), ("1y", "for 1 year"), ("36h", "for 36 hours")],
)
def test_whoever_comes_in_is_told(make_past, keep, words):
    past = make_past(keep=keep)
    lines = past.client("Neural").read()
    notice = f":gchat.test NOTICE Neural :What is said here is kept {words}, for those who may read it"
    assert lines.count(notice) == 1
    assert notice in lines[: next(index for index, line in enumerate(lines) if " 422 " in line)]


def test_whoever_is_here_is_told_when_it_changes(make_past):
    past = make_past(keep="1y")
    neural, stranger = past.client("Neural"), past.chat.connect()
    neural.read()
    for keep, told in (("90d", ["for 90 days"]), ("90d", []), ("", ["for ever"])):
        history = dataclasses.replace(past.settings.history, keep=keep)
        past.engine.configure(dataclasses.replace(past.settings, history=history))
        past.chat.settle()
        said = [line.split(" is kept ")[1].split(",")[0] for line in neural.read() if " is kept " in line]
        assert said == told
    assert stranger.read() == []


def test_a_server_that_keeps_nothing_says_nothing_of_it(chat):
    client = chat.connect()
    client.send("NICK Neural", "USER n 0 * :n")
    assert not any(" NOTICE " in line for line in client.read())


def test_the_tutorials_client_is_welcomed_as_ever(past):
    client = past.chat.plain(TutorialWire("#team", newline=False))
    client.send_bytes(b"Nine")
    assert b"kept" not in client.read_bytes()
