"""Every constant of the world, with its symbol, unit, meaning and the fact that it is set by.

The symbol table in data/README.md is printed from here, so the two can't disagree.
"""

from typing import NamedTuple


class Constant(NamedTuple):
    """One row of the symbol table."""

    symbol: str
    name: str
    value: float
    unit: str
    meaning: str
    source: str


TABLE: list[Constant] = []


def _constant(symbol: str, name: str, value: float, unit: str, meaning: str, source: str) -> float:
    """Register one constant in the symbol table and return its value."""
    TABLE.append(Constant(symbol, name, value, unit, meaning, source))
    return value


_CHOSEN = "chosen, so that the page reads easily"

# The size of the shop
SLATE = int(_constant("K", "SLATE", 10, "videos", "videos on a slate, one slate a session", _CHOSEN))
TIERS = int(
    _constant(
        "R", "TIERS", 7, "-", "reach tiers of the catalogue; tier r holds 16 * 2^r videos", "fact: popularity"
    )
)
SMALLEST_TIER = int(
    _constant(
        "-", "SMALLEST_TIER", 16, "videos", "videos in the tier with the widest reach", "fact: popularity"
    )
)
LIFE_DAYS = int(
    _constant("-", "LIFE_DAYS", 28, "days", "days until a video's place goes to a new one", _CHOSEN)
)
MAX_SESSIONS = int(
    _constant("-", "MAX_SESSIONS", 12, "sessions/day", "most sessions of one user in a day", _CHOSEN)
)
VIDEOS = SMALLEST_TIER * (2**TIERS - 1)

# Who the users are
ACTIVITY_SPREAD = _constant(
    "s_A",
    "ACTIVITY_SPREAD",
    0.8,
    "-",
    "spread of log activity, ln A = s_A * logistic",
    "fact: heavy users",
)
COME_BASE = _constant(
    "a_0", "COME_BASE", -0.75, "log-odds", "chance to come of a user with A = 1", "stickiness near 0.35"
)
COME_ACTIVITY = _constant(
    "a_1", "COME_ACTIVITY", 1.0, "log-odds", "more activity, more days", "fact: heavy users"
)
WEEKEND = _constant("a_w", "WEEKEND", 0.15, "log-odds", "Saturdays and Sundays (days 6, 7, 13, ...)", _CHOSEN)
SESSIONS_EXTRA = _constant(
    "m_0",
    "SESSIONS_EXTRA",
    0.5,
    "sessions",
    "mean sessions after the first, when A = 1",
    "fact: heavy users",
)
PATIENCE_S = _constant(
    "P_0", "PATIENCE_S", 55, "s", "median patience: the wait that half would not sit out", "fact: latency"
)
PATIENCE_SPREAD = _constant("s_P", "PATIENCE_SPREAD", 0.5, "-", "spread of log patience", _CHOSEN)
CURIOSITY = _constant(
    "κ_0", "CURIOSITY", 1.2, "log-odds", "mean pull of clickbait on a click", "fact: the bite, day 28"
)
LATENCY_FLOOR = _constant("L_f", "LATENCY_FLOOR", 0.6, "share", "fixed part of the mean wait", _CHOSEN)
SLOW_SHARE = _constant("-", "SLOW_SHARE", 0.15, "share", "users on a slow network", _CHOSEN)
SLOW_FACTOR = _constant("-", "SLOW_FACTOR", 2.5, "-", "how much longer they wait", _CHOSEN)
CHURN_BETA = _constant(
    "β",
    "CHURN_BETA",
    25.0,
    "days",
    "churn-proneness θ ~ Beta(1, β): hazard 1/(β + tenure)",
    "fact: falling hazard",
)
TENURE_MAX = _constant("-", "TENURE_MAX", 365.0, "days", "oldest account on day 1", _CHOSEN)

# What the videos are
SIDE_WEIGHT = _constant(
    "w_2", "SIDE_WEIGHT", 0.436, "-", "weight of a video's side topic (main topic 0.9: unit length)", _CHOSEN
)
MAIN_WEIGHT = _constant("w_1", "MAIN_WEIGHT", 0.9, "-", "weight of a video's main topic", _CHOSEN)
LENGTH_S = _constant("ℓ_0", "LENGTH_S", 25.0, "s", "median length of a video", _CHOSEN)
LENGTH_SPREAD = _constant("s_ℓ", "LENGTH_SPREAD", 0.35, "-", "spread of log length", _CHOSEN)

# Affinity, as the ranker standardises it
AFFINITY_MEAN = _constant(
    "ā", "AFFINITY_MEAN", 0.40, "-", "mean affinity of user and random video, 8 topics", "measured"
)
AFFINITY_SD = _constant("s_a", "AFFINITY_SD", 0.32, "-", "its standard deviation", "measured")

# Attention and clicks
EXAMINATION = _constant(
    "η", "EXAMINATION", 0.7, "-", "examination of position k is k^-η", "fact: examination"
)
CLICK_BASE = _constant(
    "c_0", "CLICK_BASE", -1.9, "log-odds", "click on an examined average video", "CTR near 0.1"
)
CLICK_AFFINITY = _constant(
    "c_a", "CLICK_AFFINITY", 2.0, "log-odds", "affinity's pull on a click", "fact: the bite, day 28"
)
CLICK_FATIGUE = _constant("c_f", "CLICK_FATIGUE", 0.3, "log-odds", "fatigue's drag on a click", _CHOSEN)

# Value, watching, and what people say
VALUE_BASE = _constant(
    "v_0", "VALUE_BASE", 0.7, "log-odds", "value of an average video", "fact: clickbait value"
)
VALUE_AFFINITY = _constant(
    "v_a", "VALUE_AFFINITY", 1.5, "log-odds", "affinity's part in value", "fact: the bite, day 28"
)
VALUE_QUALITY = _constant(
    "v_q", "VALUE_QUALITY", 0.8, "log-odds", "quality's part in value", "fact: the bite, day 28"
)
VALUE_CLICKBAIT = _constant(
    "v_b", "VALUE_CLICKBAIT", 2.6, "log-odds", "clickbait's price in value", "fact: the bite, day 28"
)
WATCH_BASE = _constant("w_0", "WATCH_BASE", 0.0, "log-odds", "watched share of a video of value 0", _CHOSEN)
WATCH_VALUE = _constant(
    "w_v",
    "WATCH_VALUE",
    0.6,
    "-",
    "value's part in the watched share",
    "watch time mixes value and curiosity",
)
WATCH_CURIOSITY = _constant(
    "w_b",
    "WATCH_CURIOSITY",
    0.7,
    "-",
    "curiosity's part in the watched share",
    "watch time mixes value and curiosity",
)
WATCH_NOISE = _constant(
    "w_ε", "WATCH_NOISE", 1.5, "log-odds", "half-range of uniform noise on the watched share", _CHOSEN
)
WATCH_LENGTH = _constant(
    "w_l", "WATCH_LENGTH", 0.5, "-", "a watch-time ranker's taste for length, per log second", _CHOSEN
)
LIKE_SHARE = _constant("l_0", "LIKE_SHARE", 0.04, "share", "likes per click at full value", "fact: likes")
SURVEY_ASKED = _constant("u_0", "SURVEY_ASKED", 0.03, "share", "clicks followed by a survey", "fact: surveys")
SURVEY_HAPPY = _constant(
    "u_v",
    "SURVEY_HAPPY",
    2.0,
    "log-odds",
    "the happy answer more often: log-odds per unit of value",
    "fact: survey bias",
)
SURVEY_BASE = _constant("u_1", "SURVEY_BASE", 0.0, "log-odds", "answering a survey at value 0", _CHOSEN)
RATING_BASE = _constant(
    "u_2", "RATING_BASE", 3.5, "stars", "rating at value 0, before rounding down", _CHOSEN
)
RATING_VALUE = _constant("u_3", "RATING_VALUE", 2.0, "stars", "stars per unit of value", _CHOSEN)
RATING_NOISE = _constant(
    "u_ε", "RATING_NOISE", 1.5, "stars", "half-range of uniform noise on a rating", _CHOSEN
)

# What stays overnight
FATIGUE_GAIN = _constant(
    "φ",
    "FATIGUE_GAIN",
    0.6,
    "log-odds/day",
    "fatigue with a topic that fills a whole visit day",
    "some diversity is best (tested)",
)
FATIGUE_DECAY = _constant("ψ", "FATIGUE_DECAY", 0.25, "1/day", "share of fatigue slept off", _CHOSEN)
HABIT_RATE = _constant(
    "ρ",
    "HABIT_RATE",
    0.15,
    "1/visit day",
    "how fast habit follows the last visits",
    "fact: latency grows",
)
HABIT_GAIN = _constant(
    "g", "HABIT_GAIN", 1.0, "log-odds", "habit per unit of session satisfaction", "fact: the bite, day 28"
)
SATISFACTION_USUAL = _constant(
    "U_0",
    "SATISFACTION_USUAL",
    0.32,
    "-",
    "satisfaction of a usual session: habit stays",
    "fact: stationary",
)
WAIT_COST = _constant(
    "ℓ_T", "WAIT_COST", 0.06, "1/s", "satisfaction lost per second of waiting", "fact: latency"
)
ABANDON_COST = _constant(
    "U_x", "ABANDON_COST", 0.3, "-", "satisfaction lost with a session that shows nothing", "fact: latency"
)
CHURN_HABIT = _constant(
    "χ", "CHURN_HABIT", 1.0, "-", "how strongly habit protects from churn", "fact: the bite, day 28"
)

# What the ranker knows of new videos
QUALITY_ERROR = _constant(
    "σ_q", "QUALITY_ERROR", 1.0, "-", "error of the ranker's quality estimate of a new video", _CHOSEN
)
LEARN_FEED = _constant(
    "n_0", "LEARN_FEED", 0.05, "1/day", "what ordinary traffic teaches about a video", _CHOSEN
)
LEARN_EXPLORE = _constant(
    "n_1", "LEARN_EXPLORE", 20.0, "1/day", "what exploration teaches, per share explored", _CHOSEN
)
NOVELTY_HALF_LIFE = _constant("-", "NOVELTY_HALF_LIFE", 4.0, "days", "half-life of a novelty effect", _CHOSEN)

# What a better ranker costs
RANKER_BASE_MS = _constant("-", "RANKER_BASE_MS", 4.0, "ms", "fixed cost of a ranking request", _CHOSEN)
RANKER_MS = _constant(
    "-",
    "RANKER_MS",
    0.5,
    "ms/candidate",
    "cost of one candidate at quality 0.71",
    "quality has diminishing returns",
)
