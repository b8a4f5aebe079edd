"""The search behind the eight knobs: what each setting does, and the best one for each desk's mandate.

What the priced knobs do to active users are curves, computed once in the world, and the three free knobs (which lean
on each other) have a joint grid; these are multiplied. What a setting does to waiting and machines is the closed form
of `platform.serving`. Each desk then searches all combinations of the knobs that it may touch.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from twoworlds.course.grids import grid
from twoworlds.errors import InputError
from twoworlds.platform.serving import Service
from twoworlds.world import Policy, World, compare, simulate

WORLD = World(users=30_000, days=28, seed=41)
LAST_WEEK = (22, 28)
# The settings that a desk may choose from; today's is among them.
LEVELS: dict[str, tuple[float, ...]] = {
    "clickbait_penalty": (0, 0.5, 1, 2, 3),
    "diversity": (0, 0.1, 0.2, 0.3),
    "exploration": (0, 0.02, 0.05, 0.1),
    "model_quality": (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9),
    "candidates": (14, 28, 42, 56, 70, 84, 112),
    "feature_age_min": (1, 5, 15, 60, 240, 1440),
    "retrain_days": (1, 2, 4, 7, 14),
    "replicas": tuple(range(2, 101)),
}
LATENCIES_MS = (228, 235, 250, 275, 300, 350, 400, 500, 700, 1000)
FREE = ("clickbait_penalty", "diversity", "exploration")  # no price in machines or milliseconds
ZONES_LOST = 1 / 3
# Two settings whose active users differ by less than the curves' own simulation error are taken for equal.
INDIFFERENCE = 0.001
TODAY = {name: getattr(Policy(), name) for name in LEVELS if name != "replicas"} | {
    "replicas": Service().replicas
}


def build_curves() -> pd.DataFrame:
    """Return each knob's effect on active users of the last week, alone (columns: knob, value, change, se)."""
    base = simulate(WORLD, Policy())
    priced = (knob for knob in LEVELS if knob not in (*FREE, "replicas"))
    curves = {knob: LEVELS[knob] for knob in priced} | {"latency_ms": LATENCIES_MS}
    rows = []
    for knob, values in curves.items():
        for value in values:
            effect = compare(base, simulate(WORLD, Policy().but(**{knob: value})), "actives", LAST_WEEK)
            rows.append((knob, value, effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=["knob", "value", "change", "se"])


def build_free() -> pd.DataFrame:
    """Return the effect of every combination of the free knobs on active users of the last week.

    Columns: the knobs' values, change and its standard error se (shares).
    """
    base = simulate(WORLD, Policy())
    rows = []
    for values in itertools.product(*(LEVELS[knob] for knob in FREE)):
        run = simulate(WORLD, Policy().but(**dict(zip(FREE, values, strict=True))))
        effect = compare(base, run, "actives", LAST_WEEK)
        rows.append((*values, effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=[*FREE, "change", "se"])


def build_service() -> pd.DataFrame:
    """Return what users feel and how slow the ranking is, for each ranker that can run.

    Columns: model_quality, candidates, replicas, felt_ms (mean time to the first video), p99_ms (of ranking),
    p99_lost_ms (the same with a zone lost; infinite where the rest can't carry the peak).
    """
    rows = []
    for quality in LEVELS["model_quality"]:
        for candidates in LEVELS["candidates"]:
            for replicas in LEVELS["replicas"]:
                service = Service(quality, int(candidates), int(replicas))
                if service.utilisation() < 0.99:
                    rows.append(
                        (
                            quality,
                            candidates,
                            replicas,
                            service.felt_ms(),
                            service.quantile_ms(),
                            _p99(service),
                        )
                    )
    return pd.DataFrame(
        rows, columns=["model_quality", "candidates", "replicas", "felt_ms", "p99_ms", "p99_lost_ms"]
    )


def _p99(service: Service) -> float:
    """Return the p99 with a zone lost; infinite where the rest can't carry the peak."""
    try:
        return service.without(ZONES_LOST).quantile_ms()
    except InputError:
        return np.inf


@cache
def free_factor() -> dict[tuple[float, ...], float]:
    """Return the settings of the free knobs (in the order of FREE) -> factor on active users."""
    table = grid("ch01_free")
    return dict(zip(table[list(FREE)].itertuples(index=False, name=None), 1 + table.change, strict=True))


@cache
def curve(knob: str) -> dict[float, float]:
    """Return value -> factor on active users of one knob, all others as today."""
    if knob in FREE:
        return {value: free_factor()[_free({**TODAY, knob: value})] for value in LEVELS[knob]}
    table = grid("ch01_knobs")
    rows = table[table.knob == knob]
    return dict(zip(rows.value, 1 + rows.change, strict=True))


def _free(setting: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(setting[knob] for knob in FREE)


def best_free() -> dict[str, float]:
    """Return the setting of the free knobs with the most active users."""
    return dict(zip(FREE, max(free_factor(), key=free_factor().get), strict=True))


@cache
def _space() -> pd.DataFrame:
    """Return every combination of the priced knobs with its felt time, p99s, machines and factor on active users."""
    table = grid("ch01_service").merge(
        pd.DataFrame({"feature_age_min": LEVELS["feature_age_min"]}), how="cross"
    )
    table = table.merge(pd.DataFrame({"retrain_days": LEVELS["retrain_days"]}), how="cross")
    latency = curve("latency_ms")
    factor = np.interp(table.felt_ms, list(latency), list(latency.values()))
    for knob in ("model_quality", "candidates", "feature_age_min", "retrain_days"):
        factor = factor * table[knob].map(curve(knob)).to_numpy()
    return table.assign(actives=factor, machines=_machines(table))


def _machines(table: pd.DataFrame) -> np.ndarray:
    keys = ["model_quality", "candidates", "feature_age_min", "retrain_days"]
    rest = {}
    for row in table[keys].drop_duplicates().itertuples(index=False):
        service = Service(
            row.model_quality, int(row.candidates), 1, row.feature_age_min, int(row.retrain_days)
        )
        rest[tuple(row)] = service.cost() - 1
    return table.replicas.to_numpy() + np.array(
        [rest[tuple(row)] for row in table[keys].itertuples(index=False)]
    )


@dataclass(frozen=True)
class Tuned:
    """One desk's choice: the eight knobs, and what they give."""

    knobs: dict[str, float]
    actives: float  # factor on today's active users
    machines: float
    felt_ms: float  # mean time to the first video
    p99_ms: float  # of the ranker, all replicas up
    p99_lost_ms: float  # the same with a zone lost


@dataclass(frozen=True)
class Mandates:
    """Both desks' choices."""

    product: Tuned | None
    platform: Tuned | None

    @property
    def differ(self) -> list[str]:
        """The knobs on which they differ."""
        return [knob for knob in LEVELS if self.product.knobs[knob] != self.platform.knobs[knob]]


def tune_product(budget: float) -> Tuned | None:
    """Return the most active users that `budget` machines can buy."""
    space = _space()
    return _most_actives(space[space.machines <= budget])


def tune_platform(objective_ms: float, guardrail: float, every_knob: bool = False) -> Tuned | None:
    """Return the fewest machines whose p99 meets the objective with a zone lost.

    Active users may fall by at most `guardrail` (a share). The free knobs belong to the product desk and stay as today,
    unless the platform may touch `every_knob`.
    """
    space = _space()
    free = best_free() if every_knob else {knob: TODAY[knob] for knob in FREE}
    least = _today() * (1 - guardrail) / free_factor()[_free(free)]
    possible = space[(space.p99_lost_ms <= objective_ms) & (space.actives >= least)]
    return None if possible.empty else _tuned(possible.loc[possible.machines.idxmin()], free)


def search(budget: float, objective_ms: float) -> Tuned | None:
    """Return the most active users within both desks' limits: `budget` machines, and the p99 with a zone lost."""
    space = _space()
    return _most_actives(space[(space.machines <= budget) & (space.p99_lost_ms <= objective_ms)])


def outcome_of(setting: Mapping[str, float]) -> Tuned | None:
    """Return what a setting of all eight knobs (each one of LEVELS) gives; None if the ranker can't carry the peak."""
    space = _space()
    same = np.logical_and.reduce([space[knob] == setting[knob] for knob in LEVELS if knob not in FREE])
    rows = space[same]
    return None if rows.empty else _tuned(rows.iloc[0], {knob: setting[knob] for knob in FREE})


def _most_actives(possible: pd.DataFrame) -> Tuned | None:
    """Return the setting with the most active users; among those that can't be told apart the cheapest."""
    if possible.empty:
        return None
    alike = possible[possible.actives >= possible.actives.max() * (1 - INDIFFERENCE)]
    return _tuned(alike.loc[alike.machines.idxmin()], best_free())


@cache
def _today() -> float:
    space = _space()
    same = np.logical_and.reduce([space[knob] == TODAY[knob] for knob in LEVELS if knob not in FREE])
    return float(space.actives[same].iloc[0])


def _tuned(row: pd.Series, free: dict[str, float]) -> Tuned:
    knobs = {knob: float(free[knob] if knob in FREE else row[knob]) for knob in LEVELS}
    factor = float(row.actives / _today() * free_factor()[_free(free)])
    return Tuned(
        knobs, factor, float(row.machines), float(row.felt_ms), float(row.p99_ms), float(row.p99_lost_ms)
    )


def load_with_zone_lost(tuned: Tuned) -> float:
    """Return the share of the remaining replicas' capacity that the peak asks for when a zone is lost."""
    service = Service(
        tuned.knobs["model_quality"], int(tuned.knobs["candidates"]), int(tuned.knobs["replicas"])
    )
    return service.without(ZONES_LOST).utilisation()


def model(budget: float, objective_ms: float, guardrail: float, every_knob: bool = False) -> Mandates:
    """Return both choices: `budget` in machines, the objective in ms, the guardrail in % of active users."""
    return Mandates(tune_product(budget), tune_platform(objective_ms, guardrail / 100, every_knob))
