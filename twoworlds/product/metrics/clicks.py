"""Clicks and seconds: CTR, watch share, and what the position on the slate does to both."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_number, require_row, require_whole, shown
from twoworlds.product.metrics.log import EVENT, IMPRESSION, Log, events, mean_by

#: Keys by which these metrics refuse a repeated row; a log without them is believed.
_MARKS = (IMPRESSION, EVENT)

#: Examination estimated from few random clicks may exceed that of the top; beyond this it is no estimate.
_NOISY = 10.0


def ctr(log: Log, by: str | None = None) -> float | pd.Series:
    """Return the click-through rate: clicks per impression (a share), for each value of column `by` if given.

    log: one row an impression; column clicked (bool). Denominator: impressions, looked at or not. A log with
    (session_id, position), or with event_id, must have each once. It can't see where the video stood, whether
    anybody looked, or whether the click was regretted.
    """
    needed = ["clicked", *([] if by is None else [by])]
    return mean_by(events(log, needed, kinds={"clicked": "flag"}, marks=_MARKS), "clicked::int", by)


def watch_share(log: Log, by: str | None = None) -> float | pd.Series:
    """Return the mean share of a clicked video that was watched, for each value of column `by` if given.

    log: one row an impression, each once as in `ctr`; columns clicked (bool), watch_s (s, 0 or more), length_s (s,
    0.001 or more). Denominator: clicks, each counting the same (the sum of seconds over the sum of lengths would
    count a long video more); nan where nobody clicked. A video that is watched twice has more than 1. Seconds favour
    long videos; a share favours short ones a little, and neither sees if the time was well spent.
    """
    needed = ["clicked", "watch_s", "length_s", *([] if by is None else [by])]
    kinds = {"clicked": "flag", "watch_s": "seconds", "length_s": "length"}
    rows = events(log, needed, kinds=kinds, marks=_MARKS)
    return mean_by(rows, "watch_s::double / length_s::double", by, where="clicked::bool")


def position_clicks(attractiveness: ArrayLike, examination: ArrayLike) -> NDArray[np.float64]:
    """Return the click chance of each position in the position-based model: attractiveness times examination.

    Both are shares, shape (positions,): a video is clicked if it is looked at and attractive, and whether it is
    looked at depends on the position alone (Joachims, Swaminathan & Schnabel 2017).
    """
    r, e = require_row("attractiveness", attractiveness, 0, 1), require_row("examination", examination, 0, 1)
    if r.shape != e.shape:
        raise InputError(
            f"examination has {e.size} positions and attractiveness {r.size}: they must be as many."
        )
    return r * e


def cascade_examination(attractiveness: ArrayLike) -> NDArray[np.float64]:
    """Return the chance that each position is looked at in the cascade model, shape (positions,).

    The user reads from the top and stops at the first click: e_i is the product of 1 - r_j over the positions
    above (Craswell, Zoeter, Taylor & Ramsey 2008). Whether a video is seen depends on what stands above it.
    """
    r = require_row("attractiveness", attractiveness, 0, 1)
    return np.concatenate([[1.0], np.cumprod(1 - r)[:-1]])


def cascade_clicks(attractiveness: ArrayLike) -> NDArray[np.float64]:
    """Return the click chance of each position in the cascade model: c_i = r_i times the product of 1 - r_j above."""
    return require_row("attractiveness", attractiveness, 0, 1) * cascade_examination(attractiveness)


def estimate_examination(log: Log) -> pd.Series:
    """Return the examination of each position relative to the first, from positions that were filled at random.

    log: one row an impression, each once as in `ctr`; columns position (1 is the top), clicked, explored
    (bool: filled by a random video). A random video is as attractive at any position, so the ratio of CTRs is the
    ratio of looks. Rows that were ranked are not used. It can't see whether a look depends on what stands above. With
    few random clicks it is noisy, and may exceed 1. InputError where a position has no random click.
    """
    kinds = {"position": "position", "clicked": "flag", "explored": "flag"}
    rows = events(log, list(kinds), kinds=kinds, marks=_MARKS)
    rate = mean_by(rows.filter("explored::bool"), "clicked::int", "position")
    if rate.empty or rate.index[0] != 1 or not rate.iloc[0] > 0:
        raise InputError(
            "log has no click on a random video at position 1: examination can't be estimated from it."
        )
    if (rate == 0).any():
        raise InputError(
            f"log has no click on a random video at position {rate.index[rate == 0][0]:.0f}: its examination can't be "
            "estimated."
        )
    return (rate / rate.iloc[0]).rename("examination")


def debiased_ctr(log: Log, examination: Mapping[int, float] | pd.Series, by: str = "video_id") -> pd.Series:
    """Return clicks per look, estimated by inverse propensity: the mean of clicked / examination, by column `by`.

    log: one row an impression, each once as in `ctr`; columns position, clicked. examination: position -> chance
    that it is looked at, for every position of the log: above 0, and at most 1 but for the noise of an estimate.
    Denominator: impressions. Unbiased if examination depends on the position alone and is right (Joachims,
    Swaminathan & Schnabel 2017); a rare position gets a large weight, hence noise, and single values may exceed 1.
    With examination relative to the first position the result is per look at the top.
    """
    kinds = {"position": "position", "clicked": "flag"}
    rows = events(log, [*kinds, by], kinds=kinds, marks=_MARKS)
    chance = _chances(examination)
    filled = {int(p) for (p,) in rows.query("told_log", "select distinct position from told_log").fetchall()}
    if missing := sorted(filled - chance.keys()):
        raise InputError(f"examination lacks position {missing[0]}: it must have every position of the log.")
    weight = " ".join(f"when {position} then {1 / share!r}::double" for position, share in chance.items())
    return mean_by(rows, f"case when clicked::bool then (case position {weight} end) else 0 end", by)


def _chances(examination: Mapping[int, float] | pd.Series) -> dict[int, float]:
    """Return position -> chance to be looked at, checked."""
    if not isinstance(examination, (Mapping, pd.Series)):
        raise InputError(
            f"examination is {shown(examination)}: it must be a dict or a Series, position -> share."
        )
    chance = {}
    for position, share in examination.items():
        position = require_whole("position of examination", position, -(10**9), 10**9)
        if position in chance:
            raise InputError(f"examination has position {position} twice: it must have each once.")
        chance[position] = require_number(f"examination of position {position}", share, 1e-9, _NOISY)
    return chance
