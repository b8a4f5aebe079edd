"""What the product desk reads off its logs: each metric with its unit, its denominator, and what it can't see.

The functions on logs take a table in memory, the path of Parquet files, or a DuckDB relation (`log.Log`); they answer
with small pandas tables whatever the size of the log. The others work on arrays.

`by` may be any column of plain values; the answer's index holds them as DuckDB gives them back: texts and categories as
texts or categories, whole numbers and truths as such, other numbers (a DECIMAL of up to 15 digits too) as floats, dates
and times as timestamps, those with a zone in UTC (of a relation: in its connection's zone). Larger whole numbers than
64 bits, longer decimals and bytes are refused: cast them to BIGINT or VARCHAR.

`until` (when the log was read, against events with a wrong clock) is taken by the metrics that order events in time:
`sessionise`, `sessions` and `funnel`; `events` checks it for the others. `cohort_retention` and `retention_curve` take
`last_day` instead.
"""

from twoworlds.product.metrics.clicks import (
    cascade_clicks,
    cascade_examination,
    ctr,
    debiased_ctr,
    estimate_examination,
    position_clicks,
    watch_share,
)
from twoworlds.product.metrics.diversity import cosine, coverage, intra_list_diversity, mmr, topic_entropy
from twoworlds.product.metrics.funnel import funnel
from twoworlds.product.metrics.log import Log, deduplicated, events
from twoworlds.product.metrics.ranking import dcg, ndcg
from twoworlds.product.metrics.retention import cohort_retention, retention_curve, stickiness
from twoworlds.product.metrics.sessions import sessionise, sessions
from twoworlds.product.metrics.survey import response_propensity, survey_mean
from twoworlds.product.metrics.tasks import task_completion, thumbs_up_share

__all__ = [
    "Log",
    "cascade_clicks",
    "cascade_examination",
    "cohort_retention",
    "cosine",
    "coverage",
    "ctr",
    "dcg",
    "debiased_ctr",
    "deduplicated",
    "estimate_examination",
    "events",
    "funnel",
    "intra_list_diversity",
    "mmr",
    "ndcg",
    "position_clicks",
    "response_propensity",
    "retention_curve",
    "sessionise",
    "sessions",
    "stickiness",
    "survey_mean",
    "task_completion",
    "thumbs_up_share",
    "topic_entropy",
    "watch_share",
]
