"""How the chapter says a p value."""


def p_value(p: float) -> str:
    """Return "p = 0.03", to two digits, or "p < 0.001" where more digits would mean nothing."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
