"""The Brier score, its table and its decomposition, against definitions and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from twoworlds.errors import InputError
from twoworlds.interview.rubric import load_blind_prompt
from twoworlds.interview.scoring import brier, brier_decomposition, calibration_table, rubric_score

FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1]
PAIRS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=40)


def drawn(n, seed):
    rng = np.random.default_rng(seed)
    probabilities = rng.choice([0.05, 0.2, 0.25, 0.5, 0.6, 0.9], size=n)
    return probabilities, (rng.random(n) < probabilities).astype(float)


def test_brier_by_hand():
    assert brier([0.9, 0.2], [1, 0]) == pytest.approx((0.01 + 0.04) / 2)
    assert brier([0.5, 0.5], [1, 0]) == 0.25
    assert brier([1, 0], [1, 0]) == 0


def test_for_a_scene_that_is_both_half_is_the_best_forecast():
    assert brier([0.5], [0.5]) == 0
    assert [brier([0.8], [0.5]), brier([0.2], [0.5])] == pytest.approx([0.09, 0.09])


@pytest.mark.parametrize("seed", range(5))
def test_brier_agrees_with_scikit_learn(seed):
    p, o = drawn(200, seed)
    assert brier(p, o) == pytest.approx(brier_score_loss(o, p), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_table_agrees_with_scikit_learn_on_the_edges_too(seed):
    p, o = drawn(200, seed)
    share, forecast = calibration_curve(o, p, n_bins=5)
    table = calibration_table(p, o, np.linspace(0, 1, 6))
    assert [row.observed_share for row in table] == pytest.approx(share)
    assert [row.mean_forecast for row in table] == pytest.approx(forecast)
    assert sum(row.n for row in table) == 200


def test_empty_bins_are_left_out_and_ends_belong_to_the_outer_bins():
    table = calibration_table([0, 0.2, 1], [0, 1, 0.5], FIFTHS)
    assert [(row.low, row.high, row.n) for row in table] == [(0, 0.2, 2), (0.8, 1, 1)]
    assert [row.observed_share for row in table] == [0.5, 0.5]


def test_the_decomposition_by_hand():
    parts = brier_decomposition([0.1, 0.1, 0.9, 0.9], [0, 1, 1, 1], [0, 0.5, 1])
    assert parts.reliability == pytest.approx((0.4**2 + 0.1**2) / 2)
    assert parts.resolution == pytest.approx(0.25**2)
    assert parts.uncertainty == pytest.approx(0.75 * 0.25)
    assert parts.binned_brier == pytest.approx(brier([0.1, 0.1, 0.9, 0.9], [0, 1, 1, 1]))


@given(PAIRS)
def test_the_identity_holds_exactly_for_binned_forecasts(pairs):
    p, o = np.array(pairs).T
    table = calibration_table(p, o, FIFTHS)
    binned = [next(row.mean_forecast for row in table if x <= row.high) for x in p]
    assert brier_decomposition(p, o, FIFTHS).binned_brier == pytest.approx(
        brier(np.clip(binned, 0, 1), o), abs=1e-12
    )


@pytest.mark.parametrize("seed", range(3))
def test_equal_forecasts_within_bins_need_no_binning(seed):
    p, o = drawn(300, seed)
    parts = brier_decomposition(p, o, [0, 0.1, 0.22, 0.3, 0.55, 0.7, 1])
    assert parts.binned_brier == pytest.approx(brier(p, o), abs=1e-12)
    assert parts.uncertainty == pytest.approx(o.mean() * (1 - o.mean()))


@pytest.mark.parametrize(
    ("probabilities", "outcomes", "sentence"),
    [
        ([1.2], [1], "probabilities holds 1.2"),
        ([float("nan")], [1], "probabilities holds nan"),
        ([0.5], [0.3], "outcomes holds 0.3"),
        ([0.5, 0.5], [1], "outcomes has 1 values: it must have 2"),
        ([], [], "probabilities is '"),
        (["high"], [1], "probabilities is .*high"),
        ([[0.5]], [1], "probabilities is '"),
        (0.5, [1], "probabilities is '0.5'"),
    ],
)
def test_bad_forecasts_get_a_sentence(probabilities, outcomes, sentence):
    with pytest.raises(InputError, match=sentence):
        brier(probabilities, outcomes)


@pytest.mark.parametrize(
    "edges", [[0], [0, 0.5], [0.1, 1], [0, 0.6, 0.4, 1], [0, 0.5, 0.5, 1], [0, float("nan"), 1]]
)
def test_bad_edges_get_a_sentence(edges):
    with pytest.raises(InputError, match=r"^edges is .* it must rise from 0 to 1\.$"):
        calibration_table([0.5], [1], edges)


def test_a_rubric_score_counts_points_of_those_possible():
    rubric = load_blind_prompt().rubric("product")
    assert rubric_score(rubric, {}).points == 0
    score = rubric_score(rubric, {"p1": 2, "p4": 1})
    assert (score.desk, score.points, score.possible) == ("product", 3, 18)
    assert score.share == pytest.approx(1 / 6)
    assert rubric_score(rubric, {c.id: 2 for c in rubric.criteria}).share == 1


@pytest.mark.parametrize(
    ("points", "sentence"),
    [({"l1": 1}, "criterion is 'l1'"), ({"p1": 3}, r"points\['p1'\] is 3"), ({"p1": 0.5}, "whole number")],
)
def test_a_wrong_mark_gets_a_sentence(points, sentence):
    with pytest.raises(InputError, match=sentence):
        rubric_score(load_blind_prompt().rubric("product"), points)
