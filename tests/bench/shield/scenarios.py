"""What is thrown at the server, and what is looked at meanwhile.  Each function is one row of the table.

A scenario takes the size of its load (1.0 is the full one) and returns its figures; a figure with a target
says whether it was met.
"""

from __future__ import annotations

import itertools
import random
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.bench.shield import crowd, vanishing
from tests.bench.shield.figures import Figure
from tests.bench.shield.probe import Latency, Probe
from tests.bench.shield.server import Server

KEPT = 20.0  # milliseconds: a latency that nobody notices, whatever it was in peace
CLIENT_HELLO = bytes.fromhex("1603010200010001fc0303")  # the beginning of one, whose rest never comes


def client_context() -> ssl.SSLContext:
    """A client's, who trusts anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def latencies(before: Latency, meanwhile: Latency) -> list[Figure]:
    """How an honest room fared before and during something: it is to keep its latency."""
    return [
        Figure("honest p99 before", before.p99, "ms"),
        Figure("honest p99 meanwhile", meanwhile.p99, "ms", max(2 * before.p99, KEPT)),
        Figure("honest p50 meanwhile", meanwhile.p50, "ms"),
        Figure("honest longest meanwhile", meanwhile.longest, "ms"),
    ]


def measured(port: int, seconds: float, work: Callable[[], None], source: str = "") -> list[Figure]:
    """Time an honest room in peace, then while ``work`` is done."""
    probe = Probe(port, source=source)
    time.sleep(seconds)
    before = probe.stop()
    probe = Probe(port, source=source)
    work()
    return latencies(before, probe.stop())


# --- memory --------------------------------------------------------------------------------------


def idle(size: float, tls: bool = False, count: int = 5000) -> list[Figure]:
    """What a client that only is there costs."""
    number = max(int(count * size), 20)
    with Server(tls=tls, connections=20_000) as server:
        crowd.close(crowd.users(server.port, 20, "w"))  # what is made once, is
        before = server.memory
        socks = crowd.users(server.ports[-1], number, "i", client_context() if tls else None)
        each = (server.memory - before) / number
        crowd.close(socks)
    kind = "TLS" if tls else "plain"
    return [
        Figure(f"idle {kind} clients", number, ""),
        Figure("memory of each", each, "KiB", 32.0 if tls else 14.0),
    ]


def idle_tls(size: float) -> list[Figure]:
    """The same with TLS."""
    return idle(size, tls=True)


def crowded(size: float, interval: float = 10.0) -> list[Figure]:
    """15,000 idle clients whose pings are answered, and a room of 20 among them; a ping every 10 s each."""
    number = max(int(15_000 * size), 50)
    interval = max(interval * size, 0.5)
    with Server(connections=20_000, ping_interval=interval, ping_timeout=20) as server:
        before, began = server.memory, time.monotonic()
        socks = crowd.users(server.port, number, "c")
        each = (server.memory - before) / number
        with crowd.Answering(socks) as answering:
            time.sleep(max(began + interval - time.monotonic(), 0))  # from now on somebody always is asked
            probe = Probe(server.port, members=20, rate=50)
            time.sleep(max(20 * size, 2.0))
            latency = probe.stop()
        crowd.close(socks)
    return [
        Figure("idle clients", number, ""),
        Figure("memory of each", each, "KiB", 14.0),
        Figure("pings answered", answering.answered, "", least=number),
        Figure("clients lost", answering.ended, "", 0.0),
        Figure("room of 20, p50", latency.p50, "ms"),
        Figure("room of 20, p99", latency.p99, "ms", 5.0),
        Figure("room of 20, longest", latency.longest, "ms"),
    ]


def crowded_by_default(size: float) -> list[Figure]:
    """The same with a ping every 120 seconds, as it is by default."""
    return crowded(size, 120.0)


# --- slow readers --------------------------------------------------------------------------------


def slow_readers(size: float, tls: bool = False) -> list[Figure]:
    """200 members of a room stop reading while it is flooded."""
    number, sendq = max(int(200 * size), 5), max(int(2 * 1024 * 1024 * size), 64 * 1024)
    with Server(tls=tls, sendq=sendq) as server:
        socks = crowd.users(server.ports[-1], number, "s", client_context() if tls else None)
        speaker, witness = crowd.users(server.port, 2, "speaker")
        for sock in socks:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        crowd.join([*socks, speaker, witness], "#flood")
        crowd.swallow([*socks, speaker, witness])
        before = server.memory
        probe = Probe(server.port)
        burst = 10 if size > 0.1 else 60  # what the kernels keep is to be full soon
        flood(speaker, [*socks, witness], 2.0 * size + 0.5, burst)
        reading = probe.stop()
        probe, peak, quits = Probe(server.port), before, 0
        deadline = time.monotonic() + 60
        while quits < number and time.monotonic() < deadline:
            quits += flood(speaker, [witness], 0.25, burst)
            peak = max(peak, server.memory)
        stuck = probe.stop()
        time.sleep(0.5)
        after = server.memory
        crowd.close([*socks, speaker, witness])
    return [
        Figure("slow readers ended by SendQ exceeded", quits, f"of {number}", least=number),
        Figure("honest p99 while all read", reading.p99, "ms"),
        Figure("honest p99 while they do not", stuck.p99, "ms", max(2 * reading.p99, 5.0)),
        Figure("memory before", before, "KiB"),
        # what waits for them all is kept once
        Figure("memory at most", peak, "KiB", before * 1.3 + 32 * 1024),
        Figure("memory afterwards", after, "KiB", before * 1.3 + 8192),
    ]


def slow_readers_tls(size: float) -> list[Figure]:
    """The same with TLS."""
    return slow_readers(size, tls=True)


def flood(speaker: socket.socket, readers: list[socket.socket], seconds: float, burst: int) -> int:
    """Talk to #flood, ``burst`` messages a hundredth of a second.

    Return how many the last reader saw end by ``SendQ exceeded``.
    """
    text, until, quits = "x" * 400, time.monotonic() + seconds, 0
    while time.monotonic() < until:
        crowd.say(speaker, *[f"PRIVMSG #flood :{text}"] * burst)
        time.sleep(0.01)
        crowd.swallow([speaker, *readers[:-1]])
        with suppress(BlockingIOError):
            quits += crowd.read_now(readers[-1]).count(b"SendQ exceeded")
    return quits


# --- storms --------------------------------------------------------------------------------------


def storm_from_one(size: float) -> list[Figure]:
    """5,000 connects a second from one address, against the limits as they are by default."""
    return _storm(size, lambda: "127.0.0.1", 150)  # of which 64 are an address's


def storm_from_many(size: float) -> list[Figure]:
    """The same from addresses of 127.0.0.0/8 at random."""
    dice = random.Random(4711)
    return _storm(
        size, lambda: f"127.{dice.randrange(1, 250)}.{dice.randrange(250)}.{dice.randrange(1, 250)}", 1500
    )


def _storm(size: float, source: Callable[[], str], at_most: int) -> list[Figure]:
    """``at_most``: descriptors that the server may have open meanwhile."""
    seconds, rate = max(8.0 * size, 0.5), 5000.0
    with Server(throttle=True, command_rate=1000, command_burst=1000) as server:
        memory = peak = server.memory
        made = most = 0

        def work() -> None:
            nonlocal made, most, peak
            began, open_, looked = time.monotonic(), [], 0.0
            while (now := time.monotonic()) < began + seconds:
                for _ in range(min(int((now - began) * rate) - made, 200)):
                    open_.append(rush(server.port, source()))
                    made += 1
                if len(open_) > 1000:  # some 0.2 seconds each
                    crowd.close(open_[:-1000])
                    del open_[:-1000]
                if now > looked + 0.1:
                    looked, most, peak = now, max(most, server.descriptors), max(peak, server.memory)
                time.sleep(0.002)
            crowd.close(open_)

        figures = measured(server.port, 1.0, work, source="127.250.0.1")
        time.sleep(1.0)
        return [
            Figure("connects a second", made / seconds, "", least=0.9 * rate),
            *figures,
            Figure("descriptors at most", most, "", at_most),
            Figure("descriptors afterwards", server.descriptors, "", 100),
            Figure("memory gained at most", peak - memory, "KiB", 32 * 1024),
            Figure("memory gained", server.memory - memory, "KiB", 32 * 1024),
        ]


def rush(port: int, source: str) -> socket.socket:
    """Begin to connect and wait for nothing.  Raises OSError where that cannot even begin."""
    sock = socket.socket()
    sock.setblocking(False)
    crowd.come_from(sock, source)
    with suppress(BlockingIOError, ConnectionError):  # it is under way, or refused at once
        sock.connect((crowd.HOST, port))
    return sock


# --- floods --------------------------------------------------------------------------------------

NOTHING = (b"\n", b" \n", b"\0\n")  # lines that cost work and mean nothing


def nothing_from_one(size: float) -> list[Figure]:
    """One connection sends lines that mean nothing as fast as they are read: IRC, the tutorial's, nc's."""
    return _nothing(size, 1)


def nothing_from_sixteen(size: float) -> list[Figure]:
    """The same from sixteen connections of one address."""
    return _nothing(size, 16)


def _nothing(size: float, number: int) -> list[Figure]:
    seconds, rates = max(4.0 * size, 0.1), {"command_rate": 1000, "command_burst": 1000}
    with Server(throttle=True, connection_burst=1000, **rates) as server:
        probe = Probe(server.port, source="127.250.0.1")
        time.sleep(max(size, 0.3))
        before = probe.stop()
        found = [Figure("honest p99 before", before.p99, "ms")]
        for kind, come in (("IRC", crowd.users), ("raw", tutorials), ("nc", ncs)):
            for round_, line in enumerate(NOTHING):
                flooders = come(server.port, number, f"{kind}{round_}x")
                probe = Probe(server.port, source="127.250.0.1")
                sent = pour(flooders, line * (65536 // len(line)), seconds)
                meanwhile, ended = probe.stop(), crowd.swallow(flooders)
                crowd.close(flooders)
                what = f"{kind} {line.decode()!r}"
                found += [
                    Figure(f"{what}: sent", sent / seconds / 2**20, "MiB/s"),
                    Figure(f"{what}: ended", ended, f"of {number}"),
                    Figure(f"{what}: honest p99 meanwhile", meanwhile.p99, "ms", max(2 * before.p99, KEPT)),
                    Figure(f"{what}: honest longest", meanwhile.longest, "ms"),
                ]
    return found


def tutorials(port: int, count: int, name: str, end: str = "") -> list[socket.socket]:
    """Clients of the tutorial's: they are silent until they are asked for a name, and end no line."""
    socks = [crowd.connect(port) for _ in range(count)]
    for number, sock in enumerate(socks):
        crowd.until(sock, b"NICK")
        sock.sendall(f"{name}{number}{end}".encode())
    for sock in socks:
        crowd.until(sock, b"Connected to server")
    return socks


def ncs(port: int, count: int, name: str) -> list[socket.socket]:
    """Clients that are people with nc, who end their lines."""
    return tutorials(port, count, name, "\n")


def pour(socks: list[socket.socket], data: bytes, seconds: float) -> int:
    """Send this again and again on all of them, read nothing; return how many bytes were taken."""
    left, until, sent = list(socks), time.monotonic() + seconds, 0
    for sock in left:
        sock.setblocking(False)
    while (wait := until - time.monotonic()) > 0:
        for sock in select.select([], left, [], wait)[1]:
            try:
                sent += sock.send(data)
            except BlockingIOError:
                continue
            except OSError:
                left.remove(sock)
    return sent


# --- those who never finish ----------------------------------------------------------------------


def half_open(size: float) -> list[Figure]:
    """Connections that say nothing, say it byte by byte, never finish TLS, or stop answering."""
    number = max(int(2000 * size), 10)
    patience = 3 if size > 0.1 else 1
    limits = {"registration_timeout": patience, "ping_interval": patience - 0.5, "ping_timeout": 1}
    with Server(tls=True, shutdown_timeout=1, **limits) as server:
        calm = server.descriptors

        def come() -> None:
            for _ in range(number):
                slow.append(crowd.connect(server.port))
                slow[-1].send(b"N")  # who says nothing at first is taken for the tutorial's client
                silent.append(crowd.connect(server.port))
                unfinished.append(crowd.connect(server.ports[1]))
                unfinished[-1].sendall(CLIENT_HELLO)
            dead.extend(crowd.users(server.port, number, "d"))

        def linger() -> None:
            until, letters = time.monotonic() + patience + 3, itertools.chain(b"ICK ", itertools.repeat(120))
            while time.monotonic() < until:
                letter = bytes([next(letters)])
                for sock in slow:
                    with suppress(OSError):
                        sock.send(letter)
                time.sleep(0.25)
            everybody = [*silent, *slow, *unfinished, *dead]
            still.append(len(everybody) - crowd.swallow(everybody))
            crowd.close(everybody)

        silent: list[socket.socket] = []
        slow: list[socket.socket] = []
        unfinished: list[socket.socket] = []
        dead: list[socket.socket] = []
        still: list[int] = []
        coming = measured(server.port, 1.0, come)
        probe = Probe(server.port)
        linger()
        lingering = probe.stop()
        time.sleep(1.0)
        return [
            Figure("clients of each of four kinds", number, ""),
            *coming,
            Figure("honest p99 until all have ended", lingering.p99, "ms", 5.0),
            Figure("honest longest until then", lingering.longest, "ms"),
            Figure("of all of them still there", still[0], "", 0.0),
            Figure("descriptors more than before", server.descriptors - calm, "", 8.0),
        ]


def vanished(size: float) -> list[Figure]:
    """500 clients of two rooms whose link goes down: no FIN, no reset; their rooms talk on."""
    return vanishing.measure(size)


def handshakes(size: float) -> list[Figure]:
    """TLS handshakes begun, four at a time without a pause, and never finished."""
    seconds = max(5.0 * size, 0.5)
    with Server(tls=True) as server:
        memory, made = server.memory, 0

        def work() -> None:
            nonlocal made
            context, until = client_context(), time.monotonic() + seconds
            hello = first_flight(context)
            while time.monotonic() < until:
                some = [crowd.connect(server.ports[1]) for _ in range(4)]
                for sock in some:
                    sock.sendall(hello)
                for sock in some:
                    sock.recv(1 << 16)
                made += len(some)
                crowd.close(some)

        figures = measured(server.port, 1.0, work)
        return [
            Figure("handshakes a second", made / seconds, ""),
            *figures,
            Figure("memory gained", server.memory - memory, "KiB", 32 * 1024),
        ]


def first_flight(context: ssl.SSLContext) -> bytes:
    """What a client of TLS says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


# --- rooms ---------------------------------------------------------------------------------------


def joining_and_quitting(size: float) -> list[Figure]:
    """500 join one room at once, and quit at once."""
    number = max(int(500 * size), 20)
    with Server() as server:
        socks = crowd.users(server.port, number, "j")
        with timed(server.port) as joined:
            took = crowd.join_at_once(socks, "#room")
        crowd.swallow(socks)
        with timed(server.port) as quitted:
            crowd.close(socks)
            time.sleep(1.0)
    return [
        Figure(f"{number} clients have joined after", took, "s", 0.5),
        Figure("longest pause meanwhile", joined[0].longest, "ms"),
        Figure("longest pause while all quit", quitted[0].longest, "ms", 50.0),
    ]


@contextmanager
def timed(port: int) -> Iterator[list[Latency]]:
    """Time an honest room."""
    found: list[Latency] = []
    probe = Probe(port, rate=200)
    yield found
    found.append(probe.stop())


def big_beside_small(size: float) -> list[Figure]:
    """A room of 2,000 receives 200 messages a second; how does a room of 5 fare?"""
    number, seconds = max(int(2000 * size), 50), max(10.0 * size, 1.0)
    with Server() as server:
        socks = crowd.users(server.port, number, "b")
        crowd.join(socks, "#big")
        crowd.swallow(socks)
        probe, sent, began = Probe(server.port), 0, time.monotonic()
        heard = time.monotonic()
        while (now := time.monotonic()) < began + seconds:
            due = int((now - began) * 200) - sent
            if due > 0:
                crowd.say(socks[0], *[f"PRIVMSG #big :{'x' * 64}"] * due)
                sent += due
            if now > heard + 0.1:
                crowd.swallow(socks)
                heard = time.monotonic()
            time.sleep(0.002)
        latency = probe.stop()
        crowd.close(socks)
    return [
        Figure("members of the big room", number, ""),
        Figure("messages a second in it", sent / seconds, "", least=0.9 * 200),
        Figure("room of 5, p50", latency.p50, "ms"),
        Figure("room of 5, p99", latency.p99, "ms", 20.0),
    ]


SCENARIOS: dict[str, Callable[[float], list[Figure]]] = {
    "idle": idle,
    "idle-tls": idle_tls,
    "crowded": crowded,
    "crowded-by-default": crowded_by_default,
    "slow-readers": slow_readers,
    "slow-readers-tls": slow_readers_tls,
    "storm-from-one": storm_from_one,
    "storm-from-many": storm_from_many,
    "nothing-from-one": nothing_from_one,
    "nothing-from-sixteen": nothing_from_sixteen,
    "half-open": half_open,
    "vanished": vanished,
    "handshakes": handshakes,
    "joining": joining_and_quitting,
    "big-beside-small": big_beside_small,
}
