# Each verb does its own set-up; plain `make` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo serve load conformance report test proof busy bench calibrate lint format clean

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export MPLBACKEND := Agg

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with the pinned dependencies

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "hubbub needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "this Python has no venv; install it (Debian: apt-get install python3-venv)" >&2; exit 2; }
	@echo "Setting up .venv; the first time takes a minute or two."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY)  ## judge and load the reference server, and write one report of both
	@$(BIN)/python scripts/demo.py

serve: $(READY)  ## start the reference server (ARGS="--port 9000")
	@$(BIN)/python -m reference_server $(ARGS)

URL ?=
conformance: $(READY)  ## judge a server (URL=ws://host/path; without it the reference server)
	@$(BIN)/pytest conformance $(if $(URL),--url $(URL)) $(ARGS)

HOST ?= ws://127.0.0.1:8765/
load: $(READY)  ## load a server for 30 s (HOST=ws://host/path; ARGS="-u 500 --rate 2")
	@$(BIN)/locust -f loadtests/ --headless --only-summary -u 200 -r 50 -t 30s --host $(HOST) $(ARGS)

DIR ?= results/latest
report: $(READY)  ## draw the newest result again and show it (DIR=results/...)
	@$(BIN)/python -m reports render $(DIR)
	@$(BIN)/python -m reports show $(DIR)

test: $(READY)  ## run the tests
	@$(BIN)/pytest --numprocesses 2 --dist loadfile $(ARGS)

proof: $(READY)  ## run the long proofs
	@$(BIN)/pytest -m 'proof and not alone' --numprocesses 2 --dist loadfile $(ARGS)
	@$(BIN)/pytest -m 'proof and alone' $(ARGS)

busy: $(READY)  ## judge the bundled server and the examples while four processes keep the machine busy
	@$(BIN)/pytest -m busy $(ARGS)

bench: $(READY)  ## measure speed
	@$(BIN)/pytest benchmarks
	@npm ci --silent --prefix examples
	@$(BIN)/python -m benchmarks $(ARGS)

calibrate: $(READY)  ## measure the most that one load-generating process can do on this machine
	@$(BIN)/python -m scripts.calibrate

lint: $(READY)  ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)  ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:  ## remove what was set up and measured
	rm -rf .venv results build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
