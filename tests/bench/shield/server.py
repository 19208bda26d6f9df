"""A gchat-server in a process of its own, as a measurement needs it: ports, memory, descriptors."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

CHECKOUT = Path(__file__).resolve().parents[3]
PATIENCE = 20.0  # seconds
code = CHECKOUT  # where gchat is; ``__main__`` may have a compiled one


class Server:
    """Runs from ``with`` to its end on free ports of ``host``.  ``limits`` are keys of ``[limits]``.

    With ``throttle`` false there are no rates and no limit per address (``--no-throttle``).
    """

    def __init__(
        self, *, tls: bool = False, throttle: bool = False, host: str = "127.0.0.1", **limits: float
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gchat-bench-")
        home = Path(self._folder.name)
        config, ports = home / "gchat-server.toml", home / "ports"
        listen = f'"{host}:0"'
        if tls:
            listen += ', "tls://127.0.0.1:0"'
            make_certificate(home)
        keys = "\n".join(f"{name} = {value}" for name, value in limits.items())
        files = '[tls]\ncert = "cert.pem"\nkey = "key.pem"\n' if tls else ""
        config.write_text(f'listen = [{listen}]\n{files}[log]\nlevel = "warning"\n[limits]\n{keys}\n')
        options = ["--config", str(config), "--data-dir", str(home), "--port-file", str(ports)]
        self.log = home / "log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gchat.server", *options, *([] if throttle else ["--no-throttle"])],
                env=os.environ | {"PYTHONPATH": str(code)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        deadline = time.monotonic() + PATIENCE
        while not ports.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not start:\n{self.log.read_text()}")
            time.sleep(0.02)
        self.ports = [int(line.rpartition(":")[2]) for line in ports.read_text().split()]

    @property
    def port(self) -> int:
        """The port without TLS."""
        return self.ports[0]

    @property
    def memory(self) -> int:
        """Resident memory in KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    @property
    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def alive(self) -> bool:
        """True until it ends."""
        return self._process.poll() is None

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def make_certificate(folder: Path) -> None:
    """Write ``cert.pem`` and ``key.pem`` for 127.0.0.1."""
    import trustme

    pair = trustme.CA().issue_cert("127.0.0.1")
    pair.private_key_pem.write_to_path(folder / "key.pem")
    with (folder / "cert.pem").open("wb") as file:
        file.writelines(part.bytes() for part in pair.cert_chain_pems)
    (folder / "key.pem").chmod(0o600)
