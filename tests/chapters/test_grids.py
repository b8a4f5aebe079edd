"""Every stored grid has a builder, and a docstring that says what its columns are."""

import pytest

from twoworlds.chapters.__main__ import builders
from twoworlds.course.grids import grid
from twoworlds.paths import data_folder

BUILDERS = dict(builders())


def test_grids_and_builders_are_the_same():
    assert {path.stem for path in (data_folder() / "grids").glob("*.csv")} == set(BUILDERS)


@pytest.mark.parametrize("name", BUILDERS)
def test_a_builder_says_what_the_columns_are(name):
    assert "columns:" in BUILDERS[name].__doc__.lower()
    assert not grid(name).empty
