"""The data dictionary: every column of every file, its type and unit, and who could see it in a real company."""

from typing import NamedTuple

import pyarrow as pa

_COMPANY, _TRUTH = "the company", "nobody: the truth"


class Column(NamedTuple):
    """One column of one file."""

    name: str
    type: str  # an Arrow type's name
    unit: str
    meaning: str
    seen_by: str


def _key_columns(seen_by: str) -> list[Column]:
    return [
        Column("user_id", "uint32", "-", "the user", seen_by),
        Column("day", "uint16", "day", "day of the run, 1 is a Monday", seen_by),
        Column("session_id", "int64", "-", "the session: the same id whatever the policy", seen_by),
    ]


FILES: dict[str, list[Column]] = {
    "log": [
        *_key_columns(_COMPANY),
        Column("ts", "timestamp[us]", "local time", "when the video came into view", _COMPANY),
        Column("position", "uint8", "rank", "position on the slate, 1 is the top", _COMPANY),
        Column("video_id", "uint32", "-", "the video shown", _COMPANY),
        Column("explored", "bool", "-", "position given to a random video", _COMPANY),
        Column("clicked", "bool", "-", "the user opened it", _COMPANY),
        Column("watch_s", "float", "s", "seconds watched, 0 without a click", _COMPANY),
        Column("liked", "bool", "-", "the user liked it", _COMPANY),
        Column("survey", "uint8", "stars", "1 to 5, null unless asked and answered", _COMPANY),
        Column("latency_ms", "uint32", "ms", "the session's time to the first video", _COMPANY),
    ],
    "sessions": [
        *_key_columns(_COMPANY),
        Column("ts", "timestamp[us]", "local time", "when the app was opened", _COMPANY),
        Column(
            "latency_ms", "uint32", "ms", "time to the first video, or that it would have taken", _COMPANY
        ),
        Column("failed", "bool", "-", "an outage: no slate", _COMPANY),
        Column(
            "abandoned", "bool", "-", "left before the first video", "the company, if the client reports it"
        ),
    ],
    "users": [
        Column("user_id", "uint32", "-", "the user", _COMPANY),
        Column("joined_day", "int16", "day", "day of signing up, 0 or less: before day 1", _COMPANY),
        Column("network", "string", "-", "fast or slow", "the company, roughly"),
    ],
    "videos": [
        Column("video_id", "uint32", "-", "the video", _COMPANY),
        Column("born_day", "int16", "day", "day of upload", _COMPANY),
        Column("topic", "uint8", "-", "main topic", "the company, from a classifier"),
        Column("side_topic", "uint8", "-", "second topic", "the company, from a classifier"),
        Column("length_s", "float", "s", "length", _COMPANY),
    ],
    "hidden_log": [
        Column("session_id", "int64", "-", "the session (rows are those of log)", _TRUTH),
        Column("position", "uint8", "rank", "position on the slate", _TRUTH),
        Column("examined", "bool", "-", "the user looked at it", _TRUTH),
        Column("affinity", "float", "-", "interest along the video's topics, above its mean", _TRUTH),
        Column("click_chance", "float", "share", "chance of a click, once examined", _TRUTH),
        Column("value", "float", "-1..1", "latent satisfaction with watching it", _TRUTH),
    ],
    "hidden_users": [
        Column("user_id", "uint32", "-", "the user", _TRUTH),
        Column("come", "float", "log-odds", "of coming on a weekday, at habit 0", _TRUTH),
        Column("extra_sessions", "float", "sessions", "mean sessions after the first of a day", _TRUTH),
        Column("patience_s", "float", "s", "the wait that the user leaves with chance 1/2", _TRUTH),
        Column("curiosity", "float", "log-odds", "pull of full clickbait on a click", _TRUTH),
        Column("churn", "float", "1/day", "hazard of leaving for good, at habit 0", _TRUTH),
        *(Column(f"taste_{t}", "float", "-", f"taste for topic {t} on day 1", _TRUTH) for t in range(8)),
    ],
    "hidden_videos": [
        Column("video_id", "uint32", "-", "the video", _TRUTH),
        Column("quality", "float", "sd", "quality: mean 0, standard deviation 1", _TRUTH),
        Column("clickbait", "float", "0..1", "how much more it promises than it gives", _TRUTH),
    ],
}


def arrow_schema(file: str, topics: int = 8) -> pa.Schema:
    """Return the Arrow schema of `file` for a world with `topics` topics."""
    columns = [(column.name, column.type) for column in FILES[file] if not column.name.startswith("taste_")]
    if file == "hidden_users":
        columns += [(f"taste_{topic}", "float") for topic in range(topics)]
    return pa.schema([pa.field(name, pa.type_for_alias(kind)) for name, kind in columns])
