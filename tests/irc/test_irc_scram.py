"""SCRAM-SHA-256 by the RFC's example, by a client of its own, and by bytes that are none of it."""

import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc import scram
from gchat.irc.scram import ClientFirst, Exchange, Verifier

# RFC 7677, 3
FIRST = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
OURS = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
CHALLENGE = f"r=rOprNGfwEbeRWgbNEkqO{OURS},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
FINAL = f"c=biws,r=rOprNGfwEbeRWgbNEkqO{OURS},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".encode()
SERVER = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
PENCIL = scram.make_verifier("pencil", b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096)


@pytest.fixture(scope="module")
def exchange():
    first = ClientFirst.parse(FIRST)
    assert first is not None
    return Exchange.begin(first, PENCIL, OURS)


def test_the_example_of_the_rfc(exchange):
    assert exchange.first.user == "user"
    assert exchange.challenge == CHALLENGE
    assert exchange.finish(FINAL) == SERVER


@pytest.mark.parametrize(
    "final",
    [
        b"",
        b"c=biws",
        FINAL.replace(b"dHzb", b"dHzc"),
        FINAL.replace(b"c=biws", b"c=eSws"),  # "y,,": another header than at first
        FINAL.replace(b"%hvYDp", b"%hvYDq"),
        FINAL.replace(b",p=", b",q="),
        FINAL[:-4],
        FINAL + b"\xff",
        "c=biws,r=x,p=ä".encode(),
    ],
)
def test_another_final_message_proves_nothing(exchange, final):
    assert exchange.finish(final) == ""


@pytest.mark.parametrize(
    ("data", "user", "authzid"),
    [
        (b"n,,n=user,r=abc", "user", ""),
        (b"y,,n=user,r=abc", "user", ""),
        (b"n,a=Neural,n=user,r=abc,ext=1", "user", "Neural"),
        (b"n,,n=a=2Cb=3Dc,r=abc", "a,b=c", ""),
        ("n,,n=Nöte,r=abc".encode(), "Nöte", ""),
    ],
)
def test_a_first_message(data, user, authzid):
    first = ClientFirst.parse(data)
    assert (first.user, first.authzid, first.nonce) == (user, authzid, "abc")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"n",
        b"n,,",
        b"n,,n=user",
        b"n,,r=abc,n=user",
        b"n,,n=,r=abc",
        b"n,,n=user,r=",
        b"n,,m=x,n=user,r=abc",
        b"n,Neural,n=user,r=abc",
        b"n,,n=us=er,r=abc",
        b"p=tls-unique,,n=user,r=abc",
        b"\xff,,n=user,r=abc",
    ],
)
def test_what_is_no_first_message(data):
    assert ClientFirst.parse(data) is None


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    ClientFirst.parse(data)
    first = ClientFirst.parse(FIRST)
    assert first is not None
    assert Exchange.begin(first, PENCIL, OURS).finish(data) == ""


@given(st.text(min_size=1), st.binary(min_size=1, max_size=20), st.text())
def test_a_verifier_fits_its_password_and_no_other(password, salt, other):
    verifier = scram.make_verifier(password, salt, 1)
    assert Verifier.parse(str(verifier)) == verifier
    assert scram.fits(verifier, password)
    assert scram.fits(verifier, other) == (scram.prepare(other) == scram.prepare(password))


@given(st.text(min_size=1), st.text(min_size=1, alphabet=st.characters(codec="utf-8")))
def test_a_client_who_knows_the_password_comes_in(password, nonce):
    """A client written here from the RFC alone."""
    verifier = scram.make_verifier(password, b"salt", 2)
    nonce = nonce.replace(",", "") or "x"
    bare = f"n=user,r={nonce}"
    exchange = Exchange.begin(ClientFirst.parse(f"n,,{bare}".encode()), verifier, "server")
    without = f"c=biws,r={nonce}server"
    said = f"{bare},{exchange.challenge},{without}".encode()
    salted = hashlib.pbkdf2_hmac("sha256", scram.prepare(password), b"salt", 2)
    key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
    proof = b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True))).decode()
    server = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), said, "sha256")
    assert exchange.finish(f"{without},p={proof}".encode()) == "v=" + b64encode(server).decode()


@pytest.mark.parametrize(
    ("password", "same"),
    [
        ("I\u00adX", "IX"),  # RFC 4013, 3
        ("user", "user"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        ("\u0007", "\u0007"),  # forbidden, so as it is
    ],
)
def test_saslprep(password, same):
    assert scram.prepare(password) == same.encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SCRAM-SHA-256",
        "scrypt$16384$8$1$AAAA$AAAA",
        "SCRAM-SHA-256$x:AAAA$AAAA:AAAA",
        "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA",
        str(PENCIL).replace("4096", "0"),
        str(PENCIL).replace("4096", "99999999"),
        str(PENCIL).replace(":", "", 1),
    ],
)
def test_what_is_no_verifier(text):
    assert Verifier.parse(text) is None
