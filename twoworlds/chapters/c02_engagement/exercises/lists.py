"""02.6 and 02.7: how varied is a list, and how good is its order."""

import itertools
from collections.abc import Callable

import numpy as np

from twoworlds.chapters.c02_engagement.exercises.near import of_scale
from twoworlds.course.exercise import Exercise, Wrong

Matrix = list[list[float]]


def list_diversity(similarity: Matrix, shown: list[int]) -> float:
    """Return the mean of 1 - similarity over the pairs of the shown items."""
    pairs = [1 - similarity[a][b] for i, a in enumerate(shown) for b in shown[i + 1 :]]
    return float(np.mean(pairs))


def _lists() -> list[tuple[Matrix, list[int]]]:
    three = [[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]]
    four = [[1, 0.9, 0.1, 0.4], [0.9, 1, 0.2, 0.3], [0.1, 0.2, 1, 0.0], [0.4, 0.3, 0.0, 1]]
    repost = [[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]]  # two items, the same clip
    return [(three, [0, 2]), (four, [0, 1, 2]), (four, [3, 0, 1, 2]), (repost, [0, 1, 2])]


def _near_diversity(value: float, expected: float, similarity: Matrix, shown: list[int]) -> str | None:
    """Name slips that are not among the known wrong answers."""
    part = _part(similarity, shown)
    n, total = len(shown), float(np.triu(part, 1).sum())
    if np.isclose(value, 2 * expected):
        return "each pair is in your sum twice, and once in what you divide by."
    if np.isclose(value, total / (n * (n + 1) / 2)):
        return "you counted each item with itself: only two different items make a pair."
    if np.isclose(value, 0):
        return (
            "that is 0, as each item against itself has: did you index an array with [shown, shown]? That is its "
            "diagonal; np.ix_(shown, shown) is the square."
        )
    if np.isclose(value, total / n**2) or np.isclose(value, total / n):
        return f"{n} items make {n * (n - 1) // 2} {'pair' if n == 2 else 'pairs'}: divide by that."
    if shown != list(range(n)) and np.isclose(value, list_diversity(similarity, list(range(n)))):
        return "you took the first items: shown holds their numbers."
    if (part == 0).sum() > n and np.isclose(value, part[part > 0].mean()):
        return "two different items may be alike (a repost): that pair counts, with distance 0."
    return of_scale(value, expected)


def _part(similarity: Matrix, shown: list[int]) -> np.ndarray:
    return 1 - np.array(similarity)[np.ix_(shown, shown)]


DIVERSITY = Exercise(
    id="02.6",
    title="How varied is a slate?",
    desk="product",
    minutes=6,
    answer=list_diversity,
    accepts=_near_diversity,
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
        "pairs = [(a, b) for i, a in enumerate(shown) for b in shown[i + 1:]]",
    ),
)  # fmt: skip


def ndcg(shown: list[float], judged: list[float]) -> float:
    """Return DCG of the shown list over that of the best list of the same length from everything judged."""
    best = _dcg(sorted(judged, reverse=True)[: len(shown)])
    return _dcg(shown) / best if best else 0.0


def _dcg(relevance: list[float]) -> float:
    return float(sum(r / np.log2(i + 2) for i, r in enumerate(relevance)))


Number = Callable[[float], float]


def _scores_with(discount: Number, gain: Number = float) -> Callable[[list[float], list[float]], float]:
    """Return NDCG with another discount of position i, or another gain of a relevance."""

    def scored(shown: list[float], judged: list[float]) -> float:
        def dcg(relevance: list[float]) -> float:
            return float(sum(gain(r) / discount(i) for i, r in enumerate(relevance, start=1)))

        best = dcg(sorted(judged, reverse=True)[: len(shown)])
        return dcg(shown) / best if best else 0.0

    return scored


def _near_ndcg(value: float, expected: float, shown: list[float], judged: list[float]) -> bool | str | None:
    """Accept nan where nothing is relevant, for both conventions are in use; name some slips."""
    if not any(judged):
        return True if value != value else "nothing that was judged is relevant: return 0 (or NaN)."
    for wrong in NDCG.wrongs:  # again, a case at a time: most people forget the guard of case 4 as well
        if np.isclose(value, wrong.answer(shown, judged)):
            return wrong.sentence[0].lower() + wrong.sentence[1:]
    if np.isclose(value, _dcg(shown)):
        return "that is the DCG: divide it by the DCG of the best list."
    if np.isclose(value, _dcg(shown) / (_dcg(judged[: len(shown)]) or 1)):
        return "judged is in no order: sort it, the largest relevance first, before you cut it."
    if np.isclose(value, _scores_with(lambda i: np.log2(i + 2))(shown, judged)):
        return "your discount is one place off: the first place has log2(2) = 1."
    told = of_scale(value, expected)
    return (
        "NDCG can't exceed 1: the best list has the largest relevance first."
        if value > 1 and not told
        else told
    )


NDCG = Exercise(
    id="02.7",
    title="How good is an order?",
    desk="both",
    minutes=8,
    answer=ndcg,
    accepts=_near_ndcg,
    cases=lambda: [
        ([2, 0, 3], [1, 3, 0, 2]),
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
            "You discount by 1 / i. The discount falls more gently: 1 / log2(i + 1).",
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
