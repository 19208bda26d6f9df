"""Namespaces of one's own: another network, another disk, without anybody else's noticing it (namespaces(7)).

They are for root, and not everywhere even for root: a sandbox may forbid them, and no package changes that.
"""

from __future__ import annotations

import os
import subprocess

from tests.skips import FORBIDDEN


def refusal(*trial: str) -> str:
    """Why the command does not run in a namespace, which its first words (of unshare(1)) make; empty where
    it does.
    """
    if os.geteuid():
        return "it needs root, for a namespace of its own"
    try:
        done = subprocess.run(["unshare", *trial], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unshare is not installed"
    return FORBIDDEN + (done.stderr.strip() or f"exit status {done.returncode}") if done.returncode else ""
