"""Run a world and read the result: daily table, users' totals, and, re-lived on request, the log and the truth."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twoworlds.errors import InputError, require_whole
from twoworlds.world import log
from twoworlds.world.arms import Assignment, Plan, as_arms, assign
from twoworlds.world.people import World, make_people
from twoworlds.world.policy import Policy
from twoworlds.world.simulate import CHUNK, TOTALS, Batch, live
from twoworlds.world.videos import make_videos

Policies = Policy | str | Mapping[int, Policy | str] | Mapping[str, Policy | str | Mapping[int, Policy | str]]
Days = int | tuple[int, int] | None


def day_range(world: World, days: Days) -> tuple[int, int]:
    """Return (first, last) for a day, a pair of days, or None for all; raise InputError outside the world."""
    if days is None:
        return 1, world.days
    first, last = (days, days) if isinstance(days, (int, np.integer)) else days
    first = require_whole("first day", first, 1, world.days)
    return first, require_whole("last day", last, first, world.days)


class Run:
    """What `simulate` returns. The totals of every user and day are kept; events are re-lived when asked for.

    daily: one row a day: day, actives, new, churned, sessions, abandoned, impressions, clicks, watch_s, likes,
    surveys, survey_mean (stars), value (mean latent value of a watched video, truth), habit (mean over the
    living, log-odds, truth).
    """

    def __init__(
        self, world: World, arms: dict[str, Plan], arm_of: NDArray[np.int64], chunk: int = CHUNK
    ) -> None:
        self.world = world
        self.arms = arms
        self._arm_of = arm_of
        self._totals = {
            name: np.zeros((world.days, world.users), dtype=kind) for name, kind in TOTALS.items()
        }
        self._habit = np.zeros(world.days)
        for day, totals, habit in live(world, arms, arm_of, chunk=chunk):
            self._habit[day - 1] = habit
            for name, values in totals.items():
                self._totals[name][day - 1] = values
        self.daily = self._daily().assign(habit=self._habit)

    def _daily(self, users: NDArray[np.bool_] | slice = slice(None)) -> pd.DataFrame:
        """Return the daily table of some users, without habit."""

        def total(name: str) -> NDArray:
            kind = np.float64 if TOTALS[name] is np.float32 else np.int64
            return self._totals[name][:, users].sum(axis=1, dtype=kind)

        joined = make_people(self.world, 0, self.world.users).joined[users]
        columns = {"day": np.arange(1, self.world.days + 1), "actives": total("active")}
        columns["new"] = np.bincount(np.maximum(joined, 0), minlength=366)[1 : self.world.days + 1]
        for name in (
            "churned",
            "sessions",
            "abandoned",
            "impressions",
            "clicks",
            "watch_s",
            "likes",
            "surveys",
        ):
            columns[name] = total(name)
        with np.errstate(invalid="ignore", divide="ignore"):
            columns["survey_mean"] = total("stars") / total("surveys")
            columns["value"] = total("value") / total("clicks")
        return pd.DataFrame(columns)

    def by_arm(self) -> pd.DataFrame:
        """Return the daily table of each arm, with the columns arm and users (assigned) in front."""
        tables = []
        for index, name in enumerate(self.arms):
            members = self._arm_of == index
            table = self._daily(members)
            table.insert(0, "users", int(members.sum()))
            table.insert(0, "arm", name)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def totals(self, name: str, days: Days = None) -> NDArray[np.float64]:
        """Return the total of one column of TOTALS over `days` for each user, shape (users,)."""
        if name not in TOTALS:
            raise InputError(f"column is {name!r}: it must be one of {', '.join(map(repr, TOTALS))}.")
        first, last = day_range(self.world, days)
        return self._totals[name][first - 1 : last].sum(axis=0, dtype=np.float64)

    def per_user(self, days: Days = None) -> pd.DataFrame:
        """Return one row a user with totals over `days` (a day, (first, last), or None for all days)."""
        last = day_range(self.world, days)[1]
        counted = ("sessions", "abandoned", "impressions", "clicks", "watch_s", "likes", "surveys", "value")
        table = {
            "user_id": np.arange(self.world.users, dtype=np.uint32),
            "arm": pd.Categorical.from_codes(self._arm_of, list(self.arms)),
            "days_active": self.totals("active", days).astype(np.int64),
            "active_last_day": self._totals["active"][last - 1].astype(bool),
        }
        for name in counted:
            values = self.totals(name, days)
            table[name] = values if TOTALS[name] is np.float32 else values.astype(np.int64)
        return pd.DataFrame(table)

    def _collect(self, make: Callable[[Batch], log.Columns]) -> pd.DataFrame:
        parts: list[log.Columns] = []
        for _ in live(
            self.world, self.arms, self._arm_of, lambda batches: parts.append(log.table_of(batches, make))
        ):
            pass
        return log.collect(parts)

    def log(self) -> pd.DataFrame:
        """Return the impression log, one row an impression: what the company sees."""
        table = self._collect(log.log_columns)
        table["survey"] = table["survey"].astype("UInt8").mask(table["survey"] == 0)
        return table

    def hidden(self) -> pd.DataFrame:
        """Return the truth about the same impressions, row for row: never logged."""
        return self._collect(log.hidden_columns)

    def sessions(self) -> pd.DataFrame:
        """Return one row a session, also those abandoned or failed before the first video."""
        return self._collect(log.session_columns)

    def users(self, hidden: bool = False) -> pd.DataFrame:
        """Return one row a user; with `hidden` also the traits that no company sees."""
        people = make_people(self.world, 0, self.world.users)
        arm = {"arm": pd.Categorical.from_codes(self._arm_of, list(self.arms))}
        truth = log.hidden_user_columns(people) if hidden else {}
        return pd.DataFrame(log.user_columns(people) | arm | truth)

    def videos(self, hidden: bool = False) -> pd.DataFrame:
        """Return one row a video that is ever on offer; with `hidden` also quality and clickbait."""
        videos = make_videos(self.world)
        return pd.DataFrame(log.video_columns(videos) | (log.hidden_video_columns(videos) if hidden else {}))


def simulate(world: World, policy: Policies, assignment: Assignment = None, chunk: int = CHUNK) -> Run:
    """Live `world` under `policy` and return the Run.

    policy: a Policy, the name of one, a plan {first day: policy}, or arms {"control": ..., "treatment": ...}
    of any of these. assignment: for arms, each user's arm, or a function of the user ids; None splits evenly.
    """
    if not isinstance(world, World):
        raise InputError(f"world is {world!r}: it must be a World.")
    arms = as_arms(policy)
    chunk = require_whole("chunk", chunk, 1, 10_000_000, "users")
    return Run(world, arms, assign(world, list(arms), assignment), chunk)
