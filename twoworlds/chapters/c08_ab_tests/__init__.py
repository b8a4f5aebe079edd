"""Chapter 08: is it real? A/B tests."""

from twoworlds.course.exercise import Bank

exercises = Bank("08", [])
EXPLORERS = ()
GRIDS = {}
__all__ = ["exercises"]
