"""AUTHENTICATE: PLAIN, SCRAM-SHA-256 and EXTERNAL, before registration and after, right and wrong."""

import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest

from gchat.irc import scram
from gchat.irc.wire import IrcWire
from gchat.server import login, passwords, totp
from gchat.server.accounts import Account, Device
from gchat.server.settings import Limits, Operator, Server, Settings
from gchat.server.throttle import Buckets

SERVER = ":gchat.test"
PASSWORD = "sesame"
VERIFIER = str(scram.make_verifier(PASSWORD, b"salt", 2))
FAILED = "SASL authentication failed"
WRONG = f"{SERVER} 904 * :{FAILED}: The account or the password is wrong"
SECRET = totp.write(bytes(range(20)))


def add(chat, name="Neural", **fields):
    """An account, past REGISTER: a quicker verifier than its."""
    account = Account(name, verifier=VERIFIER, **fields)
    chat.engine.world.put_account(account)
    return account


@pytest.fixture
def chat(chat):
    add(chat)
    return chat


@pytest.fixture
def client(chat):
    client = chat.connect()
    client.send("CAP REQ :sasl")
    client.read()
    return client


def base64(text):
    return b64encode(text if isinstance(text, bytes) else text.encode()).decode() or "+"


def blob(user, password, authzid=""):
    return base64("\0".join((authzid, user, password)))


def plain(client, user, password=PASSWORD, authzid=""):
    return client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {blob(user, password, authzid)}")[1:]


def logged_in(name, source):
    return [
        f"{SERVER} 900 {name} {source} Neural :You are now logged in as Neural",
        f"{SERVER} 903 {name} :SASL authentication successful",
    ]


# PLAIN


@pytest.mark.parametrize(
    ("user", "authzid"),
    [("Neural", ""), ("neural", ""), ("NEURAL", "neural"), ("Neural/phone", ""), ("Neural@phone", "Neural")],
)
def test_plain(client, user, authzid):
    assert client.ask("AUTHENTICATE plain") == ["AUTHENTICATE +"]
    lines = client.ask(f"AUTHENTICATE {blob(user, PASSWORD, authzid)}")
    assert lines == logged_in("*", "*!*@127.0.0.1")
    assert client.session.device == user[7:]
    assert "001" in client.numerics("NICK Neural", "USER neural 0 * :Neural", "CAP END")
    assert client.session.user.account == "Neural"


@pytest.mark.parametrize(
    "payload",
    [
        "\0Neural\0wrong",
        "\0Nobody\0sesame",
        "\0Neural\0",
        "\0\0sesame",
        "\0Neural\0sesame\0",
        "Neural\0sesame",
        "Nine\0Neural\0sesame",
        "",
        b"\0Neural\0\xff",
    ],
)
def test_what_logs_nobody_in(client, payload):
    lines = client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {base64(payload)}")
    assert lines[1].startswith(f"{SERVER} 904 * :{FAILED}")
    assert not client.session.account
    assert plain(client, "Neural") == logged_in("*", "*!*@127.0.0.1")  # and one may try again


WAYS = {
    "PLAIN": lambda name: ["AUTHENTICATE PLAIN", f"AUTHENTICATE {blob(name, 'wrong')}"],
    "PLAIN with a code": lambda name: ["AUTHENTICATE PLAIN", f"AUTHENTICATE {blob(name, 'wrong123456')}"],
    "PLAIN of a device": lambda name: [
        "AUTHENTICATE PLAIN",
        f"AUTHENTICATE {blob(name + '/phone', 'wrong')}",
    ],
    "PASS": lambda name: [f"PASS {name}:wrong", "NICK Guest", "USER x 0 * :x", "CAP END"],
    "NickServ": lambda name: ["NICK Guest", "USER x 0 * :x", "CAP END", f"NS IDENTIFY {name} wrong"],
    "OPER": lambda name: ["NICK Guest", "USER x 0 * :x", "CAP END", f"OPER {name} wrong"],
    "SCRAM": lambda name: ["AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {base64(f'n,,n={name},r=abc')}"],
}


@pytest.mark.parametrize("way", WAYS)
def test_the_work_is_the_same_for_a_name_that_nobody_has(make_chat, monkeypatch, way):
    """Counted in rounds of the hashes, which is what takes time, and not by the clock."""
    rounds = []

    def count(cost, function):
        def counted(*args, **kwargs):
            rounds.append(cost(args, kwargs))
            return function(*args, **kwargs)

        return counted

    hashed = passwords.hash_password("sesame", b"salt")
    operators = tuple(Operator(name, hashed) for name in ("Known", "Coded", "Closed", "Empty"))
    chat = make_chat(Settings(server=Server(name="gchat.test"), operators=operators, throttle=False))
    own = str(scram.make_verifier("sesame", b"salt"))
    device = Device(login.device_token("x" * 24), own, 0)
    accounts = (
        Account("Known", verifier=own, devices={"phone": device}),
        Account("Coded", verifier=own, totp=SECRET),
        Account("Closed", verifier=own, suspended="spam"),
        Account("Empty", nicks={"nick": "Nick"}),
    )
    for account in accounts:
        chat.engine.world.put_account(account)
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", count(lambda args, _: args[3], hashlib.pbkdf2_hmac))
    monkeypatch.setattr(hashlib, "scrypt", count(lambda _, kwargs: kwargs["n"], hashlib.scrypt))
    seen = {}
    for name in ("Nobody", "Known", "Coded", "Closed", "Empty"):
        client = chat.connect()
        client.send("CAP REQ :sasl")
        heard = client.ask(*WAYS[way](name))
        if way == "SCRAM":  # the client does the work, as often as it is told
            rounds.append(int(b64decode(heard[1].split(" ")[1]).partition(b",i=")[2]))
        seen[name], rounds[:] = tuple(rounds), ()
        client.send("QUIT")
    assert set(seen.values()) == {(2**14 if way == "OPER" else scram.ITERATIONS,)}


def test_a_long_password_comes_in_pieces(chat, client):
    long = "x" * 592
    chat.engine.world.put_account(Account("Foo", verifier=str(scram.make_verifier(long, b"salt", 2))))
    data = base64(f"Foo\0Foo\0{long}")
    assert len(data) == 800
    client.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {data[:400]}")
    assert client.ask(f"AUTHENTICATE {data[400:]}") == []
    assert "903" in client.numerics("AUTHENTICATE +")


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["AUTHENTICATE FOO"], ["908", "904"]),
        (["AUTHENTICATE EXTERNAL"], ["908", "904"]),
        (["AUTHENTICATE"], ["461"]),
        (["AUTHENTICATE *"], ["906"]),
        (["AUTHENTICATE PLAIN", "AUTHENTICATE *"], ["AUTHENTICATE", "906"]),
        (["AUTHENTICATE PLAIN", f"AUTHENTICATE {'A' * 401}"], ["AUTHENTICATE", "905"]),
        (["AUTHENTICATE PLAIN", "AUTHENTICATE !!!"], ["AUTHENTICATE", "904"]),
        (["AUTHENTICATE PLAIN", *[f"AUTHENTICATE {'A' * 400}"] * 60], ["AUTHENTICATE", "904"]),
    ],
)
def test_what_ends_an_exchange(client, lines, answer):
    assert client.numerics(*lines)[: len(answer)] == answer


def test_completing_the_registration_aborts(client):
    assert client.numerics("AUTHENTICATE PLAIN", "NICK Nine", "USER x 0 * :x", "CAP END")[:3] == [
        "AUTHENTICATE",
        "906",
        "001",
    ]
    assert not client.session.user.account


def test_after_registration_and_again(chat):
    add(chat, "Other")
    client = chat.client("Foo")
    assert plain(client, "Neural") == logged_in("Foo", "Foo!~Foo@127.0.0.1")
    assert client.session.user.account == "Neural"
    assert "903" in [line.split(" ")[1] for line in plain(client, "Other")]
    assert client.session.user.account == "Other"
    assert chat.engine.world.users_of("Neural") == []


def test_the_account_may_go_while_the_password_is_hashed(chat, client):
    client.send("AUTHENTICATE PLAIN")
    chat.engine.receive(client.session, f"AUTHENTICATE {blob('Neural', PASSWORD)}\r\n".encode())
    chat.engine.world.remove_account("neural")
    client.read()
    chat.settle()
    assert client.read()[-1] == WRONG


def test_a_suspended_account_says_so_to_its_owner_alone(chat, client):
    add(chat, suspended="not paid")
    assert plain(client, "Neural", "wrong") == [WRONG]
    (line,) = plain(client, "Neural")
    assert line == f"{SERVER} 904 * :{FAILED}: The account Neural is suspended: not paid"


# attempts


@pytest.fixture
def slow(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=Limits(command_rate=0.0)))
    add(chat)
    return chat


def test_wrong_passwords_run_out(slow):
    for name in ("Neural", "Nobody"):  # they tell nobody which of them there is
        clients = [slow.connect(f"192.0.2.{n}") for n in range(82)]
        answers = [plain(client, name, "wrong")[0] for client in clients]
        assert [answer == WRONG for answer in answers] == [True] * 80 + [False] * 2
        assert "Too many wrong passwords: wait some minutes" in answers[-1]
        assert "Too many" in plain(slow.connect("192.0.2.99"), name)[0]
    slow.now += 60
    assert len(plain(slow.connect("192.0.2.99"), "Neural")) == 2


def test_who_guesses_from_one_address_keeps_the_owner_from_nothing(slow):
    guesser = slow.connect("192.0.2.66")
    for _ in range(200):
        plain(guesser, "Neural", "wrong")
        slow.now += 1.5
    assert len(plain(slow.connect("192.0.2.99"), "Neural")) == 2


def test_an_address_runs_out_too(slow):
    answers = [plain(slow.connect(), f"Name{n}", "wrong")[0] for n in range(11)]
    assert [answer == WRONG for answer in answers] == [True] * 10 + [False]
    assert plain(slow.connect("192.0.2.1"), "Name1", "wrong") == [WRONG]


def test_other_names_do_not_have_the_wrong_passwords_of_an_account_forgotten(slow):
    slow.engine.logins = Buckets(0.05, 10.0, most=20)
    for n in range(80):
        assert plain(slow.connect(f"192.0.2.{n}"), "Neural", "wrong") == [WRONG]
    for n in range(60):
        assert plain(slow.connect(f"198.51.100.{n}"), f"Name{n}", "wrong") == [WRONG]
    assert len(slow.engine.logins) == 20
    assert "Too many" in plain(slow.connect("192.0.2.99"), "Neural")[0]


def test_an_address_that_has_run_out_is_counted_no_further(slow):
    client = slow.connect()
    for n in range(10):
        plain(client, f"Name{n}", "wrong")
    counted = len(slow.engine.logins), len(slow.engine.account_logins)
    for n in range(100):
        assert "Too many" in plain(client, f"Other{n}", "wrong")[0]
    assert "Too many" in plain(client, "Neural")[0]
    assert (len(slow.engine.logins), len(slow.engine.account_logins)) == counted


def test_a_network_of_ipv6_runs_out_as_one_address(slow):
    hosts = [f"2001:db8::{n:x}" for n in range(11)]
    answers = [plain(slow.connect(host), f"Name{n}", "wrong")[0] for n, host in enumerate(hosts)]
    assert [answer == WRONG for answer in answers] == [True] * 10 + [False]
    assert plain(slow.connect("2001:db8:0:1::1"), "Name1", "wrong") == [WRONG]


def test_right_ones_cost_nothing(slow):
    for _ in range(30):
        assert len(plain(slow.connect(), "Neural")) == 2


def test_many_at_once_are_counted_before_they_are_hashed(slow):
    clients = [slow.connect() for _ in range(30)]
    for client in clients:
        data = f"AUTHENTICATE PLAIN\r\nAUTHENTICATE {blob('Neural', 'wrong')}\r\n"
        slow.engine.receive(client.session, data.encode())
    assert len(slow.work) == 10
    slow.settle()


# SCRAM


def scram_messages(user, password, challenge, nonce="abc"):
    """The client's final message and what the server's must be, from the RFC alone."""
    fields = dict(word.split("=", 1) for word in challenge.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(fields["s"]), int(fields["i"]))
    without = f"c=biws,r={fields['r']}"
    said = f"n={user},r={nonce},{challenge},{without}".encode()
    key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
    proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
    server = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), said, "sha256")
    return f"{without},p={base64(proof)}", f"v={base64(server)}"


def scram_login(client, user, password=PASSWORD):
    lines = client.ask("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {base64(f'n,,n={user},r=abc')}")
    challenge = b64decode(lines[1].split(" ")[1]).decode()
    assert challenge.startswith("r=abc")
    final, server = scram_messages(user, password, challenge)
    lines = client.ask(f"AUTHENTICATE {base64(final)}")
    if lines[0].startswith("AUTHENTICATE "):
        assert b64decode(lines[0].split(" ")[1]).decode() == server
        lines = client.ask("AUTHENTICATE +")
    return lines


@pytest.mark.parametrize("user", ["Neural", "NEURAL", "Neural/phone"])
def test_scram(client, user):
    assert scram_login(client, user) == logged_in("*", "*!*@127.0.0.1")
    assert client.session.device == user[7:]


@pytest.mark.parametrize(("user", "password"), [("Neural", "wrong"), ("Nobody", "sesame")])
def test_scram_that_proves_nothing(client, user, password):
    assert scram_login(client, user, password) == [WRONG]


def test_scram_treats_a_name_that_nobody_has_like_any_other(chat, client):
    chat.engine.world.put_account(Account("Slow", verifier=str(scram.make_verifier("x", bytes(16)))))
    challenges = []
    for user in ("Slow", "Nobody", "Nobody", "Someone"):
        lines = client.ask("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {base64(f'n,,n={user},r=abc')}")
        fields = dict(word.split("=", 1) for word in b64decode(lines[1].split(" ")[1]).decode().split(","))
        challenges.append((fields["i"], len(fields["s"]), fields["s"]))
        client.ask("AUTHENTICATE *")
    assert len({challenge[:2] for challenge in challenges}) == 1
    assert challenges[1] == challenges[2] != challenges[3]


@pytest.mark.parametrize("first", ["", "n,,", "n,a=Nine,n=Neural,r=abc", "p=tls-unique,,n=Neural,r=abc"])
def test_scram_that_begins_wrongly(client, first):
    assert client.numerics("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {base64(first)}")[1:] == ["904"]


# EXTERNAL


FINGERPRINT = "ab" * 32


def test_external(chat):
    chat.engine.asks_certificates = True
    assert chat.engine.offered()["sasl"] == "PLAIN,SCRAM-SHA-256,EXTERNAL"
    add(chat, certificates={FINGERPRINT: "laptop"})
    add(chat, "Nine")

    def connect(fingerprint):
        session = chat.engine.connect("127.0.0.1", "x", IrcWire(), secure=True, certificate=fingerprint)
        client = chat.connect()
        client.session = session
        return client

    for name in ("", "neural"):
        client = connect(FINGERPRINT)
        assert client.numerics("AUTHENTICATE EXTERNAL", f"AUTHENTICATE {base64(name)}")[1:] == ["900", "903"]
        assert client.session.account == "Neural"
        assert client.session.device == "laptop"
    for fingerprint, name in (("", "Neural"), ("cd" * 32, "Neural"), (FINGERPRINT, "Nine"), ("cd" * 32, "")):
        client = connect(fingerprint)
        assert client.numerics("AUTHENTICATE EXTERNAL", f"AUTHENTICATE {base64(name)}")[1:] == ["904"]
    assert connect(FINGERPRINT).numerics("AUTHENTICATE EXTERNAL", "AUTHENTICATE /w==")[1:] == ["904"]


# the second factor


def code(chat, drift=0):
    return totp.code(bytes(range(20)), int(chat.now) // 30 + drift)


def test_a_code_after_the_password(chat, client):
    add(chat, totp=SECRET)
    (line,) = plain(client, "Neural")
    assert (
        line
        == f"{SERVER} 904 * :{FAILED}: This account needs the code of its authenticator after the "
        + ("password (SASL PLAIN)")
    )
    assert plain(client, "Neural", f"{PASSWORD}{code(chat, drift=5)}") == [WRONG]
    assert plain(client, "Neural", f"wrong{code(chat)}") == [WRONG]
    assert len(plain(client, "Neural", f"{PASSWORD}{code(chat)}")) == 2
    assert plain(client, "Neural", f"{PASSWORD}{code(chat)}") == [WRONG]  # each code is good once
    chat.now += 30
    assert len(plain(client, "Neural", f"{PASSWORD} {code(chat)}")) == 2


def test_scram_cannot_carry_it(chat, client):
    add(chat, totp=SECRET)
    (line,) = scram_login(client, "Neural")
    assert "needs the code" in line


@pytest.mark.parametrize(
    ("seconds", "expected"),  # RFC 6238, appendix B, the last six digits
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_of_the_rfc(seconds, expected):
    secret = b"12345678901234567890"
    assert totp.code(secret, seconds // 30) == expected
    for drift in (-30, 0, 30):
        assert totp.check(totp.write(secret), expected, seconds + drift) == seconds // 30
    assert not totp.check(totp.write(secret), expected, seconds + 90)
    assert not totp.check(totp.write(secret), expected, seconds, used=seconds // 30)
