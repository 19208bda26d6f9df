"""The wheel that ``GCHAT_COMPILE=1`` makes (``bin/compile.py``): a part of the suite runs on it, too."""

import ast
import os
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "bin" / "compile.py"
compile_py = runpy.run_path(str(SCRIPT), run_name="compile")
# What the compiled modules do in the way of every line, and where they meet those that are not compiled.
PART = (
    *("irc/test_irc_lines.py", "irc/test_irc_message.py", "server/machines", "server/shell/test_net.py"),
    *(
        "server/test_channels.py",
        "server/test_forgetting.py",
        "server/test_labels.py",
        "server/test_messages.py",
    ),
)


def test_without_being_asked_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GCHAT_COMPILE", raising=False)
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    assert path.endswith("-py3-none-any.whl")
    needed = compile_py["NEEDS"][0]
    assert needed not in WheelBuilder(str(ROOT)).config.dependencies
    assert needed in WheelBuilder(str(ROOT)).metadata.core.optional_dependencies["test"]


def test_a_missing_compiler_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GCHAT_COMPILE", "1")
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(SystemExit):
        list(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    said = capsys.readouterr()
    assert "there is no C compiler here (no-such-compiler)" in said.out + said.err


def _names(handler: ast.expr | None) -> str:
    return ast.unparse(handler) if handler is not None else ""


@pytest.mark.parametrize("module", compile_py["MODULES"])
def test_no_name_is_used_for_exceptions_of_two_types(module: str) -> None:
    """mypyc gives it the type of the first, and the other would be a TypeError."""
    tree = ast.parse((ROOT / "gchat" / f"{module}.py").read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            types: dict[str, set[str]] = {}
            for node in ast.walk(function):
                if isinstance(node, ast.ExceptHandler) and node.name:
                    types.setdefault(node.name, set()).add(_names(node.type))
            assert all(len(of) == 1 for of in types.values()), f"{function.name}: {types}"


@pytest.mark.needs("gcc")
def test_the_compiled_server_is_the_same(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPT, tmp_path, "0"], capture_output=True, check=True)
    # -P and an empty pythonpath: the checkout's gchat comes after the one that was built
    run = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", "-o", "pythonpath="]
        + [str(ROOT / "tests" / part) for part in PART],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, ROOT)))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:]
    assert "100%" in run.stdout


@pytest.mark.needs("gcc")
def test_a_wheel_holds_what_was_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fake(argv: list[object], check: bool) -> subprocess.CompletedProcess[str]:
        folder = Path(str(argv[-1]))
        for name in ("gchat__mypyc.so", "gchat/server/engine.so"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setenv("GCHAT_COMPILE", "1")
    monkeypatch.setattr(subprocess, "run", fake)
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    assert "-py3-none-any" not in path
    with zipfile.ZipFile(path) as wheel:
        assert {"gchat__mypyc.so", "gchat/server/engine.so", "gchat/server/engine.py"} <= set(
            wheel.namelist()
        )
