"""03.9, open: a plan for Friday evening that both desks can sign."""

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.errors import InputError
from twoworlds.platform import queueing
from twoworlds.platform.slo import smallest_fleet

REQUESTS_PER_S, SERVICE_MS, OBJECTIVE_MS = 1200.0, 20.0, 150.0
MOST_SERVERS, LEAST_ATTEMPTS, RETRY_BUDGET = 40, 2, 0.1
LEVELS = {
    "servers": range(1, 201),
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
    return load * (1 + RETRY_BUDGET if plan["retry_budget"] and plan["attempts"] > 1 else plan["attempts"])


def can_be_signed(value: object, expected: object) -> bool | str:
    """Accept every plan that keeps all limits; else name the first that is broken."""
    if not isinstance(value, dict) or set(value) != set(LEVELS):
        return f"the answer must be a dict of {', '.join(LEVELS)}."
    for name, allowed in LEVELS.items():
        if value[name] not in allowed or isinstance(value[name], bool) != (name == "retry_budget"):
            return f"{name} is {value[name]!r}: it must be {_allowed(name)}."
    if value["servers"] > MOST_SERVERS:
        return f"{value['servers']} servers are too dear: at most {MOST_SERVERS} are there."
    if value["attempts"] < LEAST_ATTEMPTS:
        return "with one attempt each lost packet is an error that somebody sees: product needs two."
    for what, servers in (("", value["servers"]), ("with a zone lost ", value["servers"] * 2 // 3)):
        try:
            p99 = p99_ms(servers, value["pools"])
        except InputError:
            return f"{what}the line grows without limit."
        if p99 > OBJECTIVE_MS:
            return f"{what}the p99 is {p99:.0f} ms: the objective is {OBJECTIVE_MS:.0f} ms."
    if (arrives := amplified_load(value)) >= 1:
        return f"after a bad half minute {arrives:.2f} times the capacity arrives: it never comes back."
    return True


def _allowed(name: str) -> str:
    return "1 to 200" if name == "servers" else " or ".join(map(str, LEVELS[name]))


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
        "One pool of 38 to 40 servers, two or three attempts, and a retry budget.",
    ),
)  # fmt: skip
