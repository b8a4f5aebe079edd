"""Numbers of the chapter's story that its explorers and exercises share."""

SERVICE_MS = 20.0  # mean work in a request
OBJECTIVE_MS = 150.0  # what the ranker promises its callers: a p99 of at most this
