"""The servers that are measured: gchat-server, the peers that are installed, and a bare loop in C
(``bare.c``), each as a process of its own on a free port of the loopback, with its throttles off.

The peers' configurations are what is fair to them: no DNS, no ident, no fake lag, room for every client.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from gchat import __version__

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parents[1]
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # Debian keeps daemons out of an ordinary user's PATH
PATIENCE = 60.0  # seconds for a server to start, or to end

NGIRCD = """\
[Global]
    Name = ng.test
    Info = bench
    Ports = {port}
    Listen = 127.0.0.1
    MotdPhrase = hi
[Limits]
    MaxConnections = 0
    MaxConnectionsIP = 0
    MaxJoins = 0
    MaxNickLength = 20
    MaxPenaltyTime = 0
[Options]
    DNS = no
    Ident = no
    PAM = no
"""
INSPIRCD = """\
<config format="xml">
<server name="insp.test" description="bench" network="test">
<admin name="a" nick="a" email="a@a.test">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect name="main" allow="*" timeout="60" pingfreq="300" threshold="100000"
 commandrate="1000000000" fakelag="off" recvq="1M" hardsendq="200M" softsendq="100M"
 localmax="100000" globalmax="100000" maxchans="1000" maxconnwarn="no" resolvehostnames="no" useident="no"
 limit="100000">
<performance netbuffersize="65536" somaxconn="4096" softlimit="100000" quietbursts="yes">
<limits maxnick="30">
{modules}
<log method="file" type="*" level="none" target="{home}/insp.log">
<pid file="{home}/insp.pid">
<path configdir="{home}" datadir="{home}" logdir="{home}">
"""
# what gives InspIRCd 3 the capabilities that a load may ask for
MODULES = (
    *("cap", "ircv3", "ircv3_servertime", "ircv3_echomessage", "ircv3_msgid", "ircv3_labeledresponse"),
    *("ircv3_batch", "ircv3_ctctags", "services_account", "ircv3_accounttag"),
)


# "compiled" is what is installed where a C compiler is, "gchat" what is installed elsewhere
TITLES = {
    "compiled": "gchat-server",
    "gchat": "pure Python",
    "inspircd": "InspIRCd",
    "ngircd": "ngIRCd",
    "bare": "a bare C loop",
}


class Running(NamedTuple):
    """A server that listens."""

    port: int
    pid: int


def find(program: str) -> str | None:
    """The path of a program, also of one in a system folder."""
    return shutil.which(program, path=os.environ.get("PATH", os.defpath) + ":" + SYSTEM_FOLDERS)


def installed() -> list[str]:
    """The names of what can be measured here."""
    own = ["compiled", "gchat"] if find_spec("mypyc") else ["gchat"]
    return [*own, *(name for name in ("inspircd", "ngircd") if find(name)), "bare"]


def version(name: str) -> str:
    """What a server is called, with its number: "InspIRCd 3.15"."""
    if name == "compiled":
        return f"{TITLES[name]} {__version__} compiled by mypyc {metadata.version('mypy')}"
    if name == "gchat":
        return f"{TITLES[name]} is the same on {platform.python_implementation()} {platform.python_version()}"
    if name == "bare":
        return TITLES[name]
    said = subprocess.run([str(find(name)), "--version"], capture_output=True, text=True, check=False)
    first = (said.stdout or said.stderr).split("\n")[0]
    number = next((word.strip("-") for word in first.replace("-", " ").split() if word[:1].isdigit()), "")
    return f"{TITLES[name]} {number}"


@contextmanager
def running(
    name: str, home: Path, module: Sequence[str] = ("gchat.server",), capable: bool = False
) -> Iterator[Running]:
    """Run a server until the block ends; ``home`` is a folder for what it writes.

    ``module`` is what Python runs for gchat, with arguments to stand before the others.  ``capable`` for
    clients that ask for capabilities: InspIRCd has them in modules, which cost it something.
    """
    home.mkdir(parents=True, exist_ok=True)
    code = compiled(home.parent) if name == "compiled" else CHECKOUT
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    argv = (
        [sys.executable, "-m", *module, *_gchat(home, port)]
        if name in ("gchat", "compiled")
        else {"inspircd": _inspircd, "ngircd": _ngircd, "bare": _bare}[name](home, port, capable)
    )
    with (home / "output").open("wb") as output:
        process = subprocess.Popen(
            argv,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_environment(home, code),
        )
    try:
        _wait(process, port, home / "output")
        yield Running(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def compiled(folder: Path) -> Path:
    """Where gchat is, compiled as it is installed: beside the folders of the servers, made for the first."""
    made = folder / "compiled"
    if not made.exists():
        argv = [sys.executable, str(CHECKOUT / "bin" / "compile.py"), str(made)]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return made


def compile_c(name: str, folder: Path) -> Path:
    """Compile one of the programs beside this file into a folder, unless it is there."""
    program = folder / name
    compiler = find("cc")
    if compiler is None:
        raise SystemExit("tests.bench: there is no C compiler (cc): install Debian's gcc")
    if not program.exists():
        subprocess.run([compiler, "-O2", "-o", program, FOLDER / f"{name}.c"], check=True)
    return program


def _environment(home: Path, code: Path) -> dict[str, str]:
    # gchat from ``code``; the tests, of which a measured server may need some, only from the checkout
    return os.environ | {"HOME": str(home), "PYTHONPATH": os.pathsep.join((str(code), str(CHECKOUT)))}


def _gchat(home: Path, port: int) -> list[str]:
    return ["--no-config", "--no-throttle", "--listen", f"127.0.0.1:{port}", "--data-dir", str(home)]


def _bare(home: Path, port: int, _: bool) -> list[str]:
    return [str(compile_c("bare", home.parent)), str(port)]


def _ngircd(home: Path, port: int, _: bool) -> list[str]:
    (home / "ngircd.conf").write_text(NGIRCD.format(port=port))
    return [str(find("ngircd")), "-n", "-f", str(home / "ngircd.conf")]


def _inspircd(home: Path, port: int, capable: bool) -> list[str]:
    modules = "\n".join(f'<module name="{name}">' for name in MODULES if capable)
    (home / "inspircd.conf").write_text(INSPIRCD.format(port=port, home=home, modules=modules))
    root = ["--runasroot"] if os.geteuid() == 0 else []
    return [str(find("inspircd")), *root, "--nofork", "--config", str(home / "inspircd.conf")]


def _wait(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                text = output.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{process.args!r} does not listen:\n{text}") from None
            time.sleep(0.02)
