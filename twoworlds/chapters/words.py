"""Numbers as the chapters' sentences say them: no debris of floats, no "1 minutes", no false precision."""


def percent(share: float, sign: bool = False) -> str:
    """Return a share in percent: one digit below ten, none above; with its sign, if asked for."""
    value = 100 * share
    if abs(value) < 0.05:
        return "±0 %" if sign else "< 0.1 %" if value > 0 else "0 %"
    return f"{value:{'+' if sign else ''}.{int(abs(value) < 9.95)}f} %"


def rare_percent(share: float) -> str:
    """Return a share from 0 to 1 in percent where small ones matter: "0.063 %", "34 %", "practically 100 %"."""
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    if share < 1e-5 or share >= 0.995:
        return f"practically {100 * round(share)} %"
    return f"{100 * share:.2g} %"


def several(number: float, unit: str) -> str:
    """Return a number with its unit, in the plural but for one: "1 minute", "2.5 hours", "15,000 tests"."""
    said = f"{number:.2g}" if number < 99.5 else f"{number:,.0f}"
    return f"{said} {unit}{'' if said == '1' else 's'}"


def span(minutes: float) -> str:
    """Return a time in the unit that one would say it in."""
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= 1.5 * size or minutes == size:
            return several(minutes / size, unit)
    return several(minutes, "minute")


def p_value(p: float) -> str:
    """Return "p = 0.03", to two digits, or "p < 0.001" where more digits would mean nothing."""
    if p < 0.001:
        return "p < 0.001"
    # Two digits would make 0.0498 into 0.05, beside a sentence that calls it below.
    return f"p = {p:.3f}" if 0.045 < p < 0.055 else f"p = {p:.2g}"
