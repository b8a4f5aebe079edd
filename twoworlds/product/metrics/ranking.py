"""How good is an order, given what each item is worth: DCG and NDCG."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_numeric, require_one_of, require_row, require_whole

#: Larger grades would make 2^relevance more than a float holds.
_HIGHEST_GRADE = 1000
#: Relevances that differ by so small a share are the same one, written to the precision of a float32.
_SAME = 1e-6


def dcg(
    relevance: ArrayLike, k: int | None = None, gain: str = "linear", scores: ArrayLike | None = None
) -> float:
    """Return the discounted cumulative gain of a list: the sum of gain_i / log2(i + 1) over positions i = 1..k.

    relevance: what each item is worth, 0 or more, in the order shown. gain: "linear" takes it as it is
    (Järvelin & Kekäläinen 2002), "exponential" takes 2^relevance - 1 (Burges et al. 2005), relevance up to 1,000.
    The discount log2(i + 1) is today's; the paper of 2002 divides by log2(i) from position 2 on. With `scores` the
    items are ranked by them, largest first, and items of equal score share the mean gain of their places (McSherry
    & Najork 2008): no luck in the order of ties.
    """
    values = _gains(relevance, gain)
    if scores is not None:
        values = _ranked(values, require_numeric("scores", scores))
    return _discounted(values, k)


def ndcg(
    relevance: ArrayLike,
    k: int | None = None,
    gain: str = "linear",
    scores: ArrayLike | None = None,
    judged: ArrayLike | None = None,
) -> float:
    """Return DCG over the DCG of the best order: 1 is perfect.

    Arguments as in `dcg`. judged: the relevance of everything that could have been shown, what was shown
    included; by default only what was shown, which makes a list perfect that left out the best. The best order
    is cut at k, without k at the length of the list. nan if nothing is relevant. It knows what the judges knew: not
    whether anybody was glad.
    """
    gained = _gains(relevance, gain)
    pool = gained if judged is None else _gains(judged, gain, "judged")
    if judged is not None and (missing := _not_in(relevance, judged)) is not None:
        raise InputError(
            f"judged has {len(pool)} items: it must hold all {len(gained)} that were shown, and lacks one of relevance "
            f"{missing:.6g}."
        )
    best = np.sort(pool)[::-1][: len(gained) if k is None else None]
    if scores is not None:
        gained = _ranked(gained, require_numeric("scores", scores))
    ideal = _discounted(best, k)
    # What was shown may be a hair above what was judged: no list is better than the best one.
    return min(1.0, _discounted(gained, k) / ideal) if ideal > 0 else float("nan")


def _not_in(relevance: ArrayLike, judged: ArrayLike) -> float | None:
    """Return a shown relevance that is not among the judged ones, each of which stands for one item; None if all are.

    Equal means to the precision of a float32, in which a log may hold one and not the other.
    """
    shown, pool = (np.sort(require_numeric("relevance", values)) for values in (relevance, judged))
    # From the least on, each takes the first that is large enough and not taken: that, or the one after the last taken.
    order = np.arange(len(shown))
    at = order + np.maximum.accumulate(np.searchsorted(pool, shown * (1 - _SAME)) - order)
    lacks = np.append(pool, np.inf)[np.minimum(at, len(pool))] > shown * (1 + _SAME)
    return float(shown[np.argmax(lacks)]) if lacks.any() else None


def _discounted(gains: NDArray[np.float64], k: int | None) -> float:
    """Return the sum of gain_i / log2(i + 1) over the first k positions, all if None."""
    top = len(gains) if k is None else require_whole("k", k, 1, 10**9)
    discount = 1 / np.log2(np.arange(2, len(gains) + 2))
    return float((gains * discount)[:top].sum())


def _gains(relevance: ArrayLike, gain: str, name: str = "relevance") -> NDArray[np.float64]:
    linear = require_one_of("gain", gain, ("linear", "exponential")) == "linear"
    values = require_row(name, relevance, 0, 1e300 if linear else _HIGHEST_GRADE)
    return values if linear else np.expm1(values * np.log(2))


def _ranked(values: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gains in the order of the scores, items of equal score with their mean gain."""
    if scores.shape != values.shape or np.isnan(scores).any():
        raise InputError(
            f"scores have shape {scores.shape}: there must be one number for each of {values.size} items."
        )
    _, tie = np.unique(-scores, return_inverse=True)
    mean = np.bincount(tie, values) / np.bincount(tie)
    return mean[np.sort(tie)]
