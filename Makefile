# The commands of the project. Each makes what it needs first: see docs/running.md.
PYTHON ?= python3
BIN := .venv/bin
LOCAL := @$(PYTHON) -m deploy.local
# Each runs tests on servers of its own; a chunk is small, so that no worker waits behind a long test.
WORKERS ?= auto

.PHONY: help demo demo-reset test environment lint format messages drawings picture lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run a living base on http://127.0.0.1:8000 (PORT and ECHAUFFEUR_DATA choose another place)
	$(LOCAL) demo

demo-reset: ## The same from fresh data
	$(LOCAL) demo-reset

test: environment ## Check and test everything, browser tests included; ARGS go to pytest
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --maxschedchunk 8 $(ARGS)

environment: ## Make the environment for tests, without running anything
	$(LOCAL) environment test

lint: ## Style, types, floors and templates, without changing anything
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint templates

format: ## Put the code in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: ## Collect the texts of the screens into locale/
	@$(BIN)/python manage.py makemessages --all --no-location --no-obsolete --ignore node_modules --ignore .venv --ignore tests --ignore deploy

drawings: ## Draw docs/lifecycles.md from the tables
	@REWRITE=1 $(BIN)/python -m pytest -q tests/rules/test_lifecycles.py

picture: ## Take the pictures of README and docs
	@REWRITE=1 $(BIN)/python -m pytest -q tests/browser/test_picture.py tests/browser/test_settings.py

lock: ## Resolve the libraries anew into deploy/requirements (UPGRADE=--upgrade takes newer versions)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv~=0.13.0"
	@UPGRADE=$(UPGRADE) deploy/requirements/lock.sh
