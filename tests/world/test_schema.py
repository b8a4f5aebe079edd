"""The data dictionary and the shipped files say the same."""

import pyarrow.parquet as pq
import pytest

from twoworlds.world.schema import FILES, arrow_schema
from twoworlds.world.ship import FOLDER


@pytest.mark.parametrize("file", FILES)
def test_the_dictionary_lists_the_columns_of_the_file_with_their_types(file):
    found = pq.read_schema(FOLDER / f"{file}.parquet")
    listed = {column.name: column.type for column in FILES[file]}
    assert {field.name: str(field.type) for field in found} == listed


def test_every_column_says_what_it_is_and_who_sees_it():
    for columns in FILES.values():
        assert len({column.name for column in columns}) == len(columns)
        assert all(column.meaning and column.unit and column.seen_by for column in columns)


def test_only_hidden_files_hold_the_truth():
    for file, columns in FILES.items():
        truths = [column.seen_by.startswith("nobody") for column in columns]
        assert all(truths) if file.startswith("hidden") else not any(truths)


def test_tastes_follow_the_number_of_topics():
    assert arrow_schema("hidden_users", topics=3).names[-3:] == ["taste_0", "taste_1", "taste_2"]
