"""A claim: a result stated in prose that is also a line of code."""

import math
import operator
import os

from twoworlds.course.display import Note
from twoworlds.course.style import GOOD, PRODUCT
from twoworlds.errors import require_one_of

_HOLDS = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_SYMBOLS = [*_HOLDS, "~"]


class ClaimFailed(AssertionError):
    """A stated result that isn't true, in a test run."""


def testing() -> bool:
    """Tell whether this is a test run (TWOWORLDS_TEST=1), in which a false claim must fail."""
    return os.environ.get("TWOWORLDS_TEST") == "1"


def claim(sentence: str, left: float, relation: str, right: float, *, within: float = 0.05) -> Note:
    """State a result: compute both sides, say the sentence with their numbers, and hold it to them.

    `sentence` may use {left} and {right} with format codes ("{left:.1%}"). `relation` is one of < <= == >= > or
    ~ (equal within the share `within` of the larger side). A false claim raises ClaimFailed in a test run; for a
    learner it says that the sentence is no longer true with their settings, and asks why.
    """
    require_one_of("relation", relation, _SYMBOLS)
    words = sentence.format(left=left, right=right)
    if _true(left, relation, right, within):
        return Note(words, "Claim:", GOOD)
    reason = f"{float(left):.4g} {relation} {float(right):.4g} does not hold"
    if testing():
        raise ClaimFailed(f"{words} ({reason})")
    return Note(f"{words} No longer true with your settings: {reason}. What did you change, and why does it matter?",
                "Claim:", PRODUCT)  # fmt: skip


def _true(left: float, relation: str, right: float, within: float) -> bool:
    if math.isnan(left) or math.isnan(right):
        return False
    if relation == "~":
        return math.isclose(left, right, rel_tol=within)
    return bool(_HOLDS[relation](left, right))
