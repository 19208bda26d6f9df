"""Hashes: what fits, what does not, and what is none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.server import passwords

HASHED = passwords.hash_password("correct horse", b"a salt of its own")
_, N, R, P, SALT, DIGEST = HASHED.split("$")


def test_a_password_fits_its_hash_and_no_other():
    assert passwords.verify(HASHED, "correct horse")
    assert not passwords.verify(HASHED, "correct horsf")
    assert not passwords.verify(HASHED, "")


def test_two_hashes_of_one_password_differ():
    assert passwords.hash_password("correct horse", b"another salt") != HASHED


def test_any_text_can_be_a_password():
    hashed = passwords.hash_password("pässwort \U0001f40e \ud800", b"salt")
    assert passwords.verify(hashed, "pässwort \U0001f40e \ud800")


def test_a_hash_knows_its_own_cost():
    cheap = "scrypt$16$1$1$c2FsdHNhbHQ=$" + "x" * 43 + "="
    assert passwords.is_hash(cheap)
    assert not passwords.verify(cheap, "correct horse")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "scrypt",
        "$$$$$",
        "bcrypt$1$2$3$4$5",
        f"scrypt$0${R}${P}${SALT}${DIGEST}",
        f"scrypt$1${R}${P}${SALT}${DIGEST}",
        f"scrypt$16383${R}${P}${SALT}${DIGEST}",  # no power of two
        f"scrypt$-16384${R}${P}${SALT}${DIGEST}",
        f"scrypt$\u0661\u0666${R}${P}${SALT}${DIGEST}",
        f"scrypt${N}$0${P}${SALT}${DIGEST}",
        f"scrypt${N}${R}$0${SALT}${DIGEST}",
        f"scrypt$1073741824${R}${P}${SALT}${DIGEST}",  # wants a terabyte
        f"scrypt${N}${R}$999999${SALT}${DIGEST}",  # wants an hour
        f"scrypt${N}${R}${P}$$" + DIGEST,
        f"scrypt${N}${R}${P}${SALT}$",
        f"scrypt${N}${R}${P}${SALT}$AAAA",
        f"scrypt${N}${R}${P}$not base64!${DIGEST}",
        f"scrypt${N}${R}${P}${SALT}${DIGEST}$more",
        HASHED[:-2],
    ],
)
def test_what_is_no_hash_fits_no_password(text):
    assert not passwords.is_hash(text)
    assert not passwords.verify(text, "secret")


def test_parameters_that_openssl_refuses_fit_no_password():
    assert not passwords.verify(f"scrypt$65536$1$1${SALT}${DIGEST}", "secret")


@given(st.text())
def test_no_text_makes_it_raise(text):
    passwords.is_hash(text)
    passwords.verify(text, text)


def test_nobody_costs_what_somebody_costs():
    assert passwords.is_hash(passwords.NOBODY)
    assert passwords.NOBODY.split("$")[:4] == HASHED.split("$")[:4]

    def cost(hashed: str) -> float:
        start = time.process_time()
        assert not passwords.verify(hashed, "a wrong one")
        return time.process_time() - start

    somebody = min(cost(HASHED) for _ in range(3))
    nobody = min(cost(passwords.NOBODY) for _ in range(3))
    assert somebody / 3 < nobody < somebody * 3
