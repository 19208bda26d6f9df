"""The loop: the only module that selects.  Keys, sockets and wake-ups in; effects and frames out.

``run`` is what ``main`` calls.  A turn is: wait, keys, their frame at once, then what the servers sent, what
is due, one write for each connection, and a frame if the last one is old enough: at most 60 a second, so
that a flood costs frames and not seconds, while a key's echo waits for nothing.

To carry out a new effect, add a row to ``Loop._effects``.
"""

import gc
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from gchat.client import events as ev
from gchat.client.crash import CrashReport
from gchat.client.model import Model
from gchat.client.screen import Screen, open_screen
from gchat.client.transport import Transport
from gchat.client.update import deadline, update
from gchat.client.view import deadline as view_deadline
from gchat.client.wakeup import ConsoleWatcher, Wakeup

FRAME = 1 / 60  # seconds from one frame to the next, at least
PARTING = 1.0  # seconds for the last words to be written
_LONGEST_WAIT = 60.0  # seconds; nothing needs it, a clock that was set back would
_TICK = 0.01  # seconds between two Ticks, at least
_TIDY = 60.0  # seconds between two whole garbage collections, at least
_SELDOM = 1000  # what a whole collection would otherwise have to wait for, so that it is never left out
_ENDING_SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")


class Loop:
    """Runs a model on a screen until it quits."""

    def __init__(self, model: Model, screen: Screen, *, console_thread: bool = False) -> None:
        """``console_thread`` has a thread wait for keys, as Windows needs it."""
        self.model = model
        self.screen = screen
        self.wakeup = Wakeup()
        self._transports: dict[int, Transport] = {}
        self._ending: list[Transport] = []
        self._answers: list[ev.Event] = []  # from threads
        self._overflowed: list[tuple[Transport, ev.Event]] = []  # connections lost while they were sent to
        self._signals: set[int] = set()
        self._code: int | None = None  # set when it is time to leave
        self.words: tuple[str, ...] = ()  # to print afterwards
        self._dirty = True
        self._next_frame = 0.0
        self._next_tick = 0.0
        self._next_tidying = 0.0
        self._watcher: ConsoleWatcher | None = None
        if console_thread:
            wait = None if sys.platform == "win32" else lambda: select.select([screen.fileno()], [], [])
            self._watcher = ConsoleWatcher(wait)
            self._watcher.start()
        self._keyboard = self._watcher.fileno() if self._watcher else screen.fileno()
        self._effects: dict[type, Callable[[Any], None]] = {
            ev.Send: self._send,
            ev.Connect: self._connect,
            ev.Disconnect: self._disconnect,
            ev.Quit: self._quit,
            ev.Bell: lambda effect: screen.bell(),
            ev.Notify: lambda effect: screen.notify(effect.title, effect.text),
            ev.Redraw: lambda effect: screen.redraw(),
            ev.Suspend: lambda effect: self._suspend(),
            ev.StartLocalServer: lambda effect: self._start_local_server(),
            ev.Remember: _remember,
        }

    def run(self) -> int:
        """Run until ``Quit``; return its code."""
        try:
            self._happen(ev.Resize(*self.screen.resize()))
            self._happen(ev.Start())
            self._finish_turn(typed=True)
            while self._code is None or self._ending:
                self._turn()
            return self._code
        finally:
            self.close()

    def close(self) -> None:
        """Close every connection."""
        for transport in (*self._transports.values(), *self._ending):
            transport.close()
        if self._watcher:
            self._watcher.close()
        self.wakeup.close()

    def signalled(self, number: int) -> None:
        """Note a signal; the next turn sees to it."""
        self._signals.add(number)

    # --- a turn ------------------------------------------------------------------------------

    def _turn(self) -> None:
        waits: dict[int, Transport] = {}
        readers, writers = [self.wakeup.fileno(), self._keyboard], []
        pending = False
        for transport in (*self._transports.values(), *self._ending):
            wants = transport.wants
            if wants is not None:
                number, reads, writes = wants
                waits[number] = transport
                if reads:
                    readers.append(number)
                if writes:
                    writers.append(number)
                pending = pending or transport.pending
        readable, writable, failing = select.select(
            readers, writers, writers, 0 if pending else self._timeout()
        )
        if not (readable or writable or pending):
            self._tidy()
        if self.wakeup.fileno() in readable:
            self.wakeup.drain()
            self._woken()
        typed = self._read_keys(self._keyboard in readable)
        if typed:
            self._finish_turn(typed=True)
        now = time.monotonic()
        # on Windows a refused connection shows as failing, not as writable
        ready_to_write = {*writable, *failing}
        for number, transport in waits.items():
            readable_now = number in readable or transport.pending
            if readable_now or number in ready_to_write:
                self._happen_all(transport.ready(now, readable_now, number in ready_to_write), transport)
        self._finish_turn(typed=False)

    def _tidy(self) -> None:
        """Collect garbage while nothing happens: in a key's way, with a long history, it would take 20 ms."""
        now = time.monotonic()
        if now >= self._next_tidying:
            self._next_tidying = now + _TIDY
            gc.collect()

    def _finish_turn(self, *, typed: bool) -> None:
        """See to what is due, write what there is to send, and show what changed."""
        now, clock = time.monotonic(), time.time()
        for transport in (*self._transports.values(), *self._ending):
            self._happen_all(transport.expired(now), transport)
        overflowed, self._overflowed = self._overflowed, []
        for transport, event in overflowed:
            self._happen_all([event], transport)
        due = deadline(self.model, clock)
        if due is not None and due <= clock and now >= self._next_tick:
            self._next_tick = now + _TICK
            self._happen(ev.Tick())
        for transport in (*self._transports.values(), *self._ending):
            self._happen_all(transport.flush(), transport)
        self._ending = [transport for transport in self._ending if not transport.closed]
        view_due = view_deadline(self.model, clock)
        self._dirty = self._dirty or (view_due is not None and view_due <= clock)
        if self._dirty and self._code is None and (typed or now >= self._next_frame):
            self._dirty = False
            self.screen.set_mouse(self.model.settings.mouse)
            self.screen.paint(self.model, clock)
            self._next_frame = time.monotonic() + FRAME

    def _timeout(self) -> float:
        """Return how long nothing will have to be done, in seconds."""
        now, clock = time.monotonic(), time.time()
        wait = _LONGEST_WAIT
        if self._dirty:
            wait = self._next_frame - now
        due = deadline(self.model, clock)
        if due is not None:
            wait = min(wait, max(due - clock, self._next_tick - now))
        due = view_deadline(self.model, clock)
        if due is not None:
            wait = min(wait, due - clock)
        for transport in (*self._transports.values(), *self._ending):
            due = transport.deadline
            if due is not None:
                wait = min(wait, due - now)
        if self.screen.pasting:
            wait = min(wait, 0.5)
        return max(0.0, wait)

    def _read_keys(self, ready: bool) -> bool:
        """Let what was typed happen; say whether there was any."""
        if not ready and not self.screen.pasting:
            return False
        typed = self.screen.read(time.monotonic(), ready)
        if self._watcher and ready:
            self._watcher.taken()
        for event in typed:
            self._happen(event)
        return bool(typed)

    def _woken(self) -> None:
        """See to signals, to threads that are done, and to names that were looked up."""
        signals, self._signals = self._signals, set()
        if _number("SIGTSTP") in signals:
            self._suspend()
        if _number("SIGCONT") in signals:
            self.screen.redraw()
        if _number("SIGWINCH") in signals or _number("SIGCONT") in signals:
            self._happen(ev.Resize(*self.screen.resize()))
        if signals & {_number(name) for name in _ENDING_SIGNALS}:
            self._happen(ev.Terminate())
        answers, self._answers = self._answers, []
        for event in answers:
            self._happen(event)
        for transport in list(self._transports.values()):
            if transport.wants is None:
                self._happen_all(transport.ready(time.monotonic()), transport)

    def _happen_all(self, found: list[ev.Event], source: Transport) -> None:
        """Let events of a connection happen, as long as it is the one its network uses."""
        used = self._transports
        number = source.network
        if used.get(number) is not source:
            return
        if source.closed:
            del used[number]
        still = used.get(number)
        for event in found:
            if used.get(number) is not still:  # what happened made another connection of it, or ended it
                return
            self._happen(event)

    def _happen(self, event: ev.Event) -> None:
        """Let an event happen and carry out what follows from it."""
        if self._code is not None:
            return
        self._dirty = True
        for effect in update(self.model, event, time.time()):
            self._effects[type(effect)](effect)

    # --- effects -----------------------------------------------------------------------------

    def _connect(self, effect: ev.Connect) -> None:
        before = self._transports.pop(effect.network, None)
        if before is not None:
            before.close()
        self._transports[effect.network] = Transport(effect, time.monotonic(), self.wakeup.wake)

    def _send(self, effect: ev.Send) -> None:
        transport = self._transports.get(effect.network)
        if transport is not None:
            self._overflowed += [(transport, event) for event in transport.send(effect.data)]

    def _disconnect(self, effect: ev.Disconnect) -> None:
        transport = self._transports.pop(effect.network, None)
        if transport is not None:
            transport.end(time.monotonic(), PARTING)
            self._ending.append(transport)

    def _quit(self, effect: ev.Quit) -> None:
        self._code, self.words = effect.code, effect.words
        for transport in self._transports.values():
            transport.end(time.monotonic(), PARTING)
            self._ending.append(transport)
        self._transports.clear()

    def _suspend(self) -> None:
        self.screen.suspend()
        self._happen(ev.Resize(*self.screen.resize()))

    def _start_local_server(self) -> None:
        import threading

        threading.Thread(target=self._find_local_server, daemon=True).start()

    def _find_local_server(self) -> None:
        """In a thread: start or join the local server, and answer."""
        from gchat.client.local import LocalError, join_local_server

        try:
            self._answers.append(ev.LocalServer(join_local_server()))
        except LocalError as error:
            self._answers.append(ev.LocalServer(None, str(error)))
        self.wakeup.wake()


def _remember(effect: ev.Remember) -> None:
    from gchat.client.memory import remember

    remember(effect.key, effect.value)


def run(model: Model, *, console_thread: bool = os.name == "nt") -> int:
    """Show a model and let it live until it quits; return the exit status.

    ``console_thread`` has keys waited for as Windows needs it, see ``wakeup.ConsoleWatcher``.
    """
    with CrashReport():
        with closing(open_screen()) as screen:
            loop = Loop(model, screen, console_thread=console_thread)
            gc.freeze()  # what was imported stays: no collection has to look through it (half of its pause)
            gc.set_threshold(*gc.get_threshold()[:2], _SELDOM)
            with _signals(loop):
                code = loop.run()
        with suppress(OSError):  # the terminal may have been taken away
            for word in loop.words:
                print(word, file=sys.stderr)
    return code


@contextmanager
def _signals(loop: Loop) -> Iterator[None]:
    """Have signals become events; as before afterwards."""

    def note(number: int, frame: object) -> None:
        loop.signalled(number)

    before = {}
    # curses' own handlers would leave the terminal as it is (SIGHUP), skip every ``finally`` (SIGTERM) or
    # wake no select (SIGWINCH); these are set after it was opened, and take their places
    for name in (*_ENDING_SIGNALS, "SIGWINCH", "SIGTSTP", "SIGCONT"):
        number = _number(name)
        if number is not None:
            before[number] = signal.signal(number, note)
    loop.wakeup.catch_signals()
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)


def _number(name: str) -> int | None:
    """Return a signal's number, None where the system has none of that name."""
    return getattr(signal, name, None)
