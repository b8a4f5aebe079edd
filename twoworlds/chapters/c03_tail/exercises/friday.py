"""03.9, open: a plan for Friday evening that both desks can sign."""

from twoworlds.chapters.c03_tail.story import OBJECTIVE_MS, SERVICE_MS, attempts_unanswered
from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.errors import InputError
from twoworlds.platform import queueing
from twoworlds.platform.slo import smallest_fleet

REQUESTS_PER_S = 1200.0
MOST_SERVERS, LEAST_ATTEMPTS = 40, 2
LEVELS = {
    "servers": range(1, MOST_SERVERS + 1),
    "pools": (1, 2, 3, 4, 6),
    "attempts": (1, 2, 3, 4),
    "retry_budget": (False, True),
}


def p99_ms(servers: int, pools: int) -> float:
    """Return the p99 at Friday's traffic with the servers and requests split evenly into pools (whole servers), ms.

    Raises InputError if the pools can't carry it.
    """
    return 1000 * queueing.response_quantile(
        0.99, REQUESTS_PER_S / pools, 1000 / SERVICE_MS, max(1, servers // pools)
    )


def amplified_load(plan: dict) -> float:
    """Return what arrives when no attempt is answered, as a share of capacity."""
    load = REQUESTS_PER_S * SERVICE_MS / 1000 / plan["servers"]
    return load * attempts_unanswered(plan["attempts"], plan["retry_budget"])


def can_be_signed(value: object, expected: object) -> bool | str:
    """Accept every plan that keeps all limits; else name the first that is broken."""
    if not isinstance(value, dict) or set(value) != set(LEVELS):
        return f"the plan must be a dict with the keys {', '.join(LEVELS)}, no more and no less."
    for name, allowed in LEVELS.items():
        if value[name] not in allowed or isinstance(value[name], bool) != (name == "retry_budget"):
            return f"the plan's {name} is {value[name]!r}: it must be {_allowed(name)}."
    servers, pools = int(value["servers"]), int(value["pools"])
    if value["attempts"] < LEAST_ATTEMPTS:
        return "with one attempt each lost packet is an error that somebody sees: product needs two."
    broken = _too_slow(servers, pools, "with all zones") or _too_slow(
        servers * 2 // 3, pools, "with a zone lost"
    )
    if broken:
        alone = pools > 1 and not _too_slow(servers * 2 // 3, 1, "")
        return broken + (" Behind one line the same servers would do." if alone else "")
    if (arrives := amplified_load(value)) >= 1:
        limit = "" if value["retry_budget"] else " Nothing limits the retries."
        return (
            f"after a bad half minute {arrives:.2f} times the capacity arrives: it never comes back.{limit}"
        )
    return True


def _too_slow(servers: int, pools: int, when: str) -> str:
    """Return the clause that says why so many servers are too slow; empty if they keep the objective."""
    there = f"{when} {servers} servers are there, {servers // pools} a pool"
    try:
        p99 = p99_ms(servers, pools)
    except InputError:
        work = REQUESTS_PER_S * SERVICE_MS / 1000 / pools
        return f"{there}, and {work:g} servers' worth of work comes to each: the line grows without limit."
    return f"{there}: the p99 is {p99:.0f} ms, above {OBJECTIVE_MS:.0f} ms." if p99 > OBJECTIVE_MS else ""


def _allowed(name: str) -> str:
    if name == "servers":
        return f"a whole number from 1 to {MOST_SERVERS}"
    return " or ".join(map(str, LEVELS[name]))


def one_plan() -> dict:
    """Return the cheapest plan: one pool, as many servers as keep the objective when a third of them is gone."""
    left = smallest_fleet(REQUESTS_PER_S, SERVICE_MS, OBJECTIVE_MS)
    return {"servers": -(-left * 3 // 2), "pools": 1, "attempts": 3, "retry_budget": True}


FRIDAY = Exercise(
    id="03.9",
    title="A plan for Friday (open)",
    desk="both",
    minutes=15,
    kind="value",
    answer=one_plan,
    accepts=can_be_signed,
    returns="a dict: servers, pools, attempts, retry_budget",
    wrongs=[
        Wrong("no reserve", lambda: one_plan() | {"servers": smallest_fleet(REQUESTS_PER_S, SERVICE_MS, OBJECTIVE_MS)},
              "That is the smallest fleet for an evening on which nothing breaks. With a zone lost, a third of it is gone."),
        Wrong("by utilisation", lambda: one_plan() | {"servers": 35},
              "That is the rule of 70 % utilisation: too many servers for a calm evening, too few for one with a zone lost."),
        Wrong("isolated", lambda: one_plan() | {"pools": 3},
              "One pool a zone looks safe, but each is small: a request waits in one while a server idles in another."),
        Wrong("free retries", lambda: one_plan() | {"retry_budget": False},
              "Three attempts each, and nothing to limit them: after a bad half minute the retries alone are more than the service can carry."),
    ],
    hints=(
        "Begin with the day on which a zone is lost: how many servers must be left?",
        "`smallest_fleet` gives how many must be left; start with half as many more. Then look at attempts x load.",
        'plan = {"servers": None, "pools": 1, "attempts": 3, "retry_budget": True}  # two thirds of the servers must keep the objective',
    ),
)  # fmt: skip
