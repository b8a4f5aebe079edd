"""02.2: sessions by gap."""

import pandas as pd

from twoworlds.course.exercise import Exercise, Wrong


def session_numbers(events: pd.DataFrame, gap_min: float) -> list[int]:
    """Return each event's session, 1, 2, 3 ... for each user, in the order of the rows."""
    ordered = events.sort_values(["user_id", "ts"])
    pause = ordered.groupby("user_id")["ts"].diff()
    begins = pause.isna() | (pause > pd.Timedelta(minutes=gap_min))
    return begins.groupby(ordered["user_id"]).cumsum().reindex(events.index).astype(int).tolist()


def _by_label(value: object, expected: list[int], events: pd.DataFrame, gap_min: float) -> bool | None:
    """Accept a Series in another order: its labels say which row each number belongs to."""
    if isinstance(value, pd.Series) and set(value.index) == set(events.index):
        return value.reindex(events.index).tolist() == expected or None
    return None


def _events(rows: list[tuple[int, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["user_id", "minute"])
    moment = pd.Timestamp("2026-03-02 08:00") + pd.to_timedelta(table.pop("minute") * 60, unit="s")
    return table.assign(ts=moment)


def _streams() -> list[tuple[pd.DataFrame, float]]:
    return [
        (_events([(1, 0), (1, 40), (2, 5), (1, 10)]), 20),
        (_events([(1, 0), (1, 30), (1, 60), (1, 91), (2, 100), (2, 131)]), 30),  # pauses of exactly the gap
        (_events([(3, 200), (1, 15), (3, 0), (1, 0), (3, 9), (1, 25), (2, 26), (2, 26), (3, 500)]), 10),
    ]


def _cut(events: pd.DataFrame, gap_min: float, at_gap: bool = False, sort: bool = True) -> pd.Series:
    ordered = events.sort_values(["user_id", "ts"]) if sort else events
    pause = ordered.groupby("user_id")["ts"].diff()
    gap = pd.Timedelta(minutes=gap_min)
    return pause.isna() | ((pause >= gap) if at_gap else (pause > gap))


def _split_at_gap(events: pd.DataFrame, gap_min: float) -> list[int]:
    begins = _cut(events, gap_min, at_gap=True)
    return begins.groupby(events["user_id"]).cumsum().reindex(events.index).astype(int).tolist()


def _unsorted(events: pd.DataFrame, gap_min: float) -> list[int]:
    return _cut(events, gap_min, sort=False).groupby(events["user_id"]).cumsum().astype(int).tolist()


def _one_person(events: pd.DataFrame, gap_min: float) -> list[int]:
    ordered = events.sort_values("ts")
    begins = ordered["ts"].diff().isna() | (ordered["ts"].diff() > pd.Timedelta(minutes=gap_min))
    return begins.cumsum().reindex(events.index).astype(int).tolist()


def _not_restarted(events: pd.DataFrame, gap_min: float) -> list[int]:
    return _cut(events, gap_min).cumsum().reindex(events.index).astype(int).tolist()


def _from_the_start(events: pd.DataFrame, gap_min: float) -> list[int]:
    """Count from the session's first event, not from the last one."""
    number = {}
    for _, rows in events.sort_values("ts").groupby("user_id"):
        session, began = 0, None
        for label, ts in rows["ts"].items():
            if began is None or ts - began > pd.Timedelta(minutes=gap_min):
                session, began = session + 1, ts
            number[label] = session
    return [number[label] for label in events.index]


SESSIONS = Exercise(
    id="02.2",
    title="Sessions by gap",
    desk="platform",
    minutes=10,
    answer=session_numbers,
    accepts=_by_label,
    cases=_streams,
    returns="a list of whole numbers: each event's session, in the order of the rows",
    wrongs=[
        Wrong(
            "unsorted",
            _unsorted,
            "You took the pauses in the order of the rows. Events arrive in any order: sort by user and time first.",
        ),
        Wrong(
            "splits at the gap",
            _split_at_gap,
            "A pause of exactly the gap began a session. Here only a longer one does: > and not >=.",
        ),
        Wrong(
            "one person",
            _one_person,
            "You cut one stream for all: the pause between two people is no pause. Take each user by itself.",
        ),
        Wrong(
            "numbers run on",
            _not_restarted,
            "The numbers run on from one user to the next: each user's first session is number 1.",
        ),
        Wrong(
            "from the start",
            _from_the_start,
            "You measured from the session's first event. The gap is the pause since the last one; sessions may "
            "be long.",
        ),
    ],
    hints=(
        "An event begins a session if nothing of the same user happened shortly before it.",
        "Sort by user and time, take the pause within each user, mark the beginnings, count them up, restore "
        "the order.",
        "begins = pause.isna() | (pause > gap); begins.groupby(ordered['user_id']).cumsum().reindex(events.index)",
    ),
)
