"""NickServ: an account in plain words, and no secret that comes back."""

import re
from base64 import b32decode

import pytest

from gchat.irc import scram
from gchat.server import totp
from gchat.server.accounts import Account
from gchat.server.commands import nickserv

VERIFIER = str(scram.make_verifier("sesame", b"salt", 2))
SAYS = ":NickServ!NickServ@gchat.test NOTICE"


@pytest.fixture
def chat(chat):
    chat.engine.world.put_account(Account("Neural", created=1_600_000_000, verifier=VERIFIER))
    return chat


@pytest.fixture
def neural(chat):
    client = chat.client("Guest")
    client.send("NS IDENTIFY Neural sesame")
    client.read()
    return client


def says(client, text, *more):
    """What NickServ answers, without who and to whom."""
    lines = client.ask(f"PRIVMSG NickServ :{text}", *more)
    return [re.sub(rf"^{re.escape(SAYS)} \S+ :", "", line) for line in lines if "NOTICE" in line]


def account(chat, name="Neural"):
    return chat.engine.world.account(name)


def test_registering(chat):
    nine = chat.client("Nine")
    assert nine.ask("PRIVMSG nickserv :register sesame-open nine@example.org") == [
        f"{SAYS} Nine :The account Nine is yours, and so is the nick",
        ":gchat.test 900 Nine Nine!~Nine@127.0.0.1 Nine :You are now logged in as Nine",
    ]
    assert account(chat, "Nine").email == "nine@example.org"
    assert says(nine, "REGISTER sesame-open") == ["You are logged in to Nine"]
    assert says(chat.client("Ten"), "REGISTER short") == [
        "A password has at least 6 characters and is not the name"
    ]


def test_a_mute_holds_whatever_is_said_to_nickserv(chat):
    op, guest = chat.join("#team", "Op", "Guest")
    op.send("MODE #team +b m:guest!*@*")
    guest.read()
    assert says(guest, "IDENTIFY Neural sesame") == ["You are logged in to Neural"]
    assert guest.session.user.nick == "Guest"
    assert guest.numerics("PRIVMSG #team :hello") == ["404"]
    op.send("MODE #team -b m:guest!*@*", "MODE #team +b m:a:neural")
    guest.read()
    assert says(guest, "LOGOUT") == ["You are banned or muted in #team: leave it before you log out"]
    assert guest.numerics("PRIVMSG #team :hello") == ["404"]
    guest.send("PART #team")
    guest.read()
    says(guest, "LOGOUT")
    assert not guest.session.user.account


@pytest.mark.parametrize("line", ["NS", "NICKSERV", "PRIVMSG NickServ :", "PRIVMSG NickServ@gchat.test :"])
def test_identifying_gives_the_nick(chat, line):
    client = chat.client("Guest")
    lines = client.ask(f"{line} IDENTIFY Neural sesame".replace(": ", ":"))
    assert lines == [
        f"{SAYS} Guest :You are logged in to Neural",
        ":gchat.test 900 Guest Guest!~Guest@127.0.0.1 Neural :You are now logged in as Neural",
        ":Guest!~Guest@127.0.0.1 NICK Neural",
    ]


def test_identifying_needs_no_name_where_the_nick_says_it(chat):
    client = chat.connect()
    client.send("NICK Neural", "USER x 0 * :x", "NICK Neural_")
    assert says(client, "ID sesame") == ["You are logged in to Neural"]
    assert client.session.user.nick == "Neural"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("IDENTIFY Neural wrong", "The account or the password is wrong"),
        ("IDENTIFY Nobody sesame", "The account or the password is wrong"),
        ("IDENTIFY", "It is written IDENTIFY [account] <password>"),
        ("NONSENSE", "I do not know NONSENSE: HELP lists what I understand"),
        ("LOGOUT", "You are not logged in: IDENTIFY [account] <password> does that"),
        ("INFO Nobody", "Nobody is not registered"),
        ("SAREGISTER Ten longenough", "Only server operators make accounts for others"),
    ],
)
def test_refusals(chat, text, answer):
    assert says(chat.client("Guest"), text) == [answer]


@pytest.mark.parametrize("text", ["", " ", "HELP", "help"])
def test_help_lists_the_words(chat, text):
    lines = says(chat.client("Guest"), f"{text}" or " ") if text != "" else chat.client("Guest").ask("NS")
    shown = [word for word in dict.fromkeys(nickserv.WORDS.values()) if not word.hidden]
    assert len(lines) == len(shown)


@pytest.mark.parametrize("word", nickserv.WORDS)
def test_help_explains_each(chat, word):
    usage, explained = says(chat.client("Guest"), f"HELP {word.lower()}")
    assert usage == nickserv.WORDS[word].usage
    assert explained


def test_secrets_are_not_echoed(chat):
    client = chat.client("Guest", caps="echo-message")
    lines = client.ask("PRIVMSG NickServ :IDENTIFY Neural sesame")
    assert lines[0] == ":Guest!~Guest@127.0.0.1 PRIVMSG NickServ :IDENTIFY ****"
    for text in (
        "PASSWD sesame sesame2",
        "DROP sesame",
        "TOTP ON sesame",
        "IDENTFY Neural sesame",
        "  id sesame",
    ):
        assert not any("sesame" in line for line in client.ask(f"PRIVMSG NickServ :{text}")), text
    assert client.ask("PRIVMSG NickServ :INFO Neural")[0].endswith("PRIVMSG NickServ :INFO Neural")


def test_other_messages_to_it_are_nothing(chat):
    client = chat.client("Guest", caps="message-tags echo-message")
    assert client.ask("NOTICE NickServ :hi", "@+typing=active TAGMSG NickServ") == []


def test_nobody_can_be_called_so(chat):
    assert chat.client("Guest").numerics("NICK NickServ") == ["432"]


def test_info(chat, neural):
    assert says(chat.client("Nine"), "INFO neural") == [
        "Account Neural, registered 2020-09-13",
        "Online as Neural",
    ]
    assert says(neural, "INFO")[2:] == ["Nicks: Neural"]


def test_a_new_password(chat, neural):
    assert says(neural, "PASSWD wrong opensesame") == ["The account or the password is wrong"]
    assert says(neural, "PASSWD sesame short") == ["A password has at least 6 characters and is not the name"]
    assert len(says(neural, "PASSWD sesame opensesame")) == 1
    guest = chat.client("Guest2")
    assert says(guest, "IDENTIFY Neural sesame") == ["The account or the password is wrong"]
    assert says(guest, "IDENTIFY Neural opensesame") == ["You are logged in to Neural"]


def test_logging_out_gives_the_nick_up(chat, neural):
    assert neural.ask("NS LOGOUT") == [
        ":gchat.test 901 Neural Neural!~Guest@127.0.0.1 :You are now logged out",
        ":Neural!~Guest@127.0.0.1 NICK Neural2",
    ]
    assert not neural.session.user.account


def test_dropping(chat, neural):
    assert says(neural, "DROP wrong") == ["The account or the password is wrong"]
    assert says(neural, "DROP sesame") == ["The account Neural is gone; nobody else can have its name"]
    assert account(chat) is None
    assert not neural.session.user.account
    nine = chat.client("Nine")
    neural.send("QUIT")
    assert nine.ask("NICK Neural") == [":Nine!~Nine@127.0.0.1 NICK Neural"]  # a nick is free, the name is not
    assert "taken" in says(nine, "REGISTER sesame-open")[0]


def test_grouping(chat, neural):
    assert says(neural, "GROUP") == ["Neural is yours already"]
    neural.send("NICK Neuron")
    assert says(neural, "GROUP") == ["Neuron is held for you now"]
    neural.send("NICK Neural")
    nine = chat.client("Nine")
    assert nine.numerics("NICK Neuron") == ["433"]
    assert says(nine, "IDENTIFY Neuron sesame") == ["You are logged in to Neural"]
    assert says(neural, "UNGROUP Nobody") == ["Nobody is none of your grouped nicks: INFO lists them"]
    assert says(neural, "UNGROUP Neuron") == ["Neuron is free"]
    assert account(chat).nicks == {}


def test_devices(chat, neural):
    lines = says(neural, "DEVICE ADD phone")
    password = lines[0].split(" ")[5]
    assert lines[0] == f"The password of phone is {password} - it is shown this once"
    assert password not in repr(account(chat))
    assert says(neural, "DEVICE ADD phone") == ["phone has a password: DEVICE REVOKE phone takes it back"]
    assert says(neural, "DEVICE LIST") == [
        "phone: since 2023-11-14",
        "Devices with a password of their own: 1",
    ]
    other = chat.client("Other")
    assert says(other, f"IDENTIFY Neural {password}") == ["You are logged in to Neural"]
    assert other.session.device == "phone"
    assert says(neural, "DEVICE REVOKE tablet") == ["You have no device tablet: DEVICE LIST shows them"]
    assert says(neural, "DEVICE REVOKE phone") == ["The password of phone is worth nothing any more"]
    assert other.session.closing == "The password of the device phone was taken back"
    assert not neural.session.closing
    assert "wrong" in says(chat.client("Third"), f"IDENTIFY Neural {password}")[0]
    assert says(neural, "DEVICE") == ["It is written DEVICE ADD <name> | LIST | REVOKE <name>"]
    assert says(neural, "DEVICE ADD") == ["It is written DEVICE ADD <name> | LIST | REVOKE <name>"]


def test_a_device_may_take_back_its_own_password(chat, neural):
    password = says(neural, "DEVICE ADD phone")[0].split(" ")[5]
    other = chat.client("Other")
    says(other, f"IDENTIFY Neural {password}")
    assert says(other, "DEVICE REVOKE phone") == ["The password of phone is worth nothing any more"]
    assert not other.session.closing


def test_certificates(chat, neural):
    fingerprint = "AB:" * 31 + "AB"
    assert says(neural, "CERT LIST") == ["This server asks nobody for a certificate"]
    chat.engine.asks_certificates = True
    for line in ("CERT ADD", "CERT ADD xyz", f"CERT ADD {fingerprint} laptop"):
        assert "Connect with that certificate" in says(neural, line)[0]
    neural.session.certificate = "ab" * 32
    assert "abababab..." in says(neural, f"CERT ADD {fingerprint} laptop")[0]
    assert account(chat).certificates == {"ab" * 32: "laptop"}
    assert says(neural, f"CERT ADD {fingerprint}") == ["That certificate belongs to an account already"]
    assert says(neural, "CERT LIST") == [f"laptop: {'ab' * 32}", "Certificates: 1"]
    assert "none of your" in says(neural, "CERT DEL abc")[0]
    assert "nobody" in says(neural, f"CERT DEL {fingerprint}")[0]
    assert account(chat).certificates == {}
    neural.session.certificate = "cd" * 32
    says(neural, "CERT ADD")
    assert account(chat).certificates == {"cd" * 32: "certificate-cdcdcdcd"}
    neural.session.certificate = "ef" * 32
    says(neural, "CERT ADD phone")
    assert account(chat).certificates["ef" * 32] == "phone"


def test_nobody_has_the_certificate_of_somebody_else_log_in_to_their_account(chat, neural):
    """Who connects with it, without naming an account, would talk as, and be read by, whoever added it."""
    chat.engine.asks_certificates = True
    nine = "cd" * 32
    for own in ("", "ab" * 32):
        neural.session.certificate = own
        assert "proves that you have its key" in says(neural, f"CERT ADD {nine}")[0]
        assert "proves that you have its key" in says(neural, f"CERT ADD {nine.upper()} mine")[0]
    assert account(chat).certificates == {}


def test_a_second_factor(chat, neural):
    offer = says(neural, "TOTP ON")
    secret = offer[0].rpartition(" ")[2]
    assert offer[1] == f"otpauth://totp/gchat:Neural?secret={secret}&issuer=gchat"
    assert account(chat).totp == ""
    assert "wrong" in says(neural, "TOTP ON 000000")[0]

    def code():
        return totp.code(b32decode(secret), int(chat.now) // 30)

    assert "needs the code after it" in says(neural, f"TOTP ON {code()}")[0]
    assert account(chat).totp == secret
    assert says(neural, "TOTP ON") == ["A code is asked for already: TOTP OFF <code> ends it"]
    other = chat.client("Other")
    assert "needs the code" in says(other, "IDENTIFY Neural sesame")[0]
    chat.now += 30
    assert says(other, f"IDENTIFY Neural sesame{code()}") == ["You are logged in to Neural"]
    assert "TOTP OFF <code>" in says(neural, f"TOTP OFF {code()}")[0]  # used a moment ago
    chat.now += 30
    assert says(neural, f"TOTP OFF {code()}") == ["The password alone is enough again"]
    assert account(chat).totp == ""


@pytest.mark.parametrize("text", ["MULTICLIENT OFF", "SET MULTICLIENT off", "set multiclient FALSE"])
def test_switches(chat, neural, text):
    assert says(neural, text) == ["All your connections are one user: off"]
    assert account(chat).multiclient is False
    assert says(neural, "MULTICLIENT maybe") == ["It is ON or OFF"]


def test_an_operator_makes_accounts(chat):
    client = chat.client("Op")
    chat.op(client)
    assert says(client, "SAREGISTER Ten longenough") == ["The account Ten is yours, and so is the nick"]
    assert account(chat, "Ten") is not None
    assert not client.session.user.account
