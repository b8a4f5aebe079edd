"""05.5: a counter that fades."""

from collections.abc import Sequence

import numpy as np

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.product.session import decayed_count


def faded(times: Sequence[float], at: float, half_life: float) -> float:
    """Return the count of the events at `times`, each worth half after every half_life, as it stands at `at`."""
    return decayed_count(times, at, half_life)


def _add_then_fade(times: Sequence[float], at: float, half_life: float) -> float:
    value, before = 0.0, None
    for time in sorted(times):
        value = (value + 1) * 2.0 ** (-((time - before) if before is not None else 0) / half_life)
        before = time
    return value * 2.0 ** (-(at - before) / half_life) if before is not None else 0.0


def _time_constant(times: Sequence[float], at: float, half_life: float) -> float:
    return float(sum(np.exp(-(at - t) / half_life) for t in times))


def _as_of_the_last(times: Sequence[float], at: float, half_life: float) -> float:
    return decayed_count(times, max(times), half_life) if len(times) else 0.0


def _full_weight(times: Sequence[float], at: float, half_life: float) -> float:
    value, latest = 0.0, -np.inf
    for time in times:
        value = value * 2.0 ** (-max(0.0, time - latest) / half_life) + 1 if value else 1.0
        latest = max(latest, time)
    return value * 2.0 ** (-(at - latest) / half_life) if value else 0.0


def _backwards(times: Sequence[float], at: float, half_life: float) -> float:
    return float(sum(2.0 ** ((at - t) / half_life) for t in times))


DECAY = Exercise(
    id="05.5",
    title="A counter that fades",
    desk="product",
    minutes=8,
    answer=faded,
    cases=lambda: [
        ([0.0, 10.0], 20.0, 10.0), ([5.0], 5.0, 60.0), ([], 100.0, 60.0),
        ([30.0, 0.0, 90.0, 30.0], 120.0, 45.0), (np.random.default_rng(3).uniform(0, 600, 40).round(1).tolist(), 605.0, 120.0),
    ],
    returns="a float: the faded count at `at`",
    wrongs=[
        Wrong("add then fade", _add_then_fade, "You added the new event and then faded the sum: the newest event was faded for a time before it happened. Fade what was there, then add 1."),
        Wrong("time constant", _time_constant, "You used exp(-age / half_life): that leaves 37 % after a half-life. A half-life halves: 2 ** (-age / half_life)."),
        Wrong("backwards", _backwards, "Older events count more in yours: mind the sign of the exponent."),
        Wrong("as of the last", _as_of_the_last, "Your count is the one at the last event. It goes on fading until `at`, when it is read."),
        Wrong("full weight", _full_weight, "You took events in the order they came in, and a late one at full weight. It is older than the counter: fade it for its own age."),
    ],
    hints=(
        "How much is one event worth that happened a half-life ago? Two half-lives? Ten seconds?",
        "How many half-lives old is each event, and what is left after so many? Then add up. The order doesn't matter.",
        "worth = [2.0 ** (-(at - time) / half_life) for time in times]  # of each event",
    ),
)  # fmt: skip
