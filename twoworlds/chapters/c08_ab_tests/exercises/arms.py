"""08.1 the lift over a named control, and 08.2 Welch's test with its interval."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.experiment import Moments, difference

# --- 08.1 lift ----------------------------------------------------------------------------------------------------


def lift(table: pd.DataFrame, control: str) -> float:
    """Return the treatment's mean clicks over the control's, minus 1 (a share)."""
    old = table.clicks[table.arm == control].mean()
    return float(table.clicks[table.arm != control].mean() / old - 1)


def _two_arms(old: str, new: str, first: str, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    arm = np.array([old] * 70 + [new] * 40)
    clicks = np.where(arm == old, rng.poisson(5, 110), rng.poisson(6, 110))
    order = rng.permutation(110)
    order = order[np.argsort(arm[order] != first, kind="stable")]
    return pd.DataFrame({"arm": arm[order], "clicks": clicks[order]})


def _tables() -> list[tuple[pd.DataFrame, str]]:
    small = pd.DataFrame({"arm": ["green", "blue", "green", "blue", "green"], "clicks": [3, 2, 6, 4, 6]})
    return [
        (small, "blue"), (small, "green"), (_two_arms("today", "bright", "bright", 1), "today"),
        (_two_arms("control", "treatment", "treatment", 2), "control"), (_two_arms("B", "A", "B", 3), "B"),
    ]  # fmt: skip


def _means(table: pd.DataFrame, control: str) -> tuple[float, float]:
    return tuple(float(table.clicks[mask].mean()) for mask in (table.arm == control, table.arm != control))


def _absolute(table: pd.DataFrame, control: str) -> float:
    old, new = _means(table, control)
    return new - old


def _over_treatment(table: pd.DataFrame, control: str) -> float:
    old, new = _means(table, control)
    return (new - old) / new


def _sums(table: pd.DataFrame, control: str) -> float:
    mine = table.arm == control
    return float(table.clicks[~mine].sum() / table.clicks[mine].sum() - 1)


def _lift_slip(value: float, expected: float, table: pd.DataFrame, control: str) -> str | None:
    """Name slips that can be seen in the value itself."""
    if math.isnan(value):
        return "one of the arms was found empty. They may have any names: compare with `control`."
    old, new = _means(table, control)
    for slip, sentence in (
        (1 + expected, "that is the ratio of the means. A lift is the ratio minus 1."),
        (100 * expected, "that is in percent. Return a share: 0.05 for 5 %."),
        (old / new - 1, f"that is the control over the other arm: {control!r} belongs below the line."),
        (
            new / table.clicks.mean() - 1,
            "you divided by the mean of both arms together: a lift is over the control.",
        ),
        (round(expected, 2), "that is rounded. Return all digits."),
    ):
        if math.isclose(value, slip, rel_tol=1e-6):
            return sentence
    return None


LIFT = Exercise(
    id="08.1",
    title="Lift, and over whom",
    desk="product",
    minutes=5,
    answer=lift,
    accepts=_lift_slip,
    cases=_tables,
    returns="a float: the lift, a share",
    wrongs=[
        Wrong("absolute", _absolute, "That is the difference in clicks a user: a lift is that difference as a share of "
              "the control's mean."),
        Wrong("over treatment", _over_treatment, "You divided by the treatment's mean. A lift is over the control: what "
              "you would have without the change."),
        Wrong("first row", lambda t, control: lift(t, t.arm.iloc[0]), "You took the arm of the first row for the control. "
              "The order of rows means nothing; the control is named."),
        Wrong("alphabet", lambda t, control: lift(t, min(t.arm)), "You took the arm that comes first in the alphabet "
              "(groupby sorts) for the control. The control is named."),
        Wrong("sums", _sums, "You compared sums. The arms differ in size, so compare clicks a user: means."),
    ],
    hints=(
        "Two numbers are needed, one for each arm. Which of them is the yardstick?",
        "Mean clicks of the rows whose arm is the control, mean of the other rows; new / old - 1.",
        "table.clicks[table.arm != control].mean() / table.clicks[table.arm == control].mean() - 1",
    ),
)  # fmt: skip

# --- 08.2 Welch ---------------------------------------------------------------------------------------------------

Values = Sequence[float]
Four = tuple[float, float, float, float]


def welch(control: Values, treatment: Values) -> Four:
    """Return (difference, low, high, p): treatment - control, its 95 % interval, the two-sided p value."""
    effect = difference(Moments.of(control), Moments.of(treatment))
    return (effect.value, *effect.interval(), effect.p())


def _student(control: Values, treatment: Values) -> Four:
    effect = difference(Moments.of(control), Moments.of(treatment), pooled=True)
    return (effect.value, *effect.interval(), effect.p())


def _from(gap: float, se: float, df: float) -> Four:
    half = stats.t.ppf(0.975, df) * se
    return float(gap), float(gap - half), float(gap + half), float(2 * stats.t.sf(abs(gap / se), df))


def _one_sided(control: Values, treatment: Values) -> Four:
    gap, low, high, p = welch(control, treatment)
    return gap, low, high, p / 2


def _total_n(control: Values, treatment: Values) -> Four:
    a, b = Moments.of(control), Moments.of(treatment)
    effect = difference(a, b)
    return _from(effect.value, math.sqrt((a.var + b.var) / (a.n + b.n)), effect.df)


def _no_correction(control: Values, treatment: Values) -> Four:
    x, y = np.asarray(control, float), np.asarray(treatment, float)
    a, b = x.var() / len(x), y.var() / len(y)
    df = (a + b) ** 2 / (a**2 / (len(x) - 1) + b**2 / (len(y) - 1))
    return _from(y.mean() - x.mean(), math.sqrt(a + b), df)


def _normal(control: Values, treatment: Values) -> Four:
    effect = difference(Moments.of(control), Moments.of(treatment))
    return _from(effect.value, effect.se, np.inf)


def _test_slip(value: Four, expected: Four, control: Values, treatment: Values) -> str | None:
    """Name a slip by the numbers that it gives: exactly, so that none is taken for another."""
    gap, low, high, p = expected
    a, b = Moments.of(control), Moments.of(treatment)
    effect = difference(a, b)
    if np.allclose(sorted(value), sorted(expected), rtol=1e-6):
        return "these are the right four numbers in another order: difference, low, high, p."
    if np.allclose(value, (gap, -high, -low, p)):
        return "your interval is of control minus treatment: ttest_ind subtracts its second sample."
    if math.isclose(abs(value[0]), abs(effect.statistic()), rel_tol=1e-6):
        return "the first number is t. Return the difference itself, in clicks."
    if value[3] > 1:
        return "a p value above 1: take the size of t (abs) before you look up its tail."
    if np.allclose(value[1:3], effect.interval(0.9), rtol=1e-6):
        return "that is a 90 % interval: 95 % leaves 2.5 % on each side, ppf(0.975)."
    n = a.n + b.n
    freedoms = {
        "Welch's": effect.df,
        "n - 2": n - 2,
        "n - 1": n - 1,
        "n": n,
        "the smaller n - 1": min(a.n, b.n) - 1,
    }
    for se, sentence in (
        (a.se + b.se, "variances add, not standard errors: the root of var_c / n_c + var_t / n_t."),
        (math.sqrt(a.var + b.var), "that is the spread of single users: divide each variance by its n."),
        (effect.se, "Welch's error belongs with Welch's degrees of freedom (Satterthwaite's), yours are {}."),
    ):
        for name, df in freedoms.items():
            if np.allclose(value, _from(gap, se, df), rtol=1e-6):
                return sentence.format(name)
    # However p was found, and for a rounded 1.96: the known wrong answer is matched to all digits.
    if np.allclose(value[:3], (gap, gap - 1.96 * effect.se, gap + 1.96 * effect.se), rtol=1e-4, atol=1e-6):
        return (
            "you took 1.96 and the normal law: with a dozen users the error itself is only estimated, so use "
            "Student's t."
        )
    return None


def _arms() -> list[tuple[list[float], list[float]]]:
    rng = np.random.default_rng(11)
    pairs = [(rng.gamma(1, 5, 12), rng.gamma(1, 8, 30)), (rng.normal(9, 2, 40), rng.normal(8, 1, 15))]
    return [([1.0, 2, 3], [3.0, 4, 5]), *((x.round(3).tolist(), y.round(3).tolist()) for x, y in pairs)]


WELCH = Exercise(
    id="08.2",
    title="A test and its interval",
    desk="both",
    minutes=12,
    answer=welch,
    also_right=[_student],
    accepts=_test_slip,
    cases=_arms,
    returns="a tuple of four floats: difference, low, high, p",
    wrongs=[
        Wrong("one-sided", _one_sided, "Your p counts one side only. A difference as large downwards would have "
              "surprised you as well: take both."),
        Wrong("total n", _total_n, "You divided by the users of both arms together. Each mean has the noise of its own "
              "arm: var_c / n_c + var_t / n_t."),
        Wrong("ddof", _no_correction, "Your variances are divided by n. np.var does that unless you say ddof=1; with "
              "few users it makes you too sure."),
        Wrong("turned round", lambda c, t: welch(t, c), "That is control minus treatment. The sign says who won: "
              "treatment minus control."),
        Wrong("normal", _normal, "You took 1.96 and the normal law. With a dozen users the error itself is only "
              "estimated: use Student's t."),
    ],
    hints=(
        "Three steps: the difference, its standard error, and how many standard errors are far.",
        "se is the root of var_c / n_c + var_t / n_t (ddof=1). The t law with the test's degrees of freedom gives both: "
        "how many se the interval reaches, and p. scipy.stats has a function for the whole test.",
        "r = stats.ttest_ind(treatment, control, equal_var=False); ci = r.confidence_interval(); "
        "(np.mean(treatment) - np.mean(control), ci.low, ci.high, r.pvalue)",
    ),
    preload=("scipy.stats",),
)  # fmt: skip
