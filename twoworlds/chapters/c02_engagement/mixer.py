"""The objective mixer: three weights, eight weeks, and what can be had at the same time."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import gcd

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.chapters.words import percent
from twoworlds.course.controls import Slider
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PRODUCT, TRUTH
from twoworlds.world import Policy, World, simulate

WEEKS = 8
WORLD = World(users=8000, days=7 * WEEKS, seed=62)
TODAY = (2, 1, 1)  # production's weights of clicks, watch time and value
COLUMNS = {"clicks": "clicks", "actives": "active", "watch_s": "watch_s"}


def ratio(click: int, watch: int, value: int) -> tuple[int, int, int]:
    """Return the smallest whole weights with the same proportions: only these matter to the ranker."""
    common = gcd(click, watch, value) or 1
    return click // common, watch // common, value // common


def build_grid() -> pd.DataFrame:
    """Live eight weeks under every mix of weights 0 to 3 (none at all: a shuffled feed), against today's.

    Columns: click, watch, value (weights), week, clicks, actives, watch_s (changes, shares), points (mean value).
    """
    base = simulate(WORLD, _policy(TODAY))
    rows = []
    for mix in sorted({ratio(*mix) for mix in itertools.product(range(4), repeat=3)}):
        run = simulate(WORLD, _policy(mix))
        for week in range(1, WEEKS + 1):
            days = (7 * week - 6, 7 * week)
            change = [run.totals(c, days).sum() / base.totals(c, days).sum() - 1 for c in COLUMNS.values()]
            rows.append(
                (
                    *mix,
                    week,
                    *change,
                    100 * run.totals("value", days).sum() / run.totals("clicks", days).sum(),
                )
            )
    return pd.DataFrame(rows, columns=["click", "watch", "value", "week", *COLUMNS, "points"])


def _policy(mix: tuple[int, int, int]) -> Policy:
    return Policy(click_weight=mix[0], watch_weight=mix[1], value_weight=mix[2])


def front(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return which points no other one beats in both: nothing has more x without having less y."""
    better = (x[None, :] >= x[:, None]) & (y[None, :] >= y[:, None])
    strictly = (x[None, :] > x[:, None]) | (y[None, :] > y[:, None])
    return ~(better & strictly).any(axis=1)


@cache
def _tables() -> tuple[dict[tuple[int, int, int], int], dict[str, np.ndarray]]:
    """Return the row of each mix, and each column as (mixes, weeks), changes in percent."""
    table = grid("ch02_mixes")
    mixes = list(dict.fromkeys(table[["click", "watch", "value"]].itertuples(index=False, name=None)))
    scale = {"clicks": 100, "actives": 100, "points": 1}
    return {m: i for i, m in enumerate(mixes)}, {
        name: factor * table[name].to_numpy().reshape(-1, WEEKS) for name, factor in scale.items()
    }


@dataclass(frozen=True)
class Mix:
    """Eight weeks under one mix, and all mixes in one week. Changes in % against today's mix."""

    weights: tuple[int, int, int]
    week: int
    clicks: np.ndarray  # (weeks,)
    actives: np.ndarray
    points: np.ndarray  # mean value of a click
    all_actives: np.ndarray  # (mixes,), in the chosen week
    all_clicks: np.ndarray
    best: np.ndarray  # (mixes,) bool: on the front
    shuffled: int  # which of them asks for nothing

    def on_front(self) -> bool:
        """Whether no other mix beats it in the chosen week."""
        here = (self.all_actives == self.actives[self.week - 1]) & (
            self.all_clicks == self.clicks[self.week - 1]
        )
        return bool(self.best[here].any())


def model(click: int, watch: int, value: int, week: int) -> Mix:
    """Look up a mix (weights 0 to 3) and what all the others do in the chosen week."""
    row, tables = _tables()
    i, w = row[ratio(click, watch, value)], week - 1
    x, y = tables["actives"][:, w], tables["clicks"][:, w]
    lines = (tables[name][i] for name in ("clicks", "actives", "points"))
    return Mix((click, watch, value), week, *lines, x, y, front(x, y), row[0, 0, 0])


def draw(product: Axes, plane: Axes) -> Callable[[Mix], None]:
    """Left the weeks, right clicks against active users in one of them, with the front."""
    product.set(xlim=(0.7, WEEKS + 1.9), ylim=(-42, 27), xlabel="Week", xticks=range(1, WEEKS + 1))
    product.set_ylabel("Change against today's mix, %")
    product.axhline(0, color=NEUTRAL, linewidth=0.8)
    (clicks,) = product.plot([], [], "-", color=PRODUCT, animated=True)
    (actives,) = product.plot([], [], ":", color=PRODUCT, animated=True)
    names = [
        product.text(WEEKS + 0.15, 0, n, color=PRODUCT, va="center", fontsize=9, animated=True)
        for n in ("clicks", "actives")
    ]
    cursor = product.axvline(1, color=FAINT, linewidth=5, zorder=0, animated=True)
    plane.set(
        xlim=(-30, 12),
        ylim=(-42, 27),
        xlabel="Active users against today, %",
        ylabel="Clicks against today, %",
    )
    plane.axhline(0, color=NEUTRAL, linewidth=0.8)
    plane.axvline(0, color=NEUTRAL, linewidth=0.8)
    (mixes,) = plane.plot([], [], "o", color="#B8B8B8", markersize=4, animated=True)
    (line,) = plane.plot([], [], "-", color=NEUTRAL, linewidth=1.5, animated=True)
    (here,) = plane.plot([], [], "o", color=PRODUCT, markersize=11, markeredgecolor="white", animated=True)
    plane.text(-29, 24.5, "line: the front, no mix beats these", color=NEUTRAL, fontsize=9)
    plane.plot([0], [0], "P", color=TRUTH, markersize=7, zorder=3)
    plane.text(0.6, 2, "today", color=TRUTH, fontsize=9)
    none = plane.text(0, 0, "shuffled", color=NEUTRAL, fontsize=9, ha="center", animated=True)

    def update(r: Mix) -> None:
        weeks, w = np.arange(1, WEEKS + 1), r.week - 1
        clicks.set_data(weeks, r.clicks)
        actives.set_data(weeks, r.actives)
        ends = np.array([r.clicks[-1], r.actives[-1]])
        apart = max(0.0, 4 - abs(ends[0] - ends[1])) / 2 * np.where(ends[0] >= ends[1], 1, -1)
        names[0].set_y(ends[0] + apart)
        names[1].set_y(ends[1] - apart)
        cursor.set_xdata([r.week, r.week])
        mixes.set_data(r.all_actives, r.all_clicks)
        none.set_position((r.all_actives[r.shuffled], r.all_clicks[r.shuffled] + 1.5))
        order = np.argsort(r.all_actives[r.best])
        line.set_data(r.all_actives[r.best][order], r.all_clicks[r.best][order])
        here.set_data([r.actives[w]], [r.clicks[w]])

    return update


def reading(r: Mix) -> str:
    """Say what the mix does in the chosen week, and where it ends."""
    w = r.week - 1
    place = "no mix beats it" if r.on_front() else "another mix beats it on both counts"
    other = 0 if r.week == WEEKS else WEEKS - 1
    changes = [
        f"clicks {percent(r.clicks[i] / 100, sign=True)}, active users {percent(r.actives[i] / 100, sign=True)}"
        for i in (w, other)
    ]
    return (
        f"Week {r.week}: {changes[0]}; {place}. Week {other + 1}{' was' if other == 0 else ''}: {changes[1]}. "
        f"A click leaves people at {r.points[w]:+.0f} points."
    )


def objective_mixer() -> Explorer:
    """Return the explorer: three weights and the week in which the result is judged."""
    return Explorer(
        question="What should the ranker want?",
        controls={
            "click": Slider("Weight of clicks", 0, 3, 1, 3),
            "watch": Slider("Weight of watch time", 0, 3, 1, 0),
            "value": Slider("Weight of value", 0, 3, 1, 0),
            "week": Slider("Judged in week", 1, WEEKS, 1, 1),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "eight weeks under one mix", "plane": "What can be had together?"},
        presets={
            "The quarter's end": Preset("The same launch, two months on.", {"week": 8}),
            "Today": Preset("What everything else is held against.", {"click": 2, "watch": 1, "value": 1}),
            "Minutes": Preset("The board counts hours watched.", {"click": 1, "watch": 3, "week": 8}),
            "Gladness only": Preset("Whatever people will be glad of, as far as the model can tell.",
                                    {"click": 0, "value": 1, "week": 8}),
        },
        prediction=Prediction(
            id="02.2",
            question="The ranker shall want clicks and nothing else. In the first week clicks go up by a fifth. "
            "Where are clicks in week 8, against today's mix?",
            answer=Slider("Clicks in week 8, change", -40, 40, 1, 20, "%"),
            truth=lambda: float(model(3, 0, 0, 8).clicks[-1]),
            place=lambda guess, _: (WEEKS, guess),
        ),
    )  # fmt: skip
