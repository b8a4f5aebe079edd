import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from twoworlds.course.journal import Event, Journal
from twoworlds.course.progress import Progress, Summary, progress
from twoworlds.course.store import Store


@pytest.fixture
def said():
    return []


@pytest.fixture
def make(tmp_path, said):
    """Return a function that opens the record anew, as another kernel would."""
    return lambda folder=tmp_path / "my_work": Progress(
        folder, tmp_path / "data" / "spare.jsonl", said.append
    )


def record(record, count=1, start=0):
    for i in range(start, start + count):
        record.record("attempt", "01", f"01.{i}", {"n": i, "passed": i % 2 == 0})


def items(record):
    return sorted(event.payload["n"] for event in record.events())


def stored(folder):
    """Return what the table itself holds."""
    return sorted(event.payload["n"] for event in Store(folder / "progress.sqlite3").read().values())


def journalled(folder):
    return sorted(event.payload["n"] for event in Journal(folder / "progress.jsonl").read().values())


def test_recorded_events_are_in_both_files_and_come_back(make, tmp_path, said):
    record(make(), 3)
    assert items(make()) == stored(tmp_path / "my_work") == journalled(tmp_path / "my_work") == [0, 1, 2]
    assert said == []


def test_queries(make):
    mine = make()
    mine.record("attempt", "01", "01.1", {"passed": False})
    mine.record("attempt", "01", "01.1", {"passed": True})
    mine.record("attempt", "01", "01.2", {"passed": False})
    mine.record("attempt", "02", "02.1", {"passed": True})
    mine.record("prediction", "01", "01.a", {"guess": 3, "truth": 4, "unit": "ms"})
    assert [event.payload["passed"] for event in mine.attempts("01", "01.1")] == [False, True]
    assert mine.passes() == {"01.1", "02.1"}
    assert mine.passes("01") == {"01.1"}
    assert [event.payload["guess"] for event in mine.predictions()] == [3]
    assert mine.events(kind="pretest") == []
    assert mine.summary() == {
        "01": Summary(frozenset({"01.1"}), frozenset({"01.1", "01.2"}), frozenset({"01.a"})),
        "02": Summary(frozenset({"02.1"}), frozenset({"02.1"})),
    }


def test_events_come_in_the_order_of_their_times(make, tmp_path):
    late = Event("a", "2026-11-24T00:00:00", "attempt", "01", "01.1", {"n": 2})
    early = Event("b", "2026-11-23T00:00:00", "attempt", "01", "01.1", {"n": 1})
    Journal(tmp_path / "my_work" / "progress.jsonl").append([late, early])
    assert [event.payload["n"] for event in make().events()] == [1, 2]


def test_off_records_and_shows_nothing(make, monkeypatch, tmp_path):
    record(make())
    monkeypatch.setenv("TWOWORLDS_PROGRESS", "off")
    record(make(), 2)
    assert make().events() == []
    assert make().summary() == {}
    monkeypatch.delenv("TWOWORLDS_PROGRESS")
    assert items(make()) == [0]


def damage_by_garbage(path):
    path.write_bytes(b"garbage" * 1000)


def damage_by_truncation(path):
    path.write_bytes(path.read_bytes()[:5000])


def damage_by_emptying(path):
    path.write_bytes(b"")


def damage_by_schema(path):
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE events (id TEXT)")
    connection.close()


def damage_by_directory(path):
    path.unlink()
    path.mkdir()


DAMAGES = [damage_by_garbage, damage_by_truncation, damage_by_emptying, damage_by_schema, damage_by_directory]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("opened", ["before", "after"])
def test_a_damaged_table_is_rebuilt(make, said, tmp_path, damage, opened):
    folder = tmp_path / "my_work"
    mine = make()
    record(mine, 40)
    damage(folder / "progress.sqlite3")
    mine = mine if opened == "before" else make()
    record(mine, 2, start=40)
    assert items(mine) == stored(folder) == list(range(42))
    assert len(said) == 1
    assert "was damaged. It is kept as progress.damaged-" in said[0]
    assert len(list(folder.glob("progress.damaged-*"))) == 1


def test_a_damaged_table_gives_what_the_journal_has_lost(make, said, tmp_path):
    folder = tmp_path / "my_work"
    folder.mkdir()
    events = [Event.now("attempt", "01", "01.1", {"n": n}) for n in range(300)]
    Store(folder / "progress.sqlite3").create(events)
    data = bytearray((folder / "progress.sqlite3").read_bytes())
    data[-4096:] = b"\xff" * 4096
    (folder / "progress.sqlite3").write_bytes(data)
    recovered = items(make())
    assert len(recovered) > 100
    assert journalled(folder) == stored(folder) == recovered
    assert f"{len(recovered)} records were recovered" in said[0]


def test_a_lost_file_is_made_from_the_other(make, tmp_path, said):
    folder = tmp_path / "my_work"
    record(make(), 5)
    (folder / "progress.jsonl").unlink()
    assert items(make()) == journalled(folder) == [0, 1, 2, 3, 4]
    (folder / "progress.sqlite3").unlink()
    assert items(make()) == stored(folder) == [0, 1, 2, 3, 4]
    assert said == []


def test_a_directory_in_place_of_the_journal(make, tmp_path):
    folder = tmp_path / "my_work"
    record(make(), 2)
    (folder / "progress.jsonl").unlink()
    (folder / "progress.jsonl").mkdir()
    record(make(), 1, start=2)
    assert items(make()) == journalled(folder) == stored(folder) == [0, 1, 2]


@pytest.fixture
def blocked(tmp_path):
    """A folder that can't be written, as a file is where its parent should be."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "my_work"


def test_events_wait_elsewhere_while_the_folder_cannot_be_written(make, said, tmp_path, blocked):
    mine = make(blocked)
    record(mine, 3)
    assert len(said) == 1
    assert "can't be written: your progress is kept in" in said[0]
    assert items(make(blocked)) == [0, 1, 2]
    (tmp_path / "file").unlink()
    assert items(make(blocked)) == journalled(blocked) == stored(blocked) == [0, 1, 2]
    assert not (tmp_path / "data" / "spare.jsonl").exists()


def test_the_same_record_goes_back_to_its_folder(make, tmp_path, blocked):
    mine = make(blocked)
    record(mine, 2)
    (tmp_path / "file").unlink()
    record(mine, 1, start=2)
    assert journalled(blocked) == stored(blocked) == [0, 1, 2]


def test_the_memory_is_the_last_resort(make, said, tmp_path, blocked):
    (tmp_path / "data").write_text("no folder")
    mine = make(blocked)
    record(mine, 3)
    assert items(mine) == [0, 1, 2]
    assert len(said) == 1
    assert "lasts until this notebook is closed" in said[0]
    (tmp_path / "file").unlink()
    record(mine, 1, start=3)
    assert items(make(blocked)) == [0, 1, 2, 3]


def test_a_full_disk_counts_as_read_only(make, said, tmp_path, monkeypatch):
    mine = make()
    record(mine, 1)
    append = Journal.append

    def full(self, events):
        if self.path.parent.name == "my_work" and (events := list(events)):
            raise OSError(28, "No space left on device")
        append(self, events)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", full)
        record(mine, 2, start=1)
        assert items(mine) == [0, 1, 2]
    assert len(said) == 1
    record(mine, 1, start=3)
    assert items(make()) == journalled(tmp_path / "my_work") == [0, 1, 2, 3]


def test_a_locked_table_holds_nobody_up(make, said, tmp_path, monkeypatch):
    monkeypatch.setattr("twoworlds.course.store.BUSY_SECONDS", 0.05)
    mine = make()
    record(mine, 1)
    other = sqlite3.connect(tmp_path / "my_work" / "progress.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    record(mine, 2, start=1)
    assert items(mine) == [0, 1, 2]
    other.close()
    assert items(mine) == stored(tmp_path / "my_work") == [0, 1, 2]
    assert said == []


def test_a_read_only_table_is_no_trouble(make, said, tmp_path, monkeypatch):
    mine = make()
    record(mine, 1)

    def refuse(self, events):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(Store, "insert", refuse)
    record(mine, 2, start=1)
    assert items(mine) == [0, 1, 2]
    assert said == []


def test_a_table_that_cannot_be_mended_stops_nothing(make, said, tmp_path, monkeypatch):
    mine = make()
    record(mine, 2)
    (tmp_path / "my_work" / "progress.sqlite3").write_bytes(b"garbage" * 1000)

    def refuse(self):
        raise PermissionError("open in another program")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "set_aside", refuse)
        record(mine, 2, start=2)
        assert items(make()) == journalled(tmp_path / "my_work") == [0, 1, 2, 3]
    assert said == []
    assert items(make()) == stored(tmp_path / "my_work") == [0, 1, 2, 3]


@pytest.mark.parametrize("payload", [{"a": object()}, {(1, 2): 3}, {"a": float("nan")}, None])
def test_record_never_raises(make, payload):
    make().record("attempt", "01", "01.1", payload)
    assert len(make().events()) == 1


def test_record_never_raises_even_without_ears(make, blocked, tmp_path):
    def deaf(line):
        raise BrokenPipeError

    mine = Progress(blocked, tmp_path / "spare.jsonl", deaf)
    record(mine)
    assert items(mine) == [0]


WRITER = """
import sys
from pathlib import Path
from twoworlds.course.progress import Progress
folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
mine = Progress(folder, folder / "spare.jsonl")
print("ready", flush=True)
sys.stdin.readline()
for n in range(first, first + count):
    mine.record("attempt", "01", "01.1", {"n": n})
    print(n, flush=True)
"""


def writer(folder, first, count):
    command = [sys.executable, "-c", WRITER, str(folder), str(first), str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_writers_lose_nothing(make, tmp_path, said):
    folder = tmp_path / "my_work"
    writers = [writer(folder, first, 200) for first in (0, 200)]
    for process in writers:
        go(process)
    for process in writers:
        assert len(process.communicate()[0].split()) == 200
    assert journalled(folder) == list(range(400))
    assert items(make()) == stored(folder) == list(range(400))
    assert said == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_writer_loses_nothing_that_was_recorded(make, tmp_path, said):
    folder, told = tmp_path / "my_work", []
    for i in range(20):
        process = writer(folder, 1000 * i, 1000)
        go(process)
        told.append(int(process.stdout.readline()))
        time.sleep(0.001 * (i % 7))
        os.kill(process.pid, signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        process.wait()
    assert set(told) <= set(items(make()))
    assert set(items(make())) == set(stored(folder))
    assert said == []


def test_the_default_is_in_the_learners_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TWOWORLDS_WORK", str(tmp_path / "mine"))
    progress().record("pretest", "01", "01.pre", {"score": 3})
    assert (tmp_path / "mine" / "progress.sqlite3").is_file()
    assert progress() is progress()
    monkeypatch.setenv("TWOWORLDS_WORK", str(tmp_path / "other"))
    assert progress().events() == []


def test_without_the_courses_folder_there_is_still_a_record(monkeypatch, tmp_path):
    monkeypatch.delenv("TWOWORLDS_WORK")
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path / "nowhere"))
    monkeypatch.setattr(
        "twoworlds.course.progress.platformdirs.user_data_dir", lambda name: str(tmp_path / name)
    )
    progress().record("pretest", "01", "01.pre", {"score": 3})
    assert (tmp_path / "twoworlds" / "progress.sqlite3").is_file()
