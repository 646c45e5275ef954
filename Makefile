# Every target sets up what it needs; PYTHON names the interpreter that makes the virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WEB := $(shell find web -name node_modules -prune -o -type f -print)
APP := src/maracuja/ui/static/stamp
ARGS ?=
WORKERS ?= 2
MARKS ?= not slow and not nightly
# Tests start hundreds of processes: what is compiled once is kept, even where that is turned off.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check web format types bench pictures nightly crash clean

demo: $(APP)
	@$(BIN)/maracuja demo $(ARGS)

test: $(APP)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "$(MARKS)" $(ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

web: $(READY)
	cd web && npm ci --silent && npm run --silent check

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd web && npm run --silent format

types: $(READY)
	$(BIN)/python web/openapi/describe.py
	cd web && npm run --silent types

bench: $(READY)
	$(BIN)/python -m bench $(ARGS)

pictures: $(APP)
	$(BIN)/python -m tests.ui.pictures

nightly: $(APP)
	$(BIN)/python -m pytest -m nightly $(ARGS)

crash: $(READY)
	$(BIN)/python -m pytest -m slow tests/acceptance/test_crash.py --crashes 200 $(ARGS)

clean:
	rm -rf $(VENV) demo-data bench-data

$(READY): pyproject.toml constraints.txt hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Maracuja needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@mkdir -p $(@D) && touch $@

# The package's own build makes the web app where something of it has changed.
$(APP): $(WEB) | $(READY)
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@mkdir -p $(@D) && touch $@
