"""Chapter 03's exercises, with the wrong answers that tired, clever engineers give."""

from twoworlds.chapters.c03_tail.exercises.friday import FRIDAY
from twoworlds.chapters.c03_tail.exercises.people import SLOW_PAGES, VISITORS_HIT
from twoworlds.chapters.c03_tail.exercises.percentiles import FLEET_P99, SCHEDULED
from twoworlds.chapters.c03_tail.exercises.promises import AVAILABILITY, HOURS_LEFT
from twoworlds.chapters.c03_tail.exercises.queues import ERLANG_C, LITTLE
from twoworlds.course.exercise import Bank

exercises = Bank(
    "03",
    [SLOW_PAGES, VISITORS_HIT, FLEET_P99, SCHEDULED, LITTLE, ERLANG_C, HOURS_LEFT, AVAILABILITY, FRIDAY],
)
