"""A claim: a result stated in prose that is also a line of code."""

import math
import operator
import os
import re

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


def claim(
    sentence: str, left: float, relation: str, right: float, *, times: float = 1.0, within: float = 0.05
) -> Note:
    """State a result: compute both sides, say the sentence with their numbers, and hold it to them.

    `sentence` may use {left} and {right} with format codes ("{left:.1%}"). What must hold is left `relation`
    times * right, `relation` being one of < <= == >= > or ~ (equal within the share `within` of the larger side).
    A false claim raises ClaimFailed in a test run; for a learner it says that the sentence is no longer true with
    their settings, and asks why.
    """
    require_one_of("relation", relation, _SYMBOLS)
    words = re.sub(r"(\d)%", r"\1 %", sentence.format(left=left, right=right))
    if _true(left, relation, times * right, within):
        return Note(words, "Claim:", GOOD)
    bound = f"{times:g} times {float(right):.4g}" if times != 1 else f"{float(right):.4g}"
    reason = f"{float(left):.4g} {relation} {bound} does not hold"
    if testing():
        raise ClaimFailed(f"{words} ({reason})")
    ask = "What did you change, and why does it matter?"
    return Note(f"{words} No longer true with your settings: {reason}. {ask}", "Claim:", PRODUCT)


def _true(left: float, relation: str, right: float, within: float) -> bool:
    if math.isnan(left) or math.isnan(right):
        return False
    if relation == "~":
        return math.isclose(left, right, rel_tol=within)
    return bool(_HOLDS[relation](left, right))
