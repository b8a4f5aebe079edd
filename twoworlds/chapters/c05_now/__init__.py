"""Chapter 05: now, online systems. One module for each explorer, one for each exercise or two."""

from twoworlds.chapters.c05_now import age
from twoworlds.chapters.c05_now.age import how_old
from twoworlds.chapters.c05_now.theatre import users_theatre
from twoworlds.course.exercise import Bank

exercises = Bank("05", [])
EXPLORERS = (users_theatre, how_old)
GRIDS = {"ch05_age": age.build_grid}
__all__ = ["exercises", "how_old", "users_theatre"]
