# Each verb does its own set-up; plain `make` lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo serve load conformance report wheel test coverage proof busy bench calibrate lint format docs clean

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export MPLBACKEND := Agg

# No shell reads ARGS: it is cut into words by scripts/with_args.py, so that < and & in it mean nothing.
export HUBBUB_ARGS := $(value ARGS)
RUN := $(BIN)/python scripts/with_args.py $(BIN)
# A variable's value as one word for the shell, whatever is in it.
quoted = '$(subst ','\'',$(value $(1)))'

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with the pinned dependencies
	@echo "Ready: .venv has $$($(BIN)/python --version). Next: make demo"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "hubbub needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "this Python has no venv; install it (Debian: apt-get install python3-venv)" >&2; exit 2; }
	@echo "Setting up .venv with $$($(PYTHON) --version); the first time takes a minute or two."
	@$(PYTHON) -m venv .venv
	@echo "Fetching the packages that constraints.txt pins:"
	@$(BIN)/python scripts/install.py
	@$(MAKE_PLUGIN)
	@touch $@

demo: $(READY)  ## judge and load the reference server, and write one report of both
	@$(BIN)/python scripts/demo.py

serve: $(READY)  ## start the reference server (ARGS="--port 9000")
	@$(RUN)/hubbub serve

URL ?=
conformance: $(READY)  ## judge a server (URL=ws://host/path; without it the reference server)
	@$(RUN)/hubbub conformance $(if $(value URL),$(call quoted,URL))

HOST ?= ws://127.0.0.1:8765/
load: $(READY)  ## load a server for 30 s (HOST=ws://host/path; ARGS="-u 500")
	@$(RUN)/hubbub load $(call quoted,HOST)

DIR ?= results/latest
report: $(READY)  ## draw the newest result again and show it (DIR=results/...)
	@$(BIN)/hubbub report $(call quoted,DIR)

wheel: $(READY)  ## build the wheel that others install, in dist/
	@rm -rf build/lib build/bdist.* dist/*.whl
	@$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-build-isolation --no-deps --wheel-dir dist .
	@rm -rf build/lib build/bdist.*
	@ls dist/*.whl

test: $(READY)  ## run the tests
	@$(RUN)/pytest --numprocesses 2 --dist loadfile

coverage: $(READY)  ## run the tests and the parallel proofs, and name the lines and branches that they leave out
	@rm -f .coverage .coverage.*
	@$(RUN)/coverage run -m pytest -m 'not alone and not busy' --numprocesses 2 --dist loadfile; code=$$?; \
		$(BIN)/coverage combine --quiet && $(BIN)/coverage report && exit $$code

proof: $(READY)  ## run the long proofs
	@$(RUN)/pytest -m 'proof and not alone' --numprocesses 2 --dist loadfile
	@$(RUN)/pytest -m 'proof and alone'

busy: $(READY)  ## judge the bundled server and the examples while four processes keep the machine busy
	@$(RUN)/pytest -m busy

bench: $(READY)  ## measure speed
	@$(BIN)/pytest benchmarks
	@npm ci --silent --prefix examples
	@$(RUN)/python -m benchmarks

calibrate: $(READY)  ## measure the most that one load-generating process can do on this machine
	@$(BIN)/python -m scripts.calibrate

lint: $(READY)  ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)  ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: .venv/.docs  ## build the documentation's site, build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "build/site/index.html"

.venv/.docs: $(READY)
	@echo "Fetching what builds the documentation:"
	@$(BIN)/python scripts/install.py docs
	@touch $@

clean:  ## remove what was set up and measured
	rm -rf .venv results build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# make itself ends with 2 whatever failed. Where it can load a plugin (GNU make 4 on Linux) and there is a C compiler,
# it ends with the exit code of what it ran; elsewhere with 2 still.
PLUGIN := .venv/exit_code.so
MAKE_PLUGIN = cc -shared -fPIC -Wl,-z,nodelete -o $(PLUGIN) scripts/exit_code.c 2>/dev/null || : >$(PLUGIN)
ifneq ($(and $(filter load,$(.FEATURES)),$(filter-out help setup clean,$(MAKECMDGOALS))),)
$(PLUGIN): scripts/exit_code.c
	@mkdir -p $(@D)
	@$(MAKE_PLUGIN)

-load $(PLUGIN)
endif
