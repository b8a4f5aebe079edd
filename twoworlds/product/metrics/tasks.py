"""The assistant's metrics: was the task done, and what the thumbs say about it."""

import pandas as pd

from twoworlds.errors import require_one_of
from twoworlds.product.metrics.log import Log, events, mean_by

#: Keys by which a repeated conversation is refused, the second of them Ask's own; a log without them is believed.
_MARKS = (("conversation_id",), ("user_id", "day", "conversation"))
_COUNTED = {"all": "true", "answered": "not (abandoned::bool or refused::bool)"}


def task_completion(log: Log, of: str = "all", by: str | None = None) -> float | pd.Series:
    """Return the share of conversations in which the task was done, for each value of column `by` if given.

    log: one row a conversation; columns completed, abandoned, refused (bool). A log with conversation_id, or with
    (user_id, day, conversation), must have each once. Denominator: all conversations, or those that were "answered"
    (neither abandoned before the first token nor refused), which doesn't notice how many are turned away, and rises if
    they are the hard ones. Someone has to judge `completed`; it can't see an answer that did the task and should not
    have been given.
    """
    require_one_of("of", of, _COUNTED)
    kinds = dict.fromkeys(("completed", "abandoned", "refused"), "flag")
    rows = events(log, [*kinds, *([] if by is None else [by])], kinds=kinds, marks=_MARKS)
    return mean_by(rows, "completed::int", by, where=_COUNTED[of])


def thumbs_up_share(log: Log, by: str | None = None) -> float | pd.Series:
    """Return thumbs up per thumb given (a share), for each value of column `by` if given.

    log: one row a conversation, each once as in `task_completion`; column thumb (1 up, -1 down, 0 none). Denominator:
    conversations with a thumb, mostly a few in a hundred; nan without any. It hears those who bother, and the cross
    bother more often than the content.
    """
    rows = events(log, ["thumb", *([] if by is None else [by])], kinds={"thumb": "thumb"}, marks=_MARKS)
    return mean_by(rows, "(thumb > 0)::int", by, where="thumb <> 0")
