"""Make the log that the course ships, bit for bit: `python -m twoworlds.world.ship [FOLDER]`."""

import sys
from pathlib import Path

from twoworlds.errors import InputError
from twoworlds.world.people import World
from twoworlds.world.policy import POLICIES
from twoworlds.world.stream import write_log

SHIPPED = World(users=2000, days=28, seed=7)
#: The course's folder data/world, beside the package in the repository.
FOLDER = Path(__file__).resolve().parents[2] / "data" / "world"


def ship(folder: str | Path = FOLDER) -> dict:
    """Write the shipped world (2,000 users, 28 days, production) and its truth to `folder`; return the manifest."""
    return write_log(SHIPPED, POLICIES["production"], folder, hidden=True)


def main() -> None:
    """Write the shipped data and say how much it is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        files = ship(folder)["files"]
    except InputError as problem:
        sys.exit(str(problem))
    for name, file in files.items():
        print(f"{name:24} {file['rows']:>9,} rows {file['bytes'] / 1e6:7.2f} MB")


if __name__ == "__main__":
    main()
