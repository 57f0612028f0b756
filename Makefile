# `make run` and `make test` need Python 3.11 to 3.13 and make, nothing else. Name another interpreter with PYTHON=.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

# A stamp is named after what was installed, so a changed lock, or another branch's, installs again.
LOCKED := $(shell cat requirements/dev.txt requirements/runtime.txt requirements/uv.txt requirements/install.sh pyproject.toml | cksum | tr ' ' '-')
DEV := .venv/installed-dev-$(LOCKED)
# The development set holds the runtime set at the same versions: whoever has it needs nothing more to run.
RUNTIME := $(or $(wildcard $(DEV)),.venv/installed-runtime-$(LOCKED))

.PHONY: help run stop test test-long fuzz check format bench sample doctor audit sbom clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F '|' '{printf "%-10s %s\n", $$1, $$2}'

run: $(RUNTIME) ## The platform: everything set up on first use, then the main job under Airflow; left running
	@$(BIN)/python -m include.service.main_job run

stop: ## Stop what `make run` left running
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m include.service.main_job stop; else echo "Nothing runs: there is no .venv here."; fi

test: $(DEV) ## All tests but the long ones
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder

test-long: $(DEV) ## The long tests: the whole sample year, a real Airflow, big files
	$(PYTEST) -m long

fuzz: .venv/fuzzer/$(LOCKED) ## A fuzzer on all that reads what is sent; MINUTES=3 of each of TARGETS="numbers dates", SEED=1
	@PYTHONPATH=.venv/fuzzer $(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),3) --seed $(or $(SEED),1) $(TARGETS)

check: $(DEV) ## Lint, format, types, SQL lint, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql
	$(BIN)/lint-imports

format: $(DEV) ## Put the code into the agreed form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV) ## The benchmark table; takes minutes. PARTS="warehouse airflow" runs some of it
	@$(BIN)/python -m tests.bench $(PARTS)

sample: $(RUNTIME) ## A synthetic year of reports, marked synthetic
	@$(BIN)/ttdn sample

doctor: $(RUNTIME) ## Is this machine fit
	@$(BIN)/ttdn doctor

audit: ## Known holes of the locked libraries; asks the public advisories and says no when it cannot
	@requirements/audit.sh audit

sbom: ## The list of parts of the platform, CycloneDX, into .ttdn/sbom.json
	@requirements/audit.sh sbom

clean: stop ## Remove the environment and caches; reports, answers and the database stay in .ttdn
	rm -rf .venv .venv-audit .fuzz .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find include dags plugins sql tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed-%-$(LOCKED): requirements/%.txt requirements/uv.txt requirements/install.sh pyproject.toml
	@requirements/install.sh $*
	@rm -f .venv/installed-*
	@touch $@

# Beside the environment, not in it: what is synchronised there is what the lock of `make test` names.
.venv/fuzzer/$(LOCKED): requirements/fuzz.txt $(DEV)
	@rm -rf $(@D)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --target $(@D) -r requirements/fuzz.txt
	@touch $@
