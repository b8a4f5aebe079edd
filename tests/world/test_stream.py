"""Streaming to Parquet: the same tables, the same bytes, whole or not at all."""

import errno
import json

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.world import World, damaged, simulate, stream, write_log

WORLD = World(users=1500, days=3)


def test_the_files_hold_the_runs_tables(tmp_path):
    manifest = write_log(WORLD, "production", tmp_path, hidden=True)
    run = simulate(WORLD, "production")
    tables = {
        "log": run.log(),
        "sessions": run.sessions(),
        "hidden_log": run.hidden(),
        "videos": run.videos(),
    }
    for name, table in tables.items():
        read = pd.read_parquet(tmp_path / f"{name}.parquet")
        pd.testing.assert_frame_equal(read, table[list(read)], check_dtype=False)
        assert manifest["files"][f"{name}.parquet"]["rows"] == len(table)
    assert read["video_id"].is_unique
    assert damaged(tmp_path) == []


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    hashes = []
    for folder, world in (("a", WORLD), ("b", WORLD), ("c", WORLD.but(seed=8))):
        files = write_log(world, "production", tmp_path / folder)["files"]
        hashes.append(files["log.parquet"]["sha256"])
    assert hashes[0] == hashes[1] != hashes[2]


def test_row_groups_do_not_change_the_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "ROW_GROUP", 1000)
    write_log(WORLD, "production", tmp_path)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "sessions.parquet"),
        simulate(WORLD, "production").sessions(),
        check_dtype=False,
    )


def test_arms_are_written_too(tmp_path):
    manifest = write_log(WORLD, {"a": "production", "b": "random"}, tmp_path)
    assert set(manifest["policies"]) == {"a", "b"}
    log = pd.read_parquet(tmp_path / "log.parquet")
    assert (np.diff(log["session_id"].to_numpy()[log["day"] == 1]) >= 0).all()


def test_progress_goes_from_zero_to_one(tmp_path):
    shares = []
    write_log(WORLD, "production", tmp_path, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert len(shares) == 2 * 3  # chunks x days


def stop(problem: BaseException):
    """Return a progress callback that raises `problem` half way."""

    def on_progress(share: float) -> None:
        if share > 0.5:
            raise problem

    return on_progress


def test_an_interrupt_leaves_nothing_and_says_so(tmp_path):
    with pytest.raises(KeyboardInterrupt, match="nothing was written"):
        write_log(WORLD, "production", tmp_path, stop(KeyboardInterrupt()))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "why"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "permission denied")]
)
def test_a_disk_that_refuses_leaves_nothing_and_says_why(tmp_path, code, why):
    with pytest.raises(InputError, match=rf"folder is .*: {why}; it must be a writable folder"):
        write_log(WORLD, "production", tmp_path, stop(OSError(code, "Permission denied")))
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="folder is"):
        write_log(WORLD, "production", tmp_path / "taken")


def test_an_interrupt_leaves_an_older_set_whole(tmp_path):
    write_log(WORLD, "production", tmp_path)
    with pytest.raises(KeyboardInterrupt):
        write_log(WORLD.but(seed=9), "production", tmp_path, stop(KeyboardInterrupt()))
    assert damaged(tmp_path) == []
    assert json.loads((tmp_path / "manifest.json").read_text())["world"]["seed"] == WORLD.seed


def test_damage_is_found(tmp_path):
    write_log(WORLD, "production", tmp_path)
    with (tmp_path / "log.parquet").open("ab") as file:
        file.write(b"x")
    (tmp_path / "users.parquet").unlink()
    assert damaged(tmp_path) == ["log.parquet", "users.parquet"]
    (tmp_path / "manifest.json").write_text("{")
    assert damaged(tmp_path) == ["manifest.json"]
    assert damaged(tmp_path / "nowhere") == ["manifest.json"]


def test_nothing_in_the_manifest_depends_on_the_time_or_the_place(tmp_path):
    for folder in ("a", "b"):
        write_log(WORLD, "production", tmp_path / folder)
    assert (tmp_path / "a" / "manifest.json").read_bytes() == (tmp_path / "b" / "manifest.json").read_bytes()
