"""Flick's world: users, videos, policies and sessions whose truth is known, and the log that they leave."""

from twoworlds.world.people import World
from twoworlds.world.policy import POLICIES, Policy, ranker_ms
from twoworlds.world.run import Run, simulate
from twoworlds.world.stream import damaged, write_log
from twoworlds.world.truth import METRICS, Effect, compare, truth

__all__ = [
    "METRICS",
    "POLICIES",
    "Effect",
    "Policy",
    "Run",
    "World",
    "compare",
    "damaged",
    "ranker_ms",
    "simulate",
    "truth",
    "write_log",
]
