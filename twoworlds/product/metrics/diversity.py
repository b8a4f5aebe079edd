"""How different is what was shown: within a list, over a person's topics, over the catalogue; and how to get there."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_number, require_numeric, require_row, require_whole
from twoworlds.errors import shown as brief


def cosine(vectors: ArrayLike) -> NDArray[np.float64]:
    """Return the cosine similarity of each pair of rows, shape (n, n), for vectors of shape (n, dimensions).

    A vector without direction (all zeros) raises InputError.
    """
    rows = require_numeric("vectors", vectors)
    if rows.ndim != 2 or rows.size == 0 or not np.isfinite(rows).all():
        raise InputError(f"vectors have shape {rows.shape}: they must be finite numbers, one row an item.")
    largest = np.abs(rows).max(axis=1, keepdims=True)
    if (largest == 0).any():
        raise InputError("vectors hold a row of zeros: it has no direction to compare.")
    rows = np.ldexp(
        rows, -np.frexp(largest)[1]
    )  # a power of 2 off each row: exact, and squares don't overflow
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.clip(rows @ rows.T / (length * length.T), -1, 1)


def intra_list_diversity(similarity: ArrayLike) -> float:
    """Return the mean distance, 1 - similarity, over the pairs of a list (0 all alike; cosine: at most 2).

    similarity: shape (n, n), symmetric. Denominator: the n(n - 1)/2 pairs; nan for a list of one, which has no
    pair. It sees one list at a time: a feed that shows the same varied list every day scores as well as one
    that never repeats.
    """
    s = _similarity(similarity)
    pairs = s[np.triu_indices(len(s), k=1)]
    return float((1 - pairs).mean()) if pairs.size else float("nan")


def topic_entropy(counts: ArrayLike) -> float:
    """Return the entropy, in bits, of how impressions are spread over topics: 0 for one topic, log2(n) for n alike.

    counts: impressions a topic, not negative. Its exponent 2^H is the number of topics that would be as diverse
    if all were equal. It can't tell near topics from far ones. nan without any impression.
    """
    n = require_row("counts", counts, 0, 1e300)
    if n.sum() == 0:
        return float("nan")
    p = n / n.sum()
    p = p[p > 0]  # after the division: a share can be too small for a float
    return float(abs(-(p * np.log2(p)).sum()))


def coverage(shown: ArrayLike, catalogue: int) -> float:
    """Return the share of the catalogue that was shown at least once.

    shown: ids of what was shown, of any shape, repeats allowed. catalogue: how many could have been shown. One look
    in a year counts as much as a million, and more traffic covers more: compare only at equal traffic.
    """
    size = require_whole("catalogue", catalogue, 1, 10**12, "items")
    distinct = _distinct(shown)
    if distinct > size:
        raise InputError(f"catalogue is {size}: it must hold the {distinct} different items that were shown.")
    return distinct / size


def _distinct(shown: ArrayLike) -> int:
    """Return how many different ids there are."""
    try:
        number = pd.factorize(_flat(shown))[0]  # missing ids get -1
    except (TypeError, ValueError):  # no list, or of what can't be an id, or of masked ones
        number = np.array([-1])
    if isinstance(shown, (str, bytes)) or (number < 0).any():
        raise InputError(f"shown is {brief(shown)}: it must be a list of ids, none missing.")
    return int(number.max(initial=-1)) + 1


def _flat(shown: Iterable) -> NDArray:
    """Return ids of any shape in one row, each as it is: 1 and "1" are two, and so are 2**53 and 2**53 + 1."""
    if np.ma.is_masked(shown):
        raise ValueError("a masked id is missing")
    if hasattr(shown, "__array__"):
        return np.asarray(shown).ravel()
    ids = []
    for part in shown:
        ids.extend(_flat(part) if isinstance(part, (list, tuple, np.ndarray)) else [part])
    row = np.empty(len(ids), dtype=object)
    row[:] = ids
    return row


def mmr(relevance: ArrayLike, similarity: ArrayLike, k: int, trade_off: float) -> list[int]:
    """Return the indices of k items chosen by maximal marginal relevance, in order.

    Each next item maximises trade_off * relevance - (1 - trade_off) * (largest similarity to those chosen); the
    first has none to resemble (Carbonell & Goldstein 1998). trade_off: 1 is relevance alone. Of equal items the
    first is taken.
    """
    rel, s = require_numeric("relevance", relevance), _similarity(similarity)
    if rel.shape != (len(s),) or not np.isfinite(rel).all():
        raise InputError(
            f"relevance has shape {rel.shape}: it must be one finite number for each of {len(s)} items."
        )
    k = require_whole("k", k, 1, len(rel), "items")
    trade_off = require_number("trade_off", trade_off, 0, 1)
    chosen = [int(np.argmax(rel))]
    while len(chosen) < k:
        score = trade_off * rel - (1 - trade_off) * s[:, chosen].max(axis=1)
        score[chosen] = -np.inf
        chosen.append(int(np.argmax(score)))
    return chosen


def _similarity(similarity: ArrayLike) -> NDArray[np.float64]:
    s = require_numeric("similarity", similarity)
    if s.ndim != 2 or s.shape[0] != s.shape[1] or not len(s) or not np.isfinite(s).all():
        raise InputError(f"similarity has shape {s.shape}: it must be a square of finite numbers.")
    if not np.allclose(s, s.T):
        raise InputError("similarity differs between a pair and its mirror image: it must be symmetric.")
    if s.max() > 1 + 1e-9:
        raise InputError(
            f"similarity is {s.max():.6g} for a pair: it must be at most 1, that of an item to itself."
        )
    return s
