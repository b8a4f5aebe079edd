"""Which of a hundred servers? Two choices, the shortest line of all, and what happens when the lengths are old."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.special import gammaincc

from twoworlds.chapters.c03_tail.people import meet_one
from twoworlds.course.controls import Choice, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PLATFORM, PRODUCT, TRUTH

SERVERS, SERVICE_MS, LATE_MS = 100, 20.0, 150.0
POLICIES = ("at random", "in turn", "best of two", "best of all")
LOADS = (50, 70, 80, 90, 95)  # %
AGES_MS = (0, 2, 5, 10, 20, 50, 100, 200)
EVENTS = 400_000  # arrivals and completions, after as many again to settle
BLOCK = 20_000
ROWS = np.arange(len(POLICIES))[::-1]  # of the bars
X = np.array([1, *AGES_MS[1:]], float)  # on a logarithmic axis 0 stands at 1


def build_grid() -> pd.DataFrame:
    """Simulate every policy. Columns: policy, load (%), age_ms, mean, p99 (ms), late (share over LATE_MS)."""
    rows = []
    for policy in POLICIES:
        for load in LOADS:
            for age in AGES_MS if policy.startswith("best") else (0,):
                rng = np.random.default_rng([POLICIES.index(policy), load, age])
                found = lines_met(policy, load / 100, age / SERVICE_MS, rng)
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


def lines_met(policy: str, load: float, age: float, rng: np.random.Generator) -> np.ndarray:
    """Return how many arrivals joined a line of 0, 1, 2 … requests: Poisson arrivals, exponential service of mean 1.

    Uniformised: each step is an arrival with chance load / (1 + load), else a completion at an even-drawn server, if it
    has anything to do. The first half of the steps settles.
    """
    board, met, clock = Board(age), np.zeros(5_000), 0.0
    for block in range(2 * EVENTS // BLOCK):
        arrivals = (rng.random(BLOCK) < load / (1 + load)).tolist()
        first, second = rng.integers(0, SERVERS, (2, BLOCK)).tolist()
        draws = rng.random(BLOCK).tolist()
        gaps = rng.exponential(1 / (SERVERS * (1 + load)), BLOCK).tolist()
        for arrives, one, other, u, gap in zip(arrivals, first, second, draws, gaps, strict=True):
            clock += gap
            board.read(clock)
            if arrives:
                server = board.choose(policy, one, other, u)
                if block >= EVENTS // BLOCK:
                    met[board.real[server]] += 1
                board.real[server] += 1
            elif board.real[one]:
                board.real[one] -= 1
    return np.trim_zeros(met, "b")


def answer_times(joined: np.ndarray) -> tuple[float, float, float]:
    """Return (mean, p99, share over LATE_MS) in ms: who joins a line of k waits for k + 1 exponential services."""
    times = np.geomspace(1, 40_000, 2000)
    k = np.arange(len(joined)) + 1
    tail = gammaincc(k[None, :], times[:, None] / SERVICE_MS) @ joined
    p99 = np.interp(-0.01, -tail, times)
    return SERVICE_MS * float(k @ joined), float(p99), float(np.interp(LATE_MS, times, tail))


def mean_field(policy: str, load: float) -> np.ndarray | None:
    """Return the chance that an arrival joins a line of 0, 1, 2 … with fresh lengths and very many servers.

    At random: ρ^k (M/M/1). Best of two: a line of k or more has the share s_k = ρ^(2^k - 1) of servers, and s_k² of
    arrivals find two such (Mitzenmacher 1996; Vvedenskaya, Dobrushin & Karpelevich 1996). None for the others.
    """
    if policy not in ("at random", "best of two"):
        return None
    k = np.arange(400 if policy == "at random" else 14)
    at_least = load**k if policy == "at random" else load ** (2.0 * (2.0**k - 1))
    return at_least - np.append(at_least[1:], 0)


@dataclass(frozen=True)
class Balance:
    """Four ways to choose a server, at one load, with lengths of any age."""

    load: int  # %
    policy: str
    age_ms: int
    p99: dict[str, np.ndarray]  # policy -> ms, at each of AGES_MS
    late: dict[str, np.ndarray]  # policy -> share over LATE_MS, at each of AGES_MS
    theory: dict[str, float]  # policy -> p99 in the mean field with fresh lengths, ms

    def now(self, policy: str) -> tuple[float, float]:
        """The (p99 in ms, share over LATE_MS) of a policy at the chosen age."""
        at = AGES_MS.index(self.age_ms)
        return float(self.p99[policy][at]), float(self.late[policy][at])


@cache
def _theory(load: int) -> dict[str, float]:
    """Return the p99 in the mean field of each policy that has one, ms."""
    fields = {policy: mean_field(policy, load / 100) for policy in POLICIES}
    return {policy: answer_times(field)[1] for policy, field in fields.items() if field is not None}


@cache
def _stored(load: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return policy -> p99 (ms), and policy -> share over LATE_MS, at each of AGES_MS."""
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
        xlabel=f"Visitors who meet an answer over {LATE_MS:.0f} ms, % a week",
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
    platform.set_yticks([100, 1000], ["100", "1,000"])
    platform.minorticks_off()


def draw(product: Axes, platform: Axes) -> Callable[[Balance], None]:
    """Left a bar a policy at the chosen age, right the p99 of each along the age; ticks are the mean field."""
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
        for policy, line in lines.items():
            line.set_data(X, r.p99[policy])
            colour = PLATFORM if policy == r.policy else NEUTRAL
            line.set(color=colour, alpha=1 if policy == r.policy else 0.5)
            names[policy].set(y=r.p99[policy][-1], color=colour)
        ticks.set_data([1] * len(r.theory), list(r.theory.values()))
        dot.set_data([X[AGES_MS.index(r.age_ms)]], [r.now(r.policy)[0]])

    return update


def reading(r: Balance) -> str:
    """Say the p99 of the chosen policy and which one would be best here."""
    p99 = {policy: r.now(policy)[0] for policy in POLICIES}
    best, worst = min(p99, key=p99.get), max(p99, key=p99.get)
    place = (
        "the best of the four" if r.policy == best else "the worst of the four" if r.policy == worst else ""
    )
    others = f"{best} has {p99[best]:,.0f} ms" if r.policy != best else f"{worst} has {p99[worst]:,.0f} ms"
    looks = f", by lengths read every {r.age_ms} ms" if r.policy.startswith("best") and r.age_ms else ""
    return (
        f"A hundred servers, {r.load} % busy. {r.policy.capitalize()}{looks}: the p99 is {p99[r.policy]:,.0f} ms"
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
