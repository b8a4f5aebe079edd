"""Chapter 05: now, online systems."""

from twoworlds.course.exercise import Bank

exercises = Bank("05", [])
EXPLORERS = ()
GRIDS = {}
__all__ = ["exercises"]
