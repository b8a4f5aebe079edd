"""Intervals, alarms and power held against the world's own truth."""

import numpy as np
import pytest

from twoworlds.experiment import Moments, difference, relative, sample_size
from twoworlds.experiment.analysis import _lift
from twoworlds.world import Policy, World, simulate

WORLD = World(users=500_000, days=2, seed=12)
BLOCK = 250  # users of one experiment: 2,000 experiments, each with users of its own
CHANGE = Policy(latency_ms=1200)
METRICS = ("sessions", "clicks", "watch_s")

pytestmark = pytest.mark.xdist_group("coverage")  # one worker simulates for all


@pytest.fixture(scope="module")
def worlds():
    """The same users under production and under the change: the truth."""
    return simulate(WORLD, Policy()), simulate(WORLD, CHANGE)


def experiments(base, treated, metric, draws, n, seed):
    """Yield the moments of both arms of experiments of n users an arm, drawn from all users of the two worlds."""
    rng = np.random.default_rng(seed)
    before, after = base.totals(metric), treated.totals(metric)
    for _ in range(draws):
        control, treatment = rng.integers(len(before), size=(2, n))
        yield Moments.of(before[control]), Moments.of(after[treatment])


def covers(interval, truth):
    return interval[0] <= truth <= interval[1]


def is_share(hits, share):
    """Tell whether the share of hits is `share`, within four standard errors of a share of that many."""
    return abs(np.mean(hits) - share) <= 4 * np.sqrt(share * (1 - share) / len(hits))


@pytest.mark.parametrize("metric", METRICS)
def test_intervals_cover_the_truth(worlds, metric):
    """10,000 experiments: four standard errors of the coverage are 0.9 points, inside 94 to 96 %."""
    before, after = (world.totals(metric).mean() for world in worlds)
    hits = [
        (
            covers(difference(c, t).interval(), after - before),
            covers(relative(c, t).interval(), after / before - 1),
        )
        for c, t in experiments(*worlds, metric, 10_000, 400, seed=1)
    ]
    for kind in zip(*hits, strict=True):
        assert is_share(kind, 0.95)
        assert 0.94 <= np.mean(kind) <= 0.96


def test_alarms_of_a_test_against_itself_are_nominal(worlds):
    p = [difference(c, t).p() for c, t in experiments(worlds[0], worlds[0], "clicks", 10_000, 400, seed=2)]
    assert is_share(np.array(p) < 0.05, 0.05)
    assert is_share(np.array(p) < 0.5, 0.5)


def test_power_is_as_planned(worlds):
    before, after = (world.totals("clicks") for world in worlds)
    n = sample_size(after.mean() - before.mean(), np.sqrt((before.var() + after.var()) / 2))
    p = [difference(c, t).p() for c, t in experiments(*worlds, "clicks", 3000, round(n), seed=3)]
    assert is_share(np.array(p) < 0.05, 0.8)


@pytest.fixture(scope="module")
def lived():
    """Two experiments that all users lived: the change against production, and production against itself."""
    return [simulate(WORLD, {"control": Policy(), "treatment": other}) for other in (CHANGE, Policy())]


def blocks(run, metric):
    """Yield the moments of both arms in each block of the run's users: experiments that were lived as such."""
    values, treated = run.totals(metric), (run.per_user().arm == "treatment").to_numpy()
    for start in range(0, len(values), BLOCK):
        part = slice(start, start + BLOCK)
        yield Moments.of(values[part][~treated[part]]), Moments.of(values[part][treated[part]])


def test_two_thousand_lived_experiments_cover_the_truth(worlds, lived):
    for metric in METRICS:
        truth = worlds[1].totals(metric).mean() - worlds[0].totals(metric).mean()
        hits = [covers(difference(c, t).interval(), truth) for c, t in blocks(lived[0], metric)]
        assert len(hits) == 2000
        assert is_share(hits, 0.95)


def test_two_thousand_lived_tests_against_itself(lived):
    assert is_share([difference(c, t).p() < 0.05 for c, t in blocks(lived[1], "sessions")], 0.05)


def lifts(run, metric, size, draws):
    """Yield what `analyse` says of the lift (low, high, p) in blocks of `size` users, dealt out anew when they end."""
    values, treated = run.totals(metric), (run.per_user().arm == "treatment").to_numpy()
    rng, blocks_a_deal = np.random.default_rng(4), len(values) // size
    for draw in range(draws):
        if draw % blocks_a_deal == 0:
            dealt = rng.permutation(len(values))
        rows = dealt[(draw % blocks_a_deal) * size :][:size]
        x, new = values[rows], treated[rows]
        yield _lift(Moments.of(x[~new]), Moments.of(x[new]), 0.95)[1:]


@pytest.mark.parametrize(("size", "metric"), [(BLOCK, "sessions"), (BLOCK, "watch_s"), (1200, "watch_s")])
def test_lifts_of_lived_experiments_cover_the_truth(worlds, lived, size, metric):
    """In all blocks the control is too noisy for the delta method, in blocks of 1200 only a little.

    The delta method alone covers 93.2 % in blocks of 250 and sounds 6.8 % alarms, outside four standard errors.
    """
    before, after = (world.totals(metric).mean() for world in worlds)
    real, idle = (list(lifts(run, metric, size, 6000)) for run in lived)
    assert is_share([covers(interval, after / before - 1) for *interval, _ in real], 0.95)
    assert is_share([p < 0.05 for *_, p in idle], 0.05)
    assert all(covers(interval, 0) == (p >= 0.05) for *interval, p in real + idle)
