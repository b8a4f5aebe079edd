"""Chapter 05: now, online systems. One module for each explorer, one for each exercise."""

from twoworlds.chapters.c05_now import age, loop, mix, retrain
from twoworlds.chapters.c05_now.age import how_old
from twoworlds.chapters.c05_now.exercises import exercises, lived
from twoworlds.chapters.c05_now.late import late_events
from twoworlds.chapters.c05_now.loop import the_loop
from twoworlds.chapters.c05_now.mix import today_or_last_year
from twoworlds.chapters.c05_now.once import at_least_once
from twoworlds.chapters.c05_now.theatre import users_theatre

EXPLORERS = (users_theatre, late_events, at_least_once, how_old, today_or_last_year, the_loop)
GRIDS = {
    "ch05_age": age.build_grid,
    "ch05_mix": mix.build_grid,
    "ch05_loop": loop.build_grid,
    "ch05_retrain": retrain.build_grid,
}
__all__ = [
    "at_least_once",
    "exercises",
    "how_old",
    "late_events",
    "lived",
    "the_loop",
    "today_or_last_year",
    "users_theatre",
]
