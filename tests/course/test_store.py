import sqlite3

import pytest

from twoworlds.course.journal import Event
from twoworlds.course.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "progress.sqlite3")
    store.create([event(i) for i in range(300)])
    return store


def event(n):
    return Event(f"id{n}", f"2026-11-23T04:00:00.{n:06}", "attempt", "01", "01.1", {"n": n})


def test_created_with_its_events(store):
    assert [e.payload["n"] for e in store.read().values()] == list(range(300))
    assert [path.name for path in store.path.parent.iterdir()] == ["progress.sqlite3"]


def test_an_event_is_inserted_once(store):
    store.insert([event(300), event(1)])
    store.insert([event(300)])
    assert list(store.read().values())[-1] == event(300)
    assert len(store.read()) == 301


def damage_by_garbage(path):
    path.write_bytes(b"garbage" * 1000)


def damage_by_truncation(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_by_emptying(path):
    path.write_bytes(b"")


def damage_by_schema(path):
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE events (id TEXT, other TEXT)")
    connection.close()


def damage_by_another_database(path):
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE something (id TEXT)")
    connection.close()


def damage_by_directory(path):
    path.unlink()
    path.mkdir()


def damage_in_the_middle(path):
    data = bytearray(path.read_bytes())
    middle = len(data) // 8192 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(data)


DAMAGES = [
    damage_by_garbage,
    damage_by_truncation,
    damage_by_emptying,
    damage_by_schema,
    damage_by_another_database,
    damage_by_directory,
    damage_in_the_middle,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_seen(store, damage):
    assert not store.damaged()
    damage(store.path)
    assert store.damaged()
    store.salvage()
    aside = store.set_aside()
    assert aside.name.startswith("progress.damaged-")
    assert not store.damaged()
    store.create([event(1)])
    assert list(store.read().values()) == [event(1)]


def test_a_half_damaged_file_gives_away_the_rest(store):
    damage_in_the_middle(store.path)
    assert 0 < len(store.salvage()) < 300


def test_its_rollback_journal_moves_along(store):
    rollback = store.path.with_name("progress.sqlite3-journal")
    rollback.write_bytes(b"x")
    aside = store.set_aside()
    assert not rollback.exists()
    assert aside.with_name(f"{aside.name}-journal").exists()


def test_a_busy_file_is_not_damaged(store, monkeypatch):
    monkeypatch.setattr("twoworlds.course.store.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert not store.damaged()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        store.insert([event(300)])
    other.close()


def test_a_missing_file_is_not_created_by_reading(store):
    store.path.unlink()
    with pytest.raises(sqlite3.OperationalError):
        store.read()
    assert not store.path.exists()
    assert not store.damaged()


def test_rows_that_are_no_events_are_skipped(store):
    connection = sqlite3.connect(store.path)
    connection.execute("INSERT INTO events VALUES ('x', 'now', 'attempt', '01', '01.1', 'no json')")
    connection.execute("INSERT INTO events VALUES ('y', NULL, 'attempt', '01', '01.1', '{}')")
    connection.commit()
    connection.close()
    assert len(store.read()) == 300
