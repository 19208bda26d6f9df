"""TOML files, for both programs: the file as tables, or one sentence that says what is wrong with it."""

from __future__ import annotations

from typing import Any


class FileError(Exception):
    """The file cannot be read; ``str(error)`` is the sentence to show."""


def read(file: str) -> dict[str, Any]:
    """Read a file.  Raises FileError."""
    import tomllib  # 5 ms that a start without a file does not need

    try:
        with open(file, "rb") as source:
            return tomllib.load(source)
    except OSError as error:
        raise FileError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{file} is not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{file} is not TOML: {error}") from error
