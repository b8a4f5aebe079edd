"""Chapter 08's exercises, with the wrong answers that tired, clever engineers give."""

from twoworlds.chapters.c08_ab_tests.exercises.arms import LIFT, WELCH
from twoworlds.chapters.c08_ab_tests.exercises.board import BOARD, launch_board
from twoworlds.chapters.c08_ab_tests.exercises.lift_interval import LIFT_INTERVAL
from twoworlds.chapters.c08_ab_tests.exercises.risk import EXAGGERATION, FALSE_SHARE
from twoworlds.chapters.c08_ab_tests.exercises.safe import SAFE
from twoworlds.chapters.c08_ab_tests.exercises.size import SIZE
from twoworlds.course.exercise import Bank

exercises = Bank("08", [LIFT, WELCH, LIFT_INTERVAL, SIZE, FALSE_SHARE, EXAGGERATION, SAFE, BOARD])

__all__ = ["exercises", "launch_board"]
