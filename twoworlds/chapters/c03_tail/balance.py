"""Which of a hundred servers? Two choices, the shortest line of all, and what happens when the lengths are old."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.c03_tail.people import meet_one
from twoworlds.chapters.c03_tail.story import OBJECTIVE_MS, SERVICE_MS
from twoworlds.course.controls import Choice, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.platform import queueing

SERVERS = 100
POLICIES = {
    "at random": "random",
    "in turn": "round robin",
    "best of two": "power of two",
    "best of all": "join the shortest",
}  # as the chapter calls them, and the room
LOADS = (50, 70, 80, 90, 95)  # %
AGES_MS = (0, 2, 5, 10, 20, 50, 100, 200)
STEPS = {
    50: 200_000,
    70: 200_000,
    80: 400_000,
    90: 1_200_000,
    95: 1_200_000,
}  # arrivals and completions, by load
HERDS = 10  # times as many where old lengths send all to one server: such lines differ from run to run
ROWS = np.arange(len(POLICIES))[::-1]  # of the bars
X = np.array([1, *AGES_MS[1:]], float)  # on a logarithmic axis 0 stands at 1
MS = np.geomspace(1, 40_000, 2000)


def build_grid() -> pd.DataFrame:
    """Compute the policies that ask nobody, simulate the others.

    Columns: policy, load (%), age_ms, mean, p99 (ms), late (share over OBJECTIVE_MS).
    """
    rows = []
    for policy in POLICIES:
        for load in LOADS:
            if policy.startswith("best"):
                rows.extend((policy, load, age, *simulate(policy, load, age)) for age in AGES_MS)
            else:
                rows.append((policy, load, 0, *in_theory(policy, load)))
    return pd.DataFrame(rows, columns=["policy", "load", "age_ms", "mean", "p99", "late"])


def simulate(policy: str, load: int, age_ms: int) -> tuple[float, float, float]:
    """Return (mean, p99 in ms, share over OBJECTIVE_MS) at a load in %, with lengths read every `age_ms`."""
    steps = STEPS[load] * (HERDS if policy == "best of all" and age_ms >= 50 else 1)
    rng = np.random.default_rng([list(POLICIES).index(policy), load, age_ms])
    joined = queueing.joined_lines(rng, POLICIES[policy], load / 100, age_ms / SERVICE_MS, SERVERS, steps)
    return answer_times(joined)


def in_theory(policy: str, load: int) -> tuple[float, float, float]:
    """Return (mean, p99 in ms, share over OBJECTIVE_MS) with fresh lengths, at a load in %."""
    return answer_times(queueing.joined_in_theory(POLICIES[policy], load / 100, SERVERS))


def answer_times(joined: np.ndarray) -> tuple[float, float, float]:
    """Return (mean, p99, share over OBJECTIVE_MS) in ms from the shares that join a line of 0, 1, 2 … requests."""
    late = queueing.joined_tail(joined, MS / SERVICE_MS)
    mean = SERVICE_MS * float(np.arange(1, len(joined) + 1) @ joined)
    return mean, float(np.interp(-0.01, -late, MS)), float(np.interp(OBJECTIVE_MS, MS, late))


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
    return {policy: in_theory(policy, load)[1] for policy in POLICIES if policy != "best of all"}


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
            "policy": Choice("A request goes", tuple(POLICIES), "best of all"),
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
                "A proxy that counts what it has sent itself: fresh lengths, of two servers.",
                {"policy": "best of two", "age_ms": 0},
            ),
            "No questions asked": Preset("Whoever comes is next in turn.", {"policy": "in turn"}),
        },
        prediction=prediction(),
    )
