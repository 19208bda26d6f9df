"""The wheel that is made where a C compiler is (``bin/compile.py``): the server's tests run on it, too."""

import ast
import os
import platform
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
LONGEST = 600  # seconds
PARTS = ("irc", "tutorial", "server", "link")  # of the tests: those of what is compiled, and of what uses it


def build(folder: Path) -> Path:
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(path)


@pytest.mark.parametrize(("wish", "compiler"), [("0", ""), ("", "no-such-compiler")])
def test_a_wheel_is_pure_where_it_is_wished_or_there_is_no_compiler(
    wish: str, compiler: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GCHAT_COMPILE", wish)
    monkeypatch.setenv("CC", compiler)
    assert build(tmp_path).name.endswith("-py3-none-any.whl")
    assert compile_py["NEEDS"][0] not in WheelBuilder(str(ROOT)).config.dependencies


def test_a_wheel_is_pure_where_mypy_might_not_be_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is installed before anything here can say that it does not matter."""
    monkeypatch.delenv("GCHAT_COMPILE", raising=False)
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    needed = compile_py["NEEDS"][0]
    assert needed not in WheelBuilder(str(ROOT)).config.dependencies
    monkeypatch.setenv("GCHAT_COMPILE", "1")
    assert needed in WheelBuilder(str(ROOT)).config.dependencies


@pytest.mark.needs("gcc")
@pytest.mark.parametrize("wish", ["", "1"])
def test_else_what_compiles_is_asked_for(wish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GCHAT_COMPILE", wish)
    needed = compile_py["NEEDS"][0]
    assert needed in WheelBuilder(str(ROOT)).config.dependencies
    assert needed in WheelBuilder(str(ROOT)).metadata.core.optional_dependencies["test"]


@pytest.mark.parametrize("wish", ["", "1"])
def test_what_cannot_be_compiled_is_installed_as_it_is_unless_somebody_insists(
    wish: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GCHAT_COMPILE", wish)
    monkeypatch.setenv("CC", "false")  # a compiler that only fails
    monkeypatch.setattr(subprocess, "run", lambda argv, check: subprocess.CompletedProcess(argv, 1))
    if wish:
        with pytest.raises(SystemExit):
            build(tmp_path)
    else:
        assert build(tmp_path).name.endswith("-py3-none-any.whl")
    said = capsys.readouterr()
    assert "gchat could not be compiled" in said.out + said.err


def test_a_missing_compiler_is_a_sentence_to_who_insists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GCHAT_COMPILE", "1")
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(SystemExit):
        build(tmp_path)
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


@pytest.mark.parametrize("module", compile_py["MODULES"])
def test_no_bound_of_a_slice_does_anything(module: str) -> None:
    """mypyc evaluates some of them twice: ``view[: sock.recv_into(view)]`` of a memoryview reads twice."""
    tree = ast.parse((ROOT / "gchat" / f"{module}.py").read_text(encoding="utf-8"))
    bounds = [node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    calls = {
        ast.unparse(call.func)
        for bound in bounds
        if isinstance(bound, ast.Slice)
        for call in ast.walk(bound)
        if isinstance(call, ast.Call)
    }
    assert calls <= {"len"}


@pytest.mark.needs("gcc")
def test_the_compiled_server_is_the_same(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPT, tmp_path, "0"], capture_output=True, check=True)
    # -P and an empty pythonpath: the checkout's gchat comes after the one that was built
    run = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", "-o", "pythonpath="),
            *("-m", "not pure"),
            *[str(ROOT / "tests" / part) for part in PARTS],
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, ROOT)))},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
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

    monkeypatch.delenv("GCHAT_COMPILE", raising=False)
    monkeypatch.setattr(subprocess, "run", fake)
    path = build(tmp_path)
    assert "-py3-none-any" not in path.name
    with zipfile.ZipFile(path) as wheel:
        assert {"gchat__mypyc.so", "gchat/server/engine.so", "gchat/server/engine.py"} <= set(
            wheel.namelist()
        )
