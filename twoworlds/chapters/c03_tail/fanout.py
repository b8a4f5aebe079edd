"""One slow answer in a hundred: a page asks many servers, waits for the last, and may ask twice."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.special import ndtr

from twoworlds.chapters.c03_tail.people import meet_one
from twoworlds.chapters.words import percent, rare_percent, several
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT

# Times are lognormal: an answer takes 10 ms at the median, a slow one a second. (Median ms, spread of the log.)
QUICK, SLOW = (10.0, 0.5), (1000.0, 0.2)
LATE_MS = 500.0
FANOUTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
SLOW_SHARES = (0.01, 0.1, 0.5, 1.0, 5.0)  # %
HEDGES = {
    "never": np.inf,
    "100 ms": 100.0,
    "50 ms": 50.0,
    "30 ms": 30.0,
    "20 ms": 20.0,
    "10 ms": 10.0,
    "at once": 0.0,
}
CAUSES = ("the server", "the request")
LINE = np.unique([*np.geomspace(1, 2000, 60).round().astype(int), *FANOUTS])
MS = np.geomspace(1, 4000, 1500)
SIMULATED, PAGES = (2, 10, 100, 1000), 3000


def survival(times: np.ndarray, law: tuple[float, float]) -> np.ndarray:
    """Return P(T > t) of a lognormal (median, spread); 1 for t <= 0."""
    median, spread = law
    with np.errstate(divide="ignore"):
        return ndtr(-np.log(np.maximum(times, 0) / median) / spread)


def answer_tail(times: np.ndarray, slow: float, hedge_ms: float, cause: str) -> np.ndarray:
    """Return the chance that one server's answer takes longer than each time, with a second copy after `hedge_ms`.

    A slow server leaves the copy the chance to meet a quick one; a slow request is slow wherever it goes.
    """
    quick, late = (np.array([survival(t, law) for t in (times, times - hedge_ms)]) for law in (QUICK, SLOW))
    if cause == "the server":
        first, second = (1 - slow) * quick + slow * late
        return first * second
    return (1 - slow) * quick[0] * quick[1] + slow * late[0] * late[1]


def extra_requests(slow: float, hedge_ms: float) -> float:
    """Return the copies sent, as a share of requests: those not answered when the hedge is due."""
    due = np.array([hedge_ms])
    return float(((1 - slow) * survival(due, QUICK) + slow * survival(due, SLOW))[0])


def build_grid() -> pd.DataFrame:
    """Simulate pages. Columns: slow (%), hedge (name), cause, fanout, late (share over LATE_MS), p50, p99 (ms)."""
    rng, rows = np.random.default_rng(303), []
    for slow in SLOW_SHARES:
        for cause in CAUSES:
            for fanout in SIMULATED:
                first, second = _answers(rng, slow / 100, cause, (PAGES, fanout))
                for name, hedge in HEDGES.items():
                    pages = np.minimum(first, hedge + second).max(axis=1)
                    p50, p99 = np.quantile(pages, [0.5, 0.99])
                    rows.append((slow, name, cause, fanout, np.mean(pages > LATE_MS), p50, p99))
    return pd.DataFrame(rows, columns=["slow", "hedge", "cause", "fanout", "late", "p50", "p99"])


def _answers(
    rng: np.random.Generator, slow: float, cause: str, shape: tuple[int, int]
) -> tuple[np.ndarray, ...]:
    """Return the times of a request and of its copy, ms."""
    is_slow = rng.random((2, *shape)) < slow
    if cause == "the request":
        is_slow[1] = is_slow[0]
    z = rng.standard_normal((2, *shape))
    return tuple(np.where(is_slow, SLOW[0] * np.exp(SLOW[1] * z), QUICK[0] * np.exp(QUICK[1] * z)))


@dataclass(frozen=True)
class Pages:
    """Pages that wait for the last of many answers."""

    fanout: int
    slow: float  # share of answers
    hedge: str
    cause: str
    extra: float  # copies, share of requests
    late: np.ndarray  # share of pages over LATE_MS, at each of LINE
    p50: np.ndarray  # ms, at each of LINE
    p99: np.ndarray  # ms, at each of LINE
    simulated: pd.DataFrame  # fanout, late, p50, p99

    def now(self, name: str) -> float:
        """The late share, p50 or p99 at the chosen fan-out."""
        return float(getattr(self, name)[np.searchsorted(LINE, self.fanout)])


@cache
def _simulated() -> dict[tuple, pd.DataFrame]:
    return dict(iter(grid("ch03_fanout").groupby(["slow", "hedge", "cause"])))


def model(fanout: int, slow: float, hedge: str, cause: str) -> Pages:
    """Return the pages' times; `slow` in % of answers, `hedge` and `cause` by name."""
    share, after = slow / 100, HEDGES[hedge]
    within = np.log1p(-answer_tail(MS, share, after, cause))  # log of one answer's distribution
    quantiles = [[np.interp(np.log(q) / n, within, MS) for n in LINE] for q in (0.5, 0.99)]
    late = -np.expm1(LINE * np.log1p(-answer_tail(np.array([LATE_MS]), share, after, cause)))
    extra = extra_requests(share, after)
    return Pages(
        fanout,
        share,
        hedge,
        cause,
        extra,
        late,
        *map(np.array, quantiles),
        _simulated()[(slow, hedge, cause)],
    )


def _axes(product: Axes, platform: Axes) -> None:
    for ax in (product, platform):
        ax.set(xscale="log", xlim=(0.85, 2400), xlabel="Servers that a page asks")
        ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    product.set(ylim=(-3, 103), ylabel=f"Pages that take over {LATE_MS:.0f} ms, %")
    platform.set(yscale="log", ylim=(5, 4000), ylabel="Time of a page, ms")
    platform.set_yticks([10, 100, 1000], ["10", "100", "1000"])
    for ax in (product, platform):
        ax.minorticks_off()


def draw(product: Axes, platform: Axes) -> Callable[[Pages], None]:
    """Along the fan-out: left the late pages, right the page's p50 and p99; lines computed, points simulated."""
    _axes(product, platform)
    pairs = {
        "late": (product, PRODUCT, "-"), "p99": (platform, PLATFORM, "-"), "p50": (platform, PLATFORM, "--"),
    }  # fmt: skip
    lines = {
        n: ax.plot([], [], dash, color=c, linewidth=1.5, animated=True)[0]
        for n, (ax, c, dash) in pairs.items()
    }
    points = {
        n: ax.plot([], [], "o", color=c, markersize=4, animated=True)[0] for n, (ax, c, _) in pairs.items()
    }
    dots = {
        n: ax.plot([], [], "o", color=c, markersize=11, markeredgecolor="white", zorder=5, animated=True)[0]
        for n, (ax, c, _) in pairs.items()
    }
    words = {
        n: platform.text(0, 0, n, color=PLATFORM, ha="right", va="bottom", animated=True)
        for n in ("p50", "p99")
    }
    price = platform.text(
        0.97, 0.04, "", transform=platform.transAxes, ha="right", color=NEUTRAL, animated=True
    )

    two = LINE.tolist().index(2)

    def update(r: Pages) -> None:
        for name, scale in (("late", 100), ("p50", 1), ("p99", 1)):
            lines[name].set_data(LINE, scale * getattr(r, name))
            points[name].set_data(r.simulated["fanout"], scale * r.simulated[name])
            dots[name].set_data([r.fanout], [scale * r.now(name)])
        for name, text in words.items():
            text.set_position((2, 1.12 * float(getattr(r, name)[two])))
        price.set_text(f"extra requests: {percent(r.extra)}")

    return update


def reading(r: Pages) -> str:
    """Say how many pages are late, who meets one, and what the hedge costs."""
    hedge = (
        "Nobody asks twice."
        if r.hedge == "never"
        else f"Asking again {'at once' if r.hedge == 'at once' else 'after ' + r.hedge} costs {percent(r.extra)} "
        f"more requests."
    )
    late, met = rare_percent(r.now("late")), rare_percent(meet_one(r.now("late")))
    return (
        f"{100 * r.slow:g} % of answers are slow; of pages that ask {several(r.fanout, 'server')}, {late} are late "
        f"(p99 {r.now('p99'):,.0f} ms), and {met} of the week's visitors meet one. {hedge}"
    )


def prediction() -> Prediction:
    """The textbook number, which intuition puts near one per cent."""
    return Prediction(
        id="03.3",
        question="One answer in a hundred takes about a second, the others about ten milliseconds. "
        "A page asks 100 servers and waits for all of them. What share of pages is slow?",
        answer=Slider("Slow pages", 0, 100, 1, 10, "%"),
        truth=lambda: round(100 * model(100, 1.0, "never", CAUSES[0]).now("late")),
        place=lambda guess, result: (100, guess),
        panel=0,
    )


def one_slow_server() -> Explorer:
    """Return the explorer: fan-out x slow answers x when to ask again x what is slow."""
    return Explorer(
        question="One slow answer in a hundred: how many pages feel it?",
        controls={
            "fanout": Steps("A page asks", FANOUTS, 100, "servers"),
            "slow": Steps("Slow answers", SLOW_SHARES, 1.0, "%"),
            "hedge": Steps("Ask another one after", tuple(HEDGES), "never"),
            "cause": Choice("What is slow", CAUSES, CAUSES[0]),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "how many pages are late?", "platform": "what is the page's p99?"},
        presets={
            "Hedge": Preset(
                "Whoever has not answered after 50 ms is asked again, elsewhere.", {"hedge": "50 ms"}
            ),
            "Hedge everything": Preset("Why wait at all?", {"hedge": "at once"}),
            "Four nines": Preset(
                "One slow answer in ten thousand, and the big page.", {"fanout": 2000, "slow": 0.01}
            ),
            "A heavy query": Preset(
                "This time the servers are fine; some requests are monsters.",
                {"hedge": "50 ms", "cause": CAUSES[1]},
            ),
        },
        prediction=prediction(),
    )
