"""The stylised facts that the world must show, measured: `python -m twoworlds.world.calibration [--write]`.

With --write the tables of data/README.md (constants, calibration, data dictionary) are brought up to date.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from twoworlds.world import constants as c
from twoworlds.world.people import World
from twoworlds.world.policy import POLICIES, Policy
from twoworlds.world.run import Run, simulate
from twoworlds.world.schema import FILES
from twoworlds.world.truth import Effect, compare

README = Path(__file__).resolve().parents[2] / "data" / "README.md"
PRODUCTION = POLICIES["production"]


class Laboratory:
    """Runs of one world that several facts share; each is lived once."""

    def __init__(self, world: World | None = None) -> None:
        """Take `world`, by default 20,000 users for 28 days."""
        self.world = world or World(users=20_000)
        self._runs: dict[Policy, Run] = {}

    def run(self, policy: Policy) -> Run:
        """Return the run of `policy`."""
        if policy not in self._runs:
            self._runs[policy] = simulate(self.world, policy)
        return self._runs[policy]

    def effect(
        self, base: Policy, changed: Policy, metric: str, day: int | tuple[int, int] | None = None
    ) -> Effect:
        """Return the true effect of going from `base` to `changed`."""
        return compare(self.run(base), self.run(changed), metric, day)

    @cached_property
    def events(self) -> pd.DataFrame:
        """The production log of the first 5,000 users' worth of world, with the truth and the videos beside it."""
        run = simulate(self.world.but(users=min(self.world.users, 5000)), PRODUCTION)
        truth = run.hidden().drop(columns=["session_id", "position"])
        return run.log().join(truth).merge(run.videos(hidden=True), on="video_id", how="left")


def _latency(lab: Laboratory) -> float:
    slower = PRODUCTION.but(latency_ms=PRODUCTION.latency_ms + 100)
    return 100 * lab.effect(PRODUCTION, slower, "clicks").relative


def _latency_grows(lab: Laboratory) -> float:
    slower = PRODUCTION.but(latency_ms=PRODUCTION.latency_ms + 400)
    half = lab.world.days // 2
    first = lab.effect(PRODUCTION, slower, "clicks", (1, half)).relative
    return lab.effect(PRODUCTION, slower, "clicks", (half + 1, lab.world.days)).relative / first


def _heavy_users(lab: Laboratory) -> float:
    sessions = lab.run(PRODUCTION).totals("sessions")
    low, high = np.percentile(sessions[sessions > 0], [10, 90])
    return high / low


def _top_share(values: np.ndarray) -> float:
    """Return the share, in percent, that the largest tenth of `values` holds."""
    ordered = np.sort(values)[::-1]
    return 100 * ordered[: len(ordered) // 10].sum() / ordered.sum()


def _hazard_falls(lab: Laboratory) -> float:
    """Newcomers' daily churn in their first four days over that in their third and fourth week."""
    run = lab.run(PRODUCTION)
    joined = run.users()["joined_day"].to_numpy()
    left, there = np.zeros(lab.world.days), np.zeros(lab.world.days)
    for day in range(1, lab.world.days + 1):
        new = (joined >= 1) & (joined <= day)
        np.add.at(left, day - joined[new], run.totals("churned", day)[new])
        np.add.at(there, day - joined[new], run.totals("alive", day)[new])
    return (left[:4].sum() / there[:4].sum()) / (left[14:].sum() / there[14:].sum())


def _examination(lab: Laboratory) -> float:
    by_position = lab.events.groupby("position")["examined"].mean()
    return by_position.iloc[-1] / by_position.iloc[0]


def _popularity(lab: Laboratory) -> float:
    clicks = lab.events.loc[lab.events["clicked"], "video_id"].value_counts()
    ever = len(lab.run(PRODUCTION).videos())
    return _top_share(np.append(clicks.to_numpy(), np.zeros(ever - len(clicks))))


def _clicks(lab: Laboratory) -> pd.DataFrame:
    return lab.events[lab.events["clicked"]]


def _survey_bias(lab: Laboratory) -> float:
    clicks = _clicks(lab)
    return clicks.loc[clicks["survey"].notna(), "value"].mean() - clicks["value"].mean()


def _bait(lab: Laboratory) -> pd.DataFrame:
    return lab.events[lab.events["clickbait"] > 0.8]


def _bait_clicks(lab: Laboratory) -> float:
    seen, bait = lab.events[lab.events["examined"]], _bait(lab)
    return bait.loc[bait["examined"], "clicked"].mean() / seen["clicked"].mean()


def _bait_watch(lab: Laboratory) -> float:
    clicks = _bait(lab)[lambda bait: bait["clicked"]]
    return 100 * (clicks["watch_s"] / clicks["length_s"]).mean()


def _freshness(lab: Laboratory, **world: float) -> float:
    fresh, old = PRODUCTION.but(feature_age_min=1), PRODUCTION.but(feature_age_min=600)
    if not world:
        return 100 * lab.effect(fresh, old, "clicks").relative
    there = Laboratory(lab.world.but(users=min(lab.world.users, 5000), **world))
    return 100 * there.effect(fresh, old, "clicks").relative


def crn_ratio(base: Run, changed: Run, metric: str = "actives", day: int = 28) -> float:
    """Return the standard error of `truth` over that of two independent runs of the same size."""
    effect = compare(base, changed, metric, day)
    values = [run.totals("active", day) for run in (base, changed)]
    independent = np.sqrt(base.world.users * sum(np.var(value) for value in values))
    return effect.se / float(independent)


def _common_luck(lab: Laboratory) -> float:
    slower = PRODUCTION.but(latency_ms=PRODUCTION.latency_ms + 100)
    return crn_ratio(lab.run(PRODUCTION), lab.run(slower), day=lab.world.days)


def _stationary(lab: Laboratory) -> float:
    daily = lab.run(PRODUCTION).daily.set_index("day")["actives"]
    return 100 * (daily[23] / daily[2] - 1)


@dataclass(frozen=True)
class Fact:
    """One stylised fact: what must be in [low, high], whose finding it is, and how it is measured."""

    name: str
    statement: str
    low: float
    high: float
    unit: str
    source: str
    measure: Callable[[Laboratory], float]


_CLICK, _VALUE = POLICIES["click_optimal"], POLICIES["value_optimal"]
_BRUTLAG = "Brutlag 2009 (searches, 400 ms: -0.59 %); Kohavi et al. 2013 (revenue, 100 ms: -0.6 %)"
_KLEINBERG = "the idea: Kleinberg, Mullainathan & Raghavan 2022; range chosen"
FACTS: list[Fact] = [
    Fact("latency", "+100 ms costs clicks, 28 days", -0.6, -0.2, "%", _BRUTLAG, _latency),
    Fact(
        "latency grows",
        "+400 ms: effect of weeks 3-4 over that of weeks 1-2",
        1.05,
        2.0,
        "ratio",
        "Brutlag 2009 (-0.44 % in the first three weeks, -0.74 % in the next; the post on the study has -0.76 %)",
        _latency_grows,
    ),
    Fact(
        "heavy users",
        "sessions of the 90th percentile over the 10th, users who came",
        10,
        200,
        "ratio",
        "Falaki et al. 2010 (users differ by an order of magnitude or more)",
        _heavy_users,
    ),
    Fact(
        "top users",
        "share of sessions by the most active 10 %",
        30,
        70,
        "%",
        "range chosen",
        lambda lab: _top_share(lab.run(PRODUCTION).totals("sessions")),
    ),
    Fact(
        "falling hazard",
        "newcomers' churn on days 0-3 over days 14-27 of tenure",
        1.2,
        4,
        "ratio",
        "Fader & Hardie 2007 (heterogeneity alone makes it fall)",
        _hazard_falls,
    ),
    Fact(
        "examination",
        "examination of position 10 over position 1",
        0.1,
        0.4,
        "ratio",
        "Joachims, Swaminathan & Schnabel 2017 (1/rank, so 0.1); ours is milder",
        _examination,
    ),
    Fact(
        "popularity",
        "share of clicks on the most clicked 10 % of videos",
        50,
        90,
        "%",
        "Cha et al. 2007 (nearly 80 % of YouTube's views)",
        _popularity,
    ),
    Fact(
        "likes",
        "likes per 100 clicks",
        0.25,
        3,
        "%",
        "Chatzopoulou et al. 2010 (one per 400 views); ours talk more, for small logs",
        lambda lab: 100 * _clicks(lab)["liked"].mean(),
    ),
    Fact(
        "surveys",
        "answered surveys per 100 clicks",
        1,
        3,
        "%",
        "range chosen",
        lambda lab: 100 * _clicks(lab)["survey"].notna().mean(),
    ),
    Fact(
        "survey bias",
        "value of surveyed clicks less that of all",
        0.05,
        0.4,
        "value",
        "range chosen",
        _survey_bias,
    ),
    Fact(
        "the bite, day 1",
        "clicks on day 1, click-optimal against value-optimal",
        15,
        100,
        "%",
        _KLEINBERG,
        lambda lab: 100 * lab.effect(_VALUE, _CLICK, "clicks", 1).relative,
    ),
    Fact(
        "the bite, day 28",
        "actives on day 28, click-optimal against value-optimal",
        -35,
        -10,
        "%",
        _KLEINBERG,
        lambda lab: 100 * lab.effect(_VALUE, _CLICK, "actives", 28).relative,
    ),
    Fact(
        "clickbait clicks",
        "clicks per look at clickbait > 0.8, over all",
        1.1,
        3,
        "ratio",
        _KLEINBERG,
        _bait_clicks,
    ),
    Fact("clickbait watch", "share watched of clicked clickbait > 0.8", 20, 90, "%", _KLEINBERG, _bait_watch),
    Fact(
        "clickbait value",
        "value of clicked clickbait > 0.8",
        -1,
        -0.1,
        "value",
        _KLEINBERG,
        lambda lab: _bait(lab)[lambda bait: bait["clicked"]]["value"].mean(),
    ),
    Fact("freshness", "features of 600 min against 1 min, clicks", -20, -3, "%", "range chosen", _freshness),
    Fact(
        "freshness, still moods",
        "the same when moods last for ever",
        -0.1,
        0.1,
        "%",
        "by construction",
        lambda lab: _freshness(lab, intent_half_life_min=1e9),
    ),
    Fact(
        "freshness, no moods",
        "the same when only lasting tastes count",
        -0.1,
        0.1,
        "%",
        "by construction",
        lambda lab: _freshness(lab, intent_strength=0),
    ),
    Fact(
        "common luck",
        "se of +100 ms on day-28 actives over that of independent runs",
        0,
        1 / 3,
        "ratio",
        "common random numbers; range chosen",
        _common_luck,
    ),
    Fact(
        "stationary",
        "production's actives, Tuesday 23 against Tuesday 2",
        -7,
        7,
        "%",
        "range chosen",
        _stationary,
    ),
]


def measure(lab: Laboratory | None = None) -> dict[str, float]:
    """Return {fact's name: measured value} for all FACTS (about ten seconds)."""
    lab = lab or Laboratory()
    return {fact.name: float(fact.measure(lab)) for fact in FACTS}


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def calibration_table(measured: dict[str, float]) -> str:
    """Return the Markdown table of facts, target ranges, sources and measured values."""
    rows = [
        [f.name, f.statement, f"{f.low:.3g} to {f.high:.3g} {f.unit}", f"{measured[f.name]:.3g}", f.source]
        for f in FACTS
    ]
    return _table(["fact", "what is measured", "target", "measured", "source of the target"], rows)


def constants_table() -> str:
    """Return the Markdown table of all constants."""
    rows = [[k.symbol, f"`{k.name}`", k.meaning, k.unit, f"{k.value:g}", k.source] for k in c.TABLE]
    return _table(["symbol", "name", "meaning", "unit", "value", "set by"], rows)


def dictionary_table() -> str:
    """Return the data dictionary of all files as Markdown."""
    parts = []
    for file, columns in FILES.items():
        rows = [[f"`{k.name}`", k.type, k.unit, k.meaning, k.seen_by] for k in columns]
        parts.append(
            f"**{file}.parquet**\n\n" + _table(["column", "type", "unit", "meaning", "who sees it"], rows)
        )
    return "\n\n".join(parts)


def updated(text: str, tables: dict[str, str]) -> str:
    """Return `text` with each table put between its markers <!-- NAME: begin --> and <!-- NAME: end -->."""
    for name, table in tables.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{table}\n{end}{rest.split(end)[1]}"
    return text


def readme_tables(measured: dict[str, float]) -> dict[str, str]:
    """Return the generated tables of data/README.md by the name of their markers."""
    return {
        "constants": constants_table(),
        "calibration": calibration_table(measured),
        "dictionary": dictionary_table(),
    }


def main() -> None:
    """Print the calibration table; with --write, update data/README.md."""
    measured = measure()
    print(calibration_table(measured))
    outside = [fact.name for fact in FACTS if not fact.low <= measured[fact.name] <= fact.high]
    if "--write" in sys.argv[1:]:
        README.write_text(
            updated(README.read_text(encoding="utf-8"), readme_tables(measured)), encoding="utf-8"
        )
    if outside:
        sys.exit(f"Outside the target range: {', '.join(outside)}.")


if __name__ == "__main__":
    main()
