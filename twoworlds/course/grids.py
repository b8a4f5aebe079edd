"""Numbers that take too long for a slider: computed once by `make data`, kept in data/grids/, read by explorers."""

from functools import cache

import pandas as pd

from twoworlds.errors import InputError
from twoworlds.paths import data_folder

# Enough to draw with, and the same on machines whose last bits differ.
DIGITS = 6


@cache
def grid(name: str) -> pd.DataFrame:
    """Return the stored table `name`; raise InputError with the command that makes it if it isn't there."""
    path = data_folder() / "grids" / f"{name}.csv"
    if not path.exists():
        raise InputError(f"data/grids/{name}.csv is missing: run `make data` to compute it again.")
    return pd.read_csv(path)


def write(name: str, table: pd.DataFrame) -> None:
    """Store a table under data/grids/, whole or not at all."""
    folder = data_folder() / "grids"
    folder.mkdir(exist_ok=True)
    part = folder / f"{name}.csv.part"
    table.round(DIGITS).to_csv(part, index=False, lineterminator="\n")
    part.replace(folder / f"{name}.csv")
    grid.cache_clear()
