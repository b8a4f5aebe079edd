"""Diversity: published values, bounds that hold for any list, and MMR against brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.product import metrics as m

RELEVANCE = [0.9, 0.85, 0.5]  # case R05
SIMILARITY = np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])


def part(chosen):
    return SIMILARITY[np.ix_(chosen, chosen)]


def test_case_r05():
    assert m.mmr(RELEVANCE, SIMILARITY, 2, 0.7) == [0, 1]
    assert m.mmr(RELEVANCE, SIMILARITY, 2, 0.69) == [0, 2]
    assert m.mmr(RELEVANCE, SIMILARITY, 2, 0.695653) == [0, 1]
    assert m.mmr(RELEVANCE, SIMILARITY, 2, 0.695651) == [0, 2]
    assert [m.intra_list_diversity(part([0, i])) for i in (1, 2)] == pytest.approx([0.1, 0.9], abs=1e-12)


def test_the_diagonal_is_no_pair():
    assert m.intra_list_diversity(np.eye(4)) == 1
    assert m.intra_list_diversity(np.ones((3, 3))) == 0
    assert np.isnan(m.intra_list_diversity([[1.0]]))


@given(st.integers(2, 6), st.integers(0, 10_000))
def test_diversity_of_vectors_is_within_its_bounds_and_blind_to_order(n, seed):
    vectors = np.random.default_rng(seed).normal(size=(n, 3))
    diversity = m.intra_list_diversity(m.cosine(vectors))
    assert 0 <= diversity <= 2
    assert m.intra_list_diversity(m.cosine(vectors[::-1])) == pytest.approx(diversity)
    assert m.intra_list_diversity(m.cosine(vectors * 7)) == pytest.approx(diversity), "length is no direction"


@settings(max_examples=40)
@given(st.integers(2, 5), st.floats(0, 1), st.integers(0, 10_000))
def test_second_choice_of_mmr_is_the_best_of_all(n, trade_off, seed):
    rng = np.random.default_rng(seed)
    relevance, similarity = rng.random(n), m.cosine(rng.normal(size=(n, 3)))
    first, second = m.mmr(relevance, similarity, 2, trade_off)
    scores = {
        j: trade_off * relevance[j] - (1 - trade_off) * similarity[first, j] for j in range(n) if j != first
    }
    assert scores[second] == max(scores.values())


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_cosine_of_very_long_and_very_short_vectors(size):
    assert m.cosine([[size, size], [1, 0]])[0, 1] == pytest.approx(0.5**0.5)


def test_mmr_looks_at_the_nearest_of_those_chosen_not_at_their_mean():
    """Equal relevance. The third resembles one of the chosen by 0.9, the fourth both by 0.5: 0.9 > 0.5 > 0.45."""
    similarity = np.array([[1, 0, 0.9, 0.5], [0, 1, 0, 0.5], [0.9, 0, 1, 0.3], [0.5, 0.5, 0.3, 1]])
    assert m.mmr([1.0, 0.9, 0.5, 0.5], similarity, 3, 0.5) == [0, 1, 3]


def test_mmr_with_relevance_alone_sorts():
    assert m.mmr([0.2, 0.9, 0.5], np.ones((3, 3)), 3, 1) == [1, 2, 0]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=9))
def test_entropy_is_between_one_topic_and_all_alike(counts):
    if sum(counts) == 0:
        assert np.isnan(m.topic_entropy(counts))
        return
    entropy = m.topic_entropy(counts)
    assert -1e-12 <= entropy <= np.log2(len(counts)) + 1e-12
    assert all(
        m.topic_entropy(order) == pytest.approx(entropy)
        for order in itertools.islice(itertools.permutations(counts), 3)
    )


def test_entropy_by_hand():
    assert m.topic_entropy([5, 0, 0]) == 0
    assert m.topic_entropy([1, 1, 1, 1]) == 2
    assert m.topic_entropy([2, 1, 1]) == 1.5


def test_entropies_of_the_textbooks():
    """Shannon 1948 (four letters: 7/4 bits), and Cover & Thomas 2006, example 1.1.2 (eight horses: 2 bits)."""
    assert m.topic_entropy([1 / 2, 1 / 4, 1 / 8, 1 / 8]) == 7 / 4
    assert m.topic_entropy([32, 16, 8, 4, 1, 1, 1, 1]) == 2


def test_coverage_counts_each_item_once():
    assert m.coverage([3, 3, 9], 4) == 0.5
    assert m.coverage([], 4) == 0
    assert m.coverage([3, 9], 2) == 1
    for ids in ({3, 9}, (i for i in (3, 9)), [[3], [9]], np.array(["a", "b"]), ["a", "b"]):
        assert m.coverage(ids, 4) == 0.5
    with pytest.raises(InputError, match="catalogue is 1"):
        m.coverage([3, 9], 1)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: m.cosine([[0, 0], [1, 0]]), "row of zeros"),
        (lambda: m.cosine([1, 2]), "one row an item"),
        (lambda: m.intra_list_diversity([[1, 0.2], [0.3, 1]]), "must be symmetric"),
        (lambda: m.intra_list_diversity([[1, np.nan], [np.nan, 1]]), "square of finite"),
        (lambda: m.mmr([1.0], SIMILARITY, 1, 0.5), "relevance has shape"),
        (lambda: m.mmr(RELEVANCE, SIMILARITY, 4, 0.5), "k is 4"),
        (lambda: m.topic_entropy([-1, 2]), r"counts\[0\] is -1"),
        (lambda: m.topic_entropy(["a"]), "counts is"),
        (lambda: m.topic_entropy([np.inf]), r"counts\[0\] is inf"),
        (lambda: m.cosine([["a"]]), "vectors is"),
        (lambda: m.cosine([[1], [1, 2]]), "vectors is"),
        (lambda: m.coverage("abc", 4), "shown is 'abc'"),
        (lambda: m.coverage(5, 4), "shown is 5"),
        (lambda: m.coverage([3, np.nan], 4), "shown is .* none missing"),
        (lambda: m.coverage(["a", None], 4), "shown is .* none missing"),
    ],
)
def test_wrong_input_is_told(act, said):
    with pytest.raises(InputError, match=said):
        act()


def test_an_entropy_of_the_tiniest_share_is_that_of_the_others():
    assert m.topic_entropy([1e-320, 1e300]) == 0


def test_ids_of_mixed_kinds_are_told_apart():
    assert m.coverage([1, "1", 2], 3) == 1
    assert m.coverage([2**53, 2**53 + 1, 0.5], 3) == 1
    assert m.coverage([[1, 2], [2, 3]], 3) == m.coverage(np.array([[1, 2], [2, 3]]), 3) == 1


def test_nothing_is_more_alike_than_an_item_and_itself():
    with pytest.raises(InputError, match="similarity is 5 for a pair"):
        m.intra_list_diversity([[1, 5], [5, 1]])


def test_a_masked_id_is_missing():
    for shown in (np.ma.array([1, 2], mask=[False, True]), [np.ma.array([1, 2], mask=[False, True]), [3]]):
        with pytest.raises(InputError, match="none missing"):
            m.coverage(shown, 5)
    assert m.coverage(np.ma.array([1, 2]), 4) == 0.5
