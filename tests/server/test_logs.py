"""How a log line looks."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from gchat.server import logs

log = logging.getLogger("gchat.server")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Give the other tests their log back."""
    logger = logging.getLogger(logs.ROOT)
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


def said(format: str, level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(format, level, stream)
    return stream


def test_plain_lines_have_time_level_and_text() -> None:
    stream = said("plain")
    log.info("Nickname is %s", "Neural")
    date, clock, level, *words = stream.getvalue().split(" ")
    assert (len(date), len(clock), level) == (10, 8, "info")
    assert " ".join(words) == "Nickname is Neural\n"


def test_json_lines_are_objects() -> None:
    stream = said("json")
    log.warning("Nickname is %s", "Neural\n")
    found = json.loads(stream.getvalue())
    assert (found["level"], found["message"]) == ("warning", "Nickname is Neural\n")
    assert found["time"].endswith("Z")


@pytest.mark.parametrize("format", ["plain", "json"])
def test_a_traceback_is_told(format: str) -> None:
    stream = said(format)
    try:
        raise ZeroDivisionError("once")
    except ZeroDivisionError:
        log.exception("A bug")
    assert "ZeroDivisionError: once" in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == (1 if format == "json" else 5)


def test_a_level_keeps_less_out() -> None:
    stream = said("plain", "warning")
    log.info("no")
    log.warning("yes")
    assert "no" not in stream.getvalue()
    assert "yes" in stream.getvalue()


def test_nobodys_text_becomes_a_line() -> None:
    stream = said("plain")
    log.info("Disconnected: %s", "bye\n2026-01-01 00:00:00 error \x1b[2J")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_a_closed_pipe_is_no_end() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    logs.set_up("plain", "info", Closed())
    log.info("nobody hears")


def test_setting_up_again_replaces() -> None:
    first = said("plain")
    second = said("json")
    log.info("once")
    assert not first.getvalue()
    assert second.getvalue().count("once") == 1


def test_nor_does_the_text_of_an_error() -> None:
    stream = io.StringIO()
    logs.set_up("plain", "info", stream)
    try:
        raise ValueError("\x1b[2J\rforged")
    except ValueError:
        logging.getLogger("gchat.server").exception("A bug")
    assert "\x1b" not in stream.getvalue()
    assert "\r" not in stream.getvalue()
