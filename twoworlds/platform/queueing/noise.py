"""How far a measured mean wait may be off: the waits of neighbours are alike, so a million customers are few.

The variance of the mean of n waits falls as σ²/n, with σ² not the variance of a wait but the asymptotic variance,
which sums the covariances of all distances too. Near saturation it is enormous.
"""

import math

from twoworlds.errors import require_inside, require_whole


def asymptotic_variance(load: float) -> float:
    """Return σ² of the M/M/1 waits (before service), in squared mean service times: n Var(mean of n) for large n.

    ρ(2 + 5ρ - 4ρ² + ρ³) / (1 - ρ)⁴ (Daley 1968; Whitt 1989, Management Science 35(11), 1341-1366).
    """
    load = require_inside("load", load, 0, 1)
    return load * (2 + 5 * load - 4 * load**2 + load**3) / (1 - load) ** 4


def relative_error(load: float, customers: int) -> float:
    """Return the standard deviation of the mean wait of `customers` in a row, as a share of the true mean (M/M/1).

    In steady state. For many customers; for few it is too large, but never larger than that of a single wait.
    """
    load = require_inside("load", load, 0, 1)
    customers = require_whole("customers", customers, 1, 10**15)
    one_wait = math.sqrt((2 - load) / load)
    return min(one_wait, math.sqrt(asymptotic_variance(load) / customers) * (1 - load) / load)
