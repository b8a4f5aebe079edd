"""A real server under real load, for two seconds: one worker on the loopback device, and two ways to ask it.

Nothing here is simulated. The worker sleeps for each request's service time, one request after the other, and may
stall once, as for a garbage collection. Requests travel as HTTP over one connection to 127.0.0.1, at a port and under
a path that are new each time. Times are the machine's, so no two runs are alike.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import (
    InputError,
    require_number,
    require_numeric,
    require_one_of,
    require_row,
    require_whole,
    shown,
)
from twoworlds.platform.queueing import service_times
from twoworlds.platform.slo.percentiles import rank

MAX_SECONDS, MAX_STALL_MS, MAX_RATE = 2.0, 500.0, 500.0
LIMIT_S = 2.8  # then the run ends, answers or not
CONNECT_S = 1.0  # a loopback device that takes longer is none
LEAD_S = 0.01  # from the connection to the first request


@dataclass
class _Run:
    """One run: what was asked for, and what has happened so far. Times in s since the start."""

    scheduled: NDArray[np.float64]
    service_s: list[float]
    closed: bool
    stall_s: float
    stall_at: float
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    began: float = np.inf

    def __post_init__(self) -> None:
        self.sent = np.full(len(self.scheduled), np.nan)
        self.done = np.full(len(self.scheduled), np.nan)
        self.answered = asyncio.Semaphore(0)

    def now(self) -> float:
        return asyncio.get_running_loop().time() - self.began

    async def play(self) -> None:
        """Serve and ask, until all is answered or the time is over; leave no socket behind."""
        visitors: asyncio.Queue = asyncio.Queue()
        server = await asyncio.start_server(lambda *streams: visitors.put_nowait(streams), "127.0.0.1", 0)
        async with server:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                at_worker, from_worker = await visitors.get()
            self.began = asyncio.get_running_loop().time() + LEAD_S
            try:
                async with asyncio.timeout(LIMIT_S):
                    await asyncio.gather(
                        self.ask(writer), self.serve(at_worker, from_worker), self.listen(reader)
                    )
            except TimeoutError:
                pass  # what has no answer yet keeps nan
            finally:
                writer.transport.abort()
                from_worker.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after the other: the worker. Who does not know the path ends the run."""
        stall_s = self.stall_s
        for service_s in self.service_s:
            request = await reader.readuntil(b"\r\n\r\n")
            if not request.startswith(f"GET /{self.token} ".encode()):
                raise ConnectionRefusedError("somebody else has called the server")
            if stall_s and self.now() >= self.stall_at:
                await asyncio.sleep(stall_s)
                stall_s = 0.0
            await asyncio.sleep(service_s)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def ask(self, writer: asyncio.StreamWriter) -> None:
        """Send each request when it is due; in a closed loop, not before the one ahead has its answer."""
        for i, due in enumerate(self.scheduled):
            if self.closed and i:
                await self.answered.acquire()
            await asyncio.sleep(max(0.0, due - self.now()))
            self.sent[i] = self.now()
            writer.write(f"GET /{self.token} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Note when each answer comes; one worker answers in order."""
        for i in range(len(self.scheduled)):
            await reader.readuntil(b"\r\n\r\n")
            self.done[i] = self.now()
            self.answered.release()


def measure(
    loop: str = "open",
    rate: float = 100.0,
    seconds: float = 1.5,
    service_ms: float = 4.0,
    law: str = "deterministic",
    stall_ms: float = 0.0,
    stall_at: float = 0.5,
    seed: int = 0,
) -> pd.DataFrame:
    """Ask a server on this machine `rate` times a second for `seconds`; return when each request was due, sent, done.

    One row a request: scheduled (i / rate), sent and done, in s since the start; nan for what had not happened when the
    run ended, after less than 3 s. loop: "open" sends on schedule, whatever comes back, as a crowd of users does;
    "closed" sends no request before the last one is answered, as many load generators do, and catches up with the
    schedule when it can. The worker takes `service_ms` of a `law` ("deterministic" or "exponential", drawn by `seed`)
    for each, plus what the machine adds (about a millisecond), and stalls once, for `stall_ms`, before the first
    answer that is due from `stall_at` s on: not at all if none is.
    """
    require_one_of("loop", loop, ("open", "closed"))
    rate = require_number("rate", rate, 1, MAX_RATE, "requests/s")
    seconds = require_number("seconds", seconds, 0.05, MAX_SECONDS, "s")
    service_ms = require_number("service_ms", service_ms, 0.1, 100, "ms")
    require_one_of("law", law, ("deterministic", "exponential"))
    stall_ms = require_number("stall_ms", stall_ms, 0, MAX_STALL_MS, "ms")
    stall_at = require_number("stall_at", stall_at, 0, MAX_SECONDS, "s")
    rng = np.random.default_rng(require_whole("seed", seed, 0, 2**32))
    scheduled = np.arange(max(1, int(rate * seconds + 1e-9))) / rate
    service_s = service_times(rng, law, len(scheduled), service_ms / 1000).tolist()
    run = _in_a_thread(scheduled, service_s, loop == "closed", stall_ms / 1000, stall_at)
    return pd.DataFrame({"scheduled": run.scheduled, "sent": run.sent, "done": run.done})


def _in_a_thread(*asked: object) -> _Run:
    """Play in a thread with an event loop of its own (a notebook's kernel has one running); leave no thread."""

    async def play() -> _Run:
        run = _Run(*asked)
        await run.play()
        return run

    with ThreadPoolExecutor(1, "measure") as thread:
        try:
            return thread.submit(asyncio.run, play()).result()
        except (OSError, EOFError) as error:
            why = str(error) or type(error).__name__
            raise InputError(
                f"Nothing was measured: this machine allows no server on 127.0.0.1 ({why})."
            ) from None


def latencies_ms(trace: pd.DataFrame, since: str = "scheduled") -> NDArray[np.float64]:
    """Return each request's latency, ms, counted from when it was "scheduled" or "sent"; inf if it has no answer.

    trace: as `measure` returns it. Shape (requests,).

    From "sent", a closed loop leaves out the wait of all requests that a stall kept it from sending: coordinated
    omission (Gil Tene, How NOT to Measure Latency, talk, 2013 and later).
    """
    require_one_of("since", since, ("scheduled", "sent"))
    begun, done = (_moments(trace, name) for name in (since, "done"))
    for row in np.flatnonzero(np.isinf(begun) | np.isinf(done)):
        raise InputError(
            f"trace has done {done[row]:g} and {since} {begun[row]:g} in row {row}: both must be finite; an answer "
            "that never came is nan."
        )
    wrong = np.isnan(begun) if since == "scheduled" else np.isnan(begun) & ~np.isnan(done)
    for row in np.flatnonzero(wrong | (done < begun)):
        raise InputError(
            f"trace has done {done[row]:g} and {since} {begun[row]:g} in row {row}: no answer comes before its request."
        )
    return np.where(np.isnan(done), np.inf, 1000 * (done - begun))


def _moments(trace: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column of a trace, nan where nothing has happened."""
    if not isinstance(trace, pd.DataFrame) or list(trace.columns).count(name) != 1 or not len(trace):
        raise InputError(f"trace is {shown(trace)}: it must be a table from measure, with one column {name}.")
    return require_numeric(name, trace[name])


def percentiles_ms(trace: pd.DataFrame, shares: ArrayLike = (0.5, 0.9, 0.99)) -> pd.DataFrame:
    """Return the latency percentiles of a trace, ms, both ways: a row a way of counting, a column a share.

    Each is a latency that was measured, the smallest that at least that share of requests stays within.
    """
    shares = require_row("shares", shares, 0, 1).tolist()
    ways = {since: latencies_ms(trace, since) for since in ("sent", "scheduled")}
    return pd.DataFrame(
        {
            share: {way: float(np.sort(ms)[rank(share, len(ms)) - 1]) for way, ms in ways.items()}
            for share in shares
        }
    ).rename_axis(index="counted from", columns="share of requests")
