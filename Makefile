# Every target sets itself up in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test check reports benchmarks clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(READY)

demo: $(READY)   ## the home-move study end to end
	$(BIN)/crmmining demo

test: $(READY)   ## the tests
	$(BIN)/python -m pytest

check: $(READY)  ## lint, types, import contracts, doctests, README commands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --doctest-modules src
	$(BIN)/python tests/readme_commands.py

reports: $(READY) ## the committed sample reports, byte-identical when nothing changed
	$(BIN)/crmmining report sample_logs/home_move/study.yaml -o reports/home_move
	$(BIN)/crmmining report sample_logs/service_desk/study.yaml -o reports/service_desk

benchmarks: $(READY)
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV)
