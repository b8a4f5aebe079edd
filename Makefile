# Two Worlds of Machine Learning. `make` alone lists what there is; `make lab` is all a learner needs.
# The first command that finds a Python starts the set-up, which then looks for one that the course can use.
STARTER := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c "" 2>/dev/null && command -v $$p && break; done)
BIN := .venv/bin
export PYTHONNOUSERSITE := 1
unexport PYTHONPATH PYTHONHOME  # another Python's modules have no business here

.PHONY: help lab test bench data exercises execute lint lock setup setup-test
help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: setup  ## set up what is missing and open the course in your browser
	@$(BIN)/twoworlds lab $(ARGS)

test: setup-test  ## set up what is missing and prove everything
	@$(BIN)/python tools/prove.py $(ARGS)

bench: setup-test  ## measure our speed beside a peer's
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file; done

data: setup  ## make the small log and the grids in data/ again, bit for bit (a quarter of an hour)
	@$(BIN)/twoworlds data
	@$(BIN)/python -m twoworlds.chapters

exercises: setup  ## make exercises/ from solutions/
	@$(BIN)/python -m twoworlds.course.blanks

execute: setup-test  ## run notebooks/ and solutions/ and store their outputs
	@$(BIN)/python tools/execute.py $(ARGS)

lint: setup-test  ## check the style of code and notebooks
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

lock: setup-test  ## write the locks and environment.yml again from pyproject.toml
	@$(BIN)/python tools/lock.py $(ARGS)

setup setup-test:
	@test -n "$(STARTER)" || { echo "Set-up stopped: no Python was found: install Python 3.11 to 3.14 \
	from your system's packages or python.org, and run this again." >&2; exit 1; }
	@$(STARTER) -E -S tools/setup.py $(if $(filter setup-test,$@),--test)
