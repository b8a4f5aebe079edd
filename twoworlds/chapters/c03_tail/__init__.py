"""Chapter 03: the tail is the system. One module for each explorer, one package for the exercises."""

from twoworlds.chapters.c03_tail import people
from twoworlds.chapters.c03_tail.budget import spend_the_budget
from twoworlds.chapters.c03_tail.freshness import how_often_to_refresh
from twoworlds.course.exercise import Bank

exercises = Bank("03", [])
EXPLORERS = (spend_the_budget, how_often_to_refresh)
GRIDS = {"ch03_people": people.build_grid}
__all__ = ["exercises", "how_often_to_refresh", "spend_the_budget"]
