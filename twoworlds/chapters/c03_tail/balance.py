"""Which of a hundred servers? Two choices, the shortest line of all, and what happens when the lengths are old."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.special import gammaincc

from twoworlds.chapters.c03_tail.people import meet_one
from twoworlds.chapters.c03_tail.story import OBJECTIVE_MS, SERVICE_MS
from twoworlds.course.controls import Choice, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PLATFORM, PRODUCT, TRUTH

SERVERS = 100
POLICIES = ("at random", "in turn", "best of two", "best of all")
LOADS = (50, 70, 80, 90, 95)  # %
AGES_MS = (0, 2, 5, 10, 20, 50, 100, 200)
EVENTS = {
    50: 200_000,
    70: 200_000,
    80: 400_000,
    90: 1_200_000,
    95: 1_200_000,
}  # arrivals and completions, by load
SETTLE = 300_000  # as many come before
BLOCK = 20_000
ROWS = np.arange(len(POLICIES))[::-1]  # of the bars
X = np.array([1, *AGES_MS[1:]], float)  # on a logarithmic axis 0 stands at 1


def build_grid() -> pd.DataFrame:
    """Compute the policies that ask nobody, simulate the others.

    Columns: policy, load (%), age_ms, mean, p99 (ms), late (share over OBJECTIVE_MS).
    """
    rows = []
    for policy in POLICIES:
        for load in LOADS:
            if not policy.startswith("best"):
                rows.append((policy, load, 0, *answer_times(lines_met_in_theory(policy, load / 100))))
                continue
            for age in AGES_MS:
                rng = np.random.default_rng([POLICIES.index(policy), load, age])
                found = lines_met(policy, load / 100, age / SERVICE_MS, rng, EVENTS[load])
                rows.append((policy, load, age, *answer_times(found / found.sum())))
    return pd.DataFrame(rows, columns=["policy", "load", "age_ms", "mean", "p99", "late"])


class Board:
    """The line lengths as balancers see them: the real ones, or a copy that is read every `age` service times."""

    def __init__(self, age: float):
        self.real = [0] * SERVERS
        self.seen = [0] * SERVERS if age else self.real
        self.least = list(range(SERVERS))
        self.age, self.due, self.turn = age, age, 0

    def read(self, clock: float) -> None:
        """Read the lengths again if it is time."""
        if self.age and clock >= self.due:
            self.seen, shortest = self.real.copy(), min(self.real)
            self.least = [i for i, n in enumerate(self.seen) if n == shortest]
            self.due += self.age * (1 + (clock - self.due) // self.age)

    def choose(self, policy: str, one: int, other: int, u: float) -> int:
        """Return the server for a request; `one` and `other` are drawn servers, `u` is a draw in [0, 1)."""
        if policy == "best of two":
            return other if self.seen[other] < self.seen[one] else one
        if policy == "best of all":
            return self.least[int(u * len(self.least))] if self.age else self.real.index(min(self.real))
        if policy == "in turn":
            self.turn = (self.turn + 1) % SERVERS
            return self.turn
        return one


def lines_met(policy: str, load: float, age: float, rng: np.random.Generator, events: int) -> np.ndarray:
    """Return how many arrivals joined a line of 0, 1, 2 … requests: Poisson arrivals, exponential service of mean 1.

    Uniformised: each step is an arrival with chance load / (1 + load), else a completion at an even-drawn server, if it
    has anything to do. Counts the last `events` steps; SETTLE steps come before.
    """
    board, met, clock = Board(age), np.zeros(5_000), 0.0
    for block in range((SETTLE + events) // BLOCK):
        arrivals = (rng.random(BLOCK) < load / (1 + load)).tolist()
        first, second = rng.integers(0, SERVERS, (2, BLOCK)).tolist()
        draws = rng.random(BLOCK).tolist()
        gaps = rng.exponential(1 / (SERVERS * (1 + load)), BLOCK).tolist()
        for arrives, one, other, u, gap in zip(arrivals, first, second, draws, gaps, strict=True):
            clock += gap
            board.read(clock)
            if arrives:
                server = board.choose(policy, one, other, u)
                if block >= SETTLE // BLOCK:
                    met[board.real[server]] += 1
                board.real[server] += 1
            elif board.real[one]:
                board.real[one] -= 1
    return np.trim_zeros(met, "b")


def answer_times(joined: np.ndarray) -> tuple[float, float, float]:
    """Return (mean, p99, share over OBJECTIVE_MS) in ms: who joins a line of k waits for k + 1 exponential services."""
    times = np.geomspace(1, 40_000, 2000)
    k = np.arange(len(joined)) + 1
    tail = gammaincc(k[None, :], times[:, None] / SERVICE_MS) @ joined
    p99 = np.interp(-0.01, -tail, times)
    return SERVICE_MS * float(k @ joined), float(p99), float(np.interp(OBJECTIVE_MS, times, tail))


def lines_met_in_theory(policy: str, load: float) -> np.ndarray | None:
    """Return the chance that an arrival joins a line of 0, 1, 2 … with fresh lengths; None for best of all.

    At random, exact: k or more with chance ρ^k (M/M/1). In turn, exact: each server gets every hundredth arrival, so
    gaps are a sum of a hundred exponentials, and k or more have the chance σ^k with σ the gaps' transform at 1 - σ
    (GI/M/1: Kleinrock 1975, section 6.4). Best of two, for very many servers: a line of k or more has the share
    s_k = ρ^(2^k - 1) of servers, and s_k² of arrivals find two such (Mitzenmacher 1996; Vvedenskaya, Dobrushin &
    Karpelevich 1996).
    """
    if policy == "best of all":
        return None
    k = np.arange(14 if policy == "best of two" else 400)
    busy = in_turn_root(load) if policy == "in turn" else load
    at_least = load ** (2.0 * (2.0**k - 1)) if policy == "best of two" else busy**k
    return at_least - np.append(at_least[1:], 0)


def in_turn_root(load: float) -> float:
    """Return σ in (0, 1) with σ = (nρ / (nρ + 1 - σ))^n for n = SERVERS, by repetition from 0."""
    root = 0.0
    for _ in range(2_000):
        root = (SERVERS * load / (SERVERS * load + 1 - root)) ** SERVERS
    return root


@dataclass(frozen=True)
class Balance:
    """Four ways to choose a server, at one load, with lengths of any age."""

    load: int  # %
    policy: str
    age_ms: int
    p99: dict[str, np.ndarray]  # policy -> ms, at each of AGES_MS
    late: dict[str, np.ndarray]  # policy -> share over OBJECTIVE_MS, at each of AGES_MS
    theory: dict[str, float]  # policy -> p99 in theory with fresh lengths, ms

    def now(self, policy: str) -> tuple[float, float]:
        """The (p99 in ms, share over OBJECTIVE_MS) of a policy at the chosen age."""
        at = AGES_MS.index(self.age_ms)
        return float(self.p99[policy][at]), float(self.late[policy][at])


@cache
def _theory(load: int) -> dict[str, float]:
    """Return the p99 in theory of each policy that has one, ms."""
    joined = {policy: lines_met_in_theory(policy, load / 100) for policy in POLICIES}
    return {policy: answer_times(chances)[1] for policy, chances in joined.items() if chances is not None}


@cache
def _stored(load: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return policy -> p99 (ms), and policy -> share over OBJECTIVE_MS, at each of AGES_MS."""
    rows = grid("ch03_balance")
    rows = rows[rows["load"] == load]
    p99, late = ({p: _by_age(rows[rows.policy == p], name) for p in POLICIES} for name in ("p99", "late"))
    return p99, late


def model(load: int, policy: str, age_ms: int) -> Balance:
    """Return all four policies at a load (%), and the chosen one with lengths read every `age_ms`."""
    p99, late = _stored(load)
    return Balance(load, policy, age_ms, p99, late, _theory(load))


def _by_age(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Return a column for every age; a policy that doesn't look at lengths has one value for all."""
    values = rows.sort_values("age_ms")[name].to_numpy()
    return values if len(values) == len(AGES_MS) else np.full(len(AGES_MS), values[0])


def _axes(product: Axes, platform: Axes) -> None:
    product.set(
        xlim=(0, 114),
        ylim=(-0.6, 3.6),
        xticks=range(0, 101, 20),
        xlabel=f"Visitors who meet an answer over {OBJECTIVE_MS:.0f} ms, % a week",
    )
    product.set_yticks(ROWS, [p.capitalize() for p in POLICIES])
    product.grid(False, axis="y")
    platform.set(
        xscale="log",
        yscale="log",
        xlim=(0.8, 900),
        ylim=(70, 8_000),
        xlabel="Line lengths are read every … ms",
    )
    platform.set(ylabel="p99 of an answer, ms")
    platform.set_xticks(X, ["0", *map(str, AGES_MS[1:])])
    platform.set_yticks([100, 200, 500, 1000, 2000, 5000], ["100", "200", "500", "1,000", "2,000", "5,000"])
    platform.minorticks_off()


def _apart(heights: dict[str, float]) -> dict[str, float]:
    """Return the heights of words on a logarithmic axis, from below, each a line's height above the one before."""
    moved, free = {}, 0.0
    for name in sorted(heights, key=heights.get):
        moved[name] = max(heights[name], free)
        free = 1.25 * moved[name]
    return moved


def draw(product: Axes, platform: Axes) -> Callable[[Balance], None]:
    """Left a bar a policy at the chosen age, right the p99 of each along the age; ticks are theory."""
    _axes(product, platform)
    bars = product.barh(ROWS, 0 * ROWS, height=0.55, animated=True)
    numbers = [product.text(0, y, "", va="center", animated=True) for y in ROWS]
    lines = {p: platform.plot([], [], "o-", markersize=4, linewidth=1.5, animated=True)[0] for p in POLICIES}
    names = {p: platform.text(245, 100, p, va="center", fontsize=9, animated=True) for p in POLICIES}
    (ticks,) = platform.plot(
        [], [], "_", color=TRUTH, markersize=16, markeredgewidth=2, zorder=6, animated=True
    )
    (dot,) = platform.plot(
        [], [], "o", color=PLATFORM, markersize=11, markeredgecolor="white", zorder=5, animated=True
    )

    def update(r: Balance) -> None:
        for bar, number, policy in zip(bars, numbers, POLICIES, strict=True):
            met = 100 * float(meet_one(r.now(policy)[1]))
            bar.set_width(met)
            bar.set_color(PRODUCT if policy == r.policy else FAINT)
            number.set(x=met + 1, text=f"{met:.2g}", color=PRODUCT if policy == r.policy else NEUTRAL)
        heights = _apart({policy: r.p99[policy][-1] for policy in POLICIES})
        for policy, line in lines.items():
            line.set_data(X, r.p99[policy])
            colour = PLATFORM if policy == r.policy else NEUTRAL
            line.set(color=colour, alpha=1 if policy == r.policy else 0.5)
            names[policy].set(y=heights[policy], color=colour)
        ticks.set_data([1] * len(r.theory), list(r.theory.values()))
        dot.set_data([X[AGES_MS.index(r.age_ms)]], [r.now(r.policy)[0]])

    return update


def _ms(p99: dict[str, float], policy: str) -> str:
    """Return a p99 in words: to the millisecond where it is exact, to two digits where it is simulated."""
    time = p99[policy]
    return f"about {float(f'{time:.2g}'):,.0f} ms" if policy.startswith("best") else f"{time:,.0f} ms"


def reading(r: Balance) -> str:
    """Say the p99 of the chosen policy and which one would be best here."""
    p99 = {policy: r.now(policy)[0] for policy in POLICIES}
    best, worst = min(p99, key=p99.get), max(p99, key=p99.get)
    place = (
        "the best of the four" if r.policy == best else "the worst of the four" if r.policy == worst else ""
    )
    others = f"{best} has {_ms(p99, best)}" if r.policy != best else f"{worst} has {_ms(p99, worst)}"
    looks = f", by lengths read every {r.age_ms} ms" if r.policy.startswith("best") and r.age_ms else ""
    return (
        f"A hundred servers, {r.load} % busy. {r.policy.capitalize()}{looks}: the p99 is {_ms(p99, r.policy)}"
        f"{', ' + place if place else ''}; {others}."
    )


def prediction() -> Prediction:
    """Fresh lengths make the shortest line best; a fifth of a second makes it something else."""

    def worst() -> str:
        found = model(90, "best of all", 200)
        return max(POLICIES, key=lambda policy: found.now(policy)[0]).capitalize()

    return Prediction(
        id="03.2",
        question="A hundred servers, 90 % busy; an answer takes 20 ms of work. Balancers may send a request at random, "
        "in turn, to the shorter of two drawn lines, or to the shortest of all. Line lengths are read five times a "
        "second. Which policy has the worst p99?",
        answer=Choice("Worst p99", [policy.capitalize() for policy in POLICIES], "At random"),
        truth=worst,
    )


def two_choices() -> Explorer:
    """Return the explorer: load x policy x age of what it looks at."""
    return Explorer(
        question="Which of a hundred servers should answer?",
        controls={
            "load": Steps("Load", LOADS, 90, "%"),
            "policy": Choice("A request goes", POLICIES, "best of all"),
            "age_ms": Steps("Line lengths are read every", AGES_MS, 200, "ms"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "who waits?", "platform": "which line is short?"},
        presets={
            "Perfect knowledge": Preset("The textbook: everybody sees every line, now.", {"age_ms": 0}),
            "Two choices": Preset("The same old lengths, but only two of them.", {"policy": "best of two"}),
            "One proxy's own count": Preset(
                "Fresh lengths of two servers.", {"policy": "best of two", "age_ms": 0}
            ),
            "No questions asked": Preset("Whoever comes is next in turn.", {"policy": "in turn"}),
        },
        prediction=prediction(),
    )
