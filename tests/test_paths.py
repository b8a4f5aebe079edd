"""The course's data folder is found, moved by TWOWORLDS_ROOT, and missed in one sentence."""

import pytest

from twoworlds.errors import InputError
from twoworlds.paths import data_folder


def test_the_folder_lies_beside_the_package(monkeypatch):
    monkeypatch.delenv("TWOWORLDS_ROOT", raising=False)
    assert (data_folder() / "ch01" / "vignettes.json").is_file()


def test_the_environment_moves_it(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path))
    assert data_folder() == tmp_path / "data"


def test_a_missing_folder_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path))
    with pytest.raises(InputError, match=r"^TWOWORLDS_ROOT is '.*': it must name .*data.*\.$"):
        data_folder()
