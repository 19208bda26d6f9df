"""Compiles the server's busiest modules when gchat is installed (``pipx install .``) where a C compiler is.

mypyc translates the very modules of the checkout to C; each stays in the wheel beside what it became, and
Python prefers the latter.  Where there is no compiler, no Python.h, or anything goes wrong, the wheel is pure
Python and does the same, more slowly.  ``GCHAT_COMPILE=0`` asks for the pure one, as a release does that is
to fit every machine; ``GCHAT_COMPILE=1`` for the compiled one or none.  A checkout's own environment (an
editable install) is never compiled.

What is compiled is ``MODULES``: all in one library, so that they call each other directly.  Left out are
modules of which nothing but NamedTuples, exceptions or protocols would be compiled, and whatever is not busy,
as it would only take longer to build.  A function of these modules must not use one name for exceptions of
two types: its second ``except`` would raise TypeError.  Nor may the bound of a slice be a call that does
something: mypyc does it twice for some types.  Their objects cannot be referred to weakly, and a function
within a function makes a circle for the collector: not for every message.

``python bin/compile.py FOLDER [LEVEL]`` puts gchat into a folder, compiled as much as the C compiler's ``-O``
says (for the benchmarks, and for the tests, which are in a hurry: 0).
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
WISH = "GCHAT_COMPILE"
MODULES = (
    *("irc/casemap", "irc/limits", "irc/lines", "irc/message", "irc/wire"),
    *("server/admission", "server/audience", "server/backlog", "server/capabilities", "server/connection"),
    *("server/delivery", "server/dispatch", "server/engine", "server/flush", "server/keeping"),
    *("server/lasting", "server/net", "server/outbox", "server/replies", "server/request", "server/roles"),
    *("server/session", "server/slow", "server/throttle", "server/visibility", "server/world"),
    *("server/apply/__init__", "server/apply/channels", "server/apply/context", "server/apply/messages"),
    *("server/backplane/base", "server/backplane/local", "server/commands/channels"),
    *("server/commands/messages", "server/stores/sqlite"),
)
# Elsewhere it is compiled only where somebody insists.
PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
MACHINES = ("x86_64", "aarch64", "arm64")
# One version: another may find something wrong in what this one accepts.
NEEDS = ["mypy[mypyc]==2.4.1", "setuptools>=69"]


class CompileHook(BuildHookInterface[Any]):
    """Compiles for a wheel, unless ``GCHAT_COMPILE`` is 0."""

    def dependencies(self) -> list[str]:
        """What has to be installed for the build."""
        return [] if self._is_pure() else NEEDS

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and have the libraries go into the wheel; it is one for this Python and machine then."""
        if version == "editable" or self._is_pure():
            return
        self._scratch = TemporaryDirectory(prefix="gchat-compile-")
        folder = Path(self._scratch.name)
        missing = _missing()
        if missing:
            self._fail(f"gchat is to be compiled, and {missing} (Debian: apt install gcc python3-dev)")
        elif subprocess.run([sys.executable, __file__, folder], check=False).returncode:
            self._fail("gchat could not be compiled; the compiler's own words stand above")
        else:
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            libraries = {str(path): str(path.relative_to(folder)) for path in folder.rglob("*.so")}
            build_data["force_include"].update(libraries)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was only for the build."""
        if hasattr(self, "_scratch"):
            self._scratch.cleanup()

    def _is_pure(self) -> bool:
        """True where nothing is to be compiled, or nothing can be and nobody insists."""
        wish = os.environ.get(WISH, "")
        able = _is_usual() and not _missing()
        return self.target_name != "wheel" or wish == "0" or not (wish or able)

    def _fail(self, why: str) -> None:
        self._scratch.cleanup()
        if os.environ.get(WISH):
            self.app.abort(f"{why}; without {WISH} it is installed as it is")
        self.app.display_warning(f"{why}; it is installed as it is, and does the same, more slowly")


def _missing() -> str:
    """What is not there that compiling needs; empty where all is."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler here ({compiler})"
    header = Path(sysconfig.get_path("include"), "Python.h")
    return "" if header.exists() else f"Python's headers are not here ({header})"


def _is_usual() -> bool:
    """True where mypy is to be had: an installation that nobody asked to compile must not fail for that."""
    return (
        sys.implementation.name == "cpython"
        and not sysconfig.get_config_var("Py_GIL_DISABLED")
        and sys.version_info[:2] in PYTHONS
        and platform.machine() in MACHINES
        and (sys.platform == "darwin" or platform.libc_ver()[0] == "glibc")
    )


def compile_into(folder: Path, level: str = "3") -> None:
    """Put gchat into a folder, which Python is then told of, with the libraries beside their modules."""
    from mypyc.build import mypycify
    from setuptools import Distribution

    shutil.copytree(ROOT / "gchat", folder / "gchat", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    os.chdir(folder)
    # What gchat depends on is not installed for a build; that all types fit is for the tests to check.
    options = ["--config-file=", "--ignore-missing-imports", "--no-error-summary"]
    extensions = mypycify(
        [*options, "gchat"],  # all of it: what mypy looks at first decides whether it can follow the cycles
        only_compile_paths=[f"gchat/{module}.py" for module in MODULES],
        opt_level=level,
        debug_level="0",
        group_name="gchat",
    )
    distribution = Distribution({"name": "gchat", "packages": [], "ext_modules": extensions})
    command = distribution.get_command_obj("build_ext")
    command.build_lib, command.build_temp = ".", "temp"
    command.ensure_finalized()
    command.run()
    for scratch in ("build", "temp", ".mypy_cache"):
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(f"usage: {sys.argv[0]} FOLDER [LEVEL]")
    compile_into(Path(sys.argv[1]).resolve(), *sys.argv[2:])
