"""The floors of the house, held by reading the imports: who may use whom, and who may touch the machine.

0  ``gchat.irc`` is the language and imports no sibling; ``gchat.paths``, ``manual`` and ``toml`` are shared
1  the pure cores: no file, socket, clock, thread or randomness; these are passed in
2  the shells that touch the machine
3  arguments and files, and starting it all

A new module is pure unless it is named in ``SHELL``.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES_OF_A_FILE = 450
LINES_OF_A_FUNCTION = 60

SHELL = {
    "gchat.client.crash": 2,
    "gchat.client.linear": 2,
    "gchat.client.local": 2,
    "gchat.client.loop": 2,
    "gchat.client.memory": 2,
    "gchat.client.screen": 2,
    "gchat.client.terminal": 2,
    "gchat.client.tls": 2,
    "gchat.client.transport": 2,
    "gchat.client.wakeup": 2,
    "gchat.client.config": 3,
    "gchat.client.main": 3,
    "gchat.server.backplane.local": 2,
    "gchat.server.backplane.redis": 2,
    "gchat.server.census": 2,
    "gchat.server.connection": 2,
    "gchat.server.descriptors": 2,
    "gchat.server.doors": 2,
    "gchat.server.flush": 2,
    "gchat.server.lifeline": 2,
    "gchat.server.listeners": 2,
    "gchat.server.net": 2,
    "gchat.server.opening": 2,
    "gchat.server.control": 2,
    "gchat.server.stores.files": 2,
    "gchat.server.stores.maintenance": 2,
    "gchat.server.stores.migrations": 2,
    "gchat.server.stores.modlog": 2,
    "gchat.server.stores.pages": 2,
    "gchat.server.stores.reading": 2,
    "gchat.server.stores.sqlite": 2,
    "gchat.server.stores.tools": 2,
    "gchat.server.stores.words": 2,
    "gchat.server.certificates": 2,
    "gchat.server.tls": 2,
    "gchat.server.worker": 2,
    "gchat.server.__main__": 3,
    "gchat.server.account_tools": 3,
    "gchat.server.invitation_tools": 3,
    "gchat.server.check": 3,
    "gchat.server.config": 3,
    "gchat.server.logs": 3,
    "gchat.server.main": 3,
    "gchat.server.tools": 3,
    "gchat.__main__": 3,
}
SHARED = {"gchat", "gchat.paths", "gchat.manual", "gchat.toml"}
TOUCHES_THE_MACHINE = {
    *("asyncio", "curses", "datetime", "gevent", "glob", "multiprocessing", "os", "pathlib", "platform"),
    *("random", "resource", "secrets", "select", "selectors", "shutil", "signal", "socket", "socketserver"),
    *("sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "uuid"),
}
# of time, what turns a time that was passed in into another form
WITHOUT_A_CLOCK = {"gmtime", "localtime", "mktime", "strftime", "struct_time", "tzset"}
ONLY_IN = {
    "curses": {"gchat.client.terminal"},
    "sqlite3": {name for name in SHELL if name.startswith("gchat.server.stores.")},
    "redis": {"gchat.server.backplane.redis"},
}


def modules() -> dict[str, Path]:
    """Every module of the package by its name."""
    found = {}
    for path in sorted((ROOT / "gchat").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def floor(module: str) -> int:
    """The floor a module stands on."""
    if module in SHELL:
        return SHELL[module]
    return 0 if module in SHARED or package(module) == "irc" else 1


def package(module: str) -> str:
    """The wing of the house: irc, tutorial, server, client, or "" for what is shared."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ("irc", "tutorial", "server", "client") else ""


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere, in functions, too; ``from a import b`` may mean ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else str(node.module)


def clock_uses(tree: ast.AST) -> set[str]:
    """The names of ``time`` that a module uses."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time":
            names.add(node.attr)
    return names


def wrong_imports(module: str, tree: ast.AST) -> Iterator[str]:
    """Each import that the plan of the house does not allow, as a sentence."""
    wing, level = package(module), floor(module)
    allowed = {
        "irc": {"irc"},
        "tutorial": {"irc", "tutorial"},
        "server": {"irc", "tutorial", "server", ""},
        "client": {"irc", "tutorial", "client", ""},
        "": {""} if level == 0 else {"client", "server", ""},
    }[wing]
    for target in imports(tree):
        top = target.partition(".")[0]
        if top == "gchat":
            # the version is a constant that everybody may know
            if target != "gchat" and package(target) not in allowed:
                yield f"{module} imports {target}, which belongs to another part"
            if target != "gchat" and floor(target) > level:
                yield f"{module} (floor {level}) imports {target} (floor {floor(target)})"
            if level == 1 and target in SHARED - {"gchat"}:
                yield f"{module} is pure and imports {target}, which touches the machine"
        elif wing and level <= 1 and top in TOUCHES_THE_MACHINE:
            yield f"{module} is pure and imports {target}"
        if top == "gevent" and (wing != "server" or level < 2):
            yield f"{module} imports gevent, which belongs to the server's shell"
        if top in ONLY_IN and module not in ONLY_IN[top]:
            yield f"{module} imports {target}, which only {' '.join(sorted(ONLY_IN[top]))} may"
        if wing == "client" and top in ("select", "selectors") and module != "gchat.client.loop":
            yield f"{module} imports {target}; only gchat.client.loop waits"
    clock = clock_uses(tree) - WITHOUT_A_CLOCK
    if wing and level <= 1 and clock:
        yield f"{module} is pure and asks the clock: time.{', time.'.join(clock)}"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_its_floor_and_below(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert not list(wrong_imports(module, tree))


@pytest.mark.parametrize("module", MODULES)
def test_a_file_and_its_functions_can_be_read(module: str) -> None:
    source = MODULES[module].read_text(encoding="utf-8")
    assert source.count("\n") <= LINES_OF_A_FILE
    functions = [
        n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= LINES_OF_A_FUNCTION]
    assert not long


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("gchat.irc.message", "import gchat.client.model", "another part"),
        ("gchat.irc.message", "def f():\n    from gchat.tutorial import wire", "another part"),
        ("gchat.irc.message", "import socket", "is pure"),
        ("gchat.tutorial.wire", "import gchat.server.world", "another part"),
        (
            "gchat.server.world",
            "from gchat.server import net",
            "(floor 1) imports gchat.server.net (floor 2)",
        ),
        ("gchat.server.world", "from gchat.client import model", "another part"),
        ("gchat.server.world", "import gevent.lock", "gevent"),
        ("gchat.server.world", "from gchat.paths import data_folder", "touches the machine"),
        ("gchat.server.world", "import time\nnow = time.time()", "time.time"),
        ("gchat.server.world", "from time import monotonic", "time.monotonic"),
        ("gchat.server.net", "import sqlite3", "only gchat.server.stores"),
        ("gchat.server.net", "from gchat.server.main import main", "(floor 2) imports"),
        ("gchat.client.local", "import gchat.server.lifeline", "another part"),
        ("gchat.client.terminal", "import select", "only gchat.client.loop waits"),
        ("gchat.client.loop", "import curses.ascii", "only gchat.client.terminal may"),
        ("gchat.client.main", "import gevent", "the server's shell"),
    ],
)
def test_what_the_plan_forbids_is_found(module: str, source: str, words: str) -> None:
    assert words in " / ".join(wrong_imports(module, ast.parse(source)))


def test_the_list_of_shells_names_no_module_that_is_gone() -> None:
    planned = {"gchat.server.backplane.redis"}
    assert set(SHELL) - set(MODULES) <= planned
