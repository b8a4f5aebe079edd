"""Slips in a single value: mistakes that need no list of five, each with the clause that names it."""

from collections.abc import Callable
from typing import Any

from twoworlds.course.compare import same

Slip = tuple[Callable[..., Any], str]


class Slips:
    """An `accepts` that answers with the clause of the first slip that gives the learner's value.

    A slip is a function of the exercise's arguments, and a clause that goes on after "f(1) returned 2: ". `otherwise`
    is asked about a value that no slip gives.
    """

    def __init__(self, *slips: Slip, otherwise: Callable[..., str | None] | None = None):
        self.slips, self.otherwise = slips, otherwise

    def __call__(self, value: Any, expected: Any, *arguments: Any) -> str | None:
        """Return the clause for a value that is not right."""
        for slip, clause in self.slips:
            if same(value, slip(*arguments)):
                return clause
        return self.otherwise(value, expected, *arguments) if self.otherwise else None
