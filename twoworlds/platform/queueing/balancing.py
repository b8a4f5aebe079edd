"""Many servers, each with its own line: which one should a request join?"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import require_inside, require_one_of, require_whole
from twoworlds.platform.queueing.inputs import Floats, require_pairs, require_rng
from twoworlds.platform.queueing.simulate import BLOCK, Times, starts_at_one

POLICIES = ("random", "round robin", "power of d", "join the shortest", "tied")
MAX_LINES = 100_000


@dataclass(frozen=True, eq=False)
class Balanced(Times):
    """What became of requests that were spread over servers; `server`: the number of each one's, shape (n,)."""

    server: NDArray[np.intp]


def balance(
    rng: np.random.Generator,
    arrive: ArrayLike,
    service: ArrayLike,
    servers: int,
    policy: str,
    choices: int = 2,
) -> Balanced:
    """Send each arrival to one of `servers`, each with one line in order of arrival; return what became of them.

    policy: "random"; "round robin"; "power of d", the shortest of `choices` lines, each drawn from all (so one may be
    drawn twice), among equals the first drawn; "join the shortest" of all, among equals the first from a random place
    on; "tied", copies to `choices` drawn servers, of which the first to begin cancels the others at once: that is the
    line with the least work. The length of a line counts the request in service.
    """
    arrive, service = require_pairs(arrive, service)
    servers = require_whole("servers", servers, 1, MAX_LINES)
    choices = require_whole("choices", choices, 1, MAX_LINES)
    require_one_of("policy", policy, POLICIES)
    rng = require_rng(rng)
    if policy == "random":
        return _spread(arrive, service, rng.integers(0, servers, len(arrive)))
    if policy == "round robin":
        return _spread(arrive, service, np.arange(len(arrive)) % servers)
    if policy == "tied":
        return _least_work(arrive, service, servers, _draws(rng, servers, len(arrive), choices))
    if policy == "power of d":
        return _shortest(arrive, service, servers, _draws(rng, servers, len(arrive), choices))
    first = rng.integers(0, servers, len(arrive))
    return _shortest(arrive, service, servers, (range(k, k + servers) for k in first.tolist()))


def _draws(rng: np.random.Generator, below: int, rows: int, choices: int) -> Iterator[list[int]]:
    """Draw `choices` numbers for each of `rows`; in blocks, since all at once might not fit into memory."""
    block = max(1, 50 * BLOCK // choices)
    for first in range(0, rows, block):
        yield from rng.integers(0, below, (min(block, rows - first), choices)).tolist()


def _spread(arrive: Floats, service: Floats, server: NDArray[np.intp]) -> Balanced:
    """Serve every server's own customers, who don't depend on its line."""
    order = np.argsort(server, kind="stable")
    start = np.empty_like(arrive)
    for mine in np.split(order, np.flatnonzero(np.diff(server[order])) + 1):
        start[mine] = starts_at_one(arrive[mine], service[mine])
    return Balanced(arrive, start, start + service, server)


def _shortest(arrive: Floats, service: Floats, servers: int, drawn: Iterable[Iterable[int]]) -> Balanced:
    """Let each arrival join the shortest of the lines it has drawn; who has left a line is counted out on sight.

    A line is the completion times of those in it. A drawn number at or above `servers` goes round.
    """
    lines = [deque() for _ in range(servers)] * 2
    starts, taken = [], []
    for time, takes, options in zip(arrive.tolist(), service.tolist(), drawn, strict=True):
        fewest = len(starts) + 1
        for k in options:
            line = lines[k]
            while line and line[0] <= time:
                line.popleft()
            if len(line) < fewest:
                fewest, best = len(line), k
                if not fewest:
                    break  # an idle server: none can be better
        line = lines[best]
        start = line[-1] if line else time
        line.append(start + takes)
        starts.append(start)
        taken.append(best)
    start = np.array(starts)
    return Balanced(arrive, start, start + service, np.array(taken, dtype=np.intp) % servers)


def _least_work(arrive: Floats, service: Floats, servers: int, drawn: Iterable[Iterable[int]]) -> Balanced:
    """Let each arrival join the drawn server that will be free first."""
    free = [0.0] * servers
    starts, taken = [], []
    for time, takes, options in zip(arrive.tolist(), service.tolist(), drawn, strict=True):
        best = min(options, key=free.__getitem__)
        start = max(free[best], time)
        free[best] = start + takes
        starts.append(start)
        taken.append(best)
    start = np.array(starts)
    return Balanced(arrive, start, start + service, np.array(taken, dtype=np.intp))


def supermarket_response(load: float, choices: int = 2) -> float:
    """Return the mean time in the system, in mean service times, of "power of d" with infinitely many servers.

    Σ ρ^((d^k - d)/(d - 1)), k = 1, 2, …; 1/(1 - ρ) for one choice (Mitzenmacher 1996 and 2001, IEEE TPDS 12(10);
    Vvedenskaya, Dobrushin & Karpelevich 1996). Poisson arrivals, exponential service; ten servers do worse.
    """
    load = require_inside("load", load, 0, 1)
    choices = require_whole("choices", choices, 1, MAX_LINES)
    if choices == 1:
        return 1 / (1 - load)
    total, power = 0.0, 0.0
    while (term := load**power) > 1e-17:  # the exponents: 0, d, d + d², …
        total += term
        power = choices * (power + 1)
    return total


def balls_into_bins(
    rng: np.random.Generator, bins: int, choices: int = 1, balls: int | None = None
) -> NDArray[np.int64]:
    """Throw `balls` (as many as bins if None), each into the emptiest of `choices` drawn bins; return the loads.

    The fullest of n bins holds about ln n / ln ln n with one choice, ln ln n / ln d + O(1) with d (Azar, Broder, Karlin
    & Upfal 1999, SIAM J. Computing 29(1)). Shape (bins,).
    """
    rng, bins = require_rng(rng), require_whole("bins", bins, 1, 10_000_000)
    choices = require_whole("choices", choices, 1, MAX_LINES)
    balls = bins if balls is None else require_whole("balls", balls, 0, 100_000_000)
    if choices == 1:
        return np.bincount(rng.integers(0, bins, balls), minlength=bins)
    load = [0] * bins
    for options in _draws(rng, bins, balls, choices):
        load[min(options, key=load.__getitem__)] += 1
    return np.array(load, dtype=np.int64)
