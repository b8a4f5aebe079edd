"""How busy is too busy? Load, number of servers, and how much requests differ."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.c03_tail.people import meet_one
from twoworlds.chapters.c03_tail.story import OBJECTIVE_MS, SERVICE_MS
from twoworlds.chapters.words import rare_percent, several
from twoworlds.course.controls import Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT
from twoworlds.platform import queueing
from twoworlds.platform.slo import percentile

LOADS = (30, 50, 60, 70, 75, 80, 85, 90, 95)  # %
SERVERS = (1, 2, 4, 8, 16, 32, 64)
VARIABILITY = (0, 1, 4, 10)  # squared coefficient of variation of the work in a request
CUSTOMERS = 300_000  # the first sixth is left out: the line starts empty
# Where servers are busy one run of this length says little, and less where work is uneven: more runs, by load.
MORE_RUNS = {85: 6, 90: 12, 95: 40}
LINE = np.unique(np.concatenate([np.linspace(20, 99.2, 80), LOADS]))  # %


def build_grid() -> pd.DataFrame:
    """Simulate the line. Columns: servers, variability, load (%), mean, p99 (ms), late (share over the objective)."""
    settings = itertools.product(SERVERS, VARIABILITY, LOADS)
    rows = [(*setting, *simulate(*setting)) for setting in settings]
    return pd.DataFrame(rows, columns=["servers", "variability", "load", "mean", "p99", "late"])


def simulate(servers: int, variability: float, load: int) -> tuple[float, float, float]:
    """Return (mean, p99 in ms, share over the objective) at a load in %."""
    rng = np.random.default_rng([servers, variability, load])
    runs = MORE_RUNS.get(load, 1) if variability > 1 else 6 if (variability, load) == (1, 95) else 1
    times = np.concatenate([_one_run(servers, variability, load, rng) for _ in range(runs)])
    return float(times.mean()), percentile(times, 0.99), float(np.mean(times > OBJECTIVE_MS))


def _one_run(servers: int, variability: float, load: int, rng: np.random.Generator) -> np.ndarray:
    """Return the response times of one run, ms; work is all alike, exponential, or gamma with this variability."""
    arrive = queueing.poisson_arrivals(rng, servers * load / 100 / SERVICE_MS, CUSTOMERS)
    law = {0: "deterministic", 1: "exponential"}.get(variability, "gamma")
    work = queueing.service_times(rng, law, CUSTOMERS, SERVICE_MS, variability)
    return queueing.fcfs(arrive, work, servers).response[CUSTOMERS // 6 :]


@dataclass(frozen=True)
class Busy:
    """One fleet at every load; simulated at LOADS, in theory at LINE where there is a formula."""

    load: int  # %
    servers: int
    variability: float
    simulated: pd.DataFrame  # load, mean, p99, late
    mean: np.ndarray  # ms, at LINE: exact for one server and for exponential work, else an approximation
    p99: np.ndarray | None  # ms, at LINE, if exact
    late: np.ndarray | None  # share over the objective, at LINE, if exact

    @property
    def exact(self) -> bool:
        """Whether the tail has a formula: exponential work only."""
        return self.variability == 1

    def at_loads(self, name: str) -> np.ndarray:
        """A number at each of LOADS: by the formula where it is exact, else simulated."""
        if self.exact:
            return getattr(self, name)[np.searchsorted(LINE, LOADS)]
        return self.simulated[name].to_numpy()

    def now(self, name: str) -> float:
        """A number at the chosen load."""
        return float(self.at_loads(name)[LOADS.index(self.load)])

    def says(self, name: str) -> str:
        """A time at the chosen load in words: to the millisecond by a formula, to two digits by simulation."""
        time = self.now(name)
        return f"{time:,.0f} ms" if self.exact else f"about {float(f'{time:.2g}'):,.0f} ms"

    @property
    def highest(self) -> int:
        """The highest of LOADS, in %, at which the p99 keeps the objective; 0 if none does."""
        return max(
            (load for load, p99 in zip(LOADS, self.at_loads("p99"), strict=True) if p99 <= OBJECTIVE_MS),
            default=0,
        )


@cache
def _mean(servers: int, variability: float) -> np.ndarray:
    """Return the mean response at each of LINE, ms."""
    rates = LINE / 100 * servers / SERVICE_MS
    waits = [
        queueing.mean_wait_allen_cunneen(r, 1 / SERVICE_MS, servers, service_cv2=variability) for r in rates
    ]
    return SERVICE_MS + np.array(waits)


@cache
def _tail(servers: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the p99 (ms) and the share over the objective of M/M/c at each of LINE."""
    rates, mu = LINE / 100 * servers / SERVICE_MS, 1 / SERVICE_MS
    p99 = [queueing.response_quantile(0.99, rate, mu, servers) for rate in rates]
    return np.array(p99), np.array(
        [queueing.response_tail(OBJECTIVE_MS, rate, mu, servers) for rate in rates]
    )


@cache
def _simulated() -> dict[tuple[int, int], pd.DataFrame]:
    return dict(iter(grid("ch03_busy").groupby(["servers", "variability"])))


def model(load: int, servers: int, variability: float) -> Busy:
    """Return what a fleet does; `load` in %."""
    p99, late = _tail(servers) if variability == 1 else (None, None)
    mean = _mean(servers, variability)
    return Busy(load, servers, variability, _simulated()[(servers, variability)], mean, p99, late)


def _axes(product: Axes, platform: Axes) -> None:
    for ax in (product, platform):
        ax.set(xlim=(20, 101), xlabel="Load, % of capacity", xticks=range(20, 101, 10))
        ax.axvline(100, color=NEUTRAL, linewidth=0.8)
    product.set(ylim=(-3, 120), yticks=range(0, 101, 20), ylabel="Visitors who meet one, % a week")
    platform.set(yscale="log", ylim=(15, 15_000), ylabel="Time of an answer, ms")
    platform.set_yticks(
        [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        ["20", "50", "100", "200", "500", "1,000", "2,000", "5,000", "10,000"],
    )
    platform.minorticks_off()
    platform.axhline(OBJECTIVE_MS, color=NEUTRAL, linestyle=":")
    platform.text(21, OBJECTIVE_MS * 1.06, "objective", color=NEUTRAL, fontsize=8.5)


def draw(product: Axes, platform: Axes) -> Callable[[Busy], None]:
    """Along the load: left who meets a slow answer, right mean and p99; lines in theory, points simulated."""
    _axes(product, platform)
    shown = {
        "p99": (platform, PLATFORM),
        "mean": (platform, PLATFORM),
        "all": (product, PRODUCT),
        "heavy": (product, PRODUCT),
    }
    dash = {"mean": "--", "heavy": ":"}
    lines = {
        n: ax.plot([], [], dash.get(n, "-"), color=c, linewidth=1.5, animated=True)[0]
        for n, (ax, c) in shown.items()
    }
    points = {
        n: ax.plot([], [], "o", color=c, markersize=4.5, animated=True)[0] for n, (ax, c) in shown.items()
    }
    big = {
        n: ax.plot([], [], "o", color=c, markersize=11, markeredgecolor="white", zorder=5, animated=True)[0]
        for n, (ax, c) in shown.items() if n in ("p99", "all")
    }  # fmt: skip
    names = {"p99": "p99", "mean": "mean"}
    words = {
        n: platform.text(46, 50, text, color=PLATFORM, ha="center", va="bottom", animated=True)
        for n, text in names.items()
    }
    product.legend(
        [lines["all"], lines["heavy"]],
        ["all visitors", "the tenth that come most"],
        loc="upper left",
        ncols=2,
    )

    def update(r: Busy) -> None:
        for name in shown:
            line, simulated = _curves(r, name)
            lines[name].set_data(LINE if line is not None else LOADS, line if line is not None else simulated)
            points[name].set_data(LOADS, simulated)
        for name, text in words.items():
            text.set_y(1.07 * _curves(r, name)[1][LOADS.index(50)])
        big["p99"].set_data([r.load], [r.now("p99")])
        big["all"].set_data([r.load], [100 * float(meet_one(r.now("late")))])

    return update


def _curves(r: Busy, name: str) -> tuple[np.ndarray | None, np.ndarray]:
    """Return (theory at LINE or None, simulation at LOADS) of what is drawn: ms, or % of visitors."""
    if name in ("mean", "p99"):
        return getattr(r, name), r.simulated[name].to_numpy()
    heavy = name == "heavy"
    theory = None if r.late is None else 100 * meet_one(r.late, heavy)
    return theory, 100 * meet_one(r.simulated["late"].to_numpy(), heavy)


def reading(r: Busy) -> str:
    """Say the p99, who meets it, and how busy this fleet may be."""
    servers = "One server" if r.servers == 1 else several(r.servers, "server")
    late = r.now("late")
    limit = (
        f"Of the loads tried, {r.highest} % is the highest that keeps the objective."
        if r.highest
        else "None of the loads tried keeps the objective."
    )
    return (
        f"{servers} at {r.load} %: mean {r.says('mean')}, p99 {r.says('p99')}; "
        f"{rare_percent(meet_one(late))} of a week's visitors meet an answer over {OBJECTIVE_MS:.0f} ms, "
        f"{rare_percent(meet_one(late, heavy=True))} of the heaviest tenth. {limit}"
    )


def prediction() -> Prediction:
    """The same load on a fleet of one."""
    return Prediction(
        id="03.1",
        question="Eight servers with one line, 85 % busy: the p99 is 114 ms. A team gets a server of its own, for "
        "an eighth of the requests. It is 85 % busy as well. What is its p99?",
        answer=Slider("p99", 50, 1000, 10, 110, "ms"),
        truth=lambda: round(1000 * queueing.response_quantile(0.99, 0.85 * 50, 50, 1)),
        place=lambda guess, result: (85, guess),
        panel=1,
    )


def how_busy() -> Explorer:
    """Return the explorer: load x servers x variability."""
    return Explorer(
        question="How busy is too busy?",
        controls={
            "load": Steps("Load", LOADS, 85, "%"),
            "servers": Steps("Servers", SERVERS, 1),
            "variability": Steps("Variability of the work, CV²", VARIABILITY, 1),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "who meets a slow answer?", "platform": "what do the dashboards say?"},
        presets={
            "Last Friday": Preset("Eight servers, and a calm evening.", {"servers": 8}),
            "Tonight": Preset(
                "Nothing has changed, except that more people came.", {"servers": 8, "load": 95}
            ),
            "One big pool": Preset("Eight such fleets, behind one line.", {"servers": 64, "load": 95}),
            "Some are monsters": Preset(
                "Now and then somebody follows ten thousand people.", {"servers": 8, "variability": 10}
            ),
        },
        prediction=prediction(),
    )
