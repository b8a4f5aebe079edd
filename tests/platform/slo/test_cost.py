"""Cost by hand; the smallest fleet against trying every size."""

import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing
from twoworlds.platform.slo import cost_per_million, smallest_fleet


def test_cost_by_hand():
    assert cost_per_million(9, 2.0, 1000) == pytest.approx(9 * 2 / 3.6)
    assert cost_per_million(18, 2.0, 2000) == pytest.approx(cost_per_million(9, 2.0, 1000))


@pytest.mark.parametrize(("rate", "objective"), [(400, 100), (37, 60), (5, 200), (3000, 50)])
def test_smallest_fleet_against_trying_every_size(rate, objective):
    fleet = smallest_fleet(rate, 10, objective)
    assert queueing.response_quantile(0.99, rate, 100, fleet) <= objective / 1000
    if rate < (fleet - 1) * 100:
        assert queueing.response_quantile(0.99, rate, 100, fleet - 1) > objective / 1000


def test_wrong_input_gets_a_sentence():
    with pytest.raises(InputError, match="a service of 10 ms misses it on any number of servers"):
        smallest_fleet(400, 10, 46)
    with pytest.raises(InputError, match="requests_per_s is 0"):
        cost_per_million(1, 1, 0)
    with pytest.raises(InputError, match="servers is 0"):
        cost_per_million(0, 1, 1)
