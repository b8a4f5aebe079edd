"""Chapter 01's exercises, with the wrong answers that tired, clever engineers give."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from twoworlds.chapters.c01_users import tuning
from twoworlds.course.exercise import Bank, Exercise, Wrong
from twoworlds.course.grids import grid
from twoworlds.interview import scoring
from twoworlds.interview.metrics import load_metrics
from twoworlds.platform.serving import Service

# --- 01.1 sort forty metrics --------------------------------------------------------------------------------------


def metric_table() -> pd.DataFrame:
    """Return the forty metrics without their answers: id, name, definition."""
    return pd.DataFrame(
        [(m.id, m.name, m.definition) for m in load_metrics()], columns=["id", "name", "definition"]
    )


def sorted_metrics() -> dict[str, list[str]]:
    """Return the ids of the metrics that people move, and of those that machines move."""
    return {driver: [m.id for m in load_metrics() if m.driver == driver] for driver in ("user", "system")}


def sorts_well(value: object, expected: object) -> bool | str:
    """Accept any sorting in which no clear metric is on the wrong side; an ambiguous one may stand anywhere."""
    if not isinstance(value, dict) or set(value) != {"user", "system"}:
        return "the answer must be a dict with the two keys 'user' and 'system', each a list of ids."
    sides = {side: set(value[side]) for side in ("user", "system")}
    known = {m.id: m for m in load_metrics()}
    if unknown := sorted((sides["user"] | sides["system"]) - set(known)):
        return f"there is no metric {unknown[0]!r}: take the ids from the table, with spaces between them."
    if twice := sorted(sides["user"] & sides["system"]):
        return f"{twice[0]!r} is in both lists: leave out what needs both."
    other = {"user": "system", "system": "user"}
    clear = [m for m in known.values() if m.driver in sides]
    wrong = [m for m in clear if m.id in sides[other[m.driver]]]
    missing = [m for m in clear if m.id not in sides["user"] | sides["system"]]
    if not wrong and not missing:
        return True
    first, where = (wrong[0], "stands on the wrong side") if wrong else (missing[0], "is missing")
    robots = (
        "Robots replaying the traffic would give the same number"
        if first.driver == "system"
        else "Robots would not do what this number counts, people do"
    )
    well = len(clear) - len(wrong) - len(missing)
    return f"{well} of the {len(clear)} clear ones stand well. “{first.name}” {where}. {robots}: {first.definition}"


def _by_desk() -> dict[str, list[str]]:
    side = {"product": "user", "platform": "system"}
    return {
        driver: [m.id for m in load_metrics() if side.get(m.desk) == driver] for driver in ("user", "system")
    }


def _by_unit() -> dict[str, list[str]]:
    timed = [
        m.id
        for m in load_metrics()
        if any(word in m.unit.lower() for word in ("ms", "second", "min", "hour", "day"))
    ]
    return {"user": [m.id for m in load_metrics() if m.id not in timed], "system": timed}


SORT = Exercise(
    id="01.1",
    title="Sort forty metrics",
    desk="both",
    minutes=8,
    kind="value",
    answer=sorted_metrics,
    accepts=sorts_well,
    returns="a dict: the keys 'user' and 'system', each a list of metric ids",
    wrongs=[
        Wrong("by desk", _by_desk, "You sorted by who is accountable. Ask instead what makes the number move: "
              "developer satisfaction is the platform's metric, and people move it."),
        Wrong("by unit", _by_unit, "You sorted by the unit. Time is not the machine's alone: a session's length is "
              "measured in minutes, and people decide it."),
        Wrong("swapped", lambda: {"user": sorted_metrics()["system"], "system": sorted_metrics()["user"]},
              "The two lists are swapped: what people do belongs under 'user'."),
        Wrong("all people", lambda: {"user": [m.id for m in load_metrics()], "system": []},
              "Everything is on the user's side. In the end a user feels all of it; ask what moves the number first."),
    ],
    hints=(
        "Imagine the traffic of one night replayed on the same machines by robots. Which numbers come out the same?",
        "Numbers that robots reproduce are moved by the system; numbers that need people are moved by users. "
        "What needs both may be left out of both lists.",
        "people: ctr hide_rate d7_retention golden_path support_tickets ...; "
        "machines: p99 throughput burn_rate cost_per_1000 intra_list_diversity ...; the rest in the same way.",
    ),
)  # fmt: skip

# --- 01.2 and 01.3 how good is your confidence? -------------------------------------------------------------------


def _forecasts() -> list[tuple[list[float], list[float]]]:
    rng = np.random.default_rng(1)
    sets = [
        ([0.9, 0.2, 0.5], [1.0, 0.0, 0.5]),
        ([1.0, 0.0], [0.0, 0.0]),
        ([0.35, 0.8, 0.65, 0.1], [1.0, 1.0, 0.0, 0.0]),
    ]
    many = (
        rng.choice(np.arange(0, 1.01, 0.05), 30).round(2),
        rng.choice([0.0, 0.5, 1.0], 30, p=[0.4, 0.2, 0.4]),
    )
    return [*sets, tuple(x.tolist() for x in many)]


def _brier_of_decided(probabilities: Sequence[float], outcomes: Sequence[float]) -> float:
    p, o = np.asarray(probabilities), np.asarray(outcomes)
    return float(np.mean((p[o != 0.5] - o[o != 0.5]) ** 2))


BRIER = Exercise(
    id="01.2",
    title="Score your confidence",
    desk="both",
    minutes=5,
    answer=scoring.brier,
    cases=_forecasts,
    returns="a float: the Brier score",
    wrongs=[
        Wrong("sum", lambda p, o: float(np.sum(np.subtract(p, o) ** 2)), "That is the sum: a longer deck must not cost more. Take the mean."),
        Wrong("absolute", lambda p, o: float(np.mean(np.abs(np.subtract(p, o)))),
              "That is the mean absolute error. It rewards saying 100 % when you believe 60 %; squares do not."),
        Wrong("hits", lambda p, o: float(np.mean((np.asarray(p) > 0.5) == (np.asarray(o) > 0.5))),
              "That is the share of right sides: it forgets how sure you were."),
        Wrong("skips halves", _brier_of_decided, "You left out the cards that are truly both: here they count, with an outcome of 0.5."),
        Wrong("two classes", lambda p, o: 2 * scoring.brier(p, o), "That is Brier's own form of 1950, summed over both sides: for two sides take half."),
    ],
    hints=(
        "A forecast of 0.9 that comes true should cost little, one of 0.9 that fails much.",
        "The cost of one card is the squared difference between what you said and what came.",
        "np.mean((np.array(probabilities) - np.array(outcomes)) ** 2)",
    ),
)  # fmt: skip


def overconfidence(probabilities: Sequence[float], outcomes: Sequence[float]) -> float:
    """Return mean confidence minus the share of hits, over the cards that have one right side (a share)."""
    p, o = np.asarray(probabilities, float), np.asarray(outcomes, float)
    decided = (o != 0.5) & (p != 0.5)
    p, o = p[decided], o[decided]
    return float(np.mean(np.maximum(p, 1 - p)) - np.mean((p > 0.5) == (o == 1)))


def _over_all_cards(p: Sequence[float], o: Sequence[float]) -> float:
    p, o = np.asarray(p, float), np.asarray(o, float)
    return float(np.mean(np.maximum(p, 1 - p)) - np.mean((p > 0.5) == (o == 1)))


def _over_with_halves(p: Sequence[float], o: Sequence[float]) -> float:
    p, o = np.asarray(p, float), np.asarray(o, float)
    keep = o != 0.5
    return float(np.mean(np.maximum(p, 1 - p)[keep]) - np.mean((p[keep] > 0.5) == (o[keep] == 1)))


def _over_unfolded(p: Sequence[float], o: Sequence[float]) -> float:
    p, o = np.asarray(p, float), np.asarray(o, float)
    keep = (o != 0.5) & (p != 0.5)
    return float(np.mean(p[keep]) - np.mean((p[keep] > 0.5) == (o[keep] == 1)))


def _over_one_side(p: Sequence[float], o: Sequence[float]) -> float:
    p, o = np.asarray(p, float), np.asarray(o, float)
    keep = (o != 0.5) & (p != 0.5)
    return float(np.mean(p[keep]) - np.mean(o[keep]))


def _decks() -> list[tuple[list[float], list[float]]]:
    rng = np.random.default_rng(2)
    sure = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    many = rng.choice(sure, 30).tolist(), rng.choice([0.0, 0.5, 1.0], 30, p=[0.4, 0.2, 0.4]).tolist()
    return [
        ([0.9, 0.2, 0.9, 0.7], [1.0, 0.0, 0.0, 0.5]),
        ([0.3, 0.4, 0.1, 0.8], [1.0, 0.0, 0.0, 0.5]),
        ([0.6, 0.4, 0.5], [1.0, 0.0, 1.0]),
        many,
    ]


OVERCONFIDENCE = Exercise(
    id="01.3",
    title="How much too sure?",
    desk="both",
    minutes=8,
    answer=overconfidence,
    cases=_decks,
    returns="a float: mean confidence minus share of hits, positive if too sure",
    wrongs=[
        Wrong("one side", _over_one_side, "You averaged the probability of “product”. Saying 10 % is being 90 % sure of the other side."),
        Wrong("all cards", _over_all_cards, "A card that is truly both (outcome 0.5) has no right side to hit: leave it out."),
        Wrong("unfolded", _over_unfolded, "You took p for the confidence. Saying 20 % is being 80 % sure of the other side: the larger of p and 1 - p."),
        Wrong("size", lambda p, o: abs(overconfidence(p, o)), "You dropped the sign: too modest is a negative number."),
        Wrong("keeps halves", _over_with_halves, "You kept the cards to which you said 50 %: there you leaned to no side, so leave them out."),
    ],
    hints=(
        "First ask of each card: how sure was I of the side that I leaned to?",
        "Confidence is the larger of p and 1 - p. A hit is leaning to the side that was right. Skip outcomes of 0.5, and answers of 0.5.",
        "np.mean(np.maximum(p, 1 - p)) - np.mean((p > 0.5) == (o == 1)), after keeping only the cards with o != 0.5 and p != 0.5",
    ),
)  # fmt: skip

# --- 01.4 rank the interventions ----------------------------------------------------------------------------------


def rank_interventions(effects: pd.DataFrame, metric: str, day: int) -> list[str]:
    """Return the interventions by their change of `metric` on `day`, best first; equal ones by fewer machines."""
    chosen = effects[(effects.metric == metric) & (effects.day == day)]
    return chosen.sort_values(["change", "machines"], ascending=[False, True]).intervention.tolist()


def effects_table() -> pd.DataFrame:
    """Return what the five interventions did: intervention, metric, day, change (share), machines (added)."""
    from twoworlds.chapters.c01_users.interventions import INTERVENTIONS, TRAFFIC, service

    table = grid("ch01_interventions")
    table = table[(table.traffic == "usual") & table.day.isin((1, 7, 28))]
    added = {name: service(name, TRAFFIC["usual"]).cost() - Service().cost() for name in INTERVENTIONS}
    return (
        table.assign(machines=table.intervention.map(added))
        .drop(columns=["traffic", "se"])
        .reset_index(drop=True)
    )


def _small_effects() -> pd.DataFrame:
    rows = [
        ("Cache", "actives", 1, 0.0, 3.0), ("Cache", "actives", 28, 0.01, 3.0),
        ("Badge", "actives", 1, 0.04, 0.0), ("Badge", "actives", 28, -0.03, 0.0),
        ("Prefetch", "actives", 1, 0.01, 9.0), ("Prefetch", "actives", 28, 0.01, 9.0),
        ("Cache", "clicks", 28, 0.0, 3.0), ("Badge", "clicks", 28, 0.09, 0.0), ("Prefetch", "clicks", 28, 0.02, 9.0),
        ("Cache", "clicks", 1, 0.02, 3.0), ("Badge", "clicks", 1, 0.12, 0.0), ("Prefetch", "clicks", 1, 0.03, 9.0),
    ]  # fmt: skip
    order = [4, 0, 8, 2, 5, 3, 1, 6, 11, 7, 10, 9]  # shuffled: a stable sort must not get ties right by luck
    return pd.DataFrame(
        [rows[i] for i in order], columns=["intervention", "metric", "day", "change", "machines"]
    )


def _ranked(effects: pd.DataFrame, by: list[str], ascending: list[bool]) -> list[str]:
    return effects.sort_values(by, ascending=ascending).intervention.tolist()


def _at(effects: pd.DataFrame, metric: str, day: int) -> pd.DataFrame:
    return effects[(effects.metric == metric) & (effects.day == day)]


RANK = Exercise(
    id="01.4",
    title="Rank five interventions",
    desk="product",
    minutes=8,
    answer=rank_interventions,
    cases=lambda: [
        (_small_effects(), "actives", 28), (_small_effects(), "clicks", 28),
        (effects_table(), "actives", 28), (effects_table(), "clicks", 1),
    ],
    returns="a list of names, best first",
    wrongs=[
        Wrong("worst first", lambda e, m, d: rank_interventions(e, m, d)[::-1], "That is worst first: sort_values goes up unless you say ascending=False."),
        Wrong("by size", lambda e, m, d: _at(e, m, d).assign(size=lambda t: t.change.abs()).sort_values(
            ["size", "machines"], ascending=[False, True]).intervention.tolist(),
            "You ranked by the size of the change: a large loss is not a large win."),
        Wrong("release day", lambda e, m, d: rank_interventions(e, m, 1), "That is the ranking on day 1, whatever day is asked for: the release party's ranking."),
        Wrong("always clicks", lambda e, m, d: rank_interventions(e, "clicks", d), "You ranked by clicks, whatever metric is asked for."),
        Wrong("ties", lambda e, m, d: _ranked(_at(e, m, d), ["change", "machines"], [False, False]),
              "Among equal effects the one with fewer machines comes first."),
    ],
    hints=(
        "Two steps: keep the rows that are asked about, then sort them.",
        "Sort by two columns at once: change downwards, machines upwards.",
        "chosen.sort_values(['change', 'machines'], ascending=[False, True])['intervention'].tolist()",
    ),
)  # fmt: skip

# --- 01.5 and 01.6 one service, two mandates ----------------------------------------------------------------------

Config = Mapping[str, float]


def moved_knobs(product: Config, platform: Config) -> dict[str, tuple[float | None, float | None]]:
    """Return {knob: (product's, platform's)} for each knob that isn't set alike; None where a desk doesn't set it."""
    every = [*product, *(knob for knob in platform if knob not in product)]
    return {
        knob: (product.get(knob), platform.get(knob))
        for knob in every
        if product.get(knob) != platform.get(knob)
    }


def _config_cases() -> list[tuple[Config, Config]]:
    return [
        ({"candidates": 112, "exploration": 0.02}, {"candidates": 42, "exploration": 0.02}),
        ({"replicas": 33, "exploration": 0}, {"replicas": 33, "exploration": 0.0, "timeout_ms": 80}),
        ({"feature_age_min": 5, "diversity": 0.1}, {"feature_age_min": 60}),
        ({"clickbait_penalty": 0, "replicas": 8}, {"replicas": 8}),
        ({}, {}),
    ]


def _moved_shared_only(a: Config, b: Config) -> dict:
    return {k: (a[k], b[k]) for k in a if k in b and a[k] != b[k]}


MOVED = Exercise(
    id="01.5",
    title="What moves with the mandate?",
    desk="platform",
    minutes=5,
    answer=moved_knobs,
    cases=_config_cases,
    returns="a dict: knob to the pair (product's setting, platform's setting)",
    wrongs=[
        Wrong("shared only", _moved_shared_only, "You looked only at knobs that both desks set. A knob that one of them leaves out differs too: its other side is None."),
        Wrong("everything", lambda a, b: {k: (a.get(k), b.get(k)) for k in [*a, *(k for k in b if k not in a)]},
              "You returned all knobs: leave out those that are set alike."),
        Wrong("swapped", lambda a, b: {k: (y, x) for k, (x, y) in moved_knobs(a, b).items()}, "The pair is turned round: product's setting first."),
        Wrong("one-sided", lambda a, b: {k: (a[k], b.get(k)) for k in a if a[k] != b.get(k)},
              "You went through product's knobs only: platform may set one that product has never heard of."),
    ],
    hints=(
        "Which knobs can differ? Also one that stands in only one of the two.",
        "Go through the keys of both dicts; .get(knob) gives None for one that isn't there.",
        "{k: (product.get(k), platform.get(k)) for k in product | platform if product.get(k) != platform.get(k)}",
    ),
)  # fmt: skip


def cheapest(configs: pd.DataFrame, objective_ms: float, least_actives: float) -> str | None:
    """Return the name of the configuration with the fewest machines that keeps the promise with a zone lost."""
    kept = configs[(configs.p99_lost_ms <= objective_ms) & (configs.actives >= least_actives)]
    return None if kept.empty else str(kept.loc[kept.machines.idxmin(), "name"])


def _configs() -> pd.DataFrame:
    rows = [
        ("lean", 9, 62, 210, 1.00), ("trim", 11, 55, 150, 0.97), ("even", 13, 52, 150, 0.99),
        ("broad", 16, 50, 80, 1.02), ("grand", 40, 372, np.inf, 1.11), ("tidy", 12, 54, 140, 0.985),
        ("swift", 18, 48, 60, 0.995), ("heavy", 22, 50, 90, 1.0),
    ]  # fmt: skip
    # An index that is not 0, 1, 2 ...: a label is not a place.
    return pd.DataFrame(
        rows, columns=["name", "machines", "p99_ms", "p99_lost_ms", "actives"], index=[7, 3, 0, 5, 1, 6, 2, 4]
    )


def _cheapest_where(configs: pd.DataFrame, keep: pd.Series) -> str | None:
    kept = configs[keep]
    return None if kept.empty else str(kept.loc[kept.machines.idxmin(), "name"])


def _cheapest_then_check(c: pd.DataFrame, objective: float, least: float) -> str | None:
    row = c.loc[c.machines.idxmin()]
    return str(row["name"]) if row.p99_lost_ms <= objective and row.actives >= least else None


CHEAPEST = Exercise(
    id="01.6",
    title="The cheapest that keeps the promise",
    desk="platform",
    minutes=10,
    answer=cheapest,
    cases=lambda: [
        (_configs(), 150, 0.99), (_configs(), 100, 0.99), (_configs(), 145, 0.98), (_configs(), 50, 0.9),
        (_configs(), 300, 0.99), (_configs(), 150, 0.96),
    ],
    returns="a string, the name of the configuration, or None if no configuration does it",
    wrongs=[
        Wrong("fair weather", lambda c, o, a: _cheapest_where(c, (c.p99_ms <= o) & (c.actives >= a)),
              "You used the p99 with all replicas up. The objective must hold with a zone lost: p99_lost_ms."),
        Wrong("strict", lambda c, o, a: _cheapest_where(c, (c.p99_lost_ms < o) & (c.actives > a)),
              "Just meeting a limit is meeting it: compare with <= and >=."),
        Wrong("pick first", _cheapest_then_check, "You took the cheapest of all and then checked it: drop what breaks the promise first, then take the cheapest."),
        Wrong("no guardrail", lambda c, o, a: _cheapest_where(c, c.p99_lost_ms <= o), "You forgot the guardrail, or turned it round: active users must be at least least_actives, a factor already."),
        Wrong("most actives", lambda c, o, a: (lambda k: None if k.empty else str(k.loc[k.actives.idxmax(), "name"]))(
            c[(c.p99_lost_ms <= o) & (c.actives >= a)]), "That is the product desk's mandate: most active users. Here the fewest machines win."),
    ],
    hints=(
        "Two conditions and one minimum, and the order matters.",
        "Keep the rows that satisfy both limits; if any are left, take the one with the smallest number of machines.",
        "kept = configs[(configs.p99_lost_ms <= objective_ms) & (configs.actives >= least_actives)], then kept.machines.idxmin()",
    ),
)  # fmt: skip

# --- 01.7 both mandates at once -----------------------------------------------------------------------------------

MOST_MACHINES, MOST_P99_LOST_MS, LEAST_ACTIVES = 20, 150, 1.05


def serves_both(value: object, expected: object) -> bool | str:
    """Accept any setting of the eight knobs that stays within the machines and the objective and gains enough."""
    if not isinstance(value, dict):
        return f"the answer must be a dict of the eight knobs {', '.join(tuning.LEVELS)}."
    if odd := [knob for knob in value if knob not in tuning.LEVELS] or [
        k for k in tuning.LEVELS if k not in value
    ]:
        return f"{odd[0]!r} is {'no knob here' if odd[0] in value else 'not set'}: the eight are {', '.join(tuning.LEVELS)}."
    for knob, setting in value.items():
        if setting not in tuning.LEVELS[knob]:
            return f"{knob} is {setting!r}: it must be one of {_levels(knob)}."
    tuned = tuning.outcome_of(value)
    if tuned is None:
        return "the ranker can't carry the peak with these replicas: the line grows without limit."
    if tuned.machines > MOST_MACHINES:
        return f"it takes {tuned.machines:.1f} machines: at most {MOST_MACHINES} are there."
    if tuned.p99_lost_ms > MOST_P99_LOST_MS:
        return f"with a zone lost {_slow(tuned.p99_lost_ms)}: the objective is {MOST_P99_LOST_MS} ms."
    if tuned.actives < LEAST_ACTIVES:
        return f"active users change by {100 * (tuned.actives - 1):+.1f} %: product needs {100 * (LEAST_ACTIVES - 1):+.0f} %."
    return True


def _levels(knob: str) -> str:
    values = tuning.LEVELS[knob]
    return f"{values[0]} to {values[-1]}" if len(values) > 12 else ", ".join(f"{value:g}" for value in values)


def _slow(p99_ms: float) -> str:
    return "the ranker goes down" if np.isinf(p99_ms) else f"the p99 is {p99_ms:.0f} ms"


def one_that_serves_both() -> dict[str, float]:
    """Return one setting that does it, found by the search of the explorer."""
    best = tuning.search(MOST_MACHINES, MOST_P99_LOST_MS)
    return best.knobs


BOTH = Exercise(
    id="01.7",
    title="Serve both mandates (open)",
    desk="both",
    minutes=15,
    kind="value",
    answer=one_that_serves_both,
    accepts=serves_both,
    returns="a dict: the eight knobs and their settings",
    wrongs=[
        Wrong("product's", lambda: tuning.tune_product(40).knobs, "That is the product desk's tuning for 40 machines: too dear, and it goes down when a zone is lost."),
        Wrong("platform's", lambda: tuning.tune_platform(150, 0.01).knobs, "That is the platform desk's tuning: cheap and safe, and active users fall. The free knobs are still where they were."),
        Wrong("today's", lambda: dict(tuning.TODAY), "That is today's setting: nothing has been gained."),
    ],
    hints=(
        "Which knobs cost no machine at all? Begin with those.",
        "Set the free knobs as the product desk does. Then spend the machines where a curve is steep: look at candidates and feature age, and save on model quality.",
        "clickbait_penalty 3, diversity 0, exploration 0.02, feature_age_min 60, a weaker model with more candidates, and replicas until a third of them can fail.",
    ),
)  # fmt: skip

exercises = Bank("01", [SORT, BRIER, OVERCONFIDENCE, RANK, MOVED, CHEAPEST, BOTH])
