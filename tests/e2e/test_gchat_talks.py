"""gchat as a person sees and uses it: joining, talking, the commands of every day."""

from __future__ import annotations

import re
import signal

from tests.e2e.processes import Machine, Raw, Terminal


def chatting(machine: Machine, port: int, nick: str = "Neural", *channels: str) -> Terminal:
    """A gchat that is in its channels (#team where none is named) and has painted the last one's names."""
    terminal = machine.gchat("-n", nick, f"127.0.0.1:{port}", *(channels or ("#team",)))
    terminal.until(lambda text: " here" in text.split("\n")[0] and f"{nick} ▸ gchat" in text)
    return terminal


def table(machine: Machine, port: int) -> tuple[Terminal, Raw]:
    """Neural at a gchat in #team, and Nine, its founder, over a bare connection."""
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = chatting(machine, port)
    nine.until("JOIN")
    return neural, nine


def test_it_looks_as_the_manual_draws_it(machine: Machine) -> None:
    neural, nine = table(machine, machine.server().port)
    nine.send("TOPIC #team :Ship 1.0 on Friday")
    nine.send("PRIVMSG #team :morning! the build is green again")
    neural.until("morning!")
    neural.type("nice, who fixed it?\r")
    nine.until("PRIVMSG #team :nice, who fixed it?")
    nine.send("PRIVMSG #team :\x01ACTION waves\x01", "NOTICE #team :deploying")
    neural.until(lambda text: "deploying" in text and "  lag " in text)
    title, *rows, status, prompt = neural.text.split("\n")
    assert re.fullmatch(r" #team  Ship 1.0 on Friday +\+nt  2 here", title)
    lists = [(row[:19], row[19], row.rpartition("│")[2]) for row in rows[:4]]
    assert [left.rstrip() for left, _, _ in lists] == [" gchat", "   1 server", " ▌ 2 #team", ""]
    assert [right for _, _, right in lists] == [" @ Nine", "   Neural", "", ""]
    assert {rule for _, rule, _ in lists} == {"│"}
    assert re.fullmatch(r" Neural ▸ gchat  lag \d+ ms +F1 help", status)
    assert prompt == " ›"
    said = [row.split("│")[1] for row in rows if "│" in row]
    text = "\n".join(row[6:].rstrip() for row in said) + "\n"
    assert "     Nine  morning! the build is green again\n" in text
    assert "   Neural  nice, who fixed it?\n" in text
    assert "        ∗  Nine waves\n" in text
    assert "        !  Nine: deploying\n" in text
    times = [row[1:6] for row in said if row[3:4] == ":"]
    assert times
    assert len(times) == len(set(times))  # only where the minute changes
    assert neural.screen.title == "#team - gchat"


def test_two_gchats_talk(machine: Machine) -> None:
    port = machine.server().port
    neural = chatting(machine, port, "Neural")
    nine = chatting(machine, port, "Nine")
    neural.until("Nine joined")
    neural.type("What's up?\r")
    nine.until("Neural  What's up?")
    nine.type("/me waves\r")
    neural.until("∗  Nine waves")
    nine.type("Neural: look here\r")
    screen = neural.until("Nine  Neural: look here")
    row = next(n for n, text in enumerate(screen.split("\n")) if "look here" in text)
    column = screen.split("\n")[row].index("Nine")
    assert neural.screen.buffer[row][column].reverse  # the nick column of a mention
    neural.type("日本語 e\u0301 👍🏽\r")
    nine.until("Neural  日本語 \u00e9 👍")  # pyte composes what was sent as two
    neural.type("//x\r")
    nine.until("Neural  /x")
    nine.type("/quit see you\r")
    neural.until("Nine left (Quit: see you)")
    assert nine.wait() == 0


def test_a_line_of_mine_is_pending_until_the_server_shows_it(machine: Machine) -> None:
    server = machine.server()
    neural = chatting(machine, server.port)
    server.signal(signal.SIGSTOP)
    neural.type("on its way\r")
    neural.until(lambda text: "on its way" in text and neural.row("on its way").split("│")[1].endswith(" … "))
    server.signal(signal.SIGCONT)
    neural.until(lambda text: "on its way" in text and " … " not in neural.row("on its way"))


def test_conversations_with_one(machine: Machine) -> None:
    neural, nine = table(machine, machine.server().port)
    nine.send("PRIVMSG Neural :psst")
    neural.until("3 Nine:@1")
    neural.type("\x1b3")
    neural.until("Nine  psst")
    neural.type("what?\r")
    nine.until("PRIVMSG Nine :what?")
    neural.type("\x1b2/msg Nine over here\r")
    nine.until("PRIVMSG Nine :over here")
    assert neural.until(" ▌ 2 #team").startswith(" #team")  # /msg shows it with Nine and stays here
    neural.type("/query zed hello\r")
    neural.until("nobody here is called zed")
    assert neural.until(" ▌ 4 zed").startswith(" zed")
    neural.type("/close\r")
    neural.until_words("1 line to zed is not sent yet: /close again leaves without it.")
    neural.type("/close\r")
    neural.until(lambda text: "zed" not in text)


def test_an_operators_day(machine: Machine) -> None:
    port = machine.server().port
    neural = chatting(machine, port)
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural.type("/topic Ship 1.0 on Friday\r")
    nine.until("TOPIC #team :Ship 1.0 on Friday")
    neural.until(" #team  Ship 1.0 on Friday")
    neural.until("Nine joined")
    neural.type("/voice Nine\r")
    neural.until("+ Nine")
    neural.type("/mode +m\r")
    neural.until("+mnt")
    neural.type("/op Nine\r")
    neural.until("@ Nine")
    neural.type("/nick Newral\r")
    neural.until("You are now called Newral")
    neural.until(" Newral ▸ gchat")
    nine.until("NICK Newral")
    neural.type("/ban Nine!*@*\r")
    nine.until("MODE #team +b Nine!*@*")
    neural.type("/kick Nine be nice\r")
    nine.until("KICK #team Nine :be nice")
    neural.until(lambda text: "kicked Nine out: be nice" in text and "1 here" in text)
    nine.send("JOIN #team")
    nine.until(" 474 ")
    neural.type("/unban Nine!*@*\r")
    neural.until("Newral lifted the ban on Nine!*@*")
    neural.type("/away lunch\r")
    neural.until("Newral ▸ gchat (away)")
    neural.type("/back\r")
    neural.until(lambda text: "(away)" not in text)


def test_an_error_is_a_sentence_where_it_was_typed(machine: Machine) -> None:
    neural, nine = table(machine, machine.server().port)
    nine.send("PRIVMSG Neural :psst")  # a buffer with Nine is no reason to answer there
    neural.until("3 Nine:@1")
    for typed, sentence in (
        ("/nick Nine", "The nickname Nine is in use"),
        ("/kick Nine", "Only operators of #team may do that"),
        ("/topic #nowhere new", "There is no channel #nowhere"),
        ("/wat", "There is no command /wat"),
        ("/kick", "Usage: /kick"),
        ("/invite Nine", "Nine is in #team already"),
        ("/whois nobody", "Nobody here is called nobody"),
        ("/join #a,b c d", "There is no channel #"),
    ):
        neural.type(f"{typed}\r")
        neural.until(sentence)
        assert neural.text.startswith(" #team"), typed


def test_questions_are_answered_where_they_were_asked(machine: Machine) -> None:
    neural, nine = table(machine, machine.server().port)
    nine.send("AWAY :lunch")
    for typed, answer in (
        ("/names", "In #team: @Nine and Neural"),
        ("/whois Nine", "lunch"),
        ("/who Nine", "Nine"),
    ):
        neural.type(f"{typed}\r")
        neural.until(answer)
        assert neural.text.startswith(" #team"), typed
    neural.type("/list\r")
    neural.until("1 channel on gchat")


def test_no_text_of_others_reaches_the_terminal_as_more_than_text(machine: Machine) -> None:
    neural, nine = table(machine, machine.server("--no-throttle").port)
    evil = "\x1b]0;taken\x07\x1b[2Jgone\x9b31m \u202etxet \x0304red\x03"
    nine.send(f"PRIVMSG #team :{evil} one", f"TOPIC #team :{evil}", f"PRIVMSG Neural :{evil} two")
    nine.send("PRIVMSG #team :Neural: \x1b]777;notify;a;b\x07", f"PART #team :{evil}")
    neural.until(lambda text: "left (" in text and "3 Nine:@" in text)
    neural.type("\x1b3")
    neural.until(" ▌ 3 Nine")
    neural.until(lambda _: neural.screen.title == "Nine - gchat")
    for sequence in (b"\x1b]0;", b"\x1b[2Jgone", "\x9b".encode(), "\u202e".encode(), b"\x1b]777;notify;a"):
        assert sequence not in neural.raw
