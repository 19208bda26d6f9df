"""Slow work, in threads: what a handler yields as ``Work`` is run here, and the handler goes on with the
result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent
from gevent.lock import BoundedSemaphore
from gevent.threadpool import ThreadPool

from gchat.server.request import Request, Work
from gchat.server.stores.base import StoreError

log = logging.getLogger(__name__)

THREADS = 2
MOST = 16  # with those that hang
PATIENCE = 60.0  # seconds: a session is not to wait for ever for a thread that hangs


class Worker:
    """Runs Work in threads, in the order in which it came.

    ``resume`` is called in the loop with the result, or with the exception that the work raised.
    """

    def __init__(self, resume: Callable[[Request, object], None]) -> None:
        self._resume = resume
        self._pool = ThreadPool(THREADS)
        self._free = BoundedSemaphore(THREADS)
        self._trouble = ""  # what is wrong with the store, as the log has it already

    def submit(self, request: Request, work: Work) -> None:
        """Have work done.  Returns at once: the waiting for a thread is a greenlet's."""
        gevent.spawn(self._run, request, work)

    def _run(self, request: Request, work: Work) -> None:
        result: object = None
        with self._free:
            # Who asks and hangs up, again and again, is not to keep the threads from those who stay.
            if not request.session.closing:
                result = self._done(work)
                self._look_at(result)
        self._resume(request, result)

    def _done(self, work: Work) -> object:
        late = TimeoutError(f"{work.function.__name__} took too long")
        try:
            with gevent.Timeout.start_new(PATIENCE, late):
                return self._pool.apply(_do, (work,))
        except Exception as error:
            if error is late and self._pool.maxsize < MOST:
                self._pool.maxsize += 1  # its thread is still in there, and the others are to have as many
            return error

    def _look_at(self, result: object) -> None:
        """Log once what keeps the store from being read: who asked is told only that it cannot be."""
        trouble = str(result) if isinstance(result, StoreError) else ""
        if trouble and trouble != self._trouble:
            log.error("What was said cannot be read: %s", trouble)
        self._trouble = trouble

    def close(self) -> None:
        """Let go of the threads; one that hangs is left behind."""
        self._pool.kill()


def _do(work: Work) -> object:
    """In a thread.  What the work raises is returned: what leaves a thread, gevent takes for a bug and logs.

    What would end the thread, and with gevent's pool the server, ends the work alone.
    """
    try:
        return work.function(*work.args)
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        ended = RuntimeError(f"{work.function.__name__} ended its thread: {error!r}")
        ended.__cause__ = error
        return ended
    except Exception as error:
        return error
