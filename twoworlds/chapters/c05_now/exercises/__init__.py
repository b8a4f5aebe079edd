"""Chapter 05's exercises, with the wrong answers that tired, clever engineers give: one module an exercise."""

from twoworlds.chapters.c05_now.exercises.decay import DECAY
from twoworlds.chapters.c05_now.exercises.dedupe import DEDUPE
from twoworlds.chapters.c05_now.exercises.merging import MERGE
from twoworlds.chapters.c05_now.exercises.plan import OPEN, lived
from twoworlds.chapters.c05_now.exercises.sawtooth import AGE
from twoworlds.chapters.c05_now.exercises.watermark import WATERMARK
from twoworlds.chapters.c05_now.exercises.windows import WINDOWS
from twoworlds.course.exercise import Bank

exercises = Bank("05", [WINDOWS, WATERMARK, DEDUPE, MERGE, DECAY, AGE, OPEN])
__all__ = ["exercises", "lived"]
