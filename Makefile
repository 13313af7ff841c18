# Every target installs what it lacks into .venv; nothing outside the folder is changed.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.8
PORT ?= 8400
APP_PORT ?= 8501
DATA_DIR ?= .local-workspace
# A workspace is a dozen processes: what one has compiled, the others read.
unexport PYTHONDONTWRITEBYTECODE
INSTALL = $(BIN)/uv pip install -q --compile-bytecode

.DEFAULT_GOAL := help
.PHONY: help install run test tests check bench requirements

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install: .venv/installed ## Install what the app and the local workspace need into .venv

run: .venv/installed ## Start the local workspace with the examples, MLflow and the app; Ctrl-C ends all
	@BIN=$(BIN) PORT=$(PORT) APP_PORT=$(APP_PORT) DATA_DIR=$(DATA_DIR) exec ./run.sh

test: .venv/installed-browser ## Run every check and every test, journeys in Chromium among them
	@$(MAKE) --no-print-directory -j 2 check tests

# Beside the checks, which keep one core busy for a minute.
tests: .venv/installed-browser
	$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder --durations 20

check: .venv/installed-browser ## Check style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: .venv/installed-browser ## Measure every figure beside its peer
	$(BIN)/python -m benchmarks

requirements: .venv/bin/uv ## Resolve anew: everything into constraints.txt, what is needed to run into requirements.txt
	$(BIN)/uv pip compile -q -U --universal --no-header --no-annotate requirements.in --group dev --group browser -o constraints.txt
	$(BIN)/uv pip compile -q -U --universal --no-header requirements.in -c constraints.txt -o requirements.txt

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q uv==$(UV_VERSION)

.venv/installed: requirements.txt | .venv/bin/uv
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt .venv/installed
	$(INSTALL) -r requirements.txt --group dev -c constraints.txt
	@touch $@

# Without Chromium, and without a network to fetch it, the journeys are skipped and say so.
.venv/installed-browser: .venv/installed-dev
	$(INSTALL) -r requirements.txt --group dev --group browser -c constraints.txt
	$(BIN)/python -m tests.browser.chromium || $(BIN)/playwright install chromium || true
	@touch $@
