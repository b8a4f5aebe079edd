"""How fast is the world? Impressions a second on one core, beside a plain event-by-event Python loop.

The world calls no BLAS, so nothing runs in threads.
Run `python benchmarks/world.py`; add `--full` for the growth exponent up to a million users.
"""

import argparse
import random
import time
from collections.abc import Callable

import numpy as np

from twoworlds.world import Policy, World
from twoworlds.world.arms import as_arms, assign
from twoworlds.world.plain import PlainWorld
from twoworlds.world.simulate import live

SIZES = (2_000, 20_000, 100_000)
GROWTH_SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """Return (impressions, seconds of processor time of all threads) of `work`: a busy machine does not count."""
    start = time.process_time()
    impressions = work()
    return impressions, time.process_time() - start


def fast(world: World, policy: Policy) -> int:
    """Live `world` with its daily aggregates; return the impressions."""
    arms = as_arms(policy)
    impressions = 0
    for _, totals, _ in live(world, arms, assign(world, list(arms))):
        sums = {name: values.sum(dtype=np.float64) for name, values in totals.items()}
        impressions += int(sums["impressions"])
    return impressions


def plain(world: World, policy: Policy, hashed: bool) -> int:
    """Live `world` event by event; return the impressions. Without `hashed`, draws come from random.random."""
    draw = random.Random(1).random
    loop = (
        PlainWorld(world, policy)
        if hashed
        else PlainWorld(world, policy, lambda key, purpose, counter: draw())
    )
    return sum(day["impressions"] for day in loop.run())


def growth_exponent(seconds: dict[int, float]) -> float:
    """Return the slope of log(seconds) over log(users), by least squares."""
    return float(np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0])


def speeds(repeats: int = 2) -> dict[int, float]:
    """Print and return our impressions a second by number of users, the best of `repeats`."""
    result = {}
    for users in SIZES:
        runs = [timed(lambda users=users: fast(World(users=users), Policy())) for _ in range(repeats)]
        result[users] = max(impressions / seconds for impressions, seconds in runs)
        print(
            f"  twoworlds, {users:>9,} users x 28 days: {result[users] / 1e6:6.2f} million impressions a second"
        )
    return result


def ratio(users: int = 300) -> float:
    """Print the plain loop's speed with both kinds of draws; return ours over the faster of the two."""
    world = World(users=users)
    best = 0.0
    for hashed in (True, False):
        impressions, seconds = timed(lambda hashed=hashed: plain(world, Policy(), hashed))
        label = "the same hash" if hashed else "random.random"
        print(
            f"  plain Python loop, {users:,} users, {label}: {impressions / seconds:,.0f} impressions a second"
        )
        best = max(best, impressions / seconds)
    impressions, seconds = timed(lambda: fast(World(users=20_000), Policy()))
    print(f"  ratio to the faster loop: {impressions / seconds / best:.0f}")
    return impressions / seconds / best


def growth() -> float:
    """Print seconds by number of users and return the growth exponent."""
    seconds = {}
    for users in GROWTH_SIZES:
        impressions, seconds[users] = timed(lambda users=users: fast(World(users=users), Policy()))
        print(
            f"  {users:>9,} users: {seconds[users]:7.2f} s, {impressions / seconds[users] / 1e6:.2f} million/s"
        )
    exponent = growth_exponent(seconds)
    print(f"  growth exponent, 10^4 to 10^6 users: {exponent:.3f}")
    return exponent


def main() -> None:
    """Print the world's figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="also measure growth up to a million users (minutes)"
    )
    options = parser.parse_args()
    print("The world, one core")
    speeds()
    ratio()
    if options.full:
        growth()


if __name__ == "__main__":
    main()
