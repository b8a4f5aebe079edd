"""Each control: its widget opens at the default, its ends and samples are allowed values."""

import numpy as np
import pytest

from twoworlds.course.controls import Choice, Slider, Steps, Toggle

CONTROLS = [
    Slider("Load", 30, 98, 1, 70, "%"),
    Slider("Share", 0.0, 1.0, 0.05, 0.5),
    Steps("Users", (100, 1000, 10_000), 1000, "users"),
    Choice("Desk", ("product", "platform"), "product"),
    Choice("Incident", tuple(f"a rather long name {i}" for i in range(6)), "a rather long name 2"),
    Toggle("Hedge", True),
]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: c.label)
def test_widget_takes_every_end_and_sample(control):
    widget = control.widget()
    assert widget.value == control.default
    rng = np.random.default_rng(3)
    for value in [*control.ends(), *(control.sample(rng) for _ in range(50))]:
        widget.value = value
        assert widget.value == pytest.approx(value)
        assert type(widget.value) is type(control.default)
        assert control.says(value)


def test_samples_reach_both_ends():
    rng = np.random.default_rng(4)
    for control in CONTROLS[:4]:
        seen = {control.sample(rng) for _ in range(2000)}
        assert set(control.ends()) <= seen
