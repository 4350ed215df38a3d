# Every target sets itself up in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
READY_SPARK := $(VENV)/.ready-spark

.PHONY: demo test check test-spark reports benchmarks clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(READY)

demo: $(READY)   ## the home-move study end to end
	$(BIN)/crmmining demo

test: $(READY)   ## the tests, on all cores
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(READY)  ## lint, types, import contracts, doctests, README commands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --doctest-modules src
	$(BIN)/python tests/readme_commands.py

# Where Java 17 or newer is, as Spark finds it.
JAVA := $(if $(JAVA_HOME),$(JAVA_HOME)/bin/java,java)

$(READY_SPARK): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,spark]"
	touch $(READY_SPARK)

test-spark:      ## the tests of the Spark engine, in this process and on a cluster of two workers
	@$(JAVA) -version 2>&1 | grep -Eq 'version "(1[7-9]|[2-9][0-9])' \
	  || { echo "make test-spark needs Java 17 or newer; install it, or set JAVA_HOME to where it is" >&2; exit 2; }
	@$(MAKE) --no-print-directory $(READY_SPARK)
	CRMMINING_TEST_SPARK=1 $(BIN)/python -m pytest tests/spark

reports: $(READY) ## the committed sample reports, byte-identical when nothing changed
	$(BIN)/crmmining report sample_logs/home_move/study.yaml -o reports/home_move
	$(BIN)/crmmining report sample_logs/service_desk/study.yaml -o reports/service_desk

benchmarks: $(READY)
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV)
