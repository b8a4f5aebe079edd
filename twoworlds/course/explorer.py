"""The explorer: one question, a few controls, one picture of both desks, and one sentence that reads it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import ipywidgets as widgets

from twoworlds.course.controls import Control, Slider, Toggle
from twoworlds.course.display import WIDTH_PX, bundle, heading, picture_box, png, sentence_html, typeset
from twoworlds.course.prediction import Ask, Prediction
from twoworlds.course.stage import Draw, Stage
from twoworlds.errors import InputError

# Changes that arrive within this time after a redraw were waiting for it: they are merged into one.
BURST_S = 0.004


@dataclass(frozen=True)
class Preset:
    """A named setting with a story: one sentence, and the controls that it sets (the others go to their default)."""

    story: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Explorer:
    """A question that the learner answers by turning knobs.

    `model(**settings)` returns a small frozen result; `draw(*axes)` makes the artists and returns their update;
    `reading(result)` says in one sentence, with numbers and units, what the picture shows. `panels` names the
    desks shown and what each asks. All three functions are plain and are tested without a notebook.
    """

    question: str
    controls: Mapping[str, Control]
    model: Callable[..., Any]
    draw: Draw
    reading: Callable[[Any], str]
    panels: Mapping[str, str]
    presets: Mapping[str, Preset] = field(default_factory=dict)
    prediction: Prediction | None = None
    height: float = 3.6

    def defaults(self) -> dict[str, Any]:
        """Return the setting that the explorer opens with."""
        return {name: control.default for name, control in self.controls.items()}

    def preset(self, name: str) -> dict[str, Any]:
        """Return the full setting of the preset `name`."""
        return {**self.defaults(), **self.presets[name].settings}

    def at(self, **settings: Any) -> Any:
        """Return the model's result, with the default for every control not given."""
        unknown = set(settings) - set(self.controls)
        if unknown:
            raise InputError(
                f"{sorted(unknown)[0]!r} is no control here: there are {', '.join(self.controls)}."
            )
        return self.model(**{**self.defaults(), **settings})

    def stage(self) -> Stage:
        """Return a fresh picture."""
        return Stage(self.draw, self.panels, self.height)

    def picture(self, **settings: Any) -> bytes:
        """Return the PNG of a setting (the default if none is given)."""
        stage = self.stage()
        stage.show(self.at(**settings))
        return png(stage.pixels(), small=True)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        result, stage = self.at(), self.stage()
        stage.show(result)
        picture = png(stage.pixels(), small=True)
        return bundle(f"{self.question} {self.reading(result)}", picture, Live(self, stage).box)


class Live:
    """The explorer in a running kernel. Nothing here knows what is drawn."""

    def __init__(self, explorer: Explorer, stage: Stage | None = None):
        self.explorer = explorer
        self.stage = stage or explorer.stage()
        self.story = ""
        self.redraws = 0
        self._pinned: str | None = None
        self._held = False
        self._due: asyncio.TimerHandle | None = None
        self._drawn_at = 0.0
        self.knobs = {name: control.widget() for name, control in explorer.controls.items()}
        self.sentence = widgets.HTML()
        self.image = picture_box()
        self.buttons = self._make_buttons()
        self.ask = Ask(explorer.prediction, self._reveal) if explorer.prediction else None
        self.box = self._lay_out()
        for knob in self.knobs.values():
            knob.observe(self._changed, names="value")
        if self.ask:
            self._hide()
        else:
            self.redraw()

    def settings(self) -> dict[str, Any]:
        """Return what the controls say."""
        return {name: knob.value for name, knob in self.knobs.items()}

    def set(self, settings: Mapping[str, Any], story: str = "") -> None:
        """Turn all controls at once, and draw once."""
        self._held = True
        for name, value in settings.items():
            self.knobs[name].value = value
        self._held = False
        self.story = story
        self.redraw()

    def redraw(self) -> None:
        """Bring sentence and picture up to date."""
        if self._due:
            self._due.cancel()
            self._due = None
        try:
            result = self.explorer.model(**self.settings())
            self.stage.show(result)
            words = self.explorer.reading(result)
        except Exception as error:  # a learner must never meet a traceback of ours; the sweep tests do
            self._say(f"This setting can't be shown: {error}")
        else:
            self.image.value = png(self.stage.pixels())
            self._say(words)
        self.redraws += 1
        self._drawn_at = time.monotonic()

    def pin(self) -> None:
        """Keep the present setting as a ghost."""
        result = self.explorer.model(**self.settings())
        self.stage.pin(result)
        self._pinned = self.explorer.reading(result)
        self.redraw()

    def reset(self) -> None:
        """Go back to the opening setting, without pin or story."""
        self.stage.unpin()
        self._pinned = None
        self.set(self.explorer.defaults())

    def _changed(self, _: object) -> None:
        """Redraw at once; in a burst, once for all that waited, so that the newest value wins."""
        if self._held:
            return
        self.story = ""
        if time.monotonic() - self._drawn_at > BURST_S:
            self.redraw()
        elif not self._due:
            try:
                self._due = asyncio.get_running_loop().call_later(BURST_S, self.redraw)
            except RuntimeError:  # no event loop: a plain script
                self.redraw()

    def _say(self, words: str) -> None:
        story = f"<i>{escape(self.story)}</i> " if self.story else ""
        pinned = f'<br><span class="tw-pinned">Pinned: {typeset(self._pinned)}</span>' if self._pinned else ""
        self.sentence.value = sentence_html(words, story, pinned)

    def _hide(self) -> None:
        self.stage.blank()
        self.image.value = png(self.stage.pixels())
        self._foot.layout.display = "none"

    def _reveal(self, guess: Any) -> None:
        prediction = self.explorer.prediction
        if guess is not None and prediction.place:
            point = prediction.place(guess, self.explorer.model(**self.settings()))
            self.stage.guess(prediction.panel, *point)
        self._foot.layout.display = "flex"
        self.redraw()

    def _make_buttons(self) -> list[widgets.Button]:
        made = []
        for name, preset in self.explorer.presets.items():
            made.append(
                _button(
                    name, preset.story, lambda n=name, p=preset: self.set(self.explorer.preset(n), p.story)
                )
            )
        made.append(
            _button("Pin", "Keep this setting as a pale ghost to compare with", self.pin, icon="thumb-tack")
        )
        made.append(_button("Reset", "Back to the opening setting", self.reset, icon="undo"))
        return made

    def _lay_out(self) -> widgets.VBox:
        row = widgets.Layout(flex_flow="row wrap", align_items="flex-start")
        knobs = widgets.HBox([self._labelled(name) for name in self.knobs], layout=row)
        buttons = widgets.HBox(self.buttons, layout=widgets.Layout(flex_flow="row wrap"))
        self._foot = widgets.VBox([knobs, buttons])
        title = widgets.HTML(heading(self.explorer.question))
        ask = [self.ask.box] if self.ask else []
        layout = widgets.Layout(max_width=f"{WIDTH_PX + 10}px", overflow="visible")
        box = widgets.VBox([title, *ask, self.sentence, self.image, self._foot], layout=layout)
        box.add_class("tw-explorer")
        return box

    def _labelled(self, name: str) -> widgets.Widget:
        control, knob = self.explorer.controls[name], self.knobs[name]
        if isinstance(control, Toggle):
            return knob
        unit = control.unit if isinstance(control, Slider) else ""  # the others say it with each value
        label = widgets.HTML(
            f'<span class="tw-label">{escape(control.label)}{f", {escape(unit)}" if unit else ""}</span>'
        )
        return widgets.VBox([label, knob])


def _button(name: str, tip: str, action: Callable[[], None], icon: str = "") -> widgets.Button:
    button = widgets.Button(description=name, tooltip=tip, icon=icon, layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: action())
    return button
