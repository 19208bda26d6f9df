"""How a log line looks."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
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


# a pipe


@pytest.fixture
def pipe() -> Iterator[tuple[int, io.TextIOWrapper]]:
    """A pipe: the end to read from, and the log's."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    with open(write, "w", encoding="utf-8") as stream:
        yield read, stream
    with contextlib.suppress(OSError):
        os.close(read)


def everything(read: int) -> list[str]:
    """What comes out of a pipe, with what is written on while it empties."""
    data = b""
    with contextlib.suppress(BlockingIOError):
        while True:
            data += os.read(read, 1 << 20)
            logs.write_on()
    return data.decode().splitlines()


@pytest.mark.parametrize("text", ["said {}", "é" * 3000 + "{}", "x" * 4070 + "{}"])
def test_a_pipe_that_nobody_reads_makes_nobody_wait(pipe: tuple[int, io.TextIOWrapper], text: str) -> None:
    read, stream = pipe
    logs.set_up("plain", "info", stream)
    count = 20_000 if len(text) < 100 else 300
    for number in range(count):
        log.info(text.format(number))
    lines = everything(read)
    words = " lines of the log are missing here: nobody read it, or the disk was full"
    assert lines[-1].endswith(words)
    missing = int(lines[-1].removesuffix(words).rpartition(" ")[2])
    assert missing > 0
    assert [line.partition(" info ")[2] for line in lines[:-1]] == [
        text.format(number) for number in range(count - missing)
    ]
    log.info("after")
    assert [line.rpartition(" ")[2] for line in everything(read)] == ["after"]


def test_what_waits_for_a_reader_outlives_another_format(pipe: tuple[int, io.TextIOWrapper]) -> None:
    read, stream = pipe
    logs.set_up("plain", "info", stream)
    for _ in range(30):
        log.info("x" * 4000)
    logs.set_up("json", "info", stream)
    log.info("then")
    lines = everything(read)
    assert len(lines) == 31
    assert json.loads(lines[-1])["message"] == "then"


def test_who_stopped_reading_for_ever_is_no_end(pipe: tuple[int, io.TextIOWrapper]) -> None:
    read, stream = pipe
    logs.set_up("plain", "info", stream)
    os.close(read)
    for _ in range(1000):
        log.info("nobody hears")
        logs.write_on()


def test_a_full_disk_is_said_when_there_is_room_again() -> None:
    class Disk(io.StringIO):
        full = True

        def write(self, text: str) -> int:
            if self.full:
                raise OSError(28, "No space left on device")
            return super().write(text)

    disk = Disk()
    logs.set_up("plain", "info", disk)
    for _ in range(3):
        log.info("lost")
    disk.full = False
    log.info("after")
    lines = disk.getvalue().splitlines()
    assert [line.split(" ", 3)[3][:7] for line in lines] == ["3 lines", "after"]


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
