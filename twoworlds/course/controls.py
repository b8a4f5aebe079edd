"""What a learner can turn: each control knows its label, unit and range, its widget, and the values a test must try."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets
import numpy as np


@dataclass(frozen=True)
class Slider:
    """A number on an even scale from `low` to `high` (both included) in `step`s."""

    label: str
    low: float
    high: float
    step: float
    default: float
    unit: str = ""

    def widget(self) -> widgets.Widget:
        """Return the slider."""
        whole = all(float(x).is_integer() for x in (self.low, self.high, self.step, self.default))
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        places = max(0, -int(np.floor(np.log10(self.step) + 1e-9)))
        return kind(
            value=self.default, min=self.low, max=self.high, step=self.step,
            readout_format="d" if whole else f".{places}f",
        )  # fmt: skip

    def ends(self) -> list[Any]:
        """Return the values whose combinations are the corners."""
        return [self.low, self.high]

    def sample(self, rng: np.random.Generator) -> Any:
        """Return a random allowed value."""
        steps = round((self.high - self.low) / self.step)
        value = self.low + self.step * int(rng.integers(steps + 1))
        return type(self.default)(min(value, self.high))

    def says(self, value: Any) -> str:
        """Return `value` in words, with its unit."""
        return f"{value:,g} {self.unit}".strip()


@dataclass(frozen=True)
class Steps:
    """One of `values`, in order: for scales that aren't even (1, 10, 100)."""

    label: str
    values: Sequence[Any]
    default: Any
    unit: str = ""

    def widget(self) -> widgets.Widget:
        """Return the slider over the values."""
        return widgets.SelectionSlider(options=[(self.says(v), v) for v in self.values], value=self.default)

    def ends(self) -> list[Any]:
        """Return the first and the last value."""
        return [self.values[0], self.values[-1]]

    def sample(self, rng: np.random.Generator) -> Any:
        """Return a random allowed value."""
        return self.values[int(rng.integers(len(self.values)))]

    def says(self, value: Any) -> str:
        """Return `value` in words, with its unit."""
        return f"{value:,} {self.unit}".strip() if isinstance(value, (int, float)) else str(value)


@dataclass(frozen=True)
class Choice:
    """One of a few named `options`, all visible."""

    label: str
    options: Sequence[str]
    default: str

    def widget(self) -> widgets.Widget:
        """Return a row of buttons for short options, else a drop-down list."""
        short = sum(len(o) for o in self.options) <= 44
        options = {"options": list(self.options), "value": self.default}
        return (
            widgets.ToggleButtons(**options, style={"button_width": "auto"})
            if short
            else widgets.Dropdown(**options)
        )

    def ends(self) -> list[Any]:
        """Return every option: a choice has no ends."""
        return list(self.options)

    def sample(self, rng: np.random.Generator) -> Any:
        """Return a random option."""
        return self.options[int(rng.integers(len(self.options)))]

    def says(self, value: Any) -> str:
        """Return the option."""
        return str(value)


@dataclass(frozen=True)
class Toggle:
    """On or off."""

    label: str
    default: bool = False

    def widget(self) -> widgets.Widget:
        """Return the tick box."""
        return widgets.Checkbox(value=self.default, indent=False, description=self.label)

    def ends(self) -> list[Any]:
        """Return both states."""
        return [False, True]

    def sample(self, rng: np.random.Generator) -> Any:
        """Return a random state."""
        return bool(rng.integers(2))

    def says(self, value: Any) -> str:
        """Return the state in a word."""
        return "on" if value else "off"


Control = Slider | Steps | Choice | Toggle
