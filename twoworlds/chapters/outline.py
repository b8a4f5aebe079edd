"""The course at a glance: its chapters, their minutes, and the learner's own progress on the map."""

from dataclasses import dataclass

from twoworlds.course.display import Link, Picture
from twoworlds.course.progress import Summary, progress
from twoworlds.course.style import FAINT, GOOD, NEUTRAL, desk_figure, look
from twoworlds.course.work import root


@dataclass(frozen=True)
class Chapter:
    """One chapter: its number, title and part, minutes to read and for the exercises, how many exercises."""

    number: str
    title: str
    part: str
    minutes: int
    exercise_minutes: int = 0
    exercises: int = 0

    @property
    def ready(self) -> bool:
        """Whether the chapter is written."""
        return self.exercises > 0


OUTLINE = (
    Chapter("00", "Start here", "Two worlds", 20, 5, 1),
    Chapter("01", "Who is your user?", "Two worlds", 70, 60, 7),
    Chapter("02", "Engagement is not satisfaction", "Metrics", 80, 75, 8),
    Chapter("03", "The tail is the system", "Metrics", 80, 80, 9),
    Chapter("04", "One knob, two dashboards", "Metrics", 50),
    Chapter("05", "Now: online systems", "Online and offline", 75, 80, 7),
    Chapter("06", "Overnight: offline systems", "Online and offline", 55),
    Chapter("07", "The same feature twice", "Online and offline", 65),
    Chapter("08", "Is it real? A/B tests", "Experiments", 75, 85, 8),
    Chapter("09", "How experiments lie", "Experiments", 65),
    Chapter("10", "Sharper experiments", "Experiments", 60),
    Chapter("11", "The experiment platform", "Experiments", 70),
)


def course_map(done: dict[str, Summary] | None = None) -> Picture:
    """Return the map: a bar a chapter, as long as its minutes, filled by the share of exercises passed."""
    done = progress().summary() if done is None else done
    figure, (ax,) = desk_figure({"map": "The course, in minutes"}, height=3.9)
    with look():
        rows = range(len(OUTLINE))[::-1]
        for y, chapter in zip(rows, OUTLINE, strict=True):
            passed = len(done[chapter.number].passed) if chapter.number in done else 0
            ax.barh(y, chapter.minutes, color=FAINT if chapter.ready else "#F2F2F2", height=0.7)
            if chapter.ready:
                ax.barh(y, chapter.minutes * passed / chapter.exercises, color=GOOD, height=0.7)
            words = f"{passed} of {chapter.exercises} exercises passed" if chapter.ready else "to come"
            ax.text(
                chapter.minutes + 1,
                y,
                words,
                va="center",
                color="#333333" if chapter.ready else NEUTRAL,
                fontsize=9,
            )
        ax.set_yticks(list(rows), [f"{c.number}  {c.title}" for c in OUTLINE])
        ax.set(xlim=(0, 100), xlabel="Minutes, reading and turning knobs (exercises come on top)")
        ax.grid(False, axis="y")
    return Picture(figure, map_reading(done))


def map_reading(done: dict[str, Summary]) -> str:
    """Say how far the learner is."""
    ready = [chapter for chapter in OUTLINE if chapter.ready]
    passed = sum(len(done[c.number].passed) for c in ready if c.number in done)
    guessed = sum(len(summary.predicted) for summary in done.values())
    return (
        f"{len(ready)} of {len(OUTLINE)} chapters are open, {sum(c.minutes for c in ready)} minutes of reading. "
        f"You have passed {passed} of {sum(c.exercises for c in ready)} exercises and made {guessed} predictions."
    )


def your_exercises(number: str) -> Link:
    """Return a link to the learner's own copy of a chapter's exercises, which updates never touch."""
    (blank,) = (root() / "exercises").glob(f"{number}_*.ipynb")
    return Link(f"../my_work/{blank.name}", f"Open your exercises: my_work/{blank.name}")
