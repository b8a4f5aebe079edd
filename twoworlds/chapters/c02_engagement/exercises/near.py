"""Slips that any share or mean can have, told in the same words by every exercise."""

import numpy as np

PERCENTAGE = "that is a percentage: a number from 0 to 1 is asked."
ROUNDED = "that is rounded: return the number as it is."


def of_scale(value: float, expected: float) -> str | None:
    """Return the sentence for a percentage in place of a share, or for a rounded number; None for neither."""
    if np.isclose(value, 100 * expected):
        return PERCENTAGE
    return ROUNDED if any(value == round(expected, digits) for digits in (1, 2, 3)) else None


def of_shares(value: dict, expected: dict) -> str | None:
    """Return the same for a dict of shares, if it holds for every one of them that isn't right."""
    if value.keys() != expected.keys():
        return None
    told = {
        of_scale(value[key], expected[key]) for key in expected if not np.isclose(value[key], expected[key])
    }
    return told.pop() if len(told) == 1 else None
