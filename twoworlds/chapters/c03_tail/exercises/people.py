"""03.1 and 03.2: from the share of answers to the share of pages and of people."""

from collections.abc import Sequence

import numpy as np

from twoworlds.chapters.c03_tail.exercises.slips import Slips
from twoworlds.course.exercise import Exercise, Wrong


def slow_pages(slow: float, servers: int) -> float:
    """Return the share of pages with at least one slow answer, answers being slow independently."""
    return 1 - (1 - slow) ** servers


SLOW_PAGES = Exercise(
    id="03.1",
    title="One slow answer in a hundred",
    desk="platform",
    minutes=5,
    answer=slow_pages,
    cases=[(0.1, 2), (0.01, 100), (0.0001, 2000), (0.05, 1), (0.3, 40)],
    returns="a float: the share of pages with at least one slow answer",
    accepts=Slips(
        (lambda p, n: n * p * (1 - p) ** (n - 1), "that is the share of pages with exactly one slow answer; more than one is slow as well."),
        (lambda p, n: 100 * slow_pages(p, n), "that is in per cent: return a share."),
        (lambda p, n: slow_pages(n, p), "the two arguments are the other way round: first the share, then the servers."),
        (lambda p, n: slow_pages(p, n - 1), "one server has been left out."),
    ),
    wrongs=[
        Wrong("p times n", lambda p, n: p * n,
              "That adds up the chances, and counts a page with two slow answers twice: at 40 servers with 0.3 each it says twelve pages of one."),
        Wrong("p times n, at most 1", lambda p, n: min(1.0, p * n),
              "That adds up the chances, and counts a page with two slow answers twice: at 100 servers it says every page."),
        Wrong("none slow", lambda p, n: (1 - p) ** n, "That is the share of pages on which every answer is quick: one minus that."),
        Wrong("all slow", lambda p, n: p**n, "That is the share of pages on which all answers are slow; one slow answer is enough."),
        Wrong("not all slow", lambda p, n: 1 - p**n, "That is the share of pages with at least one quick answer. Turn slow and quick around."),
    ],
    hints=(
        "When is a page not slow?",
        "All of its answers must be quick. Answers are independent, so multiply.",
        "all_quick = (1 - slow) ** servers  # and the pages that are left?",
    ),
)  # fmt: skip


def visitors_hit(bad: float, sessions: Sequence[int]) -> float:
    """Return the share of visitors who meet at least one bad session; `sessions` of each visitor."""
    return float(np.mean(1 - (1 - bad) ** np.asarray(sessions, float)))


def _at_the_mean(bad: float, sessions: Sequence[int]) -> float:
    return float(1 - (1 - bad) ** np.mean(sessions))


def _by_session(bad: float, sessions: Sequence[int]) -> float:
    k = np.asarray(sessions, float)
    return float(np.sum(k * (1 - (1 - bad) ** k)) / np.sum(k))


def _visits() -> list[tuple[float, list[int]]]:
    many = np.random.default_rng(32).geometric(0.11, 400).tolist()
    return [(0.1, [1, 1, 2]), (0.01, many), (0.2, [1, 1, 1, 40]), (0.01, [5] * 10), (0.0, [3, 4])]


VISITORS_HIT = Exercise(
    id="03.2",
    title="Who meets it?",
    desk="product",
    minutes=7,
    answer=visitors_hit,
    cases=_visits,
    returns="a float: the share of visitors with at least one bad session",
    accepts=Slips(
        (lambda b, s: 1 - (1 - b) ** float(np.sum(s)), "that is the chance that anybody at all is hit, as if one visitor had made all the sessions."),
        (lambda b, s: len(s) * visitors_hit(b, s), "that is how many visitors are hit: divide by how many there are."),
        (lambda b, s: float(np.mean(np.minimum(1, b * np.asarray(s, float)))), "chances don't add up: a visitor hit twice counts once."),
        (lambda b, s: len(s) / (len(s) - 1) * visitors_hit(b, s), "you divided by one visitor too few: nothing is estimated here."),
        (lambda b, s: float(np.mean(b ** np.asarray(s, float))), "that is who has only bad sessions; one is enough."),
        (lambda b, s: 100 * visitors_hit(b, s), "that is in per cent: return a share."),
    ),
    wrongs=[
        Wrong("the mean visitor", _at_the_mean,
              "You took everybody for the mean visitor. The share bends down with the number of sessions, so few heavy users can't stand for many light ones: average at the end."),
        Wrong("share of sessions", lambda b, s: b, "That is the share of sessions. A visitor with ten sessions has ten chances."),
        Wrong("expected number", lambda b, s: b * float(np.mean(s)),
              "That is the mean number of bad sessions per visitor: somebody with two counts twice."),
        Wrong("spared", lambda b, s: 1 - visitors_hit(b, s), "That is the share who meet none: one minus that."),
        Wrong("by session", _by_session, "You weighted visitors by their sessions: that is the share of sessions whose owner is hit."),
    ],
    hints=(
        "Start with one visitor who comes k times. What is the chance that all k sessions are good?",
        "One minus that chance, for each visitor; then the mean over visitors, not over sessions.",
        "each = 1 - (1 - bad) ** np.array(sessions)  # one chance a visitor; then over all visitors?",
    ),
)  # fmt: skip
