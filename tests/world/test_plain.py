"""The fast world and the plain loop are one model: the same counts on every day."""

import pandas as pd
import pytest

from twoworlds.world.people import World
from twoworlds.world.plain import PlainWorld
from twoworlds.world.policy import Policy
from twoworlds.world.run import simulate

COUNTS = ["day", "actives", "sessions", "abandoned", "impressions", "clicks", "likes", "surveys"]
CASES = {
    "production": (World(users=150), Policy()),
    "every lever": (
        World(users=150, days=20, seed=3, interference=1.0, taste_drift=0.1),
        Policy(
            click_weight=2,
            watch_weight=1,
            value_weight=0.2,
            clickbait_penalty=1,
            model_quality=0.5,
            latency_ms=900,
            feature_age_min=300,
            retrain_days=5,
            candidates=50,
            diversity=0.2,
            exploration=0.1,
            broken_feature=0.1,
            outage_share=0.05,
            novelty=0.5,
            mood_weight=0.6,
        ),
    ),
    "few levers": (
        World(users=150, days=35, seed=11, topics=12, taste_drift=0, newcomers=1, intent_strength=0),
        Policy(feature_age_min=0, exploration=0, model_quality=1),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_daily_counts_are_equal(case):
    world, policy = CASES[case]
    plain = pd.DataFrame(PlainWorld(world, policy).run())
    fast = simulate(world, policy).daily
    assert fast["clicks"].sum() > 500
    pd.testing.assert_frame_equal(plain[COUNTS], fast[COUNTS], check_dtype=False)
    # A watched share may round to the next tenth of a second in float32.
    assert (plain["watch_ds"] / 10 - fast["watch_s"]).abs().max() <= 0.35
