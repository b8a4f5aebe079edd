"""Write the locks and environment.yml again from pyproject.toml.

`python tools/lock.py` keeps the locked versions that still fit; `--upgrade` takes the newest. The locks are
complete, hashed, and one for all of Python 3.11 to 3.14 and all platforms; they name no package index.
environment.yml carries the same versions without hashes: conda hands its pip section to pip as one requirements
file, and pip refuses the course's own editable package in a file with hashes.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import setup

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# Two Worlds of Machine Learning, for conda and for Binder-style builders. Written by `make lock`: don't edit.
# conda brings Python and pip; the packages are the versions of requirements.lock, so there is one set to test.
name: twoworlds
channels:
  - conda-forge
dependencies:
  - python=3.12
  - pip>=25
  - pip:
"""


def compile_lock(uv: str, target: str, *sources: str) -> None:
    """Write one universal, hashed lock; versions of an existing one are kept unless --upgrade."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--no-header"]
    command += ["--generate-hashes", "--fork-strategy", "fewest", "-o", target, *sources]
    if "--upgrade" in sys.argv:
        command.append("--upgrade")
    subprocess.run(command, cwd=ROOT, check=True)


def pins(lock: str) -> list[str]:
    """Return the lines `name==version ; marker` of a lock's text, without hashes."""
    return [pin.strip() for pin in re.findall(r"^([A-Za-z0-9][^\\\n]*==[^\\\n]*)", lock, re.MULTILINE)]


def environment(lock: str) -> str:
    """Return the text of environment.yml for a lock's text."""
    lines = ["-e .", *pins(lock)]
    return HEAD + "".join(f'      - "{line}"\n' for line in lines)


def main() -> None:
    """Write the three locks and environment.yml."""
    uv = setup.find_uv(os.environ["PATH"]) or setup.find_uv(setup.VENV_BIN) or setup.install_uv()
    lab, test = setup.LOCKS["lab"], setup.LOCKS["test"]
    compile_lock(uv, lab, "pyproject.toml", "--group", "build")
    compile_lock(uv, test, "pyproject.toml", "--group", "build", "--extra", "test", "-c", lab)
    compile_lock(uv, setup.UV_LOCK, "tools/requirements-uv.in")
    (ROOT / "environment.yml").write_text(environment((ROOT / lab).read_text()))


if __name__ == "__main__":
    main()
