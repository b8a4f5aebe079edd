"""Every stylised fact is in its range, and data/README.md says what is measured now."""

import re

import pytest

from twoworlds.world.calibration import FACTS, README, Laboratory, measure, readme_tables, updated

pytestmark = pytest.mark.xdist_group("calibration")  # one worker measures for all


@pytest.fixture(scope="module")
def measured():
    """Return all facts of the default laboratory (20,000 users)."""
    return measure(Laboratory())


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_a_fact_is_in_its_range(measured, fact):
    assert fact.low <= measured[fact.name] <= fact.high


def test_the_bite_is_as_deep_as_promised(measured):
    assert measured["the bite, day 1"] >= 15
    assert measured["the bite, day 28"] <= -10


def test_the_readme_is_up_to_date(measured):
    text = README.read_text(encoding="utf-8")
    assert updated(text, readme_tables(measured)) == text, "run python -m twoworlds.world.calibration --write"


def test_every_fact_names_its_source_or_says_that_there_is_none():
    for fact in FACTS:
        assert re.search(r"\d{4}|chosen|construction", fact.source), fact.name
