# Every target works in a fresh clone: it makes the environment it needs in .venv, and makes it anew when a lock file changes.
.DEFAULT_GOAL := help
.PHONY: help run test stress bench spark env dev lint format docs pages picture evidence lock clean

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/pip --disable-pip-version-check -qq install

help:  ## Show this list
	@awk -F ':.*##' '/^[a-z]+:.*##/ {printf "make %-8s%s\n", $$1, $$2}' Makefile

run: env  ## Land this machine's logs, build, and print what the agents cost
	@$(BIN)/fleetledger refresh --demo-if-empty
	@$(BIN)/fleetledger report
	@$(BIN)/fleetledger page

test: dev  ## Run every gate and test
	@scripts/check

stress: dev  ## Kill steps 200 times, interleave and pile up more than a test has time for (half an hour); ARGS="--kills 40"
	@$(BIN)/pytest -m stress --verbose $(ARGS)

bench: dev  ## Measure the budgets against ccusage on a generated fleet; ARGS="--size 100MB --runs 1" is quick
	@$(BIN)/python -m bench $(ARGS)

spark: env $(VENV)/installed-spark  ## Make the demo's models on Spark, and compare every mart with DuckDB's; needs a Java 17
	@$(BIN)/python scripts/spark $(ARGS)

env: $(VENV)/template  ## Make the environment for running

dev: $(VENV)/installed-dev $(VENV)/template  ## Make the environment for developing

lint: dev  ## Check style and types only
	@scripts/check lint

format: dev  ## Rewrite Python and SQL in the house style
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format
	@$(BIN)/sqruff fix models tests analyses scripts

docs: env  ## Generate dbt's documentation as one page
	@umask 077 && $(BIN)/dbt docs generate --static
	@echo "Open target/static_index.html"

pages: dev  ## Make the pages anew that are made of other files: docs/tables.md and the list of decisions
	@$(BIN)/python scripts/pages

picture: dev  ## Draw docs/page.png, docs/report.svg and those of signals from the demo fleet; the first needs Chromium
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && $(BIN)/fleetledger simulate "$$work/fleet" && \
	    $(BIN)/fleetledger refresh --config "$$work/fleet/fleet.toml" --data-dir "$$work/data" && \
	    $(BIN)/fleetledger page --data-dir "$$work/data" && \
	    $(BIN)/python scripts/pictures "$$work/data/page/index.html" docs/page.png && \
	    $(BIN)/fleetledger report daily --since 2026-11-01 --data-dir "$$work/data" --svg docs/report.svg && \
	    $(BIN)/fleetledger report attention --fleet claude_code --data-dir "$$work/data" --svg docs/attention.svg && \
	    for report in signals waste; do \
	        $(BIN)/fleetledger report $$report --data-dir "$$work/data" --svg docs/$$report.svg || exit 1; \
	    done

evidence: env  ## Build the Evidence project over the published file of FLEETLEDGER_DATA; it needs node and npm's packages
	@scripts/evidence "$${FLEETLEDGER_DATA:-$$HOME/.local/share/fleetledger}/fleetledger.duckdb" target/evidence

lock:  ## Write the lock files anew from pyproject.toml; what is pinned stays, unless its line is deleted first
	@scripts/lock

clean:  ## Delete the environment and what tools left behind; no data
	rm -rf $(VENV) target logs .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The locks name versions and hashes but no index: pip asks whatever index it is configured with.
$(VENV)/made: requirements.lock scripts/find-python
	@python=$$(scripts/find-python $(if $(PYTHON),"$(PYTHON)")) \
		&& echo "Making the environment in $(VENV) (once, about a minute)" \
		&& "$$python" -m venv --clear $(VENV)
	@$(PIP_INSTALL) --no-deps --requirement requirements.lock
	@touch $@

$(VENV)/installed: $(VENV)/made pyproject.toml
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# Where PYTHONDONTWRITEBYTECODE is set, Python would compile the commands each time: a quarter of a report's time.
$(VENV)/compiled: $(VENV)/installed $(wildcard scripts/fleetledger/*.py scripts/fleetledger/*/*.py)
	@$(BIN)/python -m compileall -q scripts/fleetledger
	@touch $@

# The empty warehouse that data directories begin with: dbt takes half a minute and more for it, which a refresh then does not.
$(VENV)/template: $(VENV)/compiled $(shell find dbt_project.yml profiles.yml models seeds macros tests/data -type f)
	@$(BIN)/python -m fleetledger.warehouse.template
	@touch $@

# pyspark comes as sources, which pip builds in an environment of their own: this one need not hold what that takes.
$(VENV)/installed-spark: $(VENV)/installed requirements-spark.lock
	@echo "Adding Spark to $(VENV) (half a gigabyte)"
	@$(PIP_INSTALL) --no-deps --use-pep517 --requirement requirements-spark.lock
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	@echo "Adding the developer's tools to $(VENV)"
	@$(PIP_INSTALL) --no-deps --requirement requirements-dev.lock
	@touch $@
