"""``gchat-server account`` on a store, on a server that runs, and what it refuses."""

import io

import pytest

from gchat.irc import scram
from gchat.server import account_tools, main
from gchat.server.accounts import Account
from gchat.server.control import ControlError
from gchat.server.stores.sqlite import SqliteStore

VERIFIER = str(scram.make_verifier("sesame", b"salt", 2))


def manage(chat, action, name="Neural", **more):
    answer = account_tools.manage(chat.engine, {"action": action, "name": name, "reason": "spam", **more})
    chat.settle()
    return answer["says"]


def test_on_a_server_that_runs(chat):
    assert manage(chat, "list") == []
    assert manage(chat, "add", verifier=VERIFIER) == ["Neural has an account"]
    client = chat.client("Guest")
    client.send("NS IDENTIFY Neural sesame")
    assert manage(chat, "list") == ["Neural 2023-11-14 online"]
    assert manage(chat, "suspend") == ["Neural is suspended"]
    assert client.ended == "The account Neural is suspended: spam"
    assert manage(chat, "list") == ["Neural 2023-11-14 offline suspended (spam)"]
    other = chat.client("Other")
    assert "suspended: spam" in other.ask("NS IDENTIFY Neural sesame")[0]
    assert manage(chat, "resume") == ["Neural may log in again"]
    assert "You are logged in" in other.ask("NS IDENTIFY Neural sesame")[0]
    assert "nobody else" in manage(chat, "delete")[0]
    assert not other.session.user.account
    with pytest.raises(ControlError, match="taken, or was"):
        manage(chat, "add", verifier=VERIFIER)


def test_a_new_password_ends_the_codes(chat):
    chat.engine.world.put_account(Account("Neural", verifier=VERIFIER, totp="A" * 32))
    assert manage(chat, "list") == ["Neural 1970-01-01 offline code"]
    manage(chat, "passwd", verifier=str(scram.make_verifier("another", b"salt", 2)))
    assert chat.engine.world.account("Neural").totp == ""
    assert "You are logged in" in chat.client("Guest").ask("NS IDENTIFY Neural another")[0]


@pytest.mark.parametrize(
    ("action", "name", "words"),
    [
        ("passwd", "Nobody", "there is no account Nobody"),
        ("suspend", "Nobody", "there is no account Nobody"),
        ("add", "a b", "cannot be an account"),
        ("add", "NickServ", "cannot be an account"),
        ("add", "Nine", "no verifier"),
        ("nonsense", "Neural", "not known"),
    ],
)
def test_what_it_refuses(chat, action, name, words):
    chat.engine.world.put_account(Account("Neural", verifier=VERIFIER))
    with pytest.raises(ControlError, match=words):
        manage(chat, action, name, verifier="nonsense")


def test_without_a_server(tmp_path, monkeypatch, capsys):
    def run(*words, said=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        status = main.main(["--no-config", "--data-dir", str(tmp_path), "account", *words])
        return status, *capsys.readouterr()

    assert run("add", "Neural", said="sesame\n") == (0, "Neural has an account\n", "")
    assert run("add", "Neural", said="sesame\n")[2] == "gchat-server: Neural is taken, or was\n"
    assert run("add", "Nine", said="\n")[2] == "gchat-server: an empty password protects nothing\n"
    assert run("suspend", "Neural", "--reason", "spam")[0] == 0
    status, listed, _ = run("list")
    assert status == 0
    assert listed.startswith("Neural 20")
    assert listed.endswith(" offline suspended (spam)\n")
    assert run("passwd", "neural", said="opensesame\n")[0] == 0
    assert run("delete")[2] == "gchat-server: account delete needs the name of an account\n"
    store = SqliteStore.open(str(tmp_path / "gchat.db"), background=False)
    ((key, body),) = store.load("account")
    store.close()
    assert key == "neural"
    verifier = scram.Verifier.parse(body["verifier"])
    assert verifier is not None
    assert scram.fits(verifier, "opensesame")
