"""``--while-locked``: a server that lives as long as others need it, and not a second longer.

Whoever needs the server holds a shared lock (flock(2)) on a file.  The kernel takes the lock back however its
holder ends, ``kill -9`` included, so nothing is counted and nothing can be left over.  ``gchat --local`` is
the user.
"""

import os
import sys

if sys.platform != "win32":
    import fcntl


class Lifeline:
    """The file that others hold a lock on; ask ``cut`` now and then, once a second will do."""

    def __init__(self, path: str) -> None:
        """Open the file, which is made if it is not there.  Raises OSError."""
        # for writing, since an exclusive lock over NFS asks for that: flock(2), NFS details
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def cut(self) -> bool:
        """Tell whether the last holder is gone.

        From then on the lock is ours until this process ends: who comes now waits for that, and starts a new
        server, instead of connecting to one that is on its way out.
        """
        if sys.platform == "win32":
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
