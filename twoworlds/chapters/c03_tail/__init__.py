"""Chapter 03: the tail is the system."""

from twoworlds.course.exercise import Bank

exercises = Bank("03", [])
EXPLORERS = ()
GRIDS = {}
__all__ = ["exercises"]
