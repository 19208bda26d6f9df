"""What is left of a crash: the traceback in a file, and a sentence that says where."""

import os
import sys
import time
from types import TracebackType

from gchat import __version__
from gchat.paths import make_private, state_folder

SOFTWARE = 70  # EX_SOFTWARE of sysexits.h


class CrashReport:
    """``with CrashReport():`` ends the program with a sentence where its body raises what nobody caught."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the traceback down; raises SystemExit.  What ends programs on purpose passes."""
        if error is None or not isinstance(error, Exception):
            return
        import traceback

        text = "".join(traceback.format_exception(kind, error, trace))
        try:
            file = os.path.join(make_private(state_folder()), time.strftime("crash-%Y%m%d-%H%M%S.txt"))
            with open(file, "w", encoding="utf-8", errors="replace") as target:
                target.write(f"gchat {__version__}, Python {sys.version}, {sys.platform}\n{text}")
        except OSError as problem:
            print(
                f"{text}gchat: ended by the fault above ({problem.strerror}: no report written)",
                file=sys.stderr,
            )
        else:
            said = f"{type(error).__name__}: {error}"
            print(f"gchat: ended by a fault of its own ({said}); the traceback is in {file}", file=sys.stderr)
        raise SystemExit(SOFTWARE) from None
