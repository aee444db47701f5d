# Everything a developer does. Each target makes the environment that it needs.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHONS ?= python3.11 python3.12 python3.13

.PHONY: demo test test-all test-python lint types contract format bench clean generate

demo: $(READY)  ## Lint the examples, and show what kubelint says.
	$(BIN)/kubelint lint examples --fail-on never

test: lint types contract test-python  ## Everything that has to hold before a commit.

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

contract: $(READY)
	$(BIN)/lint-imports

test-python: $(READY)
	$(BIN)/python -m pytest

test-all:  ## The tests on every supported Python that this machine has.
	@for python in $(PYTHONS); do \
		if $$python -c '' 2>/dev/null; then \
			echo "== $$python"; $(MAKE) --no-print-directory test PYTHON=$$python VENV=.venv-$$python || exit 1; \
		else echo "== $$python is not on this machine"; fi; \
	done

bench: $(READY)  ## Speed, as ratios to other tools on the same files.
	$(BIN)/python tests/benchmarks/speed.py
	$(BIN)/python tests/benchmarks/verdict.py
	$(BIN)/python tests/benchmarks/policies.py

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(READY)  ## Write what follows from other files: Kubernetes' structure and the schema of the configuration.
	$(BIN)/python schemas/generate.py
	$(BIN)/python -m kubelint.config_schema

clean:
	rm -rf .venv .venv-* build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable .
	@touch $(READY)
