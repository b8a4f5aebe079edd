"""08.8 Five launches, to be decided on from their tests; scored by the quarter that the world then lives."""

from functools import cache

import pandas as pd

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.course.grids import grid
from twoworlds.experiment import analyse
from twoworlds.world import Policy, World, compare, simulate

LAUNCHES: dict[str, Policy] = {
    "Trailers": Policy(click_weight=1.5),
    "Asked, not guessed": Policy(value_weight=1.0),
    "Nearer servers": Policy(latency_ms=120),
    "Leaner retrieval": Policy(candidates=34),
    "Monthly training": Policy(retrain_days=28),
}
STORIES = {
    "Trailers": "covers that move; the ranker weighs taps half as much again",
    "Asked, not guessed": "the ranker weighs what the survey says people are glad of twice as much",
    "Nearer servers": "the first video comes 130 ms sooner",
    "Leaner retrieval": "a fifth of the candidates is cut; four machines fewer",
    "Monthly training": "the ranker is trained every 28 days instead of every night; most of its cost is saved",
}
METRICS = ("clicks", "watch_s", "likes", "days_active")
TESTS = World(users=120_000, days=28, seed=91)
QUARTER = World(users=40_000, days=84, seed=92)
LAST_FORTNIGHT = (71, 84)
MISSED = (
    0.7  # points of active users that a board may leave on the table: holding the smallest gain back is fine
)


def build_tests() -> pd.DataFrame:
    """Run a four-week test of each launch, 60,000 users an arm: launch, metric, n (an arm), lift, low, high, p."""
    tables = []
    for name, policy in LAUNCHES.items():
        users = simulate(TESTS, {"control": Policy(), "treatment": policy}).per_user()
        table = analyse(users, METRICS, control="control").drop(columns=["low", "high"])
        tables.append(table.rename(columns={"lift_low": "low", "lift_high": "high"}).assign(launch=name))
    return pd.concat(tables)[["launch", "metric", "n", "lift", "low", "high", "p"]]


def build_truth() -> pd.DataFrame:
    """Live the quarter with each launch: launch, change of active users in the last fortnight (share), se."""
    base, rows = simulate(QUARTER, Policy()), []
    for name, policy in LAUNCHES.items():
        effect = compare(base, simulate(QUARTER, policy), "actives", LAST_FORTNIGHT)
        rows.append((name, effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=["launch", "change", "se"])


# --- the exercise -------------------------------------------------------------------------------------------------


def launch_board() -> pd.DataFrame:
    """Return what the five tests said, one row a launch and metric; lifts and their 95 % intervals in %."""
    table = grid("ch08_board").copy()
    table[["lift", "low", "high"]] = (100 * table[["lift", "low", "high"]]).round(1)
    return table.assign(p=table.p.round(4))


@cache
def truths() -> dict[str, float]:
    """Return the true change of active users at the end of the quarter by launch, in points."""
    table = grid("ch08_board_truth")
    return {name: 100 * change for name, change in zip(table.launch, table.change, strict=True)}


def gained(board: dict[str, str]) -> float:
    """Return the points of active users that a board's shipped launches bring, added up."""
    return sum(truths()[name] for name, word in board.items() if word == "ship")


def best_board() -> dict[str, str]:
    """Return the board that a reader of the truth would choose."""
    return {name: "ship" if change > 0 else "hold" for name, change in truths().items()}


def decided_well(value: object, expected: object) -> bool | str:
    """Accept every board that leaves at most MISSED points on the table."""
    if not isinstance(value, dict) or set(value) != set(LAUNCHES):
        return f"the answer must be a dict with the keys {', '.join(map(repr, LAUNCHES))}."
    if odd := [word for word in value.values() if word not in ("ship", "hold")]:
        return f"{odd[0]!r} is no decision: write 'ship' or 'hold'."
    brought, best = gained(value), gained(best_board())
    if best - brought <= MISSED:
        return True
    right = sum(value[name] == word for name, word in best_board().items())
    return (
        f"after the quarter your board brings {brought:+.1f} points of active users, the best one {best:+.1f}; "
        f"{right} of 5 decisions were right."
    )


def _by(metric: str, keep: str) -> dict[str, str]:
    rows = grid("ch08_board").query("metric == @metric").set_index("launch")
    wins = {"significant": rows.low > 0, "not worse": rows.high > 0}[keep]
    return {name: "ship" if wins[name] else "hold" for name in LAUNCHES}


BOARD = Exercise(
    id="08.8",
    title="The launch board (open)",
    desk="both",
    minutes=15,
    kind="value",
    answer=best_board,
    accepts=decided_well,
    returns="a dict: each launch and 'ship' or 'hold'",
    wrongs=[
        Wrong("clicks win", lambda: _by("clicks", "significant"), "You shipped what wins clicks. After the quarter the "
              "clicks have come from people who no longer do: look at active days."),
        Wrong("not significant, so safe", lambda: _by("days_active", "not worse"), "You shipped whatever does no "
              "significant harm to active days. Two of these were merely not ruled out, and did."),
        Wrong("everything", lambda: dict.fromkeys(LAUNCHES, "ship"), "You shipped everything: then no test was needed."),
        Wrong("nothing", lambda: dict.fromkeys(LAUNCHES, "hold"), "You shipped nothing. That is safe from blame, and "
              "leaves the largest gain on the table."),
        Wrong("watch time", lambda: {name: "hold" if name in ("Asked, not guessed", "Leaner retrieval") else "ship"
              for name in LAUNCHES}, "You stopped what loses the most watch time. One of these two brings people back."),
    ],
    hints=(
        "The board is judged by active users after a quarter. Which column of a four-week test is nearest to that?",
        "Active days first. Where their interval says little, ask what the launch does to people: what costs the feed "
        "its freshness or its choice rarely comes for nothing, and likes fell as well.",
        "Ship what raises active days, or what makes waiting shorter and harms nothing; hold what lowers them, even "
        "where p is above 0.05 and something is saved.",
    ),
)  # fmt: skip
