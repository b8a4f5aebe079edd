"""The shipped data are whole, small, and what the code makes today."""

import json

import pandas as pd

from twoworlds.world import damaged
from twoworlds.world.run import simulate
from twoworlds.world.ship import FOLDER, SHIPPED, ship


def test_the_shipped_files_are_whole_and_small():
    assert damaged(FOLDER) == []
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 6e6


def test_making_them_again_gives_the_same_bytes(tmp_path):
    ship(tmp_path)
    again, shipped = (json.loads((folder / "manifest.json").read_text()) for folder in (tmp_path, FOLDER))
    assert again == shipped


def test_the_log_is_that_of_the_default_world_under_production():
    clicks = (
        pd.read_parquet(FOLDER / "log.parquet", columns=["day", "clicked"]).groupby("day")["clicked"].sum()
    )
    assert clicks.tolist() == simulate(SHIPPED, "production").daily["clicks"].tolist()
