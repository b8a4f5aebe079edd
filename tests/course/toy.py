"""A small explorer without a domain, for the tests of the kit."""

from dataclasses import dataclass

import numpy as np

from twoworlds.course.controls import Choice, Slider, Steps, Toggle
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction

X = np.linspace(0, 1, 11)


@dataclass(frozen=True)
class Line:
    """A line and its end."""

    slope: float
    end: float


def model(slope, shift, kind, double):
    if kind == "broken":
        raise ValueError("no such kind of line")
    end = (2 if double else 1) * slope + shift
    return Line(slope, end)


def draw(left, right):
    left.set(xlim=(0, 1), ylim=(0, 10))
    right.set(xlim=(0, 1), ylim=(0, 10))
    (line,) = left.plot([], [], animated=True)
    (dot,) = right.plot([], [], "o", markeredgecolor="white", animated=True)

    def update(r):
        line.set_data(X, r.slope * X + 1)
        dot.set_data([0.5], [r.end])

    return update


def reading(r):
    return f"With slope {r.slope:g} the line ends at {r.end:g}."


def explorer(prediction=False, **changes):
    guess = Prediction(
        "99.1", "Where does it end?", Slider("End", 0, 10, 1, 5, "m"), lambda: 3, lambda g, r: (0.5, g), 1
    )
    parts = {
        "question": "Where does the line end?",
        "controls": {
            "slope": Slider("Slope", 0.0, 3.0, 0.5, 2.0, "m"),
            "shift": Steps("Shift", (1, 2, 5), 1, "m"),
            "kind": Choice("Kind", ("straight", "also straight"), "straight"),
            "double": Toggle("Twice as steep"),
        },
        "model": model,
        "draw": draw,
        "reading": reading,
        "panels": {"product": "how steep?", "platform": "where to?"},
        "presets": {"Steep": Preset("Up it goes.", {"slope": 3.0, "double": True})},
        "prediction": guess if prediction else None,
    }
    return Explorer(**(parts | changes))
