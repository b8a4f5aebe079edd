"""The symbol table: each constant stands there once, and points only at facts that are measured."""

from twoworlds.world import constants as c
from twoworlds.world.calibration import FACTS


def test_every_number_of_the_module_is_in_the_table():
    derived = {"VIDEOS"}
    numbers = {name for name, value in vars(c).items() if name.isupper() and isinstance(value, (int, float))}
    assert numbers - derived == {constant.name for constant in c.TABLE}


def test_table_has_the_values_that_the_module_has():
    assert all(getattr(c, constant.name) == constant.value for constant in c.TABLE)


def test_symbols_and_names_are_unique():
    symbols = [constant.symbol for constant in c.TABLE if constant.symbol != "-"]
    names = [constant.name for constant in c.TABLE]
    assert len(set(symbols)) == len(symbols)
    assert len(set(names)) == len(names)


def test_facts_named_as_sources_are_measured():
    facts = {fact.name for fact in FACTS}
    sources = [k.source.removeprefix("fact: ") for k in c.TABLE if k.source.startswith("fact: ")]
    assert sources
    assert set(sources) <= facts
