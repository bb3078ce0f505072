# All set-up happens here: `make demo` and `make test` work on a fresh machine with Python, pip, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Apart, because every Prefect process of an environment loads all worker classes in it.
WORKERS := $(VENV)-workers
WORKERS_INSTALLED := $(WORKERS)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test lint format picture pins clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | expand -t 10

demo: $(INSTALLED) ## migrate a sample project and prove that its flows see the same values
	$(BIN)/envlift prove sample_repos/nightly_etl --answer WAREHOUSE_DSN=secret

test: $(INSTALLED) $(WORKERS_INSTALLED) ## run the whole test suite
	$(BIN)/python -m pytest -m 'not server' -n auto --maxprocesses 4 --dist loadscope
	$(BIN)/python -m pytest -m server -n 2 --dist worksteal

lint: $(INSTALLED) ## run the linters and the type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED) ## format the code and sort its imports
	$(BIN)/ruff check --fix-only --select I .
	$(BIN)/ruff format .

picture: $(INSTALLED) ## draw the pictures of README and docs from real runs; needs tmux
	$(BIN)/python docs/make_picture.py
	$(BIN)/python docs/make_screens.py

pins: ## write constraints.txt anew from a fresh environment
	rm -rf $(VENV)-pins
	$(PYTHON) -m venv $(VENV)-pins
	$(VENV)-pins/bin/python -m pip install -q -e '.[dev,workers]' 'prefect==3.8.8' 'fastapi<0.151'
	$(VENV)-pins/bin/python .ci/pin.py > constraints.txt
	rm -rf $(VENV)-pins

clean: ## remove the environment and all that tools left behind
	rm -rf $(VENV) $(VENV)-pins $(WORKERS) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamp is written last, so an interrupted installation is done again.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

$(WORKERS_INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(WORKERS)
	$(WORKERS)/bin/python -m pip install --quiet -c constraints.txt '.[workers]'
	touch $@
