# Every target makes its own set-up; nothing has to be installed by hand on Debian or Ubuntu.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Steps print in the order they run, also when MAKEFLAGS asks for -j.
.NOTPARALLEL:

BIN := .venv/bin
# Without the theme's word on its successor.
MKDOCS := NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs
# A test takes about one core; no more at once than memory is sure to hold, torch in each.
PYTEST := pytest -q -n auto --maxprocesses 4 --dist worksteal
# Without a display Qt draws into memory.
HEADLESS := $(if $(DISPLAY)$(WAYLAND_DISPLAY),,QT_QPA_PLATFORM=offscreen)

.PHONY: help setup setup-training setup-dev setup-gpu demo kiosk admin test lint unit attack test-days test-fonts lock update audit test-newest \
	docs docs-serve wheel wheel-test clean

help:
	@echo 'make demo        show the main job on real photographs, without camera and display'
	@echo 'make kiosk       open the screen for the door'
	@echo 'make admin       open the desk window: enrolment, roster, check-ins, export'
	@echo 'make setup       install what the program needs into .venv'
	@echo 'make setup-gpu   the same with the CUDA build of onnxruntime'
	@echo 'make setup-training   the same with what attendance-train needs, torch included'
	@echo 'make test        all checks and tests (installs the developer tools and torch first)'
	@echo 'make attack      the long form of the attacks: kills, power cuts, full disks, tampering (Linux; a quarter of an hour)'
	@echo 'make test-days   the demo and the tests that know a date, on other days and in other zones (Linux)'
	@echo 'make test-fonts  the tests that measure text, with other fonts on the computer (Linux)'
	@echo 'make lock        write packaging/locks anew after a change of the dependencies in pyproject.toml'
	@echo 'make update      take the newest versions that pyproject.toml allows into packaging/locks, then run everything'
	@echo 'make audit       ask the OSV database for known security faults of the versions in packaging/locks (needs the internet)'
	@echo 'make test-newest run the tests with these versions in .venv-newest, without touching packaging/locks'
	@echo 'make docs        build the pages of docs/ into build/site'
	@echo 'make docs-serve  show them on http://127.0.0.1:8000, with search, and follow changes'
	@echo 'make wheel       build dist/*.whl: the program and its training package'
	@echo 'make wheel-test  build the wheel, install it with all it needs into an empty environment, run the demo'
	@echo 'make clean       remove caches, build/ and dist/ (not .venv, not your data)'

setup:
	@packaging/setup.sh base

setup-gpu:
	@packaging/setup.sh gpu

setup-training:
	@packaging/setup.sh training

setup-dev:
	@packaging/setup.sh dev

demo: setup
	@$(HEADLESS) $(BIN)/attendance demo

kiosk: setup
	@$(BIN)/attendance kiosk

admin: setup
	@$(BIN)/attendance admin

test: lint unit

lint: setup-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m $(PYTEST)

attack: setup-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -rP -m 'heavy or not heavy' tests/attack

test-days: setup-dev
	@$(BIN)/python scripts/other_days.py

test-fonts: setup-dev
	@$(BIN)/python scripts/font_sets.py

lock: setup
	@packaging/lock.sh

update: setup
	@packaging/lock.sh --upgrade
	@$(MAKE) demo test test-days test-fonts wheel-test

# In an environment of its own: what asks is no part of what is asked about.
.venv-audit/.ready: Makefile
	$(or $(PYTHON),$(firstword $(wildcard $(BIN)/python) python3)) -m venv --clear .venv-audit
	.venv-audit/bin/python -m pip --disable-pip-version-check install -qq pip-audit==2.10.1
	@touch $@

audit: .venv-audit/.ready
	@for list in packaging/locks/*.txt; do echo "$$list"; \
		.venv-audit/bin/pip-audit --vulnerability-service osv --disable-pip --require-hashes --requirement "$$list"; done

test-newest:
	@packaging/setup.sh newest
	QT_QPA_PLATFORM=offscreen .venv-newest/bin/python -m $(PYTEST)

# The site has an environment of its own, with nothing of the program in it: what the extra `docs` names.
.venv-docs/.ready: pyproject.toml
	$(or $(PYTHON),$(firstword $(wildcard $(BIN)/python) python3)) -m venv --clear .venv-docs
	.venv-docs/bin/python -c 'import tomllib; \
		print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")' \
		>.venv-docs/requirements.txt
	.venv-docs/bin/python -m pip --disable-pip-version-check install -qq -r .venv-docs/requirements.txt
	@touch $@

docs: .venv-docs/.ready
	$(MKDOCS) build --strict

docs-serve: .venv-docs/.ready
	$(MKDOCS) serve

wheel: setup-dev
	$(BIN)/python -m build --wheel --no-isolation
	$(BIN)/python -m build --wheel --no-isolation --outdir dist training

wheel-test: wheel
	@bash packaging/wheel-test.sh

clean:
	rm -rf build dist training/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find attendance training tests -name __pycache__ -type d -prune -exec rm -rf {} +
