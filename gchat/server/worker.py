"""Slow work, in threads: what a handler yields as ``Work`` is run here, and the handler goes on with the
result.

Every lane (``lanes.py``) has threads of its own.  Who asked for work pays for what it took of the processor
as for a long answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import gevent
from gevent.threadpool import ThreadPool

from gchat.irc.casemap import fold
from gchat.server.lanes import FairQueue, Lane
from gchat.server.request import Request, Work
from gchat.server.stores.base import Damaged, StoreError, TooSlow
from gchat.server.throttle import neighbourhood

log = logging.getLogger(__name__)

MOST = 16  # threads of a lane, with those that hang
PATIENCE = 60.0  # seconds: a session is not to wait for ever for a thread that hangs
EFFORT = 1000  # that a second of the processor counts as: as much as so many messages of an answer


class Worker:
    """Runs Work in threads, in each lane in a fair order.

    ``resume`` is called in the loop with the result, or with the exception that the work raised.
    """

    def __init__(self, resume: Callable[[Request, object], None], damaged: Callable[[str], None]) -> None:
        """``damaged`` is told in a sentence that the store is."""
        self._resume = resume
        self._lanes = {lane: _Threads(lane, resume, damaged) for lane in Lane if lane.threads}

    def submit(self, request: Request, work: Work) -> None:
        """Have work done.  Returns at once."""
        if work.lane is Lane.BREATH:
            gevent.spawn_later(0, self._resume, request, None)  # a timer: sockets are looked at before
        else:
            self._lanes[work.lane].submit(request, work)

    def close(self) -> None:
        """Let go of the threads; one that hangs is left behind."""
        for threads in self._lanes.values():
            threads.close()


class _Threads:
    """The threads of one lane."""

    def __init__(
        self, lane: Lane, resume: Callable[[Request, object], None], damaged: Callable[[str], None]
    ) -> None:
        self._resume = resume
        self._damaged = damaged
        self._pool = ThreadPool(lane.threads)
        self._free = lane.threads
        self._queue: FairQueue[tuple[Request, Work]] = FairQueue(lane.share)
        self._trouble = ""  # what is wrong with the store, as the log has it already

    def submit(self, request: Request, work: Work) -> None:
        session = request.session
        account = fold(session.user.account) if session.user is not None else ""
        self._queue.put(neighbourhood(session.host), account or session.id, (request, work))
        self._begin()

    def _begin(self) -> None:
        """Let those begin for whom there are threads."""
        while self._free and (taken := self._queue.take()) is not None:
            self._free -= 1
            address, (request, work) = taken
            gevent.spawn(self._run, address, request, work)

    def _run(self, address: str, request: Request, work: Work) -> None:
        result: object = None
        # Who asks and hangs up, again and again, is not to keep the threads from those who stay.
        if not request.session.closing:
            result = self._done(request, work)
            self._look_at(result)
        self._free += 1
        self._queue.done(address)
        self._begin()
        self._resume(request, result)

    def _done(self, request: Request, work: Work) -> object:
        late = TimeoutError(f"{work.function.__name__} took too long")
        try:
            with gevent.Timeout.start_new(PATIENCE, late):
                result, seconds = self._pool.apply(_do, (work,))
        except Exception as error:
            if error is late and self._pool.maxsize < MOST:
                self._pool.maxsize += 1  # its thread is still in there, and the others are to have as many
            return error
        request.effort += int(seconds * EFFORT)
        return result

    def _look_at(self, result: object) -> None:
        """Log once what keeps the store from being read: who asked is told only that it cannot be."""
        if isinstance(result, TooSlow):
            return  # that is the asker's affair
        if isinstance(result, Damaged):
            self._damaged(str(result))
            return
        trouble = str(result) if isinstance(result, StoreError) else ""
        if trouble and trouble != self._trouble:
            log.error("What was said cannot be read: %s", trouble)
        self._trouble = trouble

    def close(self) -> None:
        self._pool.kill()


def _do(work: Work) -> tuple[object, float]:
    """In a thread: the result, and the seconds of processor that it took.

    What the work raises is returned: what leaves a thread, gevent takes for a bug and logs.  What would end
    the thread, and with gevent's pool the server, ends the work alone.
    """
    before = time.thread_time()
    result: object
    try:
        result = work.function(*work.args)
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        result = RuntimeError(f"{work.function.__name__} ended its thread: {error!r}")
        result.__cause__ = error
    except Exception as error:
        result = error
    return result, time.thread_time() - before
