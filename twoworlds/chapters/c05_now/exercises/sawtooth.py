"""05.6: the mean age of what is known."""

from collections.abc import Sequence

import numpy as np

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.platform.slo import freshness


def mean_age(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    """Return the time average of the age of the newest known update, from the first reception to `end`."""
    return freshness.sawtooth(generated, received, end).mean


def _teeth(generated: Sequence[float], received: Sequence[float], end: float) -> freshness.Sawtooth:
    return freshness.sawtooth(generated, received, end)


def _from_arrival(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    return _teeth(received, received, end).mean


def _whole_time(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    return mean_age(generated, received, end) * (end - min(received)) / end


def _sorted_apart(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    return mean_age(sorted(generated), sorted(received), end)


def _unweighted(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    order = np.argsort(received, kind="stable")
    known = np.asarray(received, float)[order]
    made = np.maximum.accumulate(np.asarray(generated, float)[order])
    until = np.append(known[1:], end)
    return float(np.mean(((known - made) + (until - made)) / 2))


def _last_received(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    order = np.argsort(received, kind="stable")
    made, known = np.asarray(generated, float)[order], np.asarray(received, float)[order]
    until = np.append(known[1:], end)
    return float(((until**2 - known**2) / 2 - made * (until - known)).sum() / (end - known[0]))


def _cases() -> list[tuple[list[float], list[float], float]]:
    rng = np.random.default_rng(6)
    made = np.sort(rng.uniform(0, 500, 25)).round(1)
    known = (made + rng.exponential(30, 25)).round(1)
    return [
        ([0.0, 5.0], [1.0, 7.0], 9.0),
        ([0.0], [0.0], 10.0),
        ([0.0, 4.0, 6.0], [1.0, 12.0, 8.0], 15.0),
        ([0.0, 60.0, 120.0], [5.0, 65.0, 125.0], 185.0),
        (made.tolist(), known.tolist(), 640.0),
    ]


AGE = Exercise(
    id="05.6",
    title="How old is what we serve?",
    desk="platform",
    minutes=12,
    answer=mean_age,
    cases=_cases,
    returns="a float: the mean age, in the unit of the times",
    wrongs=[
        Wrong("from arrival", _from_arrival, "Your age is 0 when an update arrives. It was made earlier: age counts from `generated`."),
        Wrong("whole time", _whole_time, "You divided the area by `end`. The clock starts at the first reception: divide by end - min(received)."),
        Wrong("sorted apart", _sorted_apart, "You sorted the two lists apart, and an update got another one's reception: keep the pairs together."),
        Wrong("unweighted", _unweighted, "You gave each piece between two receptions the same weight. A long one lasts longer: weigh each by its width, or divide the area by the time."),
        Wrong("last received", _last_received, "You let a late, older update replace a newer one. Knowledge doesn't get older by news from before: keep the newest generation time."),
    ],
    hints=(
        "Draw it: time to the right, age upwards. What happens to the line when an update arrives, and between two?",
        "Sort by reception, keep the running maximum of `generated`. Each piece of the sawtooth is a trapezium; add the areas and divide by end - first reception.",
        "known, made = np.array(sorted(zip(received, generated))).T; made = np.maximum.accumulate(made)  # then a trapezium from each `known` to the next, the last one to `end`",
    ),
)  # fmt: skip
