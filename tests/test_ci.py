"""What .ci/run installs, and what the conformance suite, which it does not run, needs beside it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INSTALLED = re.findall(
    r"(?<= )([\w-]+)=[\w-]+(?=[ \n])",
    (ROOT / ".ci" / "run").read_text().partition("needed=(\n")[2].partition(")")[0],
)

# python3 runs the tests, and each shell reads its completions
UNNAMED = {"python3", *(path.suffix[1:] for path in (ROOT / "man" / "completions").iterdir())}


@pytest.mark.parametrize("program", [program for program in INSTALLED if program not in UNNAMED])
def test_a_program_that_is_installed_is_run_by_a_test(program: str) -> None:
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if "conformance" not in path.parts]
    named = re.compile(rf"[\"'/]{program}[\"' ]")
    assert [path for path in tests if named.search(path.read_text(encoding="utf-8"))], program


@pytest.mark.needs("shellcheck")
def test_the_conformance_script_is_without_fault() -> None:
    script = ROOT / "tests" / "conformance" / "run"
    lint = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert lint.stdout == ""


def test_the_conformance_suite_says_what_it_needs(tmp_path: Path) -> None:
    script, shell = ROOT / "tests" / "conformance" / "run", shutil.which("sh")
    assert shell is not None
    done = subprocess.run(
        [shell, script, tmp_path], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"{script}: faketime is not installed, and the tests of time need it (Debian: apt install faketime)\n"
    )
