"""What is installed, and what a checkout does by itself: the wheel, the completions, the launchers."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from gchat import __version__

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOP_LEVEL = {
    *(".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "README.md"),
    *("bin", "gchat", "man", "pyproject.toml", "tests"),
}
COMPLETIONS = sorted((ROOT / "man" / "completions").iterdir())


# --- the wheel ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as pip and pipx install it, where there is nothing to compile it with."""
    folder = str(tmp_path_factory.mktemp("wheel"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GCHAT_COMPILE", "0")
        (path,) = WheelBuilder(str(ROOT)).build(directory=folder, versions=["standard"])
    return zipfile.ZipFile(path)


def test_the_wheel_holds_the_package_and_what_pipx_links(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "gchat").rglob("*.py")}
    assert modules <= names
    assert "gchat/py.typed" in names
    share = f"gchat-{__version__}.data/data/share/"
    assert {name.removeprefix(share) for name in names if name.startswith(share)} == {
        "man/man1/gchat.1",
        "man/man1/gchat-server.1",
        "man/man5/gchat-server.toml.5",
        "bash-completion/completions/gchat",
        "bash-completion/completions/gchat-server",
        "zsh/site-functions/_gchat",
        "zsh/site-functions/_gchat-server",
        "fish/vendor_completions.d/gchat.fish",
        "fish/vendor_completions.d/gchat-server.fish",
    }
    info = f"gchat-{__version__}.dist-info/"
    assert not {n for n in names if not n.startswith(("gchat/", share, info))}
    assert f"{info}licenses/LICENSE" in names


def test_the_wheel_names_the_two_commands_and_what_they_need(wheel: zipfile.ZipFile) -> None:
    info = f"gchat-{__version__}.dist-info/"
    assert wheel.read(f"{info}entry_points.txt").decode().split("\n")[:3] == [
        "[console_scripts]",
        "gchat = gchat.__main__:main",
        "gchat-server = gchat.server.main:main",
    ]
    metadata = wheel.read(f"{info}METADATA").decode()
    needed = [line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    always = [need for need in needed if "extra ==" not in need]
    assert [need.partition(">=")[0] for need in always] == [
        "gevent",
        "platformdirs",
        "wcwidth",
        "windows-curses",
        "wsproto",
    ]
    (windows,) = (need for need in always if need.startswith("windows-curses"))
    assert windows.partition("; ")[2] == (
        "sys_platform == 'win32' and platform_machine == 'AMD64' and python_version < '3.15'"
    )
    assert "License-Expression: MIT" in metadata
    assert "Requires-Python: >=3.11" in metadata


def test_the_sdist_builds_the_same(tmp_path: Path) -> None:
    (path,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*wheel["shared-data"], wheel["hooks"]["custom"]["path"]} <= names


def test_every_runtime_dependency_is_one_that_was_decided_for() -> None:
    assert set(PROJECT["project"]["optional-dependencies"]) == {"certificates", "cluster", "fuzz", "test"}
    assert PROJECT["project"]["optional-dependencies"]["cluster"][0].startswith("redis[hiredis]")


@pytest.mark.needs("git")
def test_nothing_else_lies_at_the_top() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {name.partition("/")[0] for name in tracked.splitlines()} <= TOP_LEVEL


# --- completions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", COMPLETIONS, ids=lambda file: file.name)
def test_a_completion_is_understood_by_its_shell(file: Path) -> None:
    shell = file.suffix.lstrip(".")
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", file], check=True)


@pytest.mark.needs("bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["gchat", "--loc"], ["--local"]),
        (["gchat", "--tls", "--th"], ["--theme"]),
        (["gchat-server", "--che"], ["--check"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str], tmp_path: Path) -> None:
    script = f"""
        source {ROOT}/man/completions/{words[0]}.bash
        COMP_WORDS=({" ".join(words)})
        COMP_CWORD={len(words) - 1}
        COMP_LINE="${{COMP_WORDS[*]}}"
        COMP_POINT=${{#COMP_LINE}}
        words=$(complete -p {words[0]})
        [[ $words =~ -F\\ ([^ ]+) ]] && "${{BASH_REMATCH[1]}}" {words[0]} "${{COMP_WORDS[COMP_CWORD]}}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == offered


@pytest.mark.needs("fish")
def test_fish_completes(tmp_path: Path) -> None:
    script = f"source {ROOT}/man/completions/gchat.fish; complete -C 'gchat --loc'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\t")[0] == "--local"


# --- launchers -----------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout, as far as the launchers look at it, in a folder with a space in its name."""
    root = tmp_path / "the checkout"
    shutil.copytree(ROOT / "bin", root / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def ready(checkout: Path, venv: Path, need: str = "run") -> Path:
    """A virtual environment whose python only says how it was called."""
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s|" "$@"\necho\n[ "$3" != "${FAIL:-}" ]\n')
    python.chmod(0o755)
    shutil.copy(checkout / "pyproject.toml", venv / f"made-for-{need}.toml")
    (venv / "made-for-checkout").write_text(f"{checkout}\n")
    return python


def run(launcher: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name != "GCHAT_VENV"}
    return subprocess.run(
        [launcher, *arguments], env=kept | environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("name", "module"), [("gchat", "gchat"), ("gchat-server", "gchat.server")])
def test_a_launcher_runs_the_environment_beside_the_checkout(name: str, module: str, checkout: Path) -> None:
    ready(checkout, Path(f"{checkout}.venv"))
    done = run(checkout / "bin" / name, "--nick", "two words")
    assert (done.returncode, done.stdout) == (0, f"-P|-m|{module}|--nick|two words|\n")
    assert done.stderr == ""


def test_a_launcher_may_be_linked_from_elsewhere(checkout: Path, tmp_path: Path) -> None:
    ready(checkout, Path(f"{checkout}.venv"))
    (tmp_path / "link").symlink_to(checkout / "bin" / "gchat")
    assert run(tmp_path / "link").stdout == "-P|-m|gchat|\n"


def test_another_place_for_the_environment(checkout: Path, tmp_path: Path) -> None:
    ready(checkout, tmp_path / "elsewhere")
    assert run(checkout / "bin" / "gchat", GCHAT_VENV=str(tmp_path / "elsewhere")).stdout == "-P|-m|gchat|\n"


def test_bin_test_runs_every_check_and_tells_which_failed(checkout: Path) -> None:
    ready(checkout, Path(f"{checkout}.venv"), "test")
    done = run(checkout / "bin" / "test", "tests/irc", "-k", "two words")
    called = [line for line in done.stdout.splitlines() if line.startswith("-P")]
    assert called == [
        "-P|-m|ruff|check|--quiet|",
        "-P|-m|ruff|format|--check|--quiet|",
        "-P|-m|mypy|--strict|",
        "-P|-m|pytest|-n|auto|--dist|worksteal|tests/irc|-k|two words|",
    ]
    assert done.returncode == 0
    for failing in ("ruff", "mypy", "pytest"):
        done = run(checkout / "bin" / "test", FAIL=failing)
        assert done.returncode == 1
        assert failing in done.stderr
        assert done.stdout.count("-P|-m|") == 4


def test_without_a_python_it_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "path").mkdir()
    for tool in ("sh", "dirname", "readlink", "cmp"):
        (tmp_path / "path" / tool).symlink_to(shutil.which(tool) or "")
    done = run(checkout / "bin" / "gchat", PATH=str(tmp_path / "path"))
    assert done.returncode == 69
    assert done.stderr.startswith("gchat: needs Python 3.11 or newer")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("changed", ["pyproject.toml", "checkout", "python"])
def test_an_environment_for_something_else_is_prepared_anew(
    changed: str, checkout: Path, tmp_path: Path
) -> None:
    venv = Path(f"{checkout}.venv")
    python = ready(checkout, venv)
    if changed == "pyproject.toml":
        (checkout / changed).write_text("[project]\n")
    elif changed == "checkout":
        (venv / "made-for-checkout").write_text("/another\n")
    else:
        python.unlink()
    (checkout / "bin" / "prepare.py").write_text("import sys; print(*sys.argv[1:], sep='|'); sys.exit(7)\n")
    done = run(checkout / "bin" / "gchat")
    assert (done.returncode, done.stdout) == (7, f"{checkout}|{venv}|run\n")


@pytest.mark.needs("shellcheck")
@pytest.mark.parametrize(
    "script", ["bin/gchat", "bin/gchat-server", "bin/test", "bin/environment.sh", ".ci/run"]
)
def test_a_script_is_without_fault(script: str) -> None:
    done = subprocess.run(
        ["shellcheck", "--external-sources", "--exclude=SC1091", ROOT / script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""


# --- bin/prepare.py --------------------------------------------------------------------------------------


@pytest.fixture
def prepare(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module; the programs it would run are written down in ``ran``; the one named by ``fails`` fails."""
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "bin" / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ran: list[list[str]] = []

    def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
        if "import pip" in command:  # does this python work?  A link to nowhere does not
            return subprocess.CompletedProcess(command, 0 if Path(command[0]).exists() else 127, "")
        ran.append(command)
        if "venv" in command:
            python = Path(command[-1], "bin", "python")
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
        failed = vars(module)["fails"] in command
        return subprocess.CompletedProcess(
            command, int(failed), "chatter\n  ERROR: no way to the index\nchatter\n"
        )

    monkeypatch.setattr(module, "run", run)
    vars(module).update(ran=ran, fails=None)
    return module


def test_the_first_time_makes_and_installs(
    prepare: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venv = Path(f"{checkout}.venv")
    assert prepare.main(checkout, venv, "test") == 0
    make, install = prepare.ran
    assert make == [os.path.realpath(sys.executable), "-m", "venv", str(venv)]
    assert install[:4] == [str(venv / "bin" / "python"), "-m", "pip", "install"]
    assert install[-2:] == ["--editable", f"{checkout}[test]"]
    assert capsys.readouterr().err == f"gchat: setting itself up in {venv} (once; it takes a moment) ...\n"
    assert prepare.main(checkout, venv, "test") == prepare.main(checkout, venv, "run") == 0
    assert len(prepare.ran) == 2


def test_a_changed_pyproject_installs_again(
    prepare: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venv = Path(f"{checkout}.venv")
    prepare.main(checkout, venv, "run")
    (checkout / "pyproject.toml").write_text("[project]\n")
    capsys.readouterr()
    assert prepare.main(checkout, venv, "run") == 0
    assert prepare.ran[2][-2:] == ["--editable", str(checkout)]
    assert len(prepare.ran) == 3
    assert capsys.readouterr().err == "gchat: bringing its packages up to date ...\n"


def test_the_tests_want_more_than_a_run(prepare: ModuleType, checkout: Path) -> None:
    venv = Path(f"{checkout}.venv")
    prepare.main(checkout, venv, "run")
    prepare.main(checkout, venv, "test")
    assert [command[-1] for command in prepare.ran] == [str(venv), str(checkout), f"{checkout}[test]"]


def test_what_was_left_half_made_is_made_anew(prepare: ModuleType, checkout: Path) -> None:
    venv = Path(f"{checkout}.venv")
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/nowhere/python3.9")
    assert prepare.main(checkout, venv, "run") == 0
    assert len(prepare.ran) == 2


@pytest.mark.parametrize(
    ("fails", "sentence"),
    [
        ("pip", "could not install its packages; is Python's package index within reach?"),
        ("venv", "could not make "),
    ],
)
def test_what_failed_is_said_with_its_error(
    fails: str, sentence: str, prepare: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venv = Path(f"{checkout}.venv")
    vars(prepare)["fails"] = fails
    assert prepare.main(checkout, venv, "run") == prepare.UNAVAILABLE
    told = capsys.readouterr().err.splitlines()
    assert told[1].startswith(f"gchat: {sentence}")
    assert told[2:] == ["    ERROR: no way to the index"]
    vars(prepare)["fails"] = None
    assert prepare.main(checkout, venv, "run") == 0


def test_a_python_without_venv_is_told_the_package(
    prepare: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert prepare.main(checkout, Path(f"{checkout}.venv"), "run") == prepare.UNAVAILABLE
    assert "(Debian: apt install python3-venv)" in capsys.readouterr().err
    assert prepare.ran == []


def test_one_at_a_time(prepare: ModuleType, checkout: Path) -> None:
    with open(checkout / "pyproject.toml") as another:
        assert prepare.lock_now(another.fileno())
        with open(checkout / "pyproject.toml") as file:
            assert not prepare.lock_now(file.fileno())
        fcntl.flock(another, fcntl.LOCK_UN)
        with open(checkout / "pyproject.toml") as file:
            assert prepare.lock_now(file.fileno())
