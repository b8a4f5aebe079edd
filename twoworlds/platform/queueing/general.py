"""Beyond exponential service: what variability costs.

The squared coefficient of variation, CV² = variance / mean², measures it: 0 for equal times, 1 for exponential ones.
"""

from twoworlds.errors import require_number
from twoworlds.platform.queueing.inputs import require_steady
from twoworlds.platform.queueing.markov import mean_wait


def mean_wait_mg1(arrival_rate: float, service_rate: float, service_cv2: float) -> float:
    """Return the mean wait of an M/G/1 queue, before service begins: ρ/(1-ρ) · (1 + CV²)/2 · 1/μ; exact.

    Pollaczek (1930) and Khinchine (1932); Kleinrock 1975, vol. 1, section 5.6. `service_cv2` is the CV² of the service
    time; 1/μ is its mean.
    """
    service_cv2 = require_number("service_cv2", service_cv2, 0, 1e9)
    arrival_rate, service_rate, _ = require_steady(arrival_rate, service_rate)
    load = arrival_rate / service_rate
    return load / (1 - load) * (1 + service_cv2) / 2 / service_rate


def mean_wait_allen_cunneen(
    arrival_rate: float,
    service_rate: float,
    servers: int = 1,
    arrival_cv2: float = 1.0,
    service_cv2: float = 1.0,
) -> float:
    """Return the mean wait of a G/G/c queue by the Allen–Cunneen APPROXIMATION: M/M/c's · (CV²_a + CV²_s)/2.

    Exact for M/M/c and M/G/1; else a first guess (Allen, Probability, Statistics, and Queueing Theory, 2nd ed. 1990).
    For one server it is Kingman's formula (1961, Proc. Cambridge Philosophical Society 57), "VUT" in factory physics.
    `arrival_cv2` and `service_cv2` are the CV² of the times between arrivals and of the service times.
    """
    variability = require_number("arrival_cv2", arrival_cv2, 0, 1e9)
    variability += require_number("service_cv2", service_cv2, 0, 1e9)
    return mean_wait(arrival_rate, service_rate, servers) * variability / 2
