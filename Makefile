# The front doors of Daybook; `make help` lists them. All that is needed is make and Python 3.11 or later (PYTHON=… says which).
# Paths are relative throughout, so that the checkout may lie anywhere, blanks included.

SHELL := /bin/sh
# Some images tell Python to keep nothing that it has compiled; every service of every test would compile half a second of modules anew.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GOLD ?= ../shared/gold
YARDSTICK := build/yardstick
COMPILE = pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint fuzz bench schemas accept docs evaluate lock clean

help: ## List what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/runtime.stamp ## Make the environment in .venv, from the lock file (the others do it themselves)

demo: $(VENV)/runtime.stamp ## See it work: PAGES=path CAPTURED_AT=2025-08-20T00:00Z ONCE=1, all optional
	@$(BIN)/daybook demo $(if $(PAGES),"$(PAGES)") $(if $(CAPTURED_AT),--captured-at "$(CAPTURED_AT)") $(if $(filter-out 0,$(ONCE)),--once)

test: $(VENV)/dev.stamp ## Run all tests, on the real parts: ARGS="tests/unit -k times"
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/dev.stamp ## Check style, types, who imports whom, and the published schemas
	@$(BIN)/python -m ruff check
	@$(BIN)/python -m ruff format --check
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m schemas.publish --check
	@$(BIN)/python -m deploy.reference --check

fuzz: $(VENV)/dev.stamp ## Fuzz every parser for a while each: SECONDS=60 TARGET=page_html INPUT=file, all optional
	@$(BIN)/python -m tests.fuzz $(TARGET) $(if $(SECONDS),--seconds "$(SECONDS)") $(if $(INPUT),--input "$(INPUT)")

bench: $(VENV)/dev.stamp $(YARDSTICK)/stamp ## Measure: a table of ratios, also in build/bench.json: ONLY="projecting merging", optional
	@$(BIN)/python -m tests.bench $(ONLY)

schemas: $(VENV)/runtime.stamp ## Publish the JSON Schemas and AsyncAPI from the models and topic cards
	@$(BIN)/python -m schemas.publish

accept: $(VENV)/dev.stamp ## Take the present output of the golden pages as right; then review the diff
	@$(BIN)/python -m pytest tests/pages --accept

docs: $(VENV)/runtime.stamp ## Write the generated reference pages
	@$(BIN)/python -m deploy.reference

evaluate: $(VENV)/runtime.stamp ## Score `daybook read` against articles marked up by hand: GOLD=dir PART=read or unread, both optional
	@$(BIN)/python -m tests.evaluate "$(GOLD)" $(if $(PART),--part "$(PART)")

lock: $(VENV)/runtime.stamp ## Resolve dependencies anew, Python's and the Kafka jars: UPGRADE=1 takes newer ones
	@command -v uv >/dev/null || test -x build/uv/bin/uv || { $(BIN)/python -m venv build/uv && build/uv/bin/pip install -q uv; }
	@uv=$$(command -v uv || echo build/uv/bin/uv); set -e; \
	"$$uv" $(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group build -o requirements.lock; \
	"$$uv" $(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --group dev -o requirements-dev.lock; \
	"$$uv" $(COMPILE) $(if $(UPGRADE),--upgrade) --group bench -o requirements-bench.lock
	@$(BIN)/python -m deploy.local.relock . tests/bench/connect

clean: ## Stop the stack, remove the environment and what was built; what was ingested stays (.daybook)
	@if test -x $(BIN)/daybook && test -d .daybook; then $(BIN)/daybook down; fi
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A stamp is younger than what was installed; a .venv that a person made is used as it is, one whose Python has gone is made anew.
$(VENV)/runtime.stamp: requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "error: there is no $(PYTHON)"; \
		echo "hint: install Python 3.11 or later, or name it: make PYTHON=/path/to/python"; exit 1; } >&2
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is $$("$(PYTHON)" --version 2>&1)"; \
		echo "hint: Daybook needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; } >&2
	@echo "setting up $(VENV); the first time takes a minute"
	@$(BIN)/python -c '' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What Daybook is measured against has an environment of its own: it shares no dependency with it, and is no part of it.
$(YARDSTICK)/stamp: requirements-bench.lock
	@echo "setting up $(YARDSTICK), the yardstick for reading"
	@"$(PYTHON)" -m venv --clear $(YARDSTICK)
	@$(YARDSTICK)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
