"""How many servers? Enough that at most a given share of arrivals has to wait (M/M/c)."""

import math

from scipy.optimize import brentq
from scipy.stats import norm

from twoworlds.errors import InputError, require_inside, require_number
from twoworlds.platform.queueing.inputs import MAX_SERVERS


def fewest_servers(offered: float, wait_chance: float) -> int:
    """Return the smallest c for which at most `wait_chance` of arrivals wait: Erlang C(c, a) ≤ it, to 12 digits.

    `offered` is a = λ/μ in erlangs. Climbs Erlang B's recursion once, so a = 50,000 takes some 10 ms.
    """
    offered = require_number("offered", offered, 0, 0.98 * MAX_SERVERS, "erlangs")
    wait_chance = require_inside("wait_chance", wait_chance, 0, 1)
    blocked = 1.0
    for servers in range(1, MAX_SERVERS + 1):
        blocked = offered * blocked / (servers + offered * blocked)
        # The slack: a chance that was computed, and is asked for again, must find its own number of servers.
        if servers * blocked <= wait_chance * (servers - offered * (1 - blocked)) * (1 + 1e-12):
            return servers
    raise InputError(
        f"wait_chance is {wait_chance:g}: it must be larger for {offered:g} erlangs, "
        f"which would take over {MAX_SERVERS} servers."
    )


def square_root_staffing(offered: float, wait_chance: float) -> int:
    """Return a + β√a servers, rounded up: the square-root rule for the same target, good when a is large.

    β solves `wait_chance` = 1 / (1 + β Φ(β)/φ(β)) (Halfin & Whitt 1981, Operations Research 29(3), 567-588). A bigger
    fleet needs a smaller spare share: β√a / a falls as 1/√a.
    """
    offered = require_number("offered", offered, 0, 1e12, "erlangs")
    wait_chance = require_inside("wait_chance", wait_chance, 0, 1)
    enough = (
        math.floor(offered) + 1
    )  # below, a tiny β√a could round away, and the line would grow without limit
    return max(enough, math.ceil(offered + _spare(wait_chance) * math.sqrt(offered)))


def halfin_whitt(spare: float) -> float:
    """Return the chance to wait in the limit of many servers, when there are a + `spare`·√a of them; `spare` > 0."""
    spare = require_inside("spare", spare, 0, 1e6)
    return 1 / (1 + spare * math.exp(norm.logcdf(spare) - norm.logpdf(spare))) if spare < 37 else 0.0


def _spare(wait_chance: float) -> float:
    return float(brentq(lambda spare: halfin_whitt(spare) - wait_chance, 1e-300, 37, xtol=1e-14))
