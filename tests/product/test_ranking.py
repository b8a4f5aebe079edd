"""DCG and NDCG: the published example, scikit-learn as a second opinion, ties."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import dcg_score, ndcg_score

from twoworlds.errors import InputError
from twoworlds.product import metrics as m

RELEVANCE = [3, 2, 3, 0, 1, 2]  # case R01


def test_case_r01():
    assert m.dcg(RELEVANCE) == pytest.approx(6.861127, abs=1e-6)
    assert m.dcg(sorted(RELEVANCE, reverse=True)) == pytest.approx(7.140995, abs=1e-6)
    assert m.ndcg(RELEVANCE) == pytest.approx(0.960808, abs=1e-6)
    assert m.dcg(RELEVANCE, gain="exponential") == pytest.approx(13.848264, abs=1e-6)
    assert m.ndcg(RELEVANCE, judged=[*RELEVANCE, 3, 2]) == pytest.approx(0.785002, abs=1e-6)


def test_examples_of_the_manual_of_scikit_learn():
    """Values as printed there, two digits, for dcg_score and ndcg_score."""
    relevance = [10, 0, 0, 1, 5]
    assert m.dcg(relevance, scores=[0.1, 0.2, 0.3, 4, 70]) == pytest.approx(9.49, abs=0.01)
    assert m.dcg(relevance, 2, scores=[0.1, 0.2, 0.3, 4, 70]) == pytest.approx(5.63, abs=0.01)
    assert m.dcg(relevance, 1, scores=[1, 0, 0, 0, 1]) == 7.5, "the tied 10 and 5 share the top"
    assert m.ndcg(relevance, scores=[0.1, 0.2, 0.3, 4, 70]) == pytest.approx(0.69, abs=0.01)
    assert m.ndcg(relevance, scores=[0.05, 1.1, 1.0, 0.5, 0.0]) == pytest.approx(0.49, abs=0.01)
    assert m.ndcg(relevance, 4, scores=[0.05, 1.1, 1.0, 0.5, 0.0]) == pytest.approx(0.35, abs=0.01)
    assert m.ndcg(relevance, 1, scores=[1, 0, 0, 0, 1]) == 0.75


def test_a_short_list_is_held_against_the_best_k():
    """TREC's NDCG at k: who shows three items where six could have been shown misses the gain of the other three."""
    expected = m.dcg([3, 2, 3]) / m.dcg([3, 3, 2, 2, 1, 0])
    assert m.ndcg([3, 2, 3], k=6, judged=RELEVANCE) == pytest.approx(expected)
    assert m.ndcg([3, 2, 3], k=9, judged=RELEVANCE) == pytest.approx(expected)
    assert m.ndcg([3, 2, 3], judged=RELEVANCE) == pytest.approx(m.dcg([3, 2, 3]) / m.dcg([3, 3, 2]))
    assert m.ndcg([3, 2, 3], k=1, judged=RELEVANCE) == 1


lists = st.integers(2, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.7]), min_size=n, max_size=n),  # ties on purpose
        st.integers(1, n),
    )
)


@given(lists)
def test_scikit_learn_agrees_with_ties_and_cuts(case):
    relevance, scores, k = case
    assert m.dcg(relevance, k, scores=scores) == pytest.approx(dcg_score([relevance], [scores], k=k))
    if any(relevance):
        assert m.ndcg(relevance, k, scores=scores) == pytest.approx(ndcg_score([relevance], [scores], k=k))
    else:
        assert np.isnan(m.ndcg(relevance, k, scores=scores)), "scikit-learn says 0: nothing could be found"


@given(st.permutations(RELEVANCE))
def test_no_order_beats_the_best(order):
    assert m.ndcg(order) <= 1


def test_ties_take_no_luck():
    assert m.dcg([3, 0], scores=[1, 1]) == m.dcg([0, 3], scores=[1, 1]) == pytest.approx(m.dcg([1.5, 1.5]))


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: m.dcg([]), "relevance has the shape"),
        (lambda: m.dcg([1, -1]), r"relevance\[1\] is -1"),
        (lambda: m.dcg([1, np.nan]), r"relevance\[1\] is nan"),
        (lambda: m.dcg([1], gain="cubic"), "gain is"),
        (lambda: m.dcg([1, 2], k=0), "k is 0"),
        (lambda: m.dcg([1, 2], scores=[1]), "scores have shape"),
        (lambda: m.ndcg([1, 2], judged=[2]), "judged has 1"),
        (
            lambda: m.ndcg([3, 0, 0], judged=[1, 1, 1]),
            "judged has 3 items: it must hold all 3 that were shown",
        ),
        (lambda: m.ndcg([1, 1], judged=[1, 2]), "judged has 2"),
        (lambda: m.ndcg([1, 1], judged=[1, -2]), r"judged\[1\] is -2"),
        (lambda: m.dcg(["a"]), "relevance is"),
        (
            lambda: m.dcg([2000], gain="exponential"),
            r"relevance\[0\] is 2000: it must be a number from 0 to 1000",
        ),
        (lambda: m.dcg([1], gain=np.array(["linear", "x"])), "gain is"),
        (lambda: m.dcg([1, 2], scores=["a", "b"]), "scores is"),
        (lambda: m.dcg([1, 2], scores=[1, None]), "scores have shape"),
    ],
)
def test_wrong_input_is_told(act, said):
    with pytest.raises(InputError, match=said):
        act()


def test_a_relevance_of_less_precision_is_the_same_one():
    exact = np.array([0.1, 0.7, 0.3])
    shown = exact[:2].astype(np.float32)
    assert m.ndcg(shown, judged=exact) == pytest.approx(m.ndcg(exact[:2], judged=exact))
    with pytest.raises(InputError, match=r"lacks one of relevance 0.7"):
        m.ndcg([0.7, 0.1], judged=[0.1, 0.3])


def test_an_exponential_gain_of_next_to_nothing_is_exact():
    assert m.dcg([1e-10], gain="exponential") == pytest.approx(1e-10 * np.log(2), rel=1e-9)
    assert m.ndcg([0, 1e-17], gain="exponential") == pytest.approx(1 / np.log2(3))


def test_the_highest_grade_has_an_order_too():
    assert m.ndcg([1000, 1], gain="exponential") == 1
    assert m.ndcg([1, 1000], gain="exponential") == pytest.approx(1 / np.log2(3))


def test_a_hair_of_rounding_makes_no_list_better_than_the_best():
    assert m.ndcg([1.0000009], judged=[1.0]) == 1


def one_by_one(shown, judged):
    """Return whether each shown item can be told from the judged ones by taking the first that is near enough."""
    left = sorted(judged)
    for value in sorted(shown):
        near = [x for x in left if abs(x - value) <= 1e-6 * value]
        if not near:
            return False
        left.remove(near[0])
    return True


grades = st.lists(st.sampled_from([0, 1, 1 + 4e-7, 1 - 4e-7, 1 + 8e-7, 2, 2 + 1e-5]), min_size=1, max_size=7)


@given(grades, grades)
def test_what_was_shown_is_judged_or_not(shown, judged):
    if one_by_one(shown, judged):
        assert np.isnan(m.ndcg(shown, judged=judged)) == (max(judged) == 0)
    else:
        with pytest.raises(InputError, match="judged has"):
            m.ndcg(shown, judged=judged)


def test_a_million_judged_items_take_no_time():
    many = np.random.default_rng(1).random(1_000_000)
    start = time.perf_counter()
    assert 0 < m.ndcg(many, judged=many) < 1
    assert time.perf_counter() - start < 4, "one by one they take ten seconds"
