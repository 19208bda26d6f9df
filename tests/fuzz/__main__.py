"""Fuzzes a target for as long as you like.

    python -m tests.fuzz lines --runs 10000000 --longest 128
    python -m tests.fuzz commands --seconds 3600 --driver plain --seed 7
    python -m tests.fuzz commands FILE ...      runs what a finding left in files

The driver is atheris (``pip install atheris``: libFuzzer, guided by coverage) where it is installed, else
mutation.py's.  A finding ends the run: the input is in a file ``crash-...`` of the folder that ``--out``
names.  Make a row of ``FINDINGS`` in ``test_fuzz.py`` of it.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import logging
import random
import sys
import tempfile
import time
from pathlib import Path

TARGETS = (
    *("lines", "tags", "modes", "sasl", "scram", "websocket", "tutorial", "proxy", "first-bytes"),
    *("commands", "throttled"),
)
LONGEST = 8192  # bytes of an input: longer than any line with its tags


def main(argv: list[str]) -> int:
    """Fuzz; 1 with a finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzzes a part of gchat.")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("files", nargs="*", type=Path, help="run these inputs and nothing else")
    parser.add_argument("--driver", choices=("atheris", "plain"), help="atheris where it is installed")
    parser.add_argument("--runs", type=int, default=0, help="how many inputs; 0: no end")
    parser.add_argument("--seconds", type=int, default=0, help="for how long; 0: no end")
    parser.add_argument("--longest", type=int, default=LONGEST, help="bytes of an input")
    parser.add_argument("--seed", type=int, default=1, help="of the chance: the same inputs again")
    parser.add_argument("--out", type=Path, default=Path("."), help="folder of the findings")
    arguments = parser.parse_args(argv)
    if arguments.files:
        return replay(arguments)
    driver = arguments.driver or ("atheris" if importlib.util.find_spec("atheris") else "plain")
    return guided(arguments) if driver == "atheris" else plain(arguments)


def replay(arguments: argparse.Namespace) -> int:
    """Run single inputs; what is wrong is raised."""
    from tests.fuzz.targets import TARGETS

    for file in arguments.files:
        TARGETS[arguments.target].run(file.read_bytes())
    return 0


def plain(arguments: argparse.Namespace) -> int:
    """Run mutations of the seeds."""
    from tests.fuzz import conversations, mutation
    from tests.fuzz.targets import TARGETS

    target, began, number = TARGETS[arguments.target], time.monotonic(), 0
    conversations.cheap_passwords()
    for number, made in enumerate(mutation.inputs(target, random.Random(arguments.seed)), 1):
        data = made[: arguments.longest]
        try:
            target.run(data)
        except Exception:
            file = arguments.out / f"crash-{hashlib.sha256(data).hexdigest()[:16]}"
            file.write_bytes(data)
            report(arguments.target, number, time.monotonic() - began, f"a finding in {file}")
            raise
        if not number % 1_000_000:
            report(arguments.target, number, time.monotonic() - began, "no finding so far")
        over = arguments.seconds and time.monotonic() - began > arguments.seconds
        if over or number == arguments.runs:
            break
    report(arguments.target, number, time.monotonic() - began, "no finding")
    return 0


def guided(arguments: argparse.Namespace) -> int:
    """Hand over to libFuzzer, which ends the process."""
    import atheris

    with atheris.instrument_imports(include=["gchat"]):
        from tests.fuzz import conversations
        from tests.fuzz.targets import TARGETS

    target, began, number = TARGETS[arguments.target], time.monotonic(), 0
    conversations.cheap_passwords()

    def one(data: bytes) -> None:
        nonlocal number
        number += 1
        target.run(data)
        if number == arguments.runs or not number % 1_000_000:
            report(arguments.target, number, time.monotonic() - began, "no finding so far")

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for index, seed in enumerate(target.seeds):
            (corpus / str(index)).write_bytes(seed)
        dictionary = Path(folder, "words")
        dictionary.write_text("".join(f'"{_quoted(word)}"\n' for word in target.words if len(word) <= 64))
        options = {
            "runs": arguments.runs or -1,
            "max_total_time": arguments.seconds,
            "seed": arguments.seed,
            "max_len": arguments.longest,
            "dict": dictionary,
            "artifact_prefix": f"{arguments.out}/",
            "print_final_stats": 1,
        }
        flags = [f"-{name}={value}" for name, value in options.items()]
        atheris.Setup([sys.argv[0], *flags, str(corpus)], one)
        atheris.Fuzz()
    return 0


def _quoted(word: bytes) -> str:
    """A word as libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in word)


def report(target: str, inputs: int, seconds: float, found: str) -> None:
    """Say in a line what was done."""
    conversations = sys.modules["tests.fuzz.conversations"]
    commands = f", {conversations.commands} commands" if target in ("commands", "throttled") else ""
    print(f"{target}: {inputs} inputs{commands} in {seconds:.0f} s: {found}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    logging.getLogger("gchat").setLevel(logging.CRITICAL)  # what is fuzzed logs millions of refusals
    raise SystemExit(main(sys.argv[1:]))
