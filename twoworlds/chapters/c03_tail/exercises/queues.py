"""03.5 and 03.6: Little's law with real units, and the chance to wait."""

import math

from twoworlds.chapters.c03_tail.exercises.slips import Slips
from twoworlds.course.exercise import Exercise, Wrong


def in_system(arrivals_per_min: float, wait_ms: float, service_ms: float) -> float:
    """Return the mean number of requests in the system, waiting or in service (Little's law)."""
    return arrivals_per_min / 60 * (wait_ms + service_ms) / 1000


LITTLE = Exercise(
    id="03.5",
    title="How many are inside?",
    desk="both",
    minutes=6,
    answer=in_system,
    cases=[(6000, 30, 20), (90_000, 180, 20), (24_000, 5, 20), (90, 0, 500), (100, 7, 5)],
    returns="a float: the mean number of requests inside",
    accepts=Slips(
        (lambda a, w, s: a * s / 60_000 / (1 - a * s / 60_000), "that is a formula for one server; here nothing is said of servers, and nothing need be."),
        (lambda a, w, s: math.floor(in_system(a, w, s)), "a mean need not be whole: don't round."),
        (lambda a, w, s: math.ceil(in_system(a, w, s)), "a mean need not be whole: don't round."),
        (lambda a, w, s: a * 60 * (w + s) / 1000, "60 seconds are one minute: divide by 60."),
        (lambda a, w, s: a / 60_000 * (w + s) / 1000, "you divided by 1,000 twice."),
        (lambda a, w, s: a / 60 * max(w, s) / 1000, "wait and service come one after the other: add them."),
        (lambda a, w, s: a / 60 * (w + s) / 2000, "wait and service come one after the other: add them."),
        (lambda a, w, s: a // 60 * (w + s) / 1000, "a rate need not be whole: divide with / and not with //."),
    ),
    wrongs=[
        Wrong("only the line", lambda a, w, s: a / 60 * w / 1000, "That is the line: requests in service are inside as well."),
        Wrong("only in service", lambda a, w, s: a / 60 * s / 1000, "That is the mean number of busy servers. Those who wait hold a connection and memory too."),
        Wrong("per minute", lambda a, w, s: a * (w + s) / 1000, "Your rate is per minute and your time in seconds: 60 times too many."),
        Wrong("milliseconds", lambda a, w, s: a / 60 * (w + s), "Your rate is per second and your time in milliseconds: 1,000 times too many."),
        Wrong("no units", lambda a, w, s: a * (w + s), "Minutes times milliseconds: bring both to seconds first."),
    ],
    hints=(
        "How many come in while one stays?",
        "L = λ W, with both in the same unit of time; W is the whole stay, wait and service.",
        "stay_s = (wait_ms + service_ms) / 1000  # and how many come in a second?",
    ),
)  # fmt: skip


def erlang_b(servers: int, offered: float) -> float:
    """Return the chance to find all servers busy if nobody ever waited, by the recursion over the servers."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked


def _downwards(servers: int, offered: float) -> float:
    blocked = 1.0
    for k in range(servers, 0, -1):
        blocked = offered * blocked / (k + offered * blocked)
    return _c(offered / servers, blocked)


def wait_chance(servers: int, offered: float) -> float:
    """Return Erlang C by Erlang B: B / (1 - ρ (1 - B)) with ρ = offered / servers."""
    return _c(offered / servers, erlang_b(servers, offered))


def _c(utilisation: float, blocked: float) -> float:
    return blocked / (1 - utilisation * (1 - blocked))


ERLANG_C = Exercise(
    id="03.6",
    title="Who has to wait?",
    desk="platform",
    minutes=9,
    answer=wait_chance,
    cases=[(3, 1.0), (2, 1.0), (1, 0.8), (4, 3.6), (10, 9.0), (100, 90.0), (500, 450.0)],
    returns="a float: the chance that a request has to wait",
    accepts=Slips(
        (lambda c, a: erlang_b(c, a) / (1 - a * (1 - erlang_b(c, a))), "you took the offered load for the utilisation: ρ is the offered load divided by the servers."),
        (lambda c, a: erlang_b(c, a) / 1 - a / c * (1 - erlang_b(c, a)), "brackets: B is divided by all of 1 - ρ (1 - B)."),
        (lambda c, a: erlang_b(c, a) / (1 - a / c), "in the denominator ρ is multiplied by 1 - B."),
        (lambda c, a: 0.0, "your recursion starts at 0 and stays there: B₀ is 1."),
        (_downwards, "your recursion runs down from all servers: it goes up, from one."),
        (lambda c, a: 100 * wait_chance(c, a), "that is in per cent: return a share."),
        (lambda c, a: 1 - wait_chance(c, a), "that is the chance not to wait: one minus that."),
    ),
    wrongs=[
        Wrong("erlang b", erlang_b, "That is Erlang B, where whoever finds all servers busy goes away. Here they wait, and make others wait."),
        Wrong("one server short", lambda c, a: _c(a / c, erlang_b(c - 1, a)),
              "Your recursion stops one server short: it goes up to all of them, range(1, servers + 1)."),
        Wrong("utilisation in B", lambda c, a: _c(a / c, erlang_b(c, a / c)),
              "In the recursion stands the offered load of all servers together, not one server's utilisation."),
        Wrong("utilisation", lambda c, a: a / c,
              "That is the utilisation: how busy one server is. With many servers an arrival mostly finds another one free."),
        Wrong("sign", lambda c, a: erlang_b(c, a) / (1 - a / c * erlang_b(c, a)), "In the denominator stands the share that is not blocked, 1 - B."),
    ],
    hints=(
        "Two steps: B by a loop over the servers, then C.",
        "Start with B = 1 and go through k = 1, 2 … servers. ρ = offered / servers is needed only at the end.",
        "blocked = offered / (1 + offered)  # that is B for one server; go on for k = 2, 3 … servers, then C",
    ),
)  # fmt: skip
