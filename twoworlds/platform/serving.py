"""The ranking service under the feed: what a setting costs in time and in machines.

The machine counts are assumptions of this world (chosen so that the numbers are easy to hold in the head), not
measurements of a real service; the waiting time on top of them is the M/M/c queue of `queueing`.
"""

from dataclasses import dataclass, replace

from twoworlds.errors import require_number, require_whole
from twoworlds.platform import queueing
from twoworlds.world import ranker_ms

# What is not ranking: network, player start. With the ranker of today's production the user waits about 250 ms.
NETWORK_MS = 225.0
# Machines that keep session features one minute old; four times the age needs half of them.
STREAM_MACHINES = 12.0
# Machines that a daily training keeps busy, at a model cost of one ranker millisecond per candidate.
TRAINING_MACHINES = 4.0


@dataclass(frozen=True)
class Service:
    """One configuration of the ranking service and its traffic; validated, immutable.

    model_quality: the ranker's accuracy, 0 to 0.99. candidates: videos scored per request. replicas: ranking
    machines. feature_age_min: age of the session features, minutes. retrain_days: days between trainings.
    requests_per_s: requests in the busiest second.
    """

    model_quality: float = 0.7
    candidates: int = 42
    replicas: int = 14
    feature_age_min: float = 60.0
    retrain_days: int = 1
    requests_per_s: float = 400.0

    def __post_init__(self) -> None:
        """Check every field; raise InputError with one sentence for the first that is out of range."""
        checked = {
            "model_quality": require_number("model_quality", self.model_quality, 0, 0.99),
            "candidates": require_whole("candidates", self.candidates, 1, 100_000),
            "replicas": require_whole("replicas", self.replicas, 1, 10_000, "machines"),
            "feature_age_min": require_number("feature_age_min", self.feature_age_min, 0.1, 1e5, "minutes"),
            "retrain_days": require_number("retrain_days", self.retrain_days, 0.01, 365, "days"),
            "requests_per_s": require_number("requests_per_s", self.requests_per_s, 0, 1e7, "requests/s"),
        }
        for name, value in checked.items():  # plain numbers, whatever kind the caller's are
            object.__setattr__(self, name, value)

    def but(self, **changes: float) -> "Service":
        """Return a copy with some fields changed, validated."""
        return replace(self, **changes)

    def service_ms(self) -> float:
        """Return the mean time that a replica works on one request, ms."""
        return ranker_ms(self.model_quality, self.candidates)

    def without(self, share: float) -> "Service":
        """Return the service as it is while `share` of the replicas is lost (at least one stays)."""
        share = require_number("share", share, 0, 1)
        return replace(self, replicas=max(1, int(self.replicas * (1 - share) + 1e-9)))

    def utilisation(self) -> float:
        """Return the share of the replicas' capacity that the peak asks for; 1 or more is overload."""
        return queueing.utilisation(self.requests_per_s, 1000 / self.service_ms(), self.replicas)

    def felt_ms(self) -> float:
        """Return the mean time to the first video, ms: network, wait and ranking. InputError at overload."""
        return NETWORK_MS + 1000 * queueing.mean_response(
            self.requests_per_s, 1000 / self.service_ms(), self.replicas
        )

    def quantile_ms(self, share: float = 0.99) -> float:
        """Return the ranking time, wait included, that `share` of requests stay under, ms. InputError at overload."""
        return 1000 * queueing.response_quantile(
            share, self.requests_per_s, 1000 / self.service_ms(), self.replicas
        )

    def machines(self) -> dict[str, float]:
        """Return the machines it takes, by use: ranking, streaming (fresh features), training."""
        work_per_candidate = (self.service_ms() - ranker_ms(0, 1)) / self.candidates
        return {
            "ranking": float(self.replicas),
            "streaming": STREAM_MACHINES / self.feature_age_min**0.5,
            "training": TRAINING_MACHINES * work_per_candidate / self.retrain_days,
        }

    def cost(self) -> float:
        """Return the machines in all."""
        return sum(self.machines().values())
