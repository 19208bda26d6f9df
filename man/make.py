"""Write what is made from the code: completions/ and the parts of gchat.1 between "made by" and "end".

    python man/make.py

The results are committed, so that a checkout has them and nothing but hatchling is needed to build the wheel;
a test makes them again and compares.
"""

import argparse
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

import shtab

import gchat.client.main
import gchat.server.main
from gchat import manual
from gchat.client import commands, keys
from gchat.client.settings import THEMES

HERE = Path(__file__).parent
PARSERS = {"gchat": gchat.client.main.make_parser, "gchat-server": gchat.server.main.make_parser}
SHELLS = ("bash", "zsh", "fish")


def completions() -> dict[Path, str]:
    """Return the completions of both commands for every shell: path below this folder -> text."""
    made = {}
    for program, make_parser in PARSERS.items():
        parser = make_parser()
        for action in parser._actions:  # argparse has no other way to walk them; shtab does the same
            if action.metavar in ("FILE", "DIR"):
                vars(action)["complete"] = shtab.FILE if action.metavar == "FILE" else shtab.DIRECTORY
            elif action.metavar == "PAGE":
                action.choices = manual.NAMES
        for shell in SHELLS:
            text = shtab.complete(parser, shell)
            made[Path("completions", f"{program}.{shell}")] = text.rstrip("\n") + "\n"
    return made


def pages() -> dict[Path, str]:
    """Return the manual pages that have made parts, with these parts made anew."""
    page = Path("gchat.1")
    text = (HERE / page).read_text(encoding="utf-8")
    for name, rows in (("keys", key_rows()), ("commands", command_rows()), ("themes", theme_rows())):
        made = "".join(f"{row}\n" for row in rows)
        text, count = re.subn(
            rf'(\.\\" {name}: made by man/make\.py\n).*?(\.\\" end\n)',
            "\\1" + made.replace("\\", "\\\\") + "\\2",
            text,
            flags=re.DOTALL,
        )
        if count != 1:
            raise SystemExit(f"{page}: expected one place for {name}, found {count}")
    return {page: text}


def key_rows() -> Iterable[str]:
    """Return the keys as man(7) text, group after group."""
    group = ""
    for row in keys.table():
        if row.group != group:
            group = row.group
            yield f'.SS "{group}"'
        yield ".TP"
        yield '.BR "' + '" ", " "'.join(map(escape, row.keys)) + '"'
        yield escape(row.text)


def command_rows() -> Iterable[str]:
    """Return the slash commands as man(7) text."""
    for name, command in commands.COMMANDS.items():
        yield ".TP"
        yield escape(commands.usage(name))
        yield escape(command.text)
    others = ", ".join(f"/{alias} is /{name}" for alias, name in commands.ALIASES.items())
    yield ".PP"
    yield from textwrap.wrap(f"Also: {escape(others)}.", 80)


def theme_rows() -> Iterable[str]:
    """Return the themes' names as a sentence; the first is what is used unless another is chosen."""
    yield '.BR "' + '" ", " "'.join(THEMES) + '"'
    yield f"(normally {THEMES[0]})."


def escape(text: str) -> str:
    """Return text so that troff shows it as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "\\&" + text if text[:1] in (".", "'") else text


def main() -> None:
    """Write the files."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    for name, text in {**completions(), **pages()}.items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"man/{name}")


if __name__ == "__main__":
    main()
