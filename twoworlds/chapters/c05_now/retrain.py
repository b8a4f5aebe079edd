"""How often to retrain? What a model forgets to learn while tastes move, and what a training costs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from twoworlds.chapters.words import percent
from twoworlds.course.controls import Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PLATFORM, PRODUCT
from twoworlds.platform.serving import Service
from twoworlds.world import Policy, World, compare, simulate

USERS, SEED = 30_000, 5
# The second four weeks are compared. Every cadence fits into them a whole number of times.
DAYS, WINDOW = 56, (29, 56)
RETRAIN_DAYS = (1, 2, 4, 7, 14, 28)
DRIFTS = (0.2, 0.5, 1.0, 2.0, 5.0)  # % of the users whose favourite topic changes, per day
METRICS = {"clicks": "clicks", "active users": "actives"}


def build_grid() -> pd.DataFrame:
    """Live eight weeks at each drift and cadence, against a model trained every night.

    Columns: drift (% a day), retrain_days, metric, lost (a share, over the second four weeks), se.
    """
    rows = []
    for drift in DRIFTS:
        world = World(users=USERS, days=DAYS, seed=SEED, taste_drift=drift / 100)
        nightly = simulate(world, Policy(retrain_days=1))
        for cadence in RETRAIN_DAYS:
            run = nightly if cadence == 1 else simulate(world, Policy(retrain_days=cadence))
            for metric in METRICS.values():
                effect = compare(nightly, run, metric, WINDOW)
                rows.append((drift, cadence, metric, 0.0 - effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=["drift", "retrain_days", "metric", "lost", "se"])


def machines(retrain_days: float) -> float:
    """Return the machines that training at this cadence keeps busy, for today's model."""
    return Service().but(retrain_days=retrain_days).machines()["training"]


@dataclass(frozen=True)
class Cadence:
    """What a cadence costs at a drift: arrays over RETRAIN_DAYS, losses as shares, bills in machines."""

    retrain_days: int
    drift: float
    lost: dict[str, np.ndarray]
    bill: np.ndarray
    error: np.ndarray  # standard error of the bill

    @property
    def at(self) -> int:
        """The cadence's place in the arrays."""
        return RETRAIN_DAYS.index(self.retrain_days)

    @property
    def best(self) -> int:
        """The place of the cadence with the smallest bill."""
        return int(np.argmin(self.bill))

    @property
    def alike(self) -> np.ndarray:
        """The places of the cadences whose bill is within two standard errors of the smallest."""
        apart = np.hypot(self.error, self.error[self.best])
        return np.flatnonzero(self.bill - self.bill[self.best] <= 2 * apart)


def lived(drift: float, metric: str, column: str = "lost") -> np.ndarray:
    """Return a stored column ("lost" or its "se", shares) at each cadence of RETRAIN_DAYS."""
    table = grid("ch05_retrain")
    return table[(table.drift == drift) & (table.metric == METRICS[metric])][column].to_numpy()


def lost(drift: float, metric: str, retrain_days: int) -> float:
    """Return what a cadence loses at a drift (% a day), a share, as lived."""
    return float(lived(drift, metric)[RETRAIN_DAYS.index(retrain_days)])


def model(retrain_days: int, drift: float, value: float) -> Cadence:
    """Return the losses and bills at a drift (% a day); value: machines that 1 % of the active users is worth."""
    losses = {metric: lived(drift, metric) for metric in METRICS}
    price = np.array([machines(days) for days in RETRAIN_DAYS])
    bill, error = (
        100 * value * column for column in (losses["active users"], lived(drift, "active users", "se"))
    )
    return Cadence(retrain_days, drift, losses, price + bill, error)


def draw(product: Axes, platform: Axes) -> Callable[[Cadence], None]:
    """Left the clicks lost over the cadence, one line a drift, the chosen one in colour; right the bill."""
    product.set(ylim=(0, 12), ylabel="Clicks lost against nightly training, %")
    platform.set(yscale="log", ylim=(0.05, 60), ylabel="Machines")
    platform.set_yticks((0.1, 1, 10), ("0.1", "1", "10"))
    for ax, right in ((product, 75), (platform, 33)):
        ax.set(xscale="log", xlim=(0.9, right), xlabel="Days between trainings")
        ax.set_xticks(RETRAIN_DAYS, [str(days) for days in RETRAIN_DAYS])
        ax.minorticks_off()
    for drift in DRIFTS:
        curve = 100 * lived(drift, "clicks")
        product.plot(RETRAIN_DAYS, curve, color=FAINT, linewidth=1)
        product.annotate(
            f"{drift:g} % a day",
            (RETRAIN_DAYS[-1], curve[-1]),
            (9, 0),
            textcoords="offset points",
            va="center",
            color=NEUTRAL,
        )
    line = product.plot([], [], "o-", color=PRODUCT, markersize=5, animated=True)[0]
    here = product.plot([], [], "o", color=PRODUCT, markersize=11, markeredgecolor="white", animated=True)[0]
    platform.plot(
        RETRAIN_DAYS, [machines(d) for d in RETRAIN_DAYS], "--", color=NEUTRAL, label="training alone"
    )
    bill = platform.plot(
        [], [], "o-", color=PLATFORM, markersize=5, label="training + what is lost", animated=True
    )[0]
    errors = platform.add_collection(
        LineCollection([], color=PLATFORM, linewidth=1, label="± 2 standard errors", animated=True)
    )
    now = platform.plot([], [], "o", color=PLATFORM, markersize=11, markeredgecolor="white", animated=True)[0]
    best = platform.plot([], [], "v", color=PLATFORM, markersize=8, label="smallest bill", animated=True)[0]
    platform.legend(loc="upper left")

    def update(r: Cadence) -> None:
        line.set_data(RETRAIN_DAYS, 100 * r.lost["clicks"])
        here.set_data([r.retrain_days], [100 * r.lost["clicks"][r.at]])
        bill.set_data(RETRAIN_DAYS, r.bill)
        ends = zip(RETRAIN_DAYS, np.maximum(r.bill - 2 * r.error, 0.01), r.bill + 2 * r.error, strict=True)
        errors.set_segments([[(days, low), (days, high)] for days, low, high in ends])
        now.set_data([r.retrain_days], [r.bill[r.at]])
        best.set_data([RETRAIN_DAYS[r.best]], [1.4 * r.bill[r.best]])

    return update


def reading(r: Cadence) -> str:
    """Say what the cadence loses, what it costs, and which one would be cheapest, as far as one can tell."""
    start = f"{r.drift:g} % of users change their favourite each day. "
    if r.retrain_days == 1:
        middle = "Nightly training is the yardstick"
    else:
        losses = " and ".join(f"{percent(r.lost[metric][r.at])} of {metric}" for metric in METRICS)
        middle = f"Training every {r.retrain_days} days loses {losses} against nightly training"
    first, last = (RETRAIN_DAYS[r.alike[i]] for i in (0, -1))
    best = f"training every {first} days" if first > 1 else "nightly training"
    if last > first:
        best = f"something between {first} and {last} days: these runs can't tell them apart"
    return f"{start}{middle}; the bill is {r.bill[r.at]:.1f} machines. Cheapest is {best}."


def prediction() -> Prediction:
    """Ask what a week without training costs."""
    return Prediction(
        id="05.7",
        question="One user in a hundred changes their favourite topic each day. The model is trained once a week "
        "instead of every night. How many clicks does that lose?",
        answer=Slider("Clicks lost", 0.0, 15.0, 0.1, 5.0, "%"),
        truth=lambda: 100 * lost(1.0, "clicks", 7),
        place=lambda guess, r: (7, guess),
    )


def how_often() -> Explorer:
    """Return the explorer: the cadence, the drift, what a user is worth."""
    return Explorer(
        question="How often does the model need to be trained?",
        controls={
            "retrain_days": Steps("Train every", RETRAIN_DAYS, 7, "days"),
            "drift": Steps("Users whose favourite changes, a day", DRIFTS, 1.0, "%"),
            "value": Slider("1 % active users is worth", 1, 20, 1, 5, "machines"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what does an old model miss?", "platform": "what does a new one cost?"},
        presets={
            "Every night": Preset("Why not? The data are there.", {"retrain_days": 1}),
            "A quiet year": Preset(
                "Tastes hardly move. Who needs another training tonight?", {"retrain_days": 28, "drift": 0.2}
            ),
            "World cup": Preset("One in twenty has a new favourite every day.", {"drift": 5.0}),
        },
        prediction=prediction(),
    )
