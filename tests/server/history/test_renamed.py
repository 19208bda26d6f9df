"""What a channel's history, its readers and their devices are when the channel gets another name."""

from gchat.server.commands.renaming import PAUSE

CAPS = "batch draft/chathistory draft/event-playback draft/channel-rename"
NEURAL = ":Neural!~Neural@127.0.0.1"


def test_the_history_goes_along_under_the_new_name(past, tools):
    neural, nine = past.join("#old", "Neural", "Nine", caps=CAPS)
    past.say(neural, "#old", ["one", "two"])
    neural.send("RENAME #old #New :why")
    past.say(neural, "#new", ["three"])
    lines = tools.asked(nine, "CHATHISTORY LATEST #new * 4")
    assert lines[0] == f"{NEURAL} PRIVMSG #new :one", "a client looks for it where it asked"
    assert lines[2:] == [f"{NEURAL} RENAME #old #New why", f"{NEURAL} PRIVMSG #New :three"]
    assert " INVALID_TARGET " in nine.ask("CHATHISTORY LATEST #old * 4")[0]


def test_who_knows_no_rename_reads_none(past, tools):
    neural, nine = past.join("#old", "Neural", "Nine", caps="batch draft/chathistory draft/event-playback")
    neural.send("RENAME #old #new")
    past.say(neural, "#new", ["three"])
    assert [line.split(" ")[1] for line in tools.asked(nine, "CHATHISTORY LATEST #new * 100")] == [
        *("JOIN", "JOIN", "PRIVMSG")
    ]


def test_nobody_reads_what_was_said_under_a_name_before(past, tools):
    """Whoever renames a channel to a name that had a history must not get to read that."""
    (neural,) = past.join("#secret", "Neural", caps=CAPS)
    past.say(neural, "#secret", ["for us"])
    neural.send("PART #secret")
    (nine,) = past.join("#mine", "Nine", caps=CAPS)
    past.chat.advance(PAUSE)
    nine.send("RENAME #mine #secret")
    past.say(nine, "#secret", ["mine"])
    assert tools.texts(tools.asked(nine, "CHATHISTORY LATEST #secret * 10")) == ["mine"]


def test_a_device_that_was_away_gets_what_it_missed(past, tools):
    neural, nine = past.join("#old", "Neural", "Nine", accounts=True)
    past.say(neural, "#old", ["seen"])
    past.engine.lost(nine.session, "gone")
    past.chat.settle()
    past.say(neural, "#old", ["missed"])
    neural.send("RENAME #old #new")
    past.say(neural, "#new", ["missed, too"])
    nine = past.client("Nine", "server-time", "Nine")
    nine.read()
    assert tools.texts(nine.ask("JOIN #old")) == ["missed", "missed, too"], "and it is sent on"


def test_marks_and_the_way_on_outlive_the_server(past):
    caps = f"{CAPS} draft/read-marker"
    neural, _ = past.join("#old", "Neural", "Nine", caps=caps, accounts=True)
    neural.send("MARKREAD #old timestamp=2023-11-14T22:13:20.000Z", "RENAME #old #new")
    past.start()
    (neural,) = past.join("#new", "Neural", caps=caps, accounts=True)
    assert neural.ask("MARKREAD #new") == [
        ":gchat.test MARKREAD #new timestamp=2023-11-14T22:13:20.000Z",
    ]
    zed = past.client("Zed", caps)
    zed.read()
    assert "CHANNEL_RENAMED #old #new" in zed.ask("JOIN #old")[0]
