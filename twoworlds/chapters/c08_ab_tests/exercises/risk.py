"""08.5 what a win is worth, and 08.6 how much it exaggerates."""

import numpy as np
from scipy.special import ndtr

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.experiment import exaggeration, false_positive_risk

# --- 08.5 false positive risk -------------------------------------------------------------------------------------


def false_share(success: float, alpha: float, power: float) -> float:
    """Return the share of wins (significant improvements) whose idea does nothing."""
    return false_positive_risk(success, alpha=alpha, power=power)


def _either_sign(success: float, alpha: float, power: float) -> float:
    return false_positive_risk(success, alpha=alpha, power=power, wins="alpha")


def _odds(value: float, expected: float, success: float, alpha: float, power: float) -> str | None:
    """Name false wins for each true one, by either convention."""
    shares = (f(success, alpha, power) for f in (false_share, _either_sign))
    if any(abs(value - share / (1 - share)) < 1e-6 for share in shares):
        return (
            "that is false wins for each true one. Asked is their share of all wins: divide by both together."
        )
    return None


FALSE_SHARE = Exercise(
    id="08.5",
    title="What is a win worth?",
    desk="product",
    minutes=8,
    answer=false_share,
    also_right=[_either_sign],
    accepts=_odds,
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

Z = 1.959963984540054


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


EXAGGERATION = Exercise(
    id="08.6",
    title="How much do winners exaggerate?",
    desk="platform",
    minutes=12,
    answer=winners_exaggerate,
    within=0.03,
    cases=[(2.0, 8.1), (1.0, 1.0), (-1.0, 0.5), (3.0, 1.0), (0.02, 0.01)],
    returns="a float: the factor, 1 or more",
    wrongs=[
        Wrong("all estimates", _all, "You averaged all estimates. Nobody announces the others: keep those beyond 1.96 "
              "standard errors, then average."),
        Wrong("signed", _signed, "You averaged with the sign, so the significant estimates on the wrong side pull the "
              "mean down. Asked is the size: take absolute values."),
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
