"""How the chapter says a p value."""


def p_value(p: float) -> str:
    """Return "p = 0.03", to two digits, or "p < 0.001" where more digits would mean nothing."""
    if p < 0.001:
        return "p < 0.001"
    # Two digits would make 0.0498 into 0.05, beside a sentence that calls it below.
    return f"p = {p:.3f}" if 0.045 < p < 0.055 else f"p = {p:.2g}"
