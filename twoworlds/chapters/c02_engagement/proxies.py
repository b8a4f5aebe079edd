"""What the log can't see: videos promoted by what is logged, held against what they leave in people."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.c02_engagement.shelf import impressions, rank_correlation, true_value
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH

LEAST = 50  # impressions of a video that may be promoted
FEW, LEAST_FOR_MEAN = 60, 5  # videos: drawn larger below; a tenth has a mean from so many on
# What is logged: (sum of this column, divided by that one) for each video.
PROXIES = {
    "CTR": ("clicked", "shown"),
    "Watch time": ("watch_s", "clicked"),
    "Watch share": ("share", "clicked"),
    "Likes": ("liked", "clicked"),
    "Survey": ("stars", "surveys"),
}
DAYS = (1, 3, 7, 14, 28)


@cache
def evidence(days: int) -> pd.DataFrame:
    """Return what `days` of log say of each video shown often enough: a column a proxy, and its value (points)."""
    log = impressions()[lambda t: t["day"] <= days]
    parts = {
        "video_id": log["video_id"], "shown": 1, "clicked": log["clicked"], "watch_s": log["watch_s"].astype(float),
        "share": log["share"], "liked": log["liked"],
        "stars": log["survey"].fillna(0).astype(float), "surveys": log["survey"].notna(),
    }  # fmt: skip
    sums = pd.DataFrame(parts).groupby("video_id").sum()
    sums = sums[sums["shown"] >= LEAST]
    table = pd.DataFrame({name: (sums[a] / sums[b]).where(sums[b] > 0) for name, (a, b) in PROXIES.items()})
    return table.assign(value=true_value())


@cache
def agreement(days: int) -> dict[str, float]:
    """Return each proxy's rank correlation (Spearman) with the hidden value, over the videos that it can rank."""
    table = evidence(days)
    return {name: rank_correlation(table[name], table["value"]) for name in PROXIES}


@cache
def signals() -> dict[str, float]:
    """Return how many events of each proxy a thousand impressions leave: clicks, likes or answers."""
    log = impressions()
    happened = {"Likes": log["liked"], "Survey": log["survey"].notna()}
    return {name: 1000 * float(happened.get(name, log["clicked"]).mean()) for name in PROXIES}


@dataclass(frozen=True)
class Promotion:
    """Videos promoted by a proxy, and what they are worth."""

    proxy: str
    rank: np.ndarray  # place by the proxy, percent, 100 is the best
    value: np.ndarray  # points, in the same order
    promoted: np.ndarray  # bool
    shown: int  # videos shown often enough
    everywhere: float  # mean value of all videos shown often enough, points
    agreement: dict[str, float]

    @property
    def gain(self) -> float:
        """The mean value of the promoted, points."""
        return float(self.value[self.promoted].mean())

    @property
    def regretted(self) -> float:
        """The share of the promoted that leave people worse off."""
        return float((self.value[self.promoted] < 0).mean())


def model(proxy: str, days: int, share: float) -> Promotion:
    """Promote the best `share` (percent) of the videos by a proxy measured over `days`."""
    table = evidence(days)
    ranked = table[table[proxy].notna()].sort_values(proxy, kind="stable")  # ties: by id, never by value
    rank = 100 * (np.arange(len(ranked)) + 0.5) / len(ranked)
    return Promotion(
        proxy,
        rank,
        ranked["value"].to_numpy(),
        rank > 100 - share,
        len(table),
        float(table["value"].mean()),
        agreement(days),
    )


def draw(product: Axes, platform: Axes) -> Callable[[Promotion], None]:
    """Left every video by its place; right what each signal costs in traffic, and how far it agrees with the truth."""
    product.set(
        xlim=(0, 100), ylim=(-100, 100), xlabel="Place among the videos by what is logged, % (100 is best)"
    )
    product.set_ylabel("Value, points (nobody logs it)")
    product.axhline(0, color=NEUTRAL, linewidth=0.8)
    (rest,) = product.plot([], [], ".", color="#B8B8B8", markersize=4, animated=True)
    (chosen,) = product.plot([], [], ".", color=PRODUCT, markersize=6, zorder=4, animated=True)
    (mean,) = product.plot([], [], "-", color=TRUTH, linewidth=2, drawstyle="steps-mid", animated=True)
    (usual,) = product.plot([], [], ":", color=TRUTH, linewidth=1.2, animated=True)
    platform.set(
        xlim=(0.8, 500),
        ylim=(-0.75, 1),
        xscale="log",
        xlabel="Clicks, likes or answers per 1,000 impressions",
    )
    platform.set_ylabel("Agreement with value (rank correlation)")
    platform.axhline(0, color=NEUTRAL, linewidth=0.8)
    (dots,) = platform.plot([], [], "o", color=PLATFORM, markersize=9, markeredgecolor="white", animated=True)
    (here,) = platform.plot([], [], "o", color="none", markersize=16, markeredgecolor=TRUTH, animated=True)
    names = {
        n: platform.text(x, 0, n, color=PLATFORM, ha="center", fontsize=9, animated=True)
        for n, x in signals().items()
    }

    def update(r: Promotion) -> None:
        rest.set_data(r.rank[~r.promoted], r.value[~r.promoted])
        for dots_of, small in ((rest, 4), (chosen, 6)):
            dots_of.set_markersize(11 if r.rank.size < FEW else small)
        chosen.set_data(r.rank[r.promoted], r.value[r.promoted])
        tenth = np.minimum((r.rank // 10).astype(int), 9)
        counts = np.bincount(tenth, minlength=10)
        enough = counts >= LEAST_FOR_MEAN
        mean.set_data(
            5 + 10 * np.flatnonzero(enough),
            np.bincount(tenth, r.value, 10)[enough] / counts[enough],
        )
        usual.set_data([0, 100], [r.everywhere, r.everywhere])
        dots.set_data(list(signals().values()), list(r.agreement.values()))
        here.set_data([signals()[r.proxy]], [r.agreement[r.proxy]])
        for name, words in names.items():
            words.set_y(r.agreement[name] + 0.09)

    return update


def reading(r: Promotion) -> str:
    """Say what the promotion brings."""
    count, ranked = int(r.promoted.sum()), r.rank.size
    name = r.proxy if r.proxy == "CTR" else r.proxy.lower()
    nothing = "answer" if r.proxy == "Survey" else "click"
    none = f"{r.shown - ranked:,} of {r.shown:,} videos shown often enough have no {nothing} at all. "
    rare = "" if ranked > 0.9 * r.shown else none
    some = f"{100 * r.regretted:.0f} % of them leave" if r.regretted else "none of them leaves"
    regret = f"{some} people worse off than before; their mean value is"
    return (
        f"{rare}{count} of {ranked} videos promoted by {name}: {'its value is' if count == 1 else regret} "
        f"{r.gain:+.0f} points, that of all videos shown {r.everywhere:+.0f}."
    )


def what_the_log_cant_see() -> Explorer:
    """Return the explorer: proxy x days of log x how much is promoted."""
    return Explorer(
        question="You promote what the log likes best. What do people get?",
        controls={
            "proxy": Choice("Promote by", tuple(PROXIES), "CTR"),
            "days": Steps("Days of log", DAYS, 7),
            "share": Steps("Promoted, best", (5, 10, 25, 50), 10, "%"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what do people get?", "platform": "how rare is the signal?"},
        presets={
            "Minutes, not clicks": Preset(
                "The board prefers watch time: at least people stayed.", {"proxy": "Watch time"}
            ),
            "How much of it": Preset("Seconds over length, for each click.", {"proxy": "Watch share"}),
            "Just ask": Preset(
                "After one day. The video on top stands there by one person's word.",
                {"proxy": "Survey", "days": 1},
            ),
            "Ask for a month": Preset(
                "The same question, four weeks later.", {"proxy": "Survey", "days": 28}
            ),
        },
        prediction=Prediction(
            id="02.1",
            question="Value runs from −100 (regretted) to +100 (glad), and the average video leaves people a little "
            "glad. Take the tenth of the videos with the highest CTR. What is their mean value?",
            answer=Slider("Mean value of the top tenth by CTR", -100, 100, 1, 30, "points"),
            truth=lambda: model("CTR", 7, 10).gain,
            place=lambda guess, _: (95, guess),
        ),
    )
