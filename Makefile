# Chores. `make help` lists them; CI runs `make check`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: help setup run demo test test-tools check lint types bench migrate assets docs pictures clean wheel

help: ## list the chores
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready assets ## environment, locked dependencies, browser assets

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is missing: install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip sync --quiet --require-hashes requirements.lock --python $(BIN)/python
	$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python -e .
	@touch $@

assets: $(VENV)/.ready ## copy the browser libraries from npm, as locked
	@$(BIN)/python hatch_build.py

run: setup ## migrate, make the demo branch, serve on 127.0.0.1:8000
	@$(BIN)/gridcrm demo --serve --port $(PORT)

demo: setup ## make the demo branch
	@$(BIN)/gridcrm demo

test-tools: ## install from Debian what the tests need and is missing
	@docker/test-tools.sh

test: setup test-tools ## geo with every branch of it, the rest on SQLite and PostgreSQL, then in a browser
	$(BIN)/pytest tests/geo --cov=geo --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100
	$(BIN)/pytest -m "not browser" --ignore=tests/geo
	$(BIN)/pytest -m browser --ignore=tests/geo

check: lint types test wheel ## all that CI does

lint: setup ## style and order
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## static types
	$(BIN)/mypy
	node_modules/.bin/pyright

wheel: setup ## build and start the wheel in an empty environment, as the image does
	@$(BIN)/python docker/rehearse.py

bench: setup ## all benchmarks, printed as JSON
	@$(BIN)/python -m bench

migrate: setup ## make a migration from the models: make migrate m="why"
	@$(BIN)/alembic revision --autogenerate -m "$(m)" \
	  --rev-id $$(printf %04d $$(( $$(ls migrations/versions/*.py | wc -l) + 1 )))

pictures: setup test-tools ## take the README's screenshots anew
	GRIDCRM_PICTURES=1 $(BIN)/pytest tests/browser/test_pictures.py

docs: setup ## write the pages that are made from the code
	@$(BIN)/python docs/generate.py

clean: ## remove what the chores made; var/ (your data) stays
	rm -rf $(VENV) node_modules gridcrm/static/vendor dist build .pytest_cache .ruff_cache .mypy_cache
