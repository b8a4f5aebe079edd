"""The same eight knobs, tuned by two desks with two mandates (the search is in `tuning`)."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c01_users.tuning import LEVELS, TODAY, Mandates, Tuned, model
from twoworlds.course.controls import Slider, Toggle
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, NEUTRAL, PLATFORM, PRODUCT

LABELS = {
    "clickbait_penalty": "Clickbait penalty", "diversity": "Diversity", "exploration": "Exploration, share",
    "model_quality": "Model quality", "candidates": "Candidates", "feature_age_min": "Feature age, min",
    "retrain_days": "Days between trainings", "replicas": "Replicas",
}  # fmt: skip


def draw(product: Axes, platform: Axes) -> Callable[[Mandates], None]:
    """Eight rows a desk; the place in a row is the setting's place on its scale, today's is a grey tick."""
    rows = np.arange(len(LEVELS))[::-1]
    dots, words = [], []
    for ax, colour in ((product, PRODUCT), (platform, PLATFORM)):
        ax.set(xlim=(-0.08, 1.3), ylim=(-0.6, len(rows) - 0.4), xticks=(0, 1))
        ax.set_xticklabels(("lowest", "highest"))
        ax.grid(False)
        ax.set_yticks(rows, [LABELS[knob] for knob in LEVELS] if ax is product else [])
        ax.hlines(rows, 0, 1, color=FAINT, linewidth=2, zorder=1)
        ax.plot([_place(knob, TODAY[knob]) for knob in LEVELS], rows, "|", color=NEUTRAL, markersize=17)
        dots.append(
            ax.plot([], [], "o", color=colour, markersize=10, markeredgecolor="white", animated=True)[0]
        )
        words.append([ax.text(1.05, y, "", va="center", color=colour, animated=True) for y in rows])

    def update(r: Mandates) -> None:
        for tuned, dot, texts in zip((r.product, r.platform), dots, words, strict=True):
            dot.set_data(
                [_place(k, v) for k, v in tuned.knobs.items()] if tuned else [], rows if tuned else []
            )
            for text, knob in zip(texts, LEVELS, strict=True):
                text.set_text(f"{tuned.knobs[knob]:g}" if tuned else "no way")

    return update


def _place(knob: str, value: float) -> float:
    """Return the place of a setting on its scale, 0 to 1; scales that span decades are logarithmic."""
    low, high = LEVELS[knob][0], LEVELS[knob][-1]
    if knob in ("feature_age_min", "retrain_days", "replicas"):
        low, high, value = np.log([low, high, value])
    return float((value - low) / (high - low))


def reading(r: Mandates) -> str:
    """Say on how many knobs the desks differ and what each gets."""
    if not (r.product and r.platform):
        return (
            "No setting keeps within product's budget."
            if r.product is None
            else "No setting keeps platform's promise: loosen the objective or the guardrail."
        )
    return (
        f"The desks differ on {len(r.differ)} of 8 knobs. "
        f"Product: {100 * (r.product.actives - 1):+.1f} % active users, "
        f"{r.product.machines:.0f} machines, p99 {r.product.p99_ms:.0f} ms ({_lost(r.product)}). Platform: "
        f"{100 * (r.platform.actives - 1):+.1f} %, {r.platform.machines:.0f} machines, p99 {r.platform.p99_ms:.0f} ms "
        f"({_lost(r.platform)})."
    )


def _lost(tuned: Tuned) -> str:
    return (
        "down if a zone is lost"
        if np.isinf(tuned.p99_lost_ms)
        else f"{tuned.p99_lost_ms:.0f} with a zone lost"
    )


def prediction() -> Prediction:
    """Ask how many knobs move apart."""
    return Prediction(
        id="01.2",
        question="Both desks tune the same service. Product may turn all eight knobs, platform the last five. "
        "On how many of the eight do they end up apart?",
        answer=Slider("Knobs that differ", 0, 8, 1, 4, ""),
        truth=lambda: len(model(**DEFAULTS).differ),
    )


DEFAULTS = {"budget": 40, "objective_ms": 150, "guardrail": 1.0, "every_knob": False}


def eight_knobs() -> Explorer:
    """Return the explorer: the mandates' own terms are the controls."""
    return Explorer(
        question="Eight knobs, two mandates: what comes out?",
        controls={
            "budget": Slider("Product's budget", 10, 100, 5, DEFAULTS["budget"], "machines"),
            "objective_ms": Slider(
                "Platform's objective: p99 with a zone lost", 60, 400, 10, DEFAULTS["objective_ms"], "ms"
            ),
            "guardrail": Slider(
                "Active users that platform may cost", 0.0, 5.0, 0.5, DEFAULTS["guardrail"], "%"
            ),
            "every_knob": Toggle("Platform may turn all eight", DEFAULTS["every_knob"]),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "most active users", "platform": "fewest machines"},
        presets={
            "Launch year": Preset("Money is no object; growth is.", {"budget": 100}),
            "Budget round": Preset("Every team gives back machines.", {"budget": 15, "guardrail": 2.0}),
            "One table": Preset("Platform may turn product's three knobs as well.", {"every_knob": True}),
            "Strict contract": Preset(
                "Ten teams now call the ranker.", {"objective_ms": 90, "guardrail": 0.0}
            ),
        },
        prediction=prediction(),
    )
