"""A prediction: the learner commits to an answer before the world gives its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from twoworlds.course.controls import Choice, Control, Slider, Steps
from twoworlds.course.progress import progress
from twoworlds.course.stage import Place

# A numeric guess within this share of the scale's length counts as close.
CLOSE = 0.1


@dataclass(frozen=True)
class Prediction:
    """A question with a number or a choice for an answer, and the world's own answer.

    `id` is chapter.item ("00.1"); `answer` is the control to answer with; `truth()` is what the world says, in the
    control's unit. `place(guess, result)` gives the point (x, y) of the guess in the explorer's panel number `panel`.
    """

    id: str
    question: str
    answer: Control
    truth: Callable[[], Any]
    place: Place | None = None
    panel: int = 0

    def verdict(self, guess: Any) -> str:
        """Return the sentence that holds the guess to the truth."""
        truth = self.truth()
        if isinstance(self.answer, Slider):
            close = abs(guess - truth) <= CLOSE * (self.answer.high - self.answer.low)
            places = 0 if self.answer.step >= 1 else 1 if self.answer.step >= 0.1 else 2
            says = f"You said {self.answer.says(guess)}; the world says {truth:,.{places}f} {self.answer.unit}".strip()
            return f"{says}. {'Close.' if close else 'Too high.' if guess > truth else 'Too low.'}"
        return f"You said “{self.answer.says(guess)}”. " + (
            "So does the world." if guess == truth else f"The world says “{self.answer.says(truth)}”."
        )

    def record(self, guess: Any) -> None:
        """Store the committed guess beside the truth, for the last chapter's look at the learner's intuition."""
        scale = {"low": self.answer.low, "high": self.answer.high} if isinstance(self.answer, Slider) else {}
        unit = self.answer.unit if isinstance(self.answer, (Slider, Steps)) else ""
        payload = {
            "guess": guess,
            "truth": _plain(self.truth()),
            "unit": unit,
            "question": self.question,
            **scale,
        }
        progress().record("prediction", self.id.split(".")[0], self.id, payload)

    def last_guess(self) -> Any:
        """Return what the learner committed to last time, or None."""
        before = progress().predictions(self.id.split(".")[0], self.id)
        return before[-1].payload.get("guess") if before else None


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


class Ask:
    """The live form of a prediction: the question, the control, *commit* and *show me*."""

    def __init__(self, prediction: Prediction, on_reveal: Callable[[Any], None]):
        self.prediction = prediction
        self._on_reveal = on_reveal
        self.control = prediction.answer.widget()
        self.commit = widgets.Button(
            description="Commit", button_style="primary", tooltip="Store this guess and see"
        )
        self.skip = widgets.Button(description="Show me", tooltip="See without a guess")
        self.words = widgets.HTML(_question(prediction))
        self.commit.on_click(lambda _: self.reveal(self.control.value))
        self.skip.on_click(lambda _: self.reveal(None))
        self.row = widgets.HBox([self.control, self.commit, self.skip])
        self.row.layout = widgets.Layout(align_items="center", flex_flow="row wrap")
        self.box = widgets.VBox([self.words, self.row])

    def reveal(self, guess: Any) -> None:
        """Answer: with the committed `guess`, or with None when the learner asked to be shown."""
        if guess is not None:
            self.prediction.record(guess)
            self.words.value = f'<p class="tw-guess">{self.prediction.verdict(guess)}</p>'
        self.row.layout.display = "none"
        if guess is None:
            self.words.layout.display = "none"
        self._on_reveal(guess)


def _question(prediction: Prediction) -> str:
    answer, before = prediction.answer, prediction.last_guess()
    unit = getattr(answer, "unit", "")
    label = "" if isinstance(answer, Choice) else f" <i>{answer.label}{', ' + unit if unit else ''}:</i>"
    again = "" if before is None else f" (Last time you said {answer.says(before)}.)"
    return f'<p class="tw-ask"><b>Predict first.</b> {prediction.question}{again}{label}</p>'
