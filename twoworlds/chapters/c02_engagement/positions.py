"""The position that clicks itself: naive CTR, inverse propensity, and readers who stop at the first click."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import comb

import numpy as np
from matplotlib.axes import Axes

from twoworlds.course.controls import Choice, Slider, Steps, Toggle
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.product.metrics import cascade_examination

# Eight videos in the order in which the feed shows them; the best stands sixth.
ATTRACTIVE = np.array([0.30, 0.12, 0.42, 0.20, 0.08, 0.55, 0.25, 0.15])
POSITIONS = np.arange(1, len(ATTRACTIVE) + 1)
TRUE_ETA = 0.7
READERS = ("look at positions", "stop at a click")
SHOWN = (100, 1000, 10_000, 100_000, 1_000_000)


@cache
def _looks(readers: str, shuffled: bool) -> np.ndarray:
    """Return the chance that a video stands at a position and is looked at there, (videos, positions): exact.

    Shuffled, each position is as likely, and every set of k - 1 other videos as likely to stand above position k. In a
    cascade all of them must be passed by: the mean of the products of 1 - r over those sets is an elementary symmetric
    polynomial over its number of terms.
    """
    n = len(ATTRACTIVE)
    if not shuffled:
        by_position = readers == READERS[0]
        return np.diag(POSITIONS**-TRUE_ETA if by_position else cascade_examination(ATTRACTIVE))
    if readers == READERS[0]:
        return np.tile(POSITIONS**-TRUE_ETA / n, (n, 1))
    passed = [np.poly(np.delete(ATTRACTIVE, video) - 1) for video in range(n)]
    return np.array(passed) / [comb(n - 1, k) for k in range(n)] / n


@cache
def _moments(readers: str, shuffled: bool, eta: float) -> tuple[np.ndarray, ...]:
    """Return for each video the mean of its clicks, of clicks / propensity, and of the square of that."""
    looks, weight = _looks(readers, shuffled), POSITIONS**eta
    return tuple(ATTRACTIVE * (looks @ weight**power) for power in (0, 1, 2))


@dataclass(frozen=True)
class Correction:
    """Naive and corrected click rates of eight videos."""

    readers: str
    eta: float
    shown: int
    naive: np.ndarray
    corrected: np.ndarray  # with the noise of one log
    bias: np.ndarray  # of the corrected rate, in the long run, after scaling to the truth's mean
    noise: np.ndarray  # its standard error at each of SHOWN, root mean square over the videos
    wrong_pairs: int  # pairs of videos that the correction orders wrongly, of 28

    @property
    def miss(self) -> float:
        """The error that no traffic removes, root mean square over the videos."""
        return float(np.sqrt((self.bias**2).mean()))


def model(readers: str, eta: float, shuffled: bool, shown: int) -> Correction:
    """Correct for positions as if they were looked at with chance k^-eta, after `shown` impressions of each video.

    Rates are scaled to the same mean as the truth, for only their proportions matter to a ranker.
    """
    naive, first, second = _moments(readers, shuffled, eta)
    scale = ATTRACTIVE.mean() / first.mean()
    spread = np.sqrt(np.maximum(second - first**2, 0))
    luck = np.random.default_rng(11).standard_normal(len(first))
    corrected = np.maximum(first + luck * spread / np.sqrt(shown), 0)
    noise = np.array([scale * np.sqrt((spread**2).mean() / n) for n in SHOWN])
    said = np.sign(corrected[:, None] - corrected[None, :])
    true = np.sign(ATTRACTIVE[:, None] - ATTRACTIVE[None, :])
    wrong = int((np.triu(said * true, k=1) < 0).sum())
    return Correction(readers, eta, shown, naive, scale * corrected, scale * first - ATTRACTIVE, noise, wrong)


def draw(product: Axes, platform: Axes) -> Callable[[Correction], None]:
    """Left each video's rates beside the truth; right what traffic removes and what it doesn't."""
    product.set(
        xlim=(0.4, 8.6), ylim=(0, 1), xticks=POSITIONS, xlabel="Video, by the position that the feed gives it"
    )
    product.set_ylabel("Share clicked")
    bars = product.bar(POSITIONS, [0] * 8, width=0.6, color=PRODUCT, alpha=0.35, animated=True)
    (fixed,) = product.plot([], [], "o", color=PRODUCT, markersize=9, markeredgecolor="white", animated=True)
    product.plot(POSITIONS, ATTRACTIVE, "_", color=TRUTH, markersize=24, markeredgewidth=2.2, animated=True)
    legend = product.text(0.5, 0.94, "", color=NEUTRAL, fontsize=9, animated=True)
    platform.set(
        xlim=(70, 1.4e6), ylim=(1e-2, 100), xscale="log", yscale="log", xlabel="Impressions of each video"
    )
    platform.set_ylabel("Typical error, percentage points")
    (luck,) = platform.plot([], [], "--", color=PLATFORM, animated=True)
    (total,) = platform.plot([], [], "-", color=PLATFORM, animated=True)
    (here,) = platform.plot(
        [], [], "o", color=PLATFORM, markersize=11, markeredgecolor="white", animated=True
    )
    platform.text(85, 1.5e-2, "line: all error;  dashed: luck alone", color=NEUTRAL, fontsize=9)

    def update(r: Correction) -> None:
        for bar, rate in zip(bars, r.naive, strict=True):
            bar.set_height(rate)
        dots = "the same, scaled" if r.eta == 0 else "corrected, scaled"
        legend.set_text(f"bars: of impressions;  dots: {dots};  black: of looks, the truth")
        fixed.set_data(POSITIONS, np.minimum(r.corrected, 0.98))
        luck.set_data(SHOWN, 100 * r.noise)
        error = 100 * np.hypot(r.noise, r.miss)
        total.set_data(SHOWN, error)
        here.set_data([r.shown], [error[SHOWN.index(r.shown)]])

    return update


def reading(r: Correction) -> str:
    """Say what the correction gets wrong, and whether traffic will help."""
    error = r.noise[SHOWN.index(r.shown)]
    what = "as logged, no correction" if r.eta == 0 else f"corrected with η = {r.eta:.1f}"
    blame = "bias, which no traffic removes" if r.miss > error else "luck, which traffic removes"
    return (
        f"Readers {r.readers}; {what}; {r.shown:,} impressions a video: {r.wrong_pairs} of 28 pairs stand in the wrong "
        f"order. Of the error {100 * r.miss:.1f} points are bias and {100 * error:.1f} luck: mostly {blame}."
    )


def _place_of_the_sixth() -> int:
    naive = model(READERS[0], 0.0, False, 1000).naive
    return int((naive >= naive[5]).sum())


def the_position_that_clicks_itself() -> Explorer:
    """Return the explorer: readers x correction x shuffling x traffic."""
    return Explorer(
        question="Is the video good, or its position?",
        controls={
            "readers": Choice("Readers", READERS, READERS[0]),
            "eta": Slider("Correct for looks that fall as k^−η: η", 0, 1.5, 0.1, 0.0),
            "shuffled": Toggle("Shuffle the slate"),
            "shown": Steps("Impressions of each video", SHOWN, 10_000),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "which video is better?", "platform": "will more traffic help?"},
        presets={
            "The right correction": Preset("Looks fall as they truly do here.", {"eta": 0.7}),
            "Too eager": Preset("The 1/rank of a published study, taken over as it stands.", {"eta": 1.0}),
            "Another kind of reader": Preset("The same correction, and people who stop at the first click.",
                                             {"eta": 0.7, "readers": READERS[1]}),
            "A shuffled slate": Preset("Every video meets every position; nothing else is corrected.",
                                       {"eta": 0.0, "shuffled": True, "readers": READERS[1]}),
        },
        prediction=Prediction(
            id="02.6",
            question="Eight videos. At the top everybody looks, third about half, sixth about a quarter. The most "
            "attractive one is clicked in 55 of 100 looks and stands sixth; the first has 30, the second 12, the "
            "third 42, the others at most 25. By CTR as logged, which place does the sixth take?",
            answer=Slider("Place by CTR, 1 is best", 1, 8, 1, 2),
            truth=_place_of_the_sixth,
        ),
    )  # fmt: skip
