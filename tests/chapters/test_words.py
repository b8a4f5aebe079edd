"""What the sentences' numbers look like at their edges."""

import pytest

from twoworlds.chapters.words import p_value, percent, rare_percent, several, span


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (1e-9, "< 0.1 %"), (0.0049, "0.5 %"), (0.0994, "9.9 %"), (0.0996, "10 %"), (1, "100 %")],
)
def test_percent(share, said):
    assert percent(share) == said


@pytest.mark.parametrize(
    ("share", "said"), [(-1e-6, "±0 %"), (0.004, "+0.4 %"), (-0.0996, "-10 %"), (-0.0, "±0 %")]
)
def test_percent_with_its_sign(share, said):
    assert percent(share, sign=True) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0 %"),
        (3e-6, "practically 0 %"),
        (0.00063, "0.063 %"),
        (0.34, "34 %"),
        (0.9968, "practically 100 %"),
        (1, "100 %"),
    ],
)
def test_rare_percent(share, said):
    assert rare_percent(share) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 test"), (1.04, "1 test"), (0, "0 tests"), (2.5, "2.5 tests"), (15e3, "15,000 tests")],
)
def test_several(number, said):
    assert several(number, "test") == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "1 minute"),
        (60, "1 hour"),
        (63, "63 minutes"),
        (100, "1.7 hours"),
        (1440, "1 day"),
        (2880, "2 days"),
    ],
)
def test_span(minutes, said):
    assert span(minutes) == said


@pytest.mark.parametrize(
    ("p", "said"), [(0.0004, "p < 0.001"), (0.0498, "p = 0.050"), (0.2349, "p = 0.23"), (1, "p = 1")]
)
def test_p_value(p, said):
    assert p_value(p) == said
