"""Bigger batches: what they do to the time of an answer, and to what one accelerator can carry."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.course.controls import Choice, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT
from twoworlds.platform import queueing
from twoworlds.platform.slo import percentile

FIXED_MS, EACH_MS = 5.0, 0.5  # a batch of b takes 5 + 0.5 b ms
SIZES = (1, 2, 4, 8, 16, 32, 64)
RATES = (50, 100, 200, 400, 600, 800, 1200, 1600)  # requests/s
WAITS_MS = (0, 5, 20, 50)
REQUESTS = 60_000


def build_grid() -> pd.DataFrame:
    """Simulate one accelerator. Columns: rate, size, wait_ms, p50, p99 (ms), batch (mean size), busy (share).

    Settings that ask for more than 97 % of what it can carry are left out: their line grows without limit, or nearly.
    """
    rows = []
    for rate in RATES:
        for size in SIZES:
            if rate < 0.97 * carries(size):
                rows.extend((rate, size, wait, *_one(rate, size, wait)) for wait in WAITS_MS)
    return pd.DataFrame(rows, columns=["rate", "size", "wait_ms", "p50", "p99", "batch", "busy"])


def _one(rate: float, size: int, wait_ms: float) -> tuple[float, float, float, float]:
    """Return (p50, p99, mean batch size, share of the time busy); the first sixth of the requests is left out.

    All sizes and waits meet the same arrivals.
    """
    arrive = 1000 * queueing.poisson_arrivals(np.random.default_rng(rate), rate, REQUESTS)
    served = queueing.serve_batches(arrive, FIXED_MS, EACH_MS, size, wait_ms)
    times = served.response[REQUESTS // 6 :]
    busy = (FIXED_MS * len(served.size) + EACH_MS * REQUESTS) / served.done[-1]
    return percentile(times, 0.5), percentile(times, 0.99), float(served.size.mean()), busy


def carries(size: int) -> float:
    """Return the requests/s of one accelerator that never lacks a full batch of `size`."""
    return 1000 * queueing.batch_throughput(size, FIXED_MS, EACH_MS)


@dataclass(frozen=True)
class Batches:
    """One accelerator at each largest batch size."""

    rate: int  # requests/s
    size: int
    wait_ms: int
    rows: pd.DataFrame  # size, p50, p99, batch, busy: only the sizes that carry the rate

    @property
    def now(self) -> pd.Series | None:
        """The row of the chosen size; None if it can't carry the rate."""
        chosen = self.rows[self.rows["size"] == self.size]
        return None if chosen.empty else chosen.iloc[0]


@cache
def _stored() -> dict[tuple[int, int], pd.DataFrame]:
    return dict(iter(grid("ch03_batches").groupby(["rate", "wait_ms"])))


def model(rate: int, size: int, wait_ms: int) -> Batches:
    """Return what one accelerator does at `rate` requests/s with batches of up to `size`."""
    return Batches(rate, size, wait_ms, _stored()[(rate, wait_ms)])


def _axes(product: Axes, platform: Axes) -> None:
    for ax in (product, platform):
        ax.set(xscale="log", xlim=(0.8, 120), xlabel="Largest batch")
        ax.set_xticks(SIZES, [str(size) for size in SIZES])
    product.set(yscale="log", ylim=(4, 300), ylabel="Time of an answer, ms")
    product.set_yticks([5, 10, 20, 50, 100, 200], ["5", "10", "20", "50", "100", "200"])
    platform.set(ylim=(0, 1850), ylabel="Requests/s")
    for ax in (product, platform):
        ax.minorticks_off()
    many = range(1, 65)
    platform.plot(many, [carries(size) for size in many], color=PLATFORM)
    platform.text(16, 1330, "can carry", color=PLATFORM, ha="right")
    product.plot(
        many, [queueing.batch_time(size, FIXED_MS, EACH_MS) for size in many], color=NEUTRAL, linestyle=":"
    )
    product.text(1, 4.6, "the work of a full batch", color=NEUTRAL, va="center", fontsize=8.5)


def draw(product: Axes, platform: Axes) -> Callable[[Batches], None]:
    """Along the largest batch: left the time of an answer, right what it can carry and what it is asked for."""
    _axes(product, platform)
    style = {"p99": ("o-", 1.5), "p50": ("o--", 1.5)}
    lines = {
        n: product.plot([], [], dash, color=PRODUCT, linewidth=w, markersize=4.5, animated=True)[0]
        for n, (dash, w) in style.items()
    }
    words = {n: product.text(70, 5, n, color=PRODUCT, va="center", animated=True) for n in style}
    (dot,) = product.plot(
        [], [], "o", color=PRODUCT, markersize=11, markeredgecolor="white", zorder=5, animated=True
    )
    (carried,) = platform.plot(
        [], [], "o", color=PLATFORM, markersize=11, markeredgecolor="white", zorder=5, animated=True
    )
    (asked,) = platform.plot([], [], color=PRODUCT, linewidth=1.5, animated=True)
    label = platform.text(0.85, 0, "", color=PRODUCT, va="bottom", animated=True)
    limit = product.text(0.9, 220, "", color=NEUTRAL, va="center", fontsize=9, animated=True)

    def update(r: Batches) -> None:
        for name, line in lines.items():
            line.set_data(r.rows["size"], r.rows[name])
            words[name].set_y(r.rows[name].iloc[-1])
        now = r.now
        dot.set_data([r.size] if now is not None else [], [now["p99"]] if now is not None else [])
        carried.set_data([r.size], [carries(r.size)])
        asked.set_data([0.8, 120], [r.rate, r.rate])
        label.set(y=r.rate + 15, text=f"asked for: {r.rate:,}")
        smallest = r.rows["size"].iloc[0]
        limit.set_text(
            f"stored from {smallest} on: smaller batches are full, or nearly" if smallest > 1 else ""
        )

    return update


def reading(r: Batches) -> str:
    """Say what the batches do to an answer and to the accelerator."""
    now, batches = r.now, f"batches of up to {r.size}" if r.size > 1 else "one at a time"
    waiting = f"waiting up to {r.wait_ms} ms to fill" if r.wait_ms else "no waiting to fill"
    if now is None:
        full = carries(r.size) > r.rate
        return (
            f"Batches of {r.size} carry {carries(r.size):,.0f} requests/s and {r.rate:,} come: "
            f"{'over 97 % full, and not simulated' if full else 'the line grows without limit'}."
        )
    return (
        f"{r.rate:,} requests/s, {batches}, {waiting}: the p99 is {now['p99']:.0f} ms, the median {now['p50']:.0f} ms. "
        f"A batch holds {now['batch']:.2g} on average, and the accelerator is busy "
        f"{100 * now['busy']:.0f} % of the time."
    )


ANSWERS = ("Four times as long", "About twice as long", "About the same", "Clearly shorter")


def prediction() -> Prediction:
    """Bigger batches are said to buy throughput with latency."""

    def truth() -> str:
        ratio = model(800, 32, 0).now["p99"] / model(800, 8, 0).now["p99"]
        return ANSWERS[3 - int(np.searchsorted([0.85, 1.4, 3], ratio))]

    return Prediction(
        id="03.4",
        question="800 requests/s come to an accelerator that takes whatever is waiting, at most 8 at a time. "
        "The largest batch is raised to 32, which take more than twice as long. The p99 becomes",
        answer=Choice("The p99 becomes", ANSWERS, ANSWERS[1]),
        truth=truth,
    )


def bigger_batches() -> Explorer:
    """Return the explorer: rate x largest batch x wait to fill."""
    return Explorer(
        question="Bigger batches: who pays, and when?",
        controls={
            "rate": Steps("Requests that come", RATES, 800, "/s"),
            "size": Steps("Largest batch", SIZES, 8),
            "wait_ms": Steps("Wait for a batch to fill", WAITS_MS, 0, "ms at most"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "how long is an answer?", "platform": "what can it carry?"},
        presets={
            "Four at a time": Preset("The setting of the demo, on Friday evening.", {"size": 4}),
            "32 at most": Preset("Somebody opens the door wide.", {"size": 32}),
            "Full batches only": Preset(
                "An accelerator is expensive: let it wait until the batch pays.", {"size": 32, "wait_ms": 50}
            ),
            "Four in the morning": Preset(
                "The same rule, while everybody sleeps.", {"rate": 50, "size": 32, "wait_ms": 50}
            ),
        },
        prediction=prediction(),
    )
