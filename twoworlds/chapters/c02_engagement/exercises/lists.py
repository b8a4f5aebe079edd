"""02.6 and 02.7: how varied is a list, and how good is its order."""

import itertools
from collections.abc import Callable

import numpy as np

from twoworlds.course.exercise import Exercise, Wrong

Matrix = list[list[float]]


def list_diversity(similarity: Matrix, shown: list[int]) -> float:
    """Return the mean of 1 - similarity over the pairs of the shown items."""
    pairs = [1 - similarity[a][b] for i, a in enumerate(shown) for b in shown[i + 1 :]]
    return float(np.mean(pairs))


def _lists() -> list[tuple[Matrix, list[int]]]:
    three = [[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]]
    four = [[1, 0.9, 0.1, 0.4], [0.9, 1, 0.2, 0.3], [0.1, 0.2, 1, 0.0], [0.4, 0.3, 0.0, 1]]
    return [(three, [0, 2]), (four, [0, 1, 2]), (four, [3, 0, 1, 2])]


def _part(similarity: Matrix, shown: list[int]) -> np.ndarray:
    return 1 - np.array(similarity)[np.ix_(shown, shown)]


DIVERSITY = Exercise(
    id="02.6",
    title="How varied is a slate?",
    desk="product",
    minutes=6,
    answer=list_diversity,
    cases=_lists,
    returns="a float: the mean distance between two shown items",
    wrongs=[
        Wrong(
            "with itself",
            lambda s, shown: float(_part(s, shown).mean()),
            "You counted each item with itself: those distances are zero by definition. Two different items make "
            "a pair.",
        ),
        Wrong(
            "similarity",
            lambda s, shown: 1 - list_diversity(s, shown),
            "That is the mean similarity. Distance is 1 minus that: more varied, larger number.",
        ),
        Wrong(
            "neighbours",
            lambda s, shown: float(np.mean([1 - s[a][b] for a, b in itertools.pairwise(shown)])),
            "You compared neighbours only. Every pair counts, wherever the two stand.",
        ),
        Wrong(
            "sum",
            lambda s, shown: float(np.triu(_part(s, shown), 1).sum()),
            "That is the sum: a longer slate must not look more varied for being longer. Divide by the number of "
            "pairs.",
        ),
        Wrong(
            "the whole shelf",
            lambda s, shown: list_diversity(s, list(range(len(s)))),
            "You took all items. Only the shown ones make the slate.",
        ),
    ],
    hints=(
        "How many pairs do three items make? And n?",
        "Go through the pairs of shown items, each once; average 1 - similarity.",
        "np.mean([1 - similarity[a][b] for i, a in enumerate(shown) for b in shown[i + 1:]])",
    ),
)  # fmt: skip


def ndcg(shown: list[float], judged: list[float]) -> float:
    """Return DCG of the shown list over that of the best list of the same length from everything judged."""

    def dcg(relevance: list[float]) -> float:
        return float(sum(r / np.log2(i + 2) for i, r in enumerate(relevance)))

    best = dcg(sorted(judged, reverse=True)[: len(shown)])
    return dcg(shown) / best if best else 0.0


Number = Callable[[float], float]


def _scores_with(discount: Number, gain: Number = float) -> Callable[[list[float], list[float]], float]:
    """Return NDCG with another discount of position i, or another gain of a relevance."""

    def scored(shown: list[float], judged: list[float]) -> float:
        def dcg(relevance: list[float]) -> float:
            return float(sum(gain(r) / discount(i) for i, r in enumerate(relevance, start=1)))

        best = dcg(sorted(judged, reverse=True)[: len(shown)])
        return dcg(shown) / best if best else 0.0

    return scored


def _nothing_to_find(value: object, expected: float, shown: list[float], judged: list[float]) -> bool | None:
    """Accept nan where nothing is relevant: both conventions are in use."""
    return True if not any(judged) and isinstance(value, float) and value != value else None


NDCG = Exercise(
    id="02.7",
    title="How good is an order?",
    desk="both",
    minutes=8,
    answer=ndcg,
    accepts=_nothing_to_find,
    cases=lambda: [
        ([2, 0, 3], [3, 2, 1, 0]),
        ([3, 2, 3, 0, 1, 2], [3, 2, 3, 0, 1, 2]),
        ([3, 2, 3, 0, 1, 2], [3, 2, 3, 0, 1, 2, 3, 2]),
        ([0, 0], [0, 0, 0]),
        ([0, 1, 2], [2, 2, 1, 0, 0]),
    ],
    returns="a float: NDCG, 1 is perfect",
    wrongs=[
        Wrong(
            "only what was shown",
            lambda shown, judged: ndcg(shown, shown),
            "Your best list holds only what was shown, so leaving out the best video costs nothing. Take it from "
            "judged.",
        ),
        Wrong(
            "not cut",
            lambda shown, judged: ndcg(shown + [0] * (len(judged) - len(shown)), judged),
            "Your best list is longer than the shown one: no slate of that length could be perfect. Cut it.",
        ),
        Wrong(
            "rank",
            _scores_with(lambda i: i),
            "You discount by 1 / i. It falls more gently: 1 / log2(i + 1).",
        ),
        Wrong(
            "first two free",
            _scores_with(lambda i: max(1.0, np.log2(i))),
            "You discount by log2(i) from position 2, the form of the first paper: it leaves two places free. "
            "Here log2(i + 1).",
        ),
        Wrong(
            "exponential gain",
            _scores_with(lambda i: np.log2(i + 1), lambda r: 2.0**r - 1),
            "You took 2^relevance - 1 as the gain, which is common too; here the gain is the relevance itself.",
        ),
    ],
    hints=(
        "First a function for the DCG of any list; NDCG calls it twice.",
        "The best list is the largest relevances of everything judged, as many as were shown.",
        "dcg = lambda rel: sum(r / np.log2(i + 2) for i, r in enumerate(rel)); best = sorted(judged, "
        "reverse=True)[:len(shown)]",
    ),
)  # fmt: skip
