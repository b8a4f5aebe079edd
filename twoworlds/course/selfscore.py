"""Write an answer, then mark it yourself with two rubrics: the same words, two scores. Knows no domain.

Drafts and marks are stored as they are made, so that neither a closed tab nor a dead kernel costs a word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import ipywidgets as widgets
from matplotlib.axes import Axes

from twoworlds.course.display import bundle, heading, picture_box, png, sentence_html
from twoworlds.course.progress import progress
from twoworlds.course.stage import Stage, Update
from twoworlds.course.style import GUESS, NEUTRAL, PLATFORM, PRODUCT

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line of a rubric: what is asked, and what 0, 1 and 2 points look like."""

    id: str
    text: str
    levels: tuple[str, str, str]


@dataclass(frozen=True)
class SelfScore:
    """A prompt, two rubrics (name -> lines), and sample answers (name -> their two shares) to stand beside.

    `texts` are the sample answers themselves, shown with the picture once the learner has an answer of their own.
    `id` is chapter.item; drafts and marks are stored under it, as `kind` events.
    """

    id: str
    kind: str
    prompt: str
    rubrics: Mapping[str, Sequence[Line]]
    samples: Mapping[str, Point]
    texts: Mapping[str, str] = field(default_factory=dict)
    height: float = 3.4

    def draw(self, ax: Axes) -> Update:
        """Draw the plane of both scores with the samples; the learner's own dot is live."""
        first, second = self.rubrics
        ax.set(
            xlim=(-2, 102),
            ylim=(-2, 102),
            xlabel=f"Score on the {second} rubric, %",
            ylabel=f"Score on the {first} rubric, %",
        )
        ax.xaxis.label.set_color(PLATFORM)
        ax.yaxis.label.set_color(PRODUCT)
        ax.plot([0, 100], [0, 100], color=NEUTRAL, linewidth=0.8, linestyle=":")
        for name, (x, y) in self.samples.items():
            ax.plot([100 * x], [100 * y], "s", color=NEUTRAL, markersize=7)
            right = x < 0.6
            ax.annotate(
                name, (100 * x, 100 * y), xytext=(8 if right else -8, 0), textcoords="offset points",
                ha="left" if right else "right", va="center", color="#555555",
            )  # fmt: skip
        (own,) = ax.plot(
            [], [], "D", color=GUESS, markersize=10, markeredgecolor="white", zorder=6, animated=True
        )

        def update(point: Point | None) -> None:
            own.set_data(([100 * point[0]], [100 * point[1]]) if point else ([], []))

        return update

    def reading(self, point: Point | None) -> str:
        """Say both scores of the learner's answer, or those of the samples while there is none."""
        first, second = self.rubrics
        if point is None:
            name, (x, y) = max(self.samples.items(), key=lambda item: abs(item[1][0] - item[1][1]))
            scores = f"{100 * y:.0f} % with {first}, {100 * x:.0f} % with {second}"
            return f"The same answer, two scores: “{name}” has {scores}."
        gap = 100 * (point[1] - point[0])
        lean = (
            "both desks read it alike"
            if abs(gap) < 10
            else f"it speaks to the {first if gap > 0 else second} desk"
        )
        scores = (
            f"{100 * point[1]:.0f} % on the {first} rubric and {100 * point[0]:.0f} % on the {second} rubric"
        )
        return f"Your answer scores {scores}: {lean}."

    def stage(self) -> Stage:
        """Return a fresh picture."""
        return Stage(self.draw, {"scores": "The same answer, read by two interviewers"}, self.height)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        stage = self.stage()
        stage.show(None)
        sentence = f"{self.prompt} {self.reading(None)}"
        return bundle(sentence, png(stage.pixels(), small=True), LiveSelfScore(self).box)


class LiveSelfScore:
    """The answer box, the rubrics (shown once there is an answer), and the picture."""

    def __init__(self, spec: SelfScore):
        self.spec = spec
        self.stage = spec.stage()
        self.answer = widgets.Textarea(
            placeholder="Write your answer here. It is stored on this machine when you leave the box.",
            continuous_update=False,
            layout=widgets.Layout(width="99%", max_width="990px", height="140px"),
        )
        self.start = widgets.Button(
            description="Mark it", button_style="primary", tooltip="Show the two rubrics"
        )
        self.marks = {line.id: _marks() for lines in spec.rubrics.values() for line in lines}
        self.sentence = widgets.HTML()
        self.image = picture_box()
        self.sheet = widgets.HBox([self._column(name) for name in spec.rubrics])
        samples = widgets.Accordion(
            [widgets.HTML(f'<p class="tw-card">{escape(text)}</p>') for text in spec.texts.values()],
            titles=tuple(f"Sample answer: {name}" for name in spec.texts),
        )
        self.result = widgets.VBox([self.sheet, self.sentence, self.image, samples])
        self.result.layout.display = "none"
        self._restore()
        self.answer.observe(lambda _: self._store(), names="value")
        self.start.on_click(lambda _: self.open())
        for marks in self.marks.values():
            marks.observe(lambda _: self._marked(), names="value")
        self.box = widgets.VBox(
            [
                widgets.HTML(
                    heading("One prompt, two interviewers") + f'<p class="tw-card">{escape(spec.prompt)}</p>'
                ),
                self.answer,
                self.start,
                self.result,
            ]
        )
        self.box.add_class("tw-explorer")
        self._show()

    def open(self) -> None:
        """Show rubrics, picture and samples: now the learner reads their own answer as two interviewers would."""
        self.result.layout.display = "flex"

    def point(self) -> Point | None:
        """Return the two shares (second rubric, first rubric), or None before the first mark."""
        if not any(marks.value is not None for marks in self.marks.values()):
            return None
        first, second = (
            sum(self.marks[line.id].value or 0 for line in lines) / (2 * len(lines))
            for lines in self.spec.rubrics.values()
        )
        return second, first

    def _marked(self) -> None:
        self._store()
        self._show()

    def _show(self) -> None:
        self.stage.show(self.point())
        self.image.value = png(self.stage.pixels())
        self.sentence.value = sentence_html(self.spec.reading(self.point()))

    def _store(self) -> None:
        marks = {name: box.value for name, box in self.marks.items() if box.value is not None}
        payload = {"answer": self.answer.value, "marks": marks, "point": self.point()}
        progress().record(self.spec.kind, self.spec.id.split(".")[0], self.spec.id, payload)

    def _restore(self) -> None:
        events = progress().events(self.spec.kind, self.spec.id.split(".")[0], self.spec.id)
        if events:
            self.answer.value = events[-1].payload["answer"]
            for name, value in events[-1].payload["marks"].items():
                if name in self.marks:
                    self.marks[name].value = value
            self.open()

    def _column(self, name: str) -> widgets.Widget:
        lines = [widgets.HTML(f"<b>The {escape(name)} rubric</b>")]
        for line in self.spec.rubrics[name]:
            levels = "<br>".join(f"{i}: {escape(level)}" for i, level in enumerate(line.levels))
            lines.append(
                widgets.HTML(f'<p><b>{escape(line.text)}</b><br><span class="tw-pinned">{levels}</span></p>')
            )
            lines.append(self.marks[line.id])
        return widgets.VBox(lines, layout=widgets.Layout(width="490px"))


def _marks() -> widgets.ToggleButtons:
    return widgets.ToggleButtons(options=[0, 1, 2], value=None, style={"button_width": "50px"})
