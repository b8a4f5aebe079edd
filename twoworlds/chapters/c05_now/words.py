"""Numbers as this chapter's sentences say them."""


def percent(share: float, sign: bool = False) -> str:
    """Return a share in percent: one digit below ten, none above; with its sign, if asked for."""
    value = 100 * share
    if abs(value) < 0.05:
        return "±0 %" if sign else "< 0.1 %" if value > 0 else "0 %"
    return f"{value:{'+' if sign else ''}.{int(abs(value) < 9.95)}f} %"


def several(number: float, unit: str) -> str:
    """Return a number with its unit, in the plural but for one: "1 minute", "2.5 hours"."""
    said = f"{number:.2g}" if number < 99.5 else f"{number:.0f}"
    return f"{said} {unit}{'' if said == '1' else 's'}"


def span(minutes: float) -> str:
    """Return a time in the unit that one would say it in."""
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= 1.5 * size or minutes == size:
            return several(minutes / size, unit)
    return several(minutes, "minute")
