"""What the tests of simulations share."""

from collections.abc import Callable

import numpy as np
import pytest


def _batch_error(values: np.ndarray, statistic: Callable = np.mean, batches: int = 40) -> float:
    size = len(values) // batches
    found = [statistic(values[i * size : (i + 1) * size]) for i in range(batches)]
    return float(np.std(found, ddof=1) / np.sqrt(batches))


@pytest.fixture(scope="session")
def batch_error() -> Callable:
    """The standard error of a statistic of a long row of dependent values, from batches taken as independent."""
    return _batch_error
