"""08.5 what a win is worth, and 08.6 how much it exaggerates."""

import math

import numpy as np
from scipy.special import ndtr

from twoworlds.chapters.c08_ab_tests.people import Z
from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.experiment import exaggeration, false_positive_risk

# --- 08.5 false positive risk -------------------------------------------------------------------------------------


def false_share(success: float, alpha: float, power: float) -> float:
    """Return the share of wins (significant improvements) whose idea does nothing."""
    return false_positive_risk(success, alpha=alpha, power=power)


def _either_sign(success: float, alpha: float, power: float) -> float:
    return false_positive_risk(success, alpha=alpha, power=power, wins="alpha")


def _share_slip(value: float, expected: float, success: float, alpha: float, power: float) -> str | None:
    """Name a slip by the number that it gives."""
    for one, share in (
        (alpha / 2, false_share(success, alpha, power)),
        (alpha, _either_sign(success, alpha, power)),
    ):
        for slip, sentence in (
            (share / (1 - share), "that is false wins for each true one. Asked is their share of all wins: divide by "
             "both together."),
            (100 * share, "that is in percent. Return a share: 0.22 for 22 %."),
            (one, "that is how often a useless idea wins. Asked is how often a win is useless: for that you need to "
             "know how many ideas are useless."),
            (one / (one + power), "you weigh useless and good ideas alike: there are 1 - success of the ones, success "
             "of the others."),
            (one * (1 - success) / (one * (1 - success) + (1 - power) * success), "you let the share 1 - power of the "
             "good ideas win: that is how many are missed."),
        ):  # fmt: skip
            if abs(value - slip) < 1e-6:
                return sentence
    return None


FALSE_SHARE = Exercise(
    id="08.5",
    title="What is a win worth?",
    desk="product",
    minutes=8,
    answer=false_share,
    also_right=[_either_sign],
    accepts=_share_slip,
    cases=[(0.1, 0.05, 0.8), (1 / 3, 0.05, 0.8), (0.08, 0.01, 0.5), (0.5, 0.1, 0.95)],
    returns="a float: the share of wins that are false",
    wrongs=[
        Wrong("alpha", lambda s, a, b: a, "You returned alpha: that is how often a useless idea wins, not how often a "
              "win is useless. For that you need to know how many ideas are useless."),
        Wrong("not divided", lambda s, a, b: a / 2 * (1 - s), "That is the share of all ideas that win falsely. Asked "
              "is the share among the wins: divide by all wins."),
        Wrong("no power", lambda s, a, b: a / 2 * (1 - s) / (a / 2 * (1 - s) + s), "You let every good idea win. Only "
              "the share `power` of them does."),
        Wrong("swapped", lambda s, a, b: false_share(1 - s, a, b), "You exchanged the ideas that work with those that "
              "don't: success is the share that works."),
        Wrong("complement", lambda s, a, b: 1 - false_share(s, a, b), "That is the share of wins that are real: asked "
              "is the other part."),
    ],
    hints=(
        "Take 1,000 ideas. How many work and win? How many do nothing and win?",
        "Useless ideas win with alpha / 2 (the side that looks like an improvement), good ones with the power.",
        "false = alpha / 2 * (1 - success); false / (false + power * success)",
    ),
)  # fmt: skip

# --- 08.6 exaggeration --------------------------------------------------------------------------------------------

SIGNED = (
    "You averaged with the sign, so the significant estimates on the wrong side pull the mean down. Asked is the size: "
    "take absolute values."
)
WITHIN = 0.03
# Of a negative effect few estimates land above the upper bar: a simulation's mean of those is rough.
ROUGH = 0.1


def winners_exaggerate(effect: float, se: float) -> float:
    """Return the mean size of the significant estimates over the size of the effect, a factor."""
    return exaggeration(effect, se)


def _signed(effect: float, se: float) -> float:
    d = abs(effect) / se
    bell = [np.exp(-((Z + s * d) ** 2) / 2) / np.sqrt(2 * np.pi) for s in (-1, 1)]
    passed = ndtr(d - Z) + ndtr(-d - Z)
    return float(1 + (bell[0] - bell[1]) / passed / d)


def _all(effect: float, se: float) -> float:
    d = abs(effect) / se
    return float(2 * np.exp(-d * d / 2) / np.sqrt(2 * np.pi) / d + 1 - 2 * ndtr(-d))


def _factor_slip(value: float, expected: float, effect: float, se: float) -> str | None:
    """Name a slip by the number that it gives."""
    if math.isnan(value):
        return "nothing passed your bar: is it 1.96 standard errors?"
    if math.isclose(abs(value), _signed(effect, se), rel_tol=WITHIN):
        return SIGNED[:1].lower() + SIGNED[1:]
    if math.isclose(abs(value), _above(effect, se), rel_tol=WITHIN if effect > 0 else ROUGH):
        return "you kept only what lies above 0: a negative effect lands below. Take absolute values first."
    for slip, sentence in (
        (expected - 1, "that is the factor minus 1: return the factor."),
        (_beyond(effect, se, Z), "your bar stands at 1.96 in the effect's unit: it is 1.96 standard errors."),
    ):
        if math.isclose(value, slip, rel_tol=WITHIN):
            return sentence
    return None


def _above(effect: float, se: float) -> float:
    """Return the mean of the estimates above the upper bar alone, over the effect's size."""
    d = effect / se
    density = np.exp(-((Z - d) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float((d + density / ndtr(d - Z)) / abs(d))


def _beyond(effect: float, se: float, bar: float) -> float:
    """Return the mean size of the estimates beyond a bar in the effect's unit, over the effect's.

    nan where no estimate gets there: a hundred standard errors away the chance rounds to 0.
    """
    alpha = float(2 * ndtr(-bar / se))
    return exaggeration(effect, se, alpha) if alpha > 1e-100 else math.nan


EXAGGERATION = Exercise(
    id="08.6",
    title="How much do winners exaggerate?",
    desk="platform",
    minutes=12,
    answer=winners_exaggerate,
    accepts=_factor_slip,
    within=WITHIN,
    cases=[(2.0, 8.1), (1.0, 1.0), (-1.0, 0.5), (3.0, 1.0), (0.02, 0.01)],
    returns="a float: the factor, 1 or more",
    wrongs=[
        Wrong("all estimates", _all, "You averaged all estimates. Nobody announces the others: keep those beyond 1.96 "
              "standard errors, then average."),
        Wrong("signed", _signed, SIGNED),
        Wrong("sign of the effect", lambda e, s: exaggeration(e, s) * (1 if e > 0 else -1), "Where the effect is "
              "negative your factor is too. Divide by the size of the effect: abs(effect)."),
        Wrong("not a factor", lambda e, s: abs(e) * exaggeration(e, s), "That is the mean size of the winners in the "
              "effect's unit: divide by the size of the effect."),
        Wrong("one-sided bar", lambda e, s: exaggeration(e, s, 0.1), "Your bar stands at 1.645: a two-sided 5 % has it "
              "at 1.96."),
    ],
    hints=(
        "Imagine the same test run a million times. Which of the estimates would be reported?",
        "Draw estimates from a normal law around the effect with the standard error; keep |x| > 1.96 se; average |x|.",
        "x = np.abs(np.random.default_rng(1).normal(effect, se, 1_000_000)); x[x > 1.96 * se].mean() / abs(effect)",
    ),
)  # fmt: skip
