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
METRICS = ("clicks", "watch_s", "likes", "days_active")
TESTS = World(users=120_000, days=28, seed=91)
QUARTER = World(users=40_000, days=84, seed=92)
LAST_FORTNIGHT = (71, 84)
# Points of active users that a board may leave on the table: holding the smallest gain back is fine.
MISSED = 0.7


def build_tests() -> pd.DataFrame:
    """Run a four-week test of each launch, 60,000 users an arm.

    Columns: launch, metric, n (users an arm), lift, low, high (shares), p.
    """
    tables = []
    for name, policy in LAUNCHES.items():
        users = simulate(TESTS, {"control": Policy(), "treatment": policy}).per_user()
        table = analyse(users, METRICS, control="control").drop(columns=["low", "high"])
        tables.append(table.rename(columns={"lift_low": "low", "lift_high": "high"}).assign(launch=name))
    return pd.concat(tables)[["launch", "metric", "n", "lift", "low", "high", "p"]]


def build_truth() -> pd.DataFrame:
    """Live the quarter with each launch.

    Columns: launch, change (of active users in the last fortnight), its standard error se, and first_week (the change
    in that week); all shares.
    """
    base, rows = simulate(QUARTER, Policy()), []
    for name, policy in LAUNCHES.items():
        run = simulate(QUARTER, policy)
        effect, early = (compare(base, run, "actives", days) for days in (LAST_FORTNIGHT, (1, 7)))
        rows.append((name, effect.relative, effect.relative_se, early.relative))
    return pd.DataFrame(rows, columns=["launch", "change", "se", "first_week"])


# --- the exercise -------------------------------------------------------------------------------------------------


def launch_board() -> pd.DataFrame:
    """Return what the five tests said, one row a launch and metric.

    Columns: launch, metric, lift, low, high (95 % interval), all three in %, and `shown`, the same for people.
    """
    table = grid("ch08_board")[["launch", "metric", "lift", "low", "high"]].copy()
    table[["lift", "low", "high"]] = (100 * table[["lift", "low", "high"]]).round(1) + 0.0
    table["shown"] = [f"{r.lift:+z.1f} ({r.low:+z.1f} to {r.high:+z.1f})" for r in table.itertuples()]
    return table


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
        f"after the quarter your board brings {brought:+.1f} points of active users, the best one {best:+.1f} (within "
        f"{MISSED} of it passes); {right} of 5 decisions are right."
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
        Wrong("clicks win", lambda: _by("clicks", "significant"), "You shipped what wins clicks. At the end of the "
              "quarter, on any day, one active user in twenty is missing: look at active days."),
        Wrong("not significant, so safe", lambda: _by("days_active", "not worse"), "You shipped whatever does no "
              "significant harm to active days. For two of these harm was merely not shown: ask what is ruled out."),
        Wrong("everything", lambda: dict.fromkeys(LAUNCHES, "ship"), "You shipped everything: then no test was needed, and "
              "the quarter ends with fewer active users than if you had shipped nothing."),
        Wrong("nothing", lambda: dict.fromkeys(LAUNCHES, "hold"), "You shipped nothing. That is safe from blame, and "
              "leaves the largest gain on the table."),
        Wrong("watch time", lambda: _by("watch_s", "not worse"), "You stopped what loses watch time. One of these three "
              "brings people back."),
    ],
    hints=(
        "The board is judged by active users after a quarter. Which column of a four-week test is nearest to that?",
        "Active days. Section 6's question: which of the five rules out a harm that the board could not bear? Try a margin "
        "of 1 %.",
        "days = tests[tests.metric == 'days_active'].set_index('launch'); "
        "board = {name: 'ship' if low > -1 else 'hold' for name, low in days.low.items()}",
    ),
)  # fmt: skip
