"""Chapter 02: engagement is not satisfaction."""

from twoworlds.course.exercise import Bank

exercises = Bank("02", [])
EXPLORERS = ()
GRIDS = {}
__all__ = ["exercises"]
