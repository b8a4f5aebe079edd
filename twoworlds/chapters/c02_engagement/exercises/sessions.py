"""02.2: sessions by gap."""

from collections.abc import Callable

import pandas as pd

from twoworlds.course.exercise import Exercise, Wrong


def session_numbers(events: pd.DataFrame, gap_min: float) -> list[int]:
    """Return each event's session, 1, 2, 3 ... for each user, in the order of the rows."""
    ordered = events.sort_values(["user_id", "ts"])
    pause = ordered.groupby("user_id")["ts"].diff()
    begins = pause.isna() | (pause >= pd.Timedelta(minutes=gap_min))
    return begins.groupby(ordered["user_id"]).cumsum().reindex(events.index).astype(int).tolist()


def _by_label(value: object, expected: list[int], events: pd.DataFrame, gap_min: float) -> bool | str | None:
    """Accept a Series in another order: its labels say which row each number belongs to. Name some slips."""
    if isinstance(value, pd.Series) and set(value.index) == set(events.index):
        value = value.reindex(events.index).tolist()
        if value == expected:
            return True
    for slip, sentence in _SLIPS.items():
        if list(value) == slip(events, gap_min):
            return sentence
    first = pd.Series(value, index=events.index).groupby(events["user_id"]).min()
    if (first == 0).any():
        return "a user's first event begins session 1: it has no pause before it, in its own stream."
    if (first > 1).any():
        return "the numbers run on from one user to the next: each user's first session is number 1."
    return None


def _events(rows: list[tuple[int, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["user_id", "minute"])
    moment = pd.Timestamp("2026-03-02 08:00") + pd.to_timedelta(table.pop("minute") * 60, unit="s")
    return table.assign(ts=moment)


def _streams() -> list[tuple[pd.DataFrame, float]]:
    day = 24 * 60
    return [
        (_events([(1, 0), (1, 45), (2, 70), (1, 20), (1, 50)]), 20),
        (_events([(1, 0), (1, 30), (1, 59), (1, 91), (2, 100), (2, 131)]), 30),
        (_events([(1, 0), (1, day + 5), (2, 0), (2, 19)]), 20),  # a pause of a day and five minutes
        (
            _events(
                [(3, 200), (1, 15), (3, 0), (1, 0), (3, 9), (1, 24), (2, 26), (2, 26), (3, 18), (3, 500)]
            ),
            10,
        ),
    ]


def _begins(pause: pd.Series, gap_min: float) -> pd.Series:
    return pause.isna() | (pause >= pd.Timedelta(minutes=gap_min))


def _numbered(events: pd.DataFrame, begins: pd.Series) -> list[int]:
    return begins.groupby(events["user_id"]).cumsum().reindex(events.index).astype(int).tolist()


def _pauses(events: pd.DataFrame) -> pd.Series:
    return events.sort_values(["user_id", "ts"]).groupby("user_id")["ts"].diff()


def _longer(pause: pd.Series, gap_min: float) -> pd.Series:
    return pause.isna() | (pause > pd.Timedelta(minutes=gap_min))


def _longer_only(events: pd.DataFrame, gap_min: float) -> list[int]:
    return _numbered(events, _longer(_pauses(events), gap_min))


def _unsorted(events: pd.DataFrame, gap_min: float) -> list[int]:
    return _numbered(events, _begins(events.groupby("user_id")["ts"].diff(), gap_min))


def _days_dropped(events: pd.DataFrame, gap_min: float) -> list[int]:
    pause = _pauses(events)
    return _numbered(events, pause.isna() | (pause.dt.seconds >= 60 * gap_min))


def _sorted_order(events: pd.DataFrame, gap_min: float, begins: Callable = _begins) -> list[int]:
    ordered = events.sort_values(["user_id", "ts"])
    return begins(_pauses(events), gap_min).groupby(ordered["user_id"]).cumsum().astype(int).tolist()


def _from_the_start(events: pd.DataFrame, gap_min: float) -> list[int]:
    """Count from the session's first event, not from the last one."""
    number = {}
    for _, rows in events.sort_values("ts").groupby("user_id"):
        session, began = 0, None
        for label, ts in rows["ts"].items():
            if began is None or ts - began >= pd.Timedelta(minutes=gap_min):
                session, began = session + 1, ts
            number[label] = session
    return [number[label] for label in events.index]


def _windows(events: pd.DataFrame, gap_min: float) -> list[int]:
    """Cut each user's time into windows of one gap, from the first event on."""
    since = events["ts"] - events.groupby("user_id")["ts"].transform("min")
    return (since // pd.Timedelta(minutes=gap_min) + 1).tolist()


# One function a slip, exactly what it returns: overlapping conditions would name the wrong one.
_SLIPS = {
    _longer_only: "a pause of exactly the gap begins a new session here: >=, other than in the chapter's own lines.",
    lambda events, gap: _sorted_order(
        events, gap, _longer
    ): "the numbers are in sorted order: put them back in the "
    "order of the rows; and a pause of exactly the gap begins a new session here (>=).",
    lambda events, gap: (
        _begins(_pauses(events), gap).reindex(events.index).astype(int).tolist()
    ): "that marks where a session begins: count the marks up (cumsum) for each user.",
    lambda events, gap: (
        _longer(_pauses(events), gap).reindex(events.index).astype(int).tolist()
    ): "that marks where a session begins: count the marks up (cumsum) for each user; and a pause of exactly the gap "
    "begins one here (>=).",
    lambda events, gap: [
        number - 1 for number in session_numbers(events, gap)
    ]: "sessions are numbered from 1: a user's first event begins one, and has no pause before it.",
    lambda events, gap: session_numbers(
        events, gap / 60
    ): "every pause splits in yours. gap_min is in minutes: did you compare it with seconds?",
    lambda events, gap: (
        [1] * len(events)
    ): "no pause splits in yours. gap_min is in minutes: is that what you compare it with, hours and days included?",
    _windows: "you cut time into windows as long as the gap. A session lasts until a pause, however long that takes.",
}


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
            "longer only",
            _longer_only,
            "A pause of exactly the gap went on with the session, as in the chapter's own lines. Here it splits: >=.",
        ),
        Wrong(
            "days dropped",
            _days_dropped,
            "You took .dt.seconds, which leaves out whole days. Use .dt.total_seconds(), or compare Timedeltas.",
        ),
        Wrong(
            "sorted order",
            _sorted_order,
            "The numbers are right, and in sorted order: put them back in the order of the rows (sort_index, reindex).",
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
        "Sort by user and time, take the pause within each user, mark the beginnings, count them up for each user, "
        "restore the order.",
        "ordered = events.sort_values(['user_id', 'ts']); pause = ordered.groupby('user_id')['ts'].diff(); "
        "begins = pause.isna() | (pause >= pd.Timedelta(minutes=gap_min))",
    ),
)
