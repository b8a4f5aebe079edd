"""08.7 is the guardrail safe?"""

from collections.abc import Callable

from twoworlds.chapters.c08_ab_tests.people import Z
from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.experiment import Estimate, Guardrail


def is_safe(effect: float, se: float, margin: float, worse: str) -> bool:
    """Tell whether the 95 % interval rules out a harm of the margin or more; `worse` is "lower" or "higher"."""
    return Guardrail(Estimate(effect, se), margin, worse).holds


def _wrong_end(effect: float, se: float, margin: float, worse: str) -> bool:
    return effect + Z * se > -margin if worse == "lower" else effect - Z * se < margin


def _estimate_only(effect: float, se: float, margin: float, worse: str) -> bool:
    return effect > -margin if worse == "lower" else effect < margin


def _reaches(z: float) -> Callable[[float, float, float, str], bool]:
    """Return the right rule with another reach of the interval."""
    return lambda e, s, m, worse: e - z * s > -m if worse == "lower" else e + z * s < m


def _show(value: bool, expected: bool, effect: float, se: float, margin: float, worse: str) -> str:
    """Show the interval beside the margin: which end counts is what most slips get wrong."""
    low, high = effect - Z * se, effect + Z * se
    end, bound = (low, -margin) if worse == "lower" else (high, margin)
    where = "within" if expected else "beyond"
    return (
        f"the interval is {low:+.2f} to {high:+.2f} and {worse} is worse: its worst end, {end:+.2f}, lies {where} the "
        f"margin, {bound:+g}."
    )


SAFE = Exercise(
    id="08.7",
    title="Not significant, so safe?",
    desk="platform",
    minutes=8,
    answer=is_safe,
    accepts=_show,
    cases=[
        (3.0, 2.0, 5.0, "higher"), (-0.4, 0.4, 0.5, "lower"), (4.0, 0.4, 5.0, "higher"), (-2.0, 0.5, 5.0, "lower"),
        (-0.8, 0.1, 0.5, "lower"), (9.0, 1.0, 5.0, "higher"), (-8.0, 1.0, 5.0, "higher"), (8.0, 1.0, 5.0, "lower"),
        (0.1, 0.2, 0.5, "lower"), (0.1, 3.0, 0.5, "higher"), (-7.0, 4.0, 5.0, "higher"), (6.0, 1.0, 5.0, "higher"), (0.2, 0.5, 2.0, "higher"),
        (0.0, 3.0, 5.0, "higher"), (0.0, 2.4, 5.0, "lower"), (0.0, 4.0, 5.0, "lower"),
    ],
    returns="a bool: True where harm of the margin or more is ruled out",
    wrongs=[
        Wrong("not significant", lambda e, s, m, w: abs(e) <= Z * s, "You called safe what is not significant. A test "
              "with few users finds nothing significant, and rules nothing out."),
        Wrong("wrong end", _wrong_end, "You looked at the friendly end of the interval. Safe means that even the worst "
              "end lies within the margin."),
        Wrong("estimate", _estimate_only, "You compared the estimate with the margin: the truth may be 1.96 standard "
              "errors worse."),
        Wrong("one direction", lambda e, s, m, w: is_safe(e, s, m, "lower"), "You took lower for worse always. For "
              "latency, higher is worse: look at the other end."),
        Wrong("one-sided 5 %", _reaches(1.645), "Your interval reaches 1.645 standard errors: that is a one-sided 5 %. "
              "The 95 % interval reaches 1.96."),
    ],
    hints=(
        "Which end of the 95 % interval is the harmful one?",
        "Where lower is worse, the low end effect - 1.96 se must stay above -margin; where higher is worse, the high "
        "end below +margin.",
        "effect - 1.96 * se > -margin if worse == 'lower' else effect + 1.96 * se < margin",
    ),
)  # fmt: skip
