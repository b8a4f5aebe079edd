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


@pytest.mark.parametrize(("rate", "service", "fleet"), [(600, 85, 52), (1050, 60, 64), (1200, 85, 103)])
def test_whole_erlangs_are_no_stumbling_block(rate, service, fleet):
    """51, 63 and 102 erlangs: rate / (1000 / service) is a hair less than the whole number in floats."""
    assert smallest_fleet(rate, service, 8 * service) == fleet
    assert queueing.response_tail(0.008 * service, rate, 1000 / service, fleet) <= 0.01
    if rate * service / 1000 < fleet - 1:
        assert queueing.response_tail(0.008 * service, rate, 1000 / service, fleet - 1) > 0.01


def test_a_large_fleet_is_found_up_to_the_largest():
    """60,000 erlangs, and an objective just above the 92.1 ms that the service alone takes."""
    fleet = smallest_fleet(3e6, 20, 92.2)
    assert queueing.response_tail(0.0922, 3e6, 50, fleet) <= 0.01
    assert queueing.response_tail(0.0922, 3e6, 50, fleet - 1) > 0.01
    for rate in (5e6, 1e9):
        with pytest.raises(
            InputError, match=r"requests_per_s is .*: of 20 ms each they take over 100000 servers"
        ):
            smallest_fleet(rate, 20, 150)


def test_wrong_input_gets_a_sentence():
    with pytest.raises(InputError, match="a service of 10 ms misses it on any number of servers"):
        smallest_fleet(400, 10, 46)
    with pytest.raises(InputError, match="requests_per_s is 0"):
        cost_per_million(1, 1, 0)
    with pytest.raises(InputError, match="servers is 0"):
        cost_per_million(0, 1, 1)
