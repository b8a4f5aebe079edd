"""The levers: what the product and the platform desk can decide."""

import math
from dataclasses import dataclass, replace

from twoworlds.errors import InputError, require_number, require_one_of, require_whole
from twoworlds.world import constants as c

MAX_CANDIDATES = c.TIERS * c.SMALLEST_TIER

RANGES: dict[str, tuple[float, float, str]] = {
    "click_weight": (0, 10, ""),
    "watch_weight": (0, 10, ""),
    "value_weight": (0, 10, ""),
    "clickbait_penalty": (0, 10, ""),
    "model_quality": (0, 1, ""),
    "latency_ms": (1, 20_000, "ms"),
    "feature_age_min": (0, 100_000, "minutes"),
    "retrain_days": (1, 365, "days"),
    "candidates": (c.SLATE, MAX_CANDIDATES, "videos"),
    "diversity": (0, 1, ""),
    "exploration": (0, 1, "share of positions"),
    "broken_feature": (0, 1, "share of requests"),
    "outage_share": (0, 1, "share of sessions"),
    "novelty": (-2, 2, "log-odds"),
    "mood_weight": (0, 1, ""),
}


@dataclass(frozen=True)
class Policy:
    """One setting of all levers; the defaults are today's production. Immutable and validated.

    click_weight, watch_weight, value_weight: weights of the predicted click, watch time and value, 0 to 10.
    clickbait_penalty: what a unit of detected clickbait costs a video's score, in the same scale, 0 to 10.
    model_quality: correlation of the ranker's view of affinity with the truth, 0 to 1.
    latency_ms: mean time to the first video that a user on a good network feels, 1 to 20,000 ms.
    feature_age_min: age of the session features that tell the ranker the user's mood, minutes.
    retrain_days: days between trainings; until then the ranker knows the tastes of the last one.
    candidates: videos retrieved per request and scored, 10 to 112.
    diversity: what each further video of a topic costs on the slate, 0 (nothing) to 1.
    exploration: share of positions given to a random video.
    broken_feature: share of requests served with default user features.
    outage_share: share of sessions that fail.
    novelty: click log-odds gained on the policy's first day, fading with a half-life of 4 days.
    mood_weight: how much of a mood the ranker believes, 0 (it ignores the session features) to 1.
    """

    click_weight: float = 1.0
    watch_weight: float = 0.5
    value_weight: float = 0.5
    clickbait_penalty: float = 0.0
    model_quality: float = 0.7
    latency_ms: float = 250.0
    feature_age_min: float = 60.0
    retrain_days: int = 1
    candidates: int = 42
    diversity: float = 0.0
    exploration: float = 0.02
    broken_feature: float = 0.0
    outage_share: float = 0.0
    novelty: float = 0.0
    mood_weight: float = 1.0

    def __post_init__(self) -> None:
        """Check every lever; raise InputError with one sentence for the first that is out of range."""
        for name, (low, high, unit) in RANGES.items():
            value = getattr(self, name)
            if name == "broken_feature" and isinstance(value, bool):
                value = float(value)
            check = require_whole if name in ("candidates", "retrain_days") else require_number
            checked = check(name, value, low, high, unit)
            object.__setattr__(self, name, checked)

    def but(self, **changes: float) -> "Policy":
        """Return a copy with some levers changed, validated; raise InputError for an unknown lever."""
        for name in changes:
            require_one_of("lever", name, RANGES)
        return replace(self, **changes)


POLICIES: dict[str, Policy] = {
    # What runs at Flick this morning: clicks first, a little watch time and value.
    "production": Policy(),
    # The growth team's dream: whatever gets tapped.
    "click_optimal": Policy(click_weight=1, watch_weight=0, value_weight=0),
    # Minutes on the app, long videos welcome.
    "watch_optimal": Policy(click_weight=0, watch_weight=1, value_weight=0),
    # What people are glad to have seen, as far as the model can tell.
    "value_optimal": Policy(click_weight=0, watch_weight=0, value_weight=1),
    # A shuffled catalogue: the control that nobody wants to ship.
    "random": Policy(click_weight=0, watch_weight=0, value_weight=0, exploration=0),
}


def as_policy(policy: Policy | str) -> Policy:
    """Return a Policy for a Policy or for the name of one in POLICIES; raise InputError otherwise."""
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str):
        return POLICIES[require_one_of("policy", policy, POLICIES)]
    raise InputError(f"policy is {policy!r}: it must be a Policy or one of {', '.join(map(repr, POLICIES))}.")


def ranker_ms(model_quality: float, candidates: int) -> float:
    """Return the mean cost of one ranking request in ms: 4 + 0.5 * candidates * q² / (1 - q²).

    The form says that halving the unexplained variance 1 - q² costs about twice the compute. It is an
    assumption of this world, not a measured law. It grows without limit as q nears 1: q may be 0 to 0.999.
    """
    q = require_number("model_quality", model_quality, 0, 0.999)
    n = require_whole("candidates", candidates, 1, 100_000)
    cost = c.RANKER_BASE_MS + c.RANKER_MS * n * q * q / (1 - q * q)
    return cost if math.isfinite(cost) else math.inf
