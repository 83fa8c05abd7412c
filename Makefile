# Two commands matter: `make demo` and `make test`. Each does all set-up by itself.
# A machine needs Python >= 3.11 with venv, make, and a package index that pip can reach; nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test dev down check bench mutate prove lock modelled strategy errors schemas wheel-check clean

help:  ## Say what each command does
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Create .venv, install the locked dependencies and the project, nothing else

$(READY): pyproject.toml locks/dev.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("autobiz needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "$(PYTHON) lacks venv; install it (Debian: python3-venv)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies into $(VENV) (about a minute the first time) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r locks/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps --no-index -e .
	@touch $(READY)

demo: $(READY)  ## Bring the stack up, run the staged suites, print the decision, write evidence and report
	@$(BIN)/gate run --slice demo

test: $(READY)  ## Run every suite through the gates
	@$(BIN)/gate run

dev: $(READY)  ## Bring the stack up and keep it; print URLs and an env file
	@$(BIN)/gate stack up

down: $(READY)  ## Stop the kept stack
	@$(BIN)/gate stack down

check: $(READY)  ## Format, lint, types, import contracts, tidy
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/mypy suites benchmarks conftest.py .ci/wheel_check.py
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q suites/hygiene

bench: $(READY)  ## Measure ourselves and our peers; figures go to the terminal
	@$(BIN)/python benchmarks/overhead/overhead.py
	@$(BIN)/python benchmarks/start_up/start_up.py
	@$(BIN)/python benchmarks/fold/fold.py
	@$(BIN)/python benchmarks/evidence/chain.py
	@$(BIN)/python benchmarks/flakes/flakes.py
	@$(BIN)/python -m benchmarks.decision_quality
	@$(BIN)/python -m benchmarks.curtailment --share 0.02
	@$(BIN)/python -m benchmarks.tampering --samples 200
	@$(BIN)/python -m benchmarks.fuzz --inputs 50000

# cosmic-ray wants other versions than we do, so it lives in a folder of its own: TOOLS.
TOOLS ?= .autobiz/tools
OF    ?= oracles

mutate: $(READY)  ## Change the code in every way, and see whether a test notices (an hour; OF=gates for the gates)
	@test -d $(TOOLS)/cosmic_ray || $(BIN)/python -m pip install -q --disable-pip-version-check --target $(TOOLS) cosmic-ray
	@$(BIN)/python -m benchmarks.mutation --tools $(TOOLS) --of $(OF) --results .autobiz/changes-$(OF).jsonl

# The prover takes 90 MB and brings a pytest plugin, so it lives apart as well.
prove: $(READY)  ## Prove with another's tool that no tenant reads or writes another's rows (half a minute)
	@test -d $(TOOLS)/prover/pgrls || $(BIN)/python -m pip install -q --disable-pip-version-check \
		--target $(TOOLS)/prover 'pgrls>=0.57.1,<0.58'
	@$(BIN)/python -m benchmarks.isolation --tools $(TOOLS)/prover

lock: $(READY)  ## Resolve the dependencies anew (names, versions and hashes only)
	@$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --annotation-style line -q -o locks/dev.txt

modelled: $(READY)  ## Write the page of what the stand-ins model anew
	@$(BIN)/python -c "from suites.hygiene.modelled import write; write()"

strategy: $(READY)  ## Write the tables of the oracle strategy page anew
	@$(BIN)/python -c "from suites.hygiene.strategy import write; write()"

errors: $(READY)  ## Write the page of error codes anew
	@$(BIN)/python -c "from suites.hygiene.taxonomy import write; write()"

schemas: $(READY)  ## Write the published JSON Schemas anew
	@$(BIN)/python -c "from pathlib import Path; from autobiz_gates.published import write_schemas; \
		write_schemas(Path('gates/autobiz_gates/schemas'))"
	@$(BIN)/python -c "from pathlib import Path; from autobiz_kernel.published import write_schemas; \
		write_schemas(Path('kernel/autobiz_kernel/schemas'))"

wheel-check: $(READY)  ## Build the wheel, install it into a clean virtualenv, gate a small project with it
	@PYTHON="$(PYTHON)" $(BIN)/python .ci/wheel_check.py

clean: down  ## Remove everything that was generated
	@rm -rf $(VENV) .autobiz .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
