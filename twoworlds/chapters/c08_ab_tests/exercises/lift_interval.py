"""08.3 the interval of a lift: the control's own noise counts."""

import math

from twoworlds.chapters.c08_ab_tests.people import Z
from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.experiment import Moments, relative

WITHIN = 0.002  # so that 1.96 will do, for right and known wrong answers alike
Three = tuple[float, float, float]
Arm = tuple[int, float, float]  # n, mean, variance


def lift_interval(control: Arm, treatment: Arm) -> Three:
    """Return (lift, low, high) of treatment over control, shares, 95 %, by the delta method."""
    (n_c, m_c, v_c), (n_t, m_t, v_t) = control, treatment
    ratio = m_t / m_c
    half = Z * math.sqrt(v_t / n_t + ratio**2 * v_c / n_c) / m_c
    return ratio - 1, ratio - 1 - half, ratio - 1 + half


def _fieller(control: Arm, treatment: Arm) -> Three:
    """Fieller (1954) by the normal law: the ratios R at which mean_t - R mean_c is not significant."""
    (n_c, m_c, v_c), (n_t, m_t, v_t) = control, treatment
    a, b, c = m_c**2 - Z**2 * v_c / n_c, m_t * m_c, m_t**2 - Z**2 * v_t / n_t
    root = math.sqrt(b * b - a * c)
    return m_t / m_c - 1, (b - root) / a - 1, (b + root) / a - 1


def _students(control: Arm, treatment: Arm) -> Three:
    effect = relative(Moments(*control), Moments(*treatment))
    return (effect.value, *effect.interval())


def _logarithm(control: Arm, treatment: Arm) -> Three:
    (n_c, m_c, v_c), (n_t, m_t, v_t) = control, treatment
    half = math.exp(Z * math.sqrt(v_t / n_t / m_t**2 + v_c / n_c / m_c**2))
    return m_t / m_c - 1, m_t / m_c / half - 1, m_t / m_c * half - 1


def _slip(value: Three, expected: Three, control: Arm, treatment: Arm) -> str | None:
    """Name a slip by the numbers that it gives."""
    (n_c, m_c, v_c), (n_t, m_t, v_t) = control, treatment
    lift, ratio = m_t / m_c - 1, m_t / m_c
    var = (v_t / n_t + ratio**2 * v_c / n_c) / m_c**2
    se = math.sqrt(var)
    squared = math.sqrt(v_t**2 / n_t + ratio**2 * v_c**2 / n_c) / m_c
    for slip, sentence in (
        (_with(math.sqrt(v_t / n_t + ratio * v_c / n_c) / m_c, lift), "R must be squared: the control's part is R² var_c / n_c."),
        (_with(squared, lift), "the third number is the variance already."),
        (_with(var, lift), "that reaches 1.96 variances: take the root first, the standard error."),
        (_with(se * 1.644854 / Z, lift), "that is a 90 % interval: 95 % reaches 1.96 standard errors."),
        ((lift, ratio - Z * se, ratio + Z * se), "your ends are those of the ratio: the interval of the lift lies around R - 1."),
        (tuple(100 * x for x in expected), "that is in percent. Return shares: 0.05 for 5 %."),
        (lift_interval(treatment, control), "you exchanged the arms: control comes first, and its mean belongs below the line."),
    ):  # fmt: skip
        if all(math.isclose(x, y, rel_tol=WITHIN) for x, y in zip(value, slip, strict=True)):
            return sentence
    absolute = math.isclose(value[0], m_t - m_c, rel_tol=WITHIN)
    return "that is the difference: a lift is a share of the control's mean." if absolute else None


def _with(se: float, lift: float) -> Three:
    return lift, lift - Z * se, lift + Z * se


def _divided(control: Arm, treatment: Arm) -> Three:
    (n_c, m_c, v_c), (n_t, m_t, v_t) = control, treatment
    return _with(math.sqrt(v_t / n_t + v_c / n_c) / m_c, m_t / m_c - 1)


def _control_ignored(control: Arm, treatment: Arm) -> Three:
    (_, m_c, _), (n_t, m_t, v_t) = control, treatment
    return _with(math.sqrt(v_t / n_t) / m_c, m_t / m_c - 1)


def _over_treatment(control: Arm, treatment: Arm) -> Three:
    (n_c, m_c, v_c), (n_t, m_t, v_t) = control, treatment
    ratio = m_c / m_t
    return _with(math.sqrt(v_c / n_c + ratio**2 * v_t / n_t) / m_t, 1 - ratio)


def _no_n(control: Arm, treatment: Arm) -> Three:
    return lift_interval((1, *control[1:]), (1, *treatment[1:]))


LIFT_INTERVAL = Exercise(
    id="08.3",
    title="The interval of a lift",
    desk="product",
    minutes=12,
    answer=lift_interval,
    also_right=[_students, _fieller, _logarithm],
    accepts=_slip,
    within=WITHIN,
    cases=[
        ((100, 10.0, 100.0), (100, 15.0, 225.0)),
        ((4000, 12.4, 490.0), (4000, 16.1, 800.0)),
        ((900, 2.0, 9.0), (2500, 3.0, 16.0)),
        ((40_000, 0.05, 0.0475), (40_000, 0.08, 0.0736)),
    ],
    returns="a tuple of three floats: lift, low, high",
    wrongs=[
        Wrong("divided", _divided, "You divided the interval of the difference by the control's mean, as if that mean "
              "were known. It is noisy as well: its part grows with the ratio, R² var_c / n_c."),
        Wrong("control ignored", _control_ignored, "The control's variance is missing: its mean stands in the "
              "denominator, and it was measured too."),
        Wrong("over treatment", _over_treatment, "You divided by the treatment's mean: a lift is over the control."),
        Wrong("ratio", lambda c, t: tuple(1 + x for x in lift_interval(c, t)), "That is the ratio of the means. A lift "
              "is the ratio minus 1."),
        Wrong("no n", _no_n, "You used the spread of single users. A mean of n users has variance var / n."),
    ],
    hints=(
        "The lift is R - 1 with R = mean_t / mean_c. Both means are noisy, so R has two sources of noise.",
        "Delta method: Var(R) is about (var_t / n_t + R² var_c / n_c) / mean_c².",
        "half = 1.96 * math.sqrt(v_t / n_t + R**2 * v_c / n_c) / m_c; (R - 1, R - 1 - half, R - 1 + half)",
    ),
)  # fmt: skip
