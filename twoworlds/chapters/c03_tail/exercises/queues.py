"""03.5 and 03.6: Little's law with real units, and the chance to wait."""

from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.platform import queueing


def in_system(arrivals_per_min: float, wait_ms: float, service_ms: float) -> float:
    """Return the mean number of requests in the system, waiting or in service (Little's law)."""
    return arrivals_per_min / 60 * (wait_ms + service_ms) / 1000


LITTLE = Exercise(
    id="03.5",
    title="How many are inside?",
    desk="both",
    minutes=6,
    answer=in_system,
    cases=[(6000, 30, 20), (90_000, 180, 20), (24_000, 5, 20), (60, 0, 1000)],
    returns="a float: the mean number of requests inside",
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
        "return arrivals_per_min / 60 * (wait_ms + service_ms) / 1000",
    ),
)  # fmt: skip


def wait_chance(servers: int, offered: float, blocked: float) -> float:
    """Return Erlang C from Erlang B: B / (1 - ρ (1 - B)) with ρ = offered / servers."""
    return blocked / (1 - offered / servers * (1 - blocked))


def _fleets() -> list[tuple[int, float, float]]:
    loads = [(2, 1.0), (1, 0.8), (4, 3.6), (10, 9.0), (100, 90.0), (50, 45.0)]
    return [(c, a, round(queueing.erlang_b(c, a), 9)) for c, a in loads]


ERLANG_C = Exercise(
    id="03.6",
    title="Who has to wait?",
    desk="platform",
    minutes=8,
    answer=wait_chance,
    cases=_fleets,
    returns="a float: the chance that a request has to wait",
    wrongs=[
        Wrong("offered load", lambda c, a, b: b / (1 - a * (1 - b)),
              "You took the offered load for the utilisation: ρ is the offered load divided by the servers."),
        Wrong("erlang b", lambda c, a, b: b, "That is Erlang B, where whoever finds all servers busy goes away. Here they wait, and make others wait."),
        Wrong("utilisation", lambda c, a, b: a / c,
              "That is the utilisation: how busy one server is. With many servers an arrival mostly finds another one free."),
        Wrong("sign", lambda c, a, b: b / (1 - a / c * b), "In the denominator stands the share that is not blocked, 1 - B."),
    ],
    hints=(
        "First the utilisation: how busy is one server?",
        "ρ = offered / servers; then C = B / (1 - ρ (1 - B)).",
        "rho = offered / servers; return blocked / (1 - rho * (1 - blocked))",
    ),
)  # fmt: skip
