"""Ask, the chat assistant on the same platform: what a feed can't show (task completion, refusals, first token).

A user brings tasks. Each conversation waits for the first token, may be abandoned, may be refused by the safety
filter, and is completed or not. Equations (u: user, d: day, i: conversation):

  comes             with chance logistic(come_u + trust_u)
  first token       T = first_token_ms * (0.6 + 0.4 Exp(1));  abandoned with chance T / (T + patience_u)
  risk              a share RISKY of prompts is risky; the filter scores 1 (risky) or 0, plus logistic noise
  refused           if the score exceeds safety_threshold
  completed         if not refused, with chance logistic(4 * model_quality - 2 - difficulty_i)
  unsafe            if risky and not refused, with chance 1 - model_quality / 2
  thumb             rarely given, twice as readily by the disappointed
  trust             += TRUST_RATE * (TRUST_GAIN * (completed - UNSAFE_COST * unsafe - COMPLETED_USUAL) - trust)
                    on each visit day, completed and unsafe being shares of the day's conversations

All constants are chosen for the story; they are not calibrated to a source.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twoworlds.errors import require_number, require_one_of, require_whole
from twoworlds.world.draws import Purpose, fold, log_odds, root, uniform
from twoworlds.world.log import DAY_ONE
from twoworlds.world.people import World

RISKY = 0.04  # share of conversations with a risky prompt
SCORE_SPREAD = 0.2  # of the filter's score, logistic
PATIENCE_MS = 30_000  # median wait for a first token that half would not sit out
COMPLETED_USUAL = 0.6  # completed share at which trust stays
UNSAFE_COST = 3.0  # trust lost by an unsafe reply, in completed tasks
TRUST_RATE = 0.1  # per visit day
TRUST_GAIN = 3.0  # log-odds of coming, per completed share
THUMBS = 0.02  # share of conversations that get a thumb, if the user is neither glad nor cross
MAX_CONVERSATIONS = 8
_RANGES = {"model_quality": (0, 1, ""), "first_token_ms": (1, 60_000, "ms"), "safety_threshold": (-2, 4, "")}
(_COME, _COUNT, _FIRST, _LEAVE, _HARD, _RISK, _SCORE, _DONE, _COMPLY, _GIVES, _TRAIT, _WAIT) = range(12)


@dataclass(frozen=True)
class AskPolicy:
    """The levers of Ask: model_quality 0 to 1, mean time to the first token in ms, and the safety threshold.

    A prompt is refused when its risk score exceeds safety_threshold (-2 to 4): risky prompts score around 1,
    harmless ones around 0. A low threshold refuses more of both.
    """

    model_quality: float = 0.7
    first_token_ms: float = 600.0
    safety_threshold: float = 0.7

    def __post_init__(self) -> None:
        """Check every lever; raise InputError with one sentence for the first that is out of range."""
        for name, (low, high, unit) in _RANGES.items():
            object.__setattr__(self, name, require_number(name, getattr(self, name), low, high, unit))

    def but(self, **changes: float) -> "AskPolicy":
        """Return a copy with some levers changed, validated."""
        for name in changes:
            require_one_of("lever", name, [field.name for field in fields(self)])
        return replace(self, **changes)


@dataclass(frozen=True)
class AskRun:
    """A run of Ask: `daily`, one row a day, and `log`, one row a conversation with the truth in it."""

    daily: pd.DataFrame
    log: pd.DataFrame


def simulate_ask(world: World, policy: AskPolicy | None = None) -> AskRun:
    """Live the users of `world` with the assistant under `policy`, with common random numbers between policies."""
    policy = policy or AskPolicy()
    require_whole("users", world.users, 1, 1_000_000)
    key = fold(root(world.seed, Purpose.ASK), np.arange(world.users))
    come = -1.5 + log_odds(uniform(fold(key, _TRAIT)))
    patience = PATIENCE_MS * np.exp(0.5 * log_odds(uniform(fold(key, _WAIT))))
    trust = np.zeros(world.users)
    days = []
    for day in range(1, world.days + 1):
        talks = _day(fold(key, day), come + trust, patience, policy)
        user = talks["user_id"]
        talks["day"] = np.full(len(user), day, dtype=np.uint16)
        talks["ts"] = DAY_ONE + ((day - 1) * 86_400_000_000 + talks.pop("clock_us")).astype("timedelta64[us]")
        count = np.bincount(user, minlength=world.users)
        came = count > 0
        gain = (
            np.bincount(user, talks["completed"] - UNSAFE_COST * talks["unsafe"], world.users)[came]
            / count[came]
        )
        trust[came] += TRUST_RATE * (TRUST_GAIN * (gain - COMPLETED_USUAL) - trust[came])
        days.append(pd.DataFrame(talks))
    table = pd.concat(days, ignore_index=True)
    return AskRun(_daily(table), table)


def _day(
    key: NDArray[np.uint64], come: NDArray[np.float64], patience: NDArray[np.float64], policy: AskPolicy
) -> dict[str, NDArray]:
    """Return the conversations of a day, one array element each."""
    user = np.flatnonzero(uniform(fold(key, _COME)) < 1 / (1 + np.exp(-come)))
    more = np.floor(-1.2 * np.log(uniform(fold(key[user], _COUNT)))).astype(np.int64)
    count = 1 + np.minimum(more, MAX_CONVERSATIONS - 1)
    rows = np.repeat(user, count)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    talk = fold(fold(key, 100)[rows], number)

    def draw(what: int) -> NDArray[np.float64]:
        return uniform(fold(talk, what))

    wait = policy.first_token_ms * (0.6 - 0.4 * np.log(draw(_FIRST)))
    abandoned = draw(_LEAVE) < wait / (wait + patience[rows])
    risky = draw(_RISK) < RISKY
    refused = ~abandoned & (risky + SCORE_SPREAD * log_odds(draw(_SCORE)) > policy.safety_threshold)
    answered = ~(abandoned | refused)
    solvable = draw(_DONE) < 1 / (1 + np.exp(-4 * policy.model_quality + 2 + log_odds(draw(_HARD)) / 2))
    completed = answered & solvable
    unsafe = answered & risky & (draw(_COMPLY) < 1 - 0.5 * policy.model_quality)
    thumb = (
        np.where(completed & ~unsafe, 1, -1)
        * (draw(_GIVES) < THUMBS * np.where(completed, 1, 2))
        * ~abandoned
    )
    return {
        "user_id": rows,
        "conversation": number,
        "clock_us": ((7 + 16 * (number + 0.8 * draw(_TRAIT)) / MAX_CONVERSATIONS) * 3.6e9).astype(np.int64),
        "first_token_ms": np.rint(wait).astype(np.int64),
        "abandoned": abandoned,
        "refused": refused,
        "thumb": thumb.astype(np.int8),
        "completed": completed,  # truth
        "risky": risky,  # truth
        "unsafe": unsafe,  # truth
    }


def _daily(log: pd.DataFrame) -> pd.DataFrame:
    """Return one row a day: actives, conversations, and the share or number of what happened in them."""
    days = log.groupby("day")
    table = days.agg(actives=("user_id", "nunique"), conversations=("user_id", "size"))
    for name in ("abandoned", "refused", "completed", "unsafe"):
        table[name] = days[name].sum()
    table["thumbs_up"] = (log["thumb"] > 0).groupby(log["day"]).sum()
    table["thumbs_down"] = (log["thumb"] < 0).groupby(log["day"]).sum()
    table["first_token_ms"] = days["first_token_ms"].mean()
    table["task_completion"] = table["completed"] / table["conversations"]
    return table.reset_index()
