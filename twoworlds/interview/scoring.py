"""How good were your probabilities, and how much of a rubric does an answer meet?

Sources. Brier, G. W. (1950), Verification of forecasts expressed in terms of probability,
Monthly Weather Review 78(1), 1-3. Murphy, A. H. (1973), A new vector partition of the probability score,
Journal of Applied Meteorology 12(4), 595-600.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twoworlds.errors import InputError, require_one_of, require_whole
from twoworlds.interview.rubric import Rubric


@dataclass(frozen=True)
class CalibrationBin:
    """The forecasts in (low, high]: how many, their mean, and the observed share of the event."""

    low: float
    high: float
    n: int
    mean_forecast: float
    observed_share: float


@dataclass(frozen=True)
class BrierDecomposition:
    """Murphy's three terms; all are non-negative, and low reliability means well calibrated."""

    reliability: float
    resolution: float
    uncertainty: float

    @property
    def binned_brier(self) -> float:
        """The Brier score of the binned forecasts: reliability − resolution + uncertainty."""
        return self.reliability - self.resolution + self.uncertainty


@dataclass(frozen=True)
class RubricScore:
    """Points reached under one desk's rubric, of those possible."""

    desk: str
    points: int
    possible: int

    @property
    def share(self) -> float:
        """Points as a share of those possible, 0 to 1."""
        return self.points / self.possible


def brier(probabilities: Sequence[float], outcomes: Sequence[float]) -> float:
    """Return the Brier score, the mean of (p − o)²: 0 is perfect, always 0.5 scores 0.25 on yes/no events.

    `probabilities` (0 to 1) and `outcomes` have equal length. An outcome is 1 (it happened), 0 (it did not),
    or 0.5 (truly both): such an item scores (p − 0.5)², so that 50 % is its honest forecast.
    This is the usual one-sided form for two classes; Brier (1950) sums over both, which doubles it.
    Raises InputError for anything else.
    """
    p, o = _checked(probabilities, outcomes)
    return float(np.mean((p - o) ** 2))


def calibration_table(
    probabilities: Sequence[float], outcomes: Sequence[float], edges: Sequence[float]
) -> tuple[CalibrationBin, ...]:
    """Return one record for each non-empty bin between successive `edges` (rising, from 0 to 1).

    A bin holds low < p ≤ high, the first one p = 0 as well (scikit-learn's rule). Outcomes are as in `brier`;
    an outcome of 0.5 counts half in the observed share. Raises InputError for anything else.
    """
    p, o = _checked(probabilities, outcomes)
    bounds = _checked_edges(edges)
    bin_of = np.searchsorted(bounds[1:-1], p, side="left")
    return tuple(
        CalibrationBin(
            low=float(bounds[k]),
            high=float(bounds[k + 1]),
            n=int(np.sum(bin_of == k)),
            mean_forecast=float(p[bin_of == k].mean()),
            observed_share=float(o[bin_of == k].mean()),
        )
        for k in np.unique(bin_of)
    )


def brier_decomposition(
    probabilities: Sequence[float], outcomes: Sequence[float], edges: Sequence[float]
) -> BrierDecomposition:
    """Return reliability, resolution and uncertainty (Murphy 1973) of the forecasts binned by `edges`.

    Each forecast is replaced by the mean of its bin. For these binned forecasts
    Brier = reliability − resolution + uncertainty holds exactly; for the raw ones it does if the forecasts within
    each bin are equal. Uncertainty is the variance of the outcomes, which is ō(1 − ō) when all are 0 or 1;
    the identity holds with outcomes of 0.5 too. Raises InputError as `calibration_table` does.
    """
    table = calibration_table(probabilities, outcomes, edges)
    share = np.array([row.n for row in table]) / len(probabilities)
    forecast = np.array([row.mean_forecast for row in table])
    observed = np.array([row.observed_share for row in table])
    o = np.asarray(outcomes, dtype=float)
    return BrierDecomposition(
        reliability=float(share @ (forecast - observed) ** 2),
        resolution=float(share @ (observed - o.mean()) ** 2),
        uncertainty=float(o.var()),
    )


def rubric_score(rubric: Rubric, points: Mapping[str, int]) -> RubricScore:
    """Return the score of an answer from `points` (criterion id → 0, 1 or 2); a criterion left out counts 0.

    Ids are those of `rubric` only. Raises InputError for an unknown id or for points that no level has.
    """
    best = {criterion.id: max(level.points for level in criterion.levels) for criterion in rubric.criteria}
    for name, value in points.items():
        require_one_of("criterion", name, best)
        require_whole(f"points[{name!r}]", value, 0, best[name])
    return RubricScore(rubric.desk, int(sum(points.values())), sum(best.values()))


def _checked(probabilities: Sequence[float], outcomes: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    p, o = _vector("probabilities", probabilities), _vector("outcomes", outcomes)
    if len(p) != len(o):
        raise InputError(f"outcomes has {len(o)} values: it must have {len(p)}, one for each probability.")
    if not np.all((p >= 0) & (p <= 1)):
        bad = p[~((p >= 0) & (p <= 1))][0]
        raise InputError(f"probabilities holds {bad:g}: each must be a number from 0 to 1.")
    if not np.all(np.isin(o, (0, 0.5, 1))):
        bad = o[~np.isin(o, (0, 0.5, 1))][0]
        raise InputError(f"outcomes holds {bad:g}: each must be 0, 0.5 or 1.")
    return p, o


def _checked_edges(edges: Sequence[float]) -> np.ndarray:
    bounds = _vector("edges", edges)
    if len(bounds) < 2 or bounds[0] != 0 or bounds[-1] != 1 or not np.all(np.diff(bounds) > 0):
        raise InputError(f"edges is {bounds.tolist()}: it must rise from 0 to 1.")
    return bounds


def _vector(name: str, values: Sequence[float]) -> np.ndarray:
    try:
        vector = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        vector = np.empty((0, 0))
    if vector.ndim != 1 or len(vector) == 0:
        raise InputError(f"{name} is {str(values)[:40]!r}: it must be a list of at least one number.")
    return vector
