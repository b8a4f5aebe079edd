"""Numbers of the chapter's story that its explorers and exercises share."""

SERVICE_MS = 20.0  # mean work in a request
OBJECTIVE_MS = 150.0  # what the ranker promises its callers: a p99 of at most this
RETRY_BUDGET = 0.1  # retries allowed, share of new requests


def attempts_unanswered(attempts: int, budget: bool) -> float:
    """Return how often a request is tried on average while nothing is answered."""
    return min(attempts, 1 + RETRY_BUDGET) if budget else attempts
