"""Chapter 00's numbers: the closed form against the world, and the stored grid against its builder."""

import itertools

import numpy as np
import pytest

from twoworlds.chapters import c00_start as start
from twoworlds.course.grids import grid
from twoworlds.world import Policy, World, simulate


@pytest.mark.parametrize("latency_ms", [250, 350, 650])
def test_share_over_a_second_is_the_worlds_own(latency_ms):
    sessions = simulate(World(users=6000, days=7, seed=9), Policy(latency_ms=latency_ms)).sessions()
    network = simulate(World(users=6000, days=1, seed=9), Policy()).users().network.to_numpy()
    of_session = network[sessions.user_id.to_numpy()]
    for who in ("fast network", "slow network"):
        waits = sessions.latency_ms.to_numpy()[of_session == who.split()[0]]
        expected = start.share_over(1000, latency_ms, who)
        error = np.sqrt(expected * (1 - expected) / len(waits))
        # Waits are logged in whole milliseconds: a hair of rounding comes on top of the sampling error.
        assert np.mean(waits > 1000) == pytest.approx(expected, abs=4 * error + 0.003)


def test_stored_grid_is_what_the_builder_gives():
    """Rebuild one delay: the grid must follow the world, or the chapter tells an old story."""
    base = simulate(start._GRID_WORLD, Policy())
    late = simulate(start._GRID_WORLD, Policy(latency_ms=Policy().latency_ms + 300))
    table = grid("ch00_delay")
    stored = table[(table.delay_ms == 300) & (table.who == "everybody") & (table.day == 28)].change.item()
    before, after = base.totals("active", (22, 28)), late.totals("active", (22, 28))
    assert stored == pytest.approx(after.sum() / before.sum() - 1, abs=1e-6)


def test_zero_delay_changes_nothing():
    result = start.delay_model(0, "everybody", 28)
    assert result.lost == 0
    assert result.changed == 0


def test_longer_delays_cost_more_and_slow_networks_most():
    lost = [start.delay_model(d, "everybody", 28).lost for d in start.DELAYS_MS]
    assert all(a > b for a, b in itertools.pairwise(lost))
    slow, fast = (start.delay_model(400, who, 28).lost for who in ("slow network", "fast network"))
    assert slow < 2 * fast < 0
