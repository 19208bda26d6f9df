"""Make the virtual environment that the launchers use, or bring it up to date: prepare.py ROOT VENV run|test.

Standard library only, since it runs before anything is installed.  Says in one sentence what it does, and in
one what is missing.  Several may run at once: the others wait for the first, and then find the work done.
"""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

UNAVAILABLE = 69  # sysexits(3): something that is needed is not there


def main(root: Path, venv: Path, need: str) -> int:
    """Make ``venv`` fit for ``need`` ("run", or "test", which includes it); return an exit status."""
    lock = os.open(root, os.O_RDONLY)
    try:
        if not lock_now(lock):
            say("another gchat is setting itself up; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if works(venv / "bin" / "python") and up_to_date(root, venv, need):
            return 0
        return make(root, venv, need)
    finally:
        os.close(lock)


def lock_now(lock: int) -> bool:
    """Take the lock if nobody holds it.  The kernel gives it back however this process ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def stamp(venv: Path, need: str) -> Path:
    """Return the copy of pyproject.toml that says what ``venv`` was made for."""
    return venv / f"made-for-{need}.toml"


def owner(venv: Path) -> Path:
    """Return the file that says which checkout's code runs in ``venv``."""
    return venv / "made-for-checkout"


def up_to_date(root: Path, venv: Path, need: str) -> bool:
    """Tell whether ``venv`` was made for this checkout and this very pyproject.toml."""
    try:
        same_checkout = owner(venv).read_text() == f"{root}\n"
        return same_checkout and stamp(venv, need).read_bytes() == (root / "pyproject.toml").read_bytes()
    except FileNotFoundError:
        return False


def make(root: Path, venv: Path, need: str) -> int:
    """Make the environment where there is none that works, and install gchat into it."""
    python = venv / "bin" / "python"
    if works(python):
        say("bringing its packages up to date ...")
    else:
        if importlib.util.find_spec("ensurepip") is None:
            say("needs Python's venv module; install it (Debian: apt install python3-venv) and start again.")
            return UNAVAILABLE
        say(f"setting itself up in {venv} (once; it takes a moment) ...")
        shutil.rmtree(venv, ignore_errors=True)
        # the python with its number (python3.11): when the system moves on to another one, the link dangles,
        # which the launchers see, instead of finding none of the packages
        made = run([os.path.realpath(sys.executable), "-m", "venv", str(venv)])
        if made.returncode:
            return failed(f"could not make {venv}", made.stdout)
    what = f"{root}[test]" if need == "test" else str(root)
    os.environ["GCHAT_COMPILE"] = "0"  # what is edited is not compiled, so what compiles is not needed
    pip = run(
        [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--editable", what]
    )
    if pip.returncode:
        return failed("could not install its packages; is Python's package index within reach?", pip.stdout)
    for done in ("run", "test") if need == "test" else ("run",):
        stamp(venv, done).write_bytes((root / "pyproject.toml").read_bytes())
    owner(venv).write_text(f"{root}\n")
    return 0


def works(python: Path) -> bool:
    """Tell whether this interpreter starts and has pip; a half-made environment does not."""
    try:
        return run([str(python), "-c", "import pip"]).returncode == 0
    except OSError:
        return False


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command; what it prints is kept for the case that it fails."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def failed(sentence: str, output: str) -> int:
    """Say what failed, with the words that matter of the program that did."""
    say(sentence)
    lines = output.strip().splitlines()
    errors = [line.strip() for line in lines if "error:" in line.lower()]
    for line in (errors or lines)[-3:]:
        print(f"    {line}", file=sys.stderr)
    return UNAVAILABLE


def say(sentence: str) -> None:
    """Print for the person at the terminal."""
    print(f"gchat: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
    except OSError as error:
        say(f"could not set itself up: {error.strerror}: {error.filename}")
        sys.exit(UNAVAILABLE)
    except KeyboardInterrupt:
        say("stopped; the next start goes on from here.")
        sys.exit(130)
