"""Compute the stored grids of all chapters anew: `python -m twoworlds.chapters [name ...]`.

A chapter that needs some names its builders in GRIDS = {"name": builder}; a builder returns a table.
"""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator

import pandas as pd

import twoworlds.chapters
from twoworlds.course.grids import write


def builders() -> Iterator[tuple[str, Callable[[], pd.DataFrame]]]:
    """Yield (name, builder) for every grid of every chapter, in the order of the chapters."""
    for module in sorted(module.name for module in pkgutil.iter_modules(twoworlds.chapters.__path__)):
        if module.startswith("c"):
            yield from getattr(importlib.import_module(f"twoworlds.chapters.{module}"), "GRIDS", {}).items()


def main(names: list[str]) -> None:
    """Compute and store the grids with these names, or all."""
    for name, build in builders():
        if not names or name in names:
            print(f"data/grids/{name}.csv", flush=True)
            write(name, build())


if __name__ == "__main__":
    main(sys.argv[1:])
