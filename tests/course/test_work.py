import os
import re

import pytest

from twoworlds.course import work
from twoworlds.errors import InputError


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course's folder with two exercise notebooks, and the learner's folder in it."""
    for name in ("exercises", "solutions"):
        (tmp_path / name).mkdir()
    for name in ("00_start.ipynb", "01_users.ipynb"):
        (tmp_path / "exercises" / name).write_text(f"blank {name}")
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path))
    monkeypatch.delenv("TWOWORLDS_WORK")
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_root_is_the_repository(monkeypatch):
    monkeypatch.delenv("TWOWORLDS_ROOT", raising=False)
    assert (work.root() / "twoworlds" / "course" / "work.py").is_file()


def test_root_is_the_named_folder(course):
    assert work.root() == course
    assert work.work_folder() == course / "my_work"


def test_root_is_found_above_the_current_folder(course, monkeypatch):
    monkeypatch.delenv("TWOWORLDS_ROOT")
    monkeypatch.setattr(work, "__file__", "/nowhere/a/b/c.py")
    (course / "my_work" / "deep").mkdir(parents=True)
    monkeypatch.chdir(course / "my_work" / "deep")
    assert work.root() == course


def test_no_root_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path))
    with pytest.raises(
        InputError, match="it must name the course's folder, the one that holds exercises and solutions"
    ):
        work.root()


def test_work_folder_is_the_named_one(monkeypatch, tmp_path):
    monkeypatch.setenv("TWOWORLDS_WORK", str(tmp_path / "elsewhere"))
    assert work.work_folder() == tmp_path / "elsewhere"


def test_new_blanks_are_copied(course):
    mine = course / "my_work"
    assert work.copy_new_blanks() == [mine / "00_start.ipynb", mine / "01_users.ipynb"]
    assert (mine / "01_users.ipynb").read_text() == "blank 01_users.ipynb"
    assert work.copy_new_blanks() == []
    assert names(mine) == ["00_start.ipynb", "01_users.ipynb"]


@pytest.mark.parametrize("answer", ["my answer", ""])
def test_what_is_there_is_never_touched(course, answer):
    mine = course / "my_work"
    mine.mkdir()
    (mine / "01_users.ipynb").write_text(answer)
    before = (mine / "01_users.ipynb").stat()
    assert work.copy_new_blanks() == [mine / "00_start.ipynb"]
    after = (mine / "01_users.ipynb").stat()
    assert (mine / "01_users.ipynb").read_text() == answer
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_a_dangling_link_counts_as_there(course):
    mine = course / "my_work"
    mine.mkdir()
    (mine / "01_users.ipynb").symlink_to(course / "gone")
    assert work.copy_new_blanks() == [mine / "00_start.ipynb"]
    assert not (course / "gone").exists()


def test_a_file_that_comes_in_the_meantime_is_not_replaced(course, monkeypatch):
    mine, link = course / "my_work", os.link

    def late(source, target):
        target.write_text("saved just now")
        link(source, target)

    monkeypatch.setattr(work.os, "link", late)
    assert work.copy_new_blanks() == []
    assert (mine / "01_users.ipynb").read_text() == "saved just now"


def test_a_file_system_without_links_will_do(course, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr(work.os, "link", refuse)
    assert len(work.copy_new_blanks()) == 2
    assert work.copy_new_blanks() == []
    assert names(course / "my_work") == ["00_start.ipynb", "01_users.ipynb"]


def test_a_folder_that_cannot_be_written_is_a_sentence(course):
    (course / "my_work").write_text("a file")
    for act in (work.copy_new_blanks, lambda: work.reset("01")):
        with pytest.raises(InputError, match=r"my_work is '.*': it must be a folder that can be written"):
            act()


def test_a_full_disk_leaves_no_half_file(course, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    work.copy_new_blanks()
    (course / "my_work" / "01_users.ipynb").write_text("my answer")
    monkeypatch.setattr(work.shutil, "copyfileobj", full)
    with pytest.raises(InputError, match="No space left on device"):
        work.reset("01")
    assert names(course / "my_work") == ["00_start.ipynb", "01_users.ipynb"]
    assert (course / "my_work" / "01_users.ipynb").read_text() == "my answer"


@pytest.mark.parametrize("chapter", ["01", "1", 1])
def test_reset_keeps_a_dated_copy(course, chapter):
    mine = course / "my_work"
    work.copy_new_blanks()
    (mine / "01_users.ipynb").write_text("first answer")
    done = work.reset(chapter)
    assert done.blank == mine / "01_users.ipynb"
    assert done.blank.read_text() == "blank 01_users.ipynb"
    assert done.kept.read_text() == "first answer"
    assert re.fullmatch(r"01_users\.\d{4}-\d\d-\d\dT\d{4}\.ipynb", done.kept.name)


def test_every_reset_keeps_its_own_copy(course):
    work.copy_new_blanks()
    kept = set()
    for i in range(3):
        (course / "my_work" / "01_users.ipynb").write_text(f"answer {i}")
        kept.add(work.reset("01").kept)
    assert sorted(path.read_text() for path in kept) == ["answer 0", "answer 1", "answer 2"]


def test_reset_without_work_keeps_nothing(course):
    done = work.reset("00")
    assert done.kept is None
    assert done.blank.read_text() == "blank 00_start.ipynb"


@pytest.mark.parametrize("chapter", ["02", "", "../01", "users"])
def test_an_unknown_chapter_is_a_sentence(course, chapter):
    with pytest.raises(InputError) as error:
        work.reset(chapter)
    assert str(error.value) == f"chapter is {chapter!r}: it must be one of 00, 01."


def test_copies_can_be_read_by_others(course):
    mask = os.umask(0o022)
    try:
        work.copy_new_blanks()
    finally:
        os.umask(mask)
    assert (course / "my_work" / "01_users.ipynb").stat().st_mode & 0o777 == 0o644
