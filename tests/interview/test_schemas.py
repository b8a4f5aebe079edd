"""Every content file meets its JSON Schema, and each schema would notice if it did not."""

import copy
import json

import pytest
from jsonschema import Draft202012Validator

from twoworlds.paths import data_folder

NAMES = ("vignettes", "metrics", "rubrics", "concept_cards", "incidents")


def validator(name):
    schema = json.loads((data_folder() / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def content(name):
    return json.loads((data_folder() / "ch01" / f"{name}.json").read_text(encoding="utf-8"))


def first_record(tree):
    return tree if isinstance(tree, dict) else tree[0]


def test_each_content_file_has_a_schema_and_the_other_way_round():
    files = {path.stem for path in (data_folder() / "ch01").glob("*.json")}
    schemas = {path.name.removesuffix(".schema.json") for path in (data_folder() / "schema").glob("*.json")}
    assert files == set(NAMES)
    assert schemas >= files


@pytest.mark.parametrize("name", NAMES)
def test_the_content_meets_its_schema(name):
    assert [error.message for error in validator(name).iter_errors(content(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_field_is_needed_and_no_other_allowed(name):
    check, good = validator(name), content(name)
    for field in first_record(good):
        broken = copy.deepcopy(good)
        del first_record(broken)[field]
        optional = name == "metrics" and field == "readings" and first_record(good)["driver"] != "both"
        assert check.is_valid(broken) == optional, field
    first_record(good)["share_product"] = 0.5
    assert not check.is_valid(good)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("vignettes", "desk", "both"),
        ("vignettes", "ambiguity", "both"),
        ("vignettes", "text", "Too short."),
        ("metrics", "driver", "nobody"),
        ("metrics", "direction", "sideways"),
        ("rubrics", "words", [120]),
        ("rubrics", "answers", []),
        ("concept_cards", "limits", ""),
        ("incidents", "lever", {"name": "magic", "value": 1}),
    ],
)
def test_wrong_values_are_refused(name, field, value):
    broken = content(name)
    first_record(broken)[field] = value
    assert not validator(name).is_valid(broken)


def test_readings_go_with_the_metrics_that_need_them():
    metrics = content("metrics")
    both = next(i for i, metric in enumerate(metrics) if metric["driver"] == "both")
    without = copy.deepcopy(metrics)
    del without[both]["readings"]
    assert not validator("metrics").is_valid(without)
    clear = next(i for i, metric in enumerate(metrics) if metric["driver"] != "both")
    metrics[clear]["readings"] = metrics[both]["readings"]
    assert not validator("metrics").is_valid(metrics)
