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


def _from_the_first_made(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    return mean_age(generated, received, end) * (end - min(received)) / (end - min(generated))


def _unweighted(generated: Sequence[float], received: Sequence[float], end: float) -> float:
    teeth = _teeth(generated, received, end)
    return float(np.mean((teeth.low + teeth.high) / 2))


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
        Wrong("from the first made", _from_the_first_made, "You divided by the time since the first update was made. Nothing can be read before the first reception: divide by end - min(received)."),
        Wrong("unweighted", _unweighted, "You gave each tooth the same weight. A long gap lasts longer: weigh each tooth by its width, or divide the area by the time."),
        Wrong("last received", _last_received, "You let a late, older update replace a newer one. Knowledge doesn't get older by news from before: keep the newest generation time."),
    ],
    hints=(
        "Draw it: time to the right, age upwards. What happens to the line when an update arrives, and between two?",
        "Sort by reception, keep the running maximum of `generated`. Each piece of the sawtooth is a trapezium; add the areas and divide by end - first reception.",
        "order = np.argsort(received); known = np.array(received)[order]; made = np.maximum.accumulate(np.array(generated)[order]); until = np.append(known[1:], end); pieces = ((known - made) + (until - made)) / 2 * (until - known)",
    ),
)  # fmt: skip
