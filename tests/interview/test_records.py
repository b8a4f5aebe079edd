"""JSON becomes frozen records; a wrong file is told in one sentence."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from twoworlds.errors import InputError
from twoworlds.interview.records import build, load


@dataclass(frozen=True)
class Leaf:
    """A record with an optional field."""

    n: int
    note: str | None = None


@dataclass(frozen=True)
class Tree:
    """A record of records."""

    leaves: tuple[Leaf, ...]
    best: Leaf | None


def test_nested_records_are_built():
    tree = build(Tree, {"leaves": [{"n": 1}, {"n": 2, "note": "two"}], "best": None}, "tree")
    assert tree == Tree((Leaf(1), Leaf(2, "two")), None)
    assert build(Tree, {"leaves": [], "best": {"n": 3}}, "tree").best == Leaf(3)


def test_records_are_frozen():
    with pytest.raises(FrozenInstanceError):
        build(Leaf, {"n": 1}, "leaf").n = 2


@pytest.mark.parametrize(("value", "field"), [({}, "n"), ({"n": 1, "m": 2}, "m")])
def test_a_missing_or_unknown_field_is_named(value, field):
    with pytest.raises(InputError, match=rf"^tree\.leaves\[0\] lacks or misnames the field '{field}'.*\.$"):
        build(Tree, {"leaves": [value], "best": None}, "tree")


def test_a_missing_file_is_one_sentence():
    with pytest.raises(InputError, match=r"^name is 'ch01/nothing\.json': it must be a file"):
        load("ch01/nothing.json", Leaf)


def test_a_damaged_file_is_one_sentence(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "half.json").write_text('{"n": ')
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path))
    with pytest.raises(InputError, match=r"^name is 'half\.json': it must hold JSON"):
        load("half.json", Leaf)
