# `make demo` and `make test` need Python 3.11 or newer, git and make; everything else they install
# into environments of its own (.venv, .venv-replay) from lock files with hashes. PYTHON names
# another interpreter.

PYTHON ?= python3
UPGRADE ?=
SECONDS ?= 60
WORKERS ?= 2
ROUNDS ?= 300

# Trust the certificates that this machine trusts, if it has any of its own.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/cert*),true,false)

BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --require-hashes
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate $(UPGRADE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint check mutants bench score fuzz torture nights install install-dev install-javascript replay-env player page-checks lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed .venv-replay/installed ## crawl the practice web twice and show what came of it
	$(BIN)/python -m tests.practice.demo

test: .venv/installed-dev .venv-replay/installed player page-checks ## run all tests, in WORKERS=2 processes
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: .venv/installed-dev ## check format, style, types and import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## lint, then test: what a change must pass

mutants: .venv/installed-dev ## try every small change of a collection on `tinhuy verify` (hours)
	$(BIN)/python -m tests.archive.mutants

bench: .venv/installed-dev ## measure crawling and keeping beside the field's tools
	$(BIN)/python -m tests.bench

score: .venv/installed-dev .venv-score/installed ## score our reading and others' into docs/scores.md
	$(BIN)/python -m tests.score --others .venv-score/bin/python

fuzz: .venv/installed-fuzz ## fuzz the readers of stored bytes, SECONDS=60 for each of them
	$(BIN)/python -m tests.fuzz $(SECONDS)

torture: .venv/installed-dev ## kill crawls, fill the disk, refuse writes: nothing reported is lost
	$(BIN)/python -m tests.torture --rounds $(ROUNDS)

nights: .venv/installed-dev ## run the service through a year, 50 kills, 1,000 empty nights (hours)
	$(BIN)/python -m tests.nights year
	$(BIN)/python -m tests.nights kills
	$(BIN)/python -m tests.nights empty

install: .venv/installed ## what crawling needs, into .venv

install-dev: .venv/installed-dev ## what tests and checks need, into .venv

install-javascript: .venv/installed-javascript ## what crawling of sites that scripts draw needs beside Chromium

replay-env: .venv-replay/installed ## what `tinhuy serve` needs, into .venv-replay

player: .venv/installed-dev ## ReplayWeb.page, which tests open WACZ files with, into .cache (npm)
	@$(BIN)/python -m tests.player

page-checks: .venv/installed-dev ## html-validate and axe, which tests look at reports with, into .cache (npm)
	@$(BIN)/python -m tests.pagechecks

lock: .venv/bootstrapped ## make the lock files again (UPGRADE=--upgrade for newer versions)
	$(COMPILE) --group bootstrap -o requirements-uv.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra javascript -c requirements-dev.lock -o requirements-javascript.lock
	$(COMPILE) --group replay -o requirements-replay.lock
	$(COMPILE) --group fuzz -o requirements-fuzz.lock
	$(COMPILE) --group score -o requirements-score.lock
	$(BIN)/python -m tests.pagechecks lock

clean: ## remove the environments, caches and the demo's collection
	rm -rf .venv .venv-replay .venv-score .cache demo .fuzz .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/bootstrapped: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"tinhuy needs Python 3.11 or newer; name one: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/installed: requirements.lock pyproject.toml .venv/bootstrapped
	$(INSTALL) --python $(BIN)/python -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
		--config-setting editable_mode=compat --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(INSTALL) --python $(BIN)/python -r requirements-dev.lock
	@touch $@

.venv/installed-javascript: requirements-javascript.lock .venv/installed
	$(INSTALL) --python $(BIN)/python -r requirements-javascript.lock
	@touch $@

.venv/installed-fuzz: requirements-fuzz.lock .venv/installed-dev
	$(INSTALL) --python $(BIN)/python -r requirements-fuzz.lock
	@touch $@

.venv-replay/installed: requirements-replay.lock .venv/bootstrapped
	$(UV) venv --quiet --clear --python $(BIN)/python .venv-replay
	$(INSTALL) --python .venv-replay/bin/python -r requirements-replay.lock
	@touch $@

.venv-score/installed: requirements-score.lock .venv/bootstrapped
	$(UV) venv --quiet --clear --python $(BIN)/python .venv-score
	$(INSTALL) --python .venv-score/bin/python -r requirements-score.lock
	@touch $@
