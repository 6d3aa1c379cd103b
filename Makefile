# Needs only make and Python >= 3.11 with venv and pip; everything else is fetched into this folder.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help demo test test-slow matrix test-peers bench check format lock clean

help:  ## Show what there is to make.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

.tools/bin/uv:
	@echo "fetching uv into .tools"
	@$(PYTHON) -m venv .tools && .tools/bin/pip --quiet install uv

# The locked packages, with whose itself from this folder; made anew when either list changes.
$(VENV)/.ready: requirements.lock pyproject.toml | $(filter .tools/bin/uv,$(UV))
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	@$(UV) pip sync --quiet --python $(BIN)/python requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: $(VENV)/.ready  ## Run the shop for real and show who owns what it did.
	@$(BIN)/whose demo

test: $(VENV)/.ready  ## Run the tests, real agents included.
	@$(BIN)/python -m pytest -m "not slow"

test-slow: $(VENV)/.ready  ## Run the tests that take minutes, and look for new examples.
	@WHOSE_EXAMPLES=exploring $(BIN)/python -m pytest -m "slow or hypothesis"

matrix: $(VENV)/.ready  ## Write the support matrix of the last test run into README and docs.
	@$(BIN)/python -m tests.agents.matrix

test-peers: $(VENV)/.ready  ## Run Celery's and Django's own tests with and without whose.
	@$(BIN)/python tests/peers/run.py

bench: $(VENV)/.ready  ## Print every figure we claim, beside the peers.
	@$(BIN)/python -m benchmarks

check: $(VENV)/.ready  ## Check format, lint, types and layers.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.ready  ## Format and mend what can be mended.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: | $(filter .tools/bin/uv,$(UV))  ## Lock the packages anew.
	@$(UV) pip compile --quiet --universal --generate-hashes --all-extras --group dev --no-emit-package whose \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean:  ## Remove everything that was made here.
	@rm -rf $(VENV) .tools build dist
