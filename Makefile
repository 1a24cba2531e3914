# The front door. `make help` lists every target; CI calls `make check` and `make test` and nothing else.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
RUN := .venv/bin/python
MANAGE := $(RUN) manage.py
# Processes of one test run.
JOBS ?= 2
# Of each kind, well formed and broken, to each operation of the API; and which ones.
FUZZ_REQUESTS ?= 50
FUZZ_SEED ?= $(shell date +%s)
# What the checks need of a machine: a folder and a key of their own, never those of var/.
CHECKS := DATA_DIR=$(CURDIR)/var/checks SECRET_KEY=used-by-the-checks-of-the-makefile-and-nowhere-else-0123456789
# A machine as it stands behind a proxy with a certificate.
PRODUCTION := $(CHECKS) BASE_URL=https://tracker.example ALLOWED_HOSTS=tracker.example BEHIND_TLS_PROXY=yes
HINDI := locale/hi/LC_MESSAGES/django.po

.PHONY: help setup run demo worker scheduler setup-dev test test-sqlite test-postgres test-processes test-thorough test-fast \
	test-installation faults fuzz axe hostile bench-reports bench-api bench-audit load check lint safety format-check templates \
	imports types migrations-check deploy-check schema-check format messages api-reference migrations lock clean

help: ## List every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Running ---

setup: ## Create .venv from the locked requirements and check the system libraries
	@$(PYTHON) -I tracker/bootstrap.py

run: setup ## Run it all: web server, worker and scheduler, with demonstration data (PORT=8000); Ctrl-C stops
	@exec $(MANAGE) serve

demo: setup ## Load the demonstration data, users and report schedules without starting anything
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_demonstration
	@$(MANAGE) load_demonstration_schedules

worker: setup ## Run one more worker on the Redis of REDIS_URL
	@exec $(RUN) -m celery --app tracker worker --loglevel INFO

scheduler: setup ## Run the scheduler on the Redis of REDIS_URL
	@exec $(RUN) -m celery --app tracker beat --loglevel INFO

# --- Testing ---

setup-dev: ## The same as setup, with what tests and checks need
	@$(PYTHON) -I tracker/bootstrap.py --dev

test: setup-dev ## Run the suite from nothing: on SQLite, on PostgreSQL and Redis, and with real processes
	@$(MAKE) test-sqlite
	@$(MAKE) test-postgres
	@$(MAKE) test-processes

test-sqlite: ## Run the suite on SQLite
	TEST_DATABASE=sqlite $(RUN) -m pytest -q -n $(JOBS) --dist loadgroup -m "not processes"

test-postgres: ## Run the suite on a PostgreSQL and a Redis that it starts itself
	TEST_DATABASE=postgres $(RUN) -m pytest -q -n $(JOBS) --dist loadgroup -m "not processes"

test-processes: ## Run the tests that start real servers, workers and browsers; they wait as much as they work
	TEST_DATABASE=postgres $(RUN) -m pytest -q -n $$(($(JOBS) + 1)) --dist loadfile -m processes

test-thorough: setup-dev ## Ask everything of both databases and go through every product whole; for a night
	@THOROUGH=yes $(MAKE) test

test-fast: ## Run the suite on SQLite without setting up, up to the first failure
	TEST_DATABASE=sqlite $(RUN) -m pytest -q -x -n $(JOBS) --dist loadgroup -m "not processes"

test-installation: setup-dev ## Follow docs/installation.md with all locked libraries installed anew; a minute or two
	INSTALLATION=whole TEST_DATABASE=postgres $(RUN) -m pytest -q -n 0 tests/frontdoor/test_installation.py

faults: var/checks ## Let every fault happen to 200 owed reports on each database and broker; FAULTS="--write" keeps the table
	@$(CHECKS) DJANGO_SETTINGS_MODULE=tracker.settings $(RUN) -m tests.faults.campaign $(FAULTS)

fuzz: setup-dev ## Send many made-up requests to every operation of the API; FUZZ_REQUESTS=100 of each kind, FUZZ_SEED=1
	TEST_DATABASE=postgres FUZZ_REQUESTS=$(FUZZ_REQUESTS) FUZZ_SEED=$(FUZZ_SEED) $(RUN) -m pytest -q -n $(JOBS) tests/api/test_fuzzing.py

axe: setup-dev ## Show every page to everybody who may open it, in both languages and every theme, to axe-core; takes a quarter of an hour
	TEST_DATABASE=postgres AXE=everything $(RUN) -m pytest -q -n 0 tests/browser

hostile: setup-dev var/checks ## Send all hostile files through the door for uploads; tells what became of them, and the memory and time it took
	@$(CHECKS) $(RUN) -m tests.hostile.run

bench-reports: setup-dev ## Time the printing of 100 and 500 projects beside WeasyPrint alone; fails when a limit is broken
	@$(CHECKS) $(RUN) -m bench.reports

bench-api: setup-dev ## Time the API on 10,000 projects, 100,000 milestones and 1,000,000 audit events, beside a floor; needs wrk
	@$(CHECKS) $(RUN) -m bench.api

bench-audit: setup-dev ## Time the audit trail: events a second with four writers, and the verification of 1,000,000 events
	@$(CHECKS) $(RUN) -m bench.audit

load: setup-dev var/checks ## Let 50 people work for ten minutes while 200 reports are made and slow callers hold on; LOAD="--seconds 60 --reports 20"
	@$(CHECKS) DJANGO_SETTINGS_MODULE=tracker.settings $(RUN) -m bench.load $(LOAD)

# --- Checking ---

check: setup-dev ## Check everything but the tests
	@$(MAKE) --jobs $(JOBS) --output-sync lint safety format-check templates types migrations-check deploy-check schema-check

lint: imports ## Check the code by ruff's rules, and the direction of imports
	$(RUN) -m ruff check .

safety: ## Look for unsafe code: bandit, and the project's own rules (tests/repo/code_rules.py)
	$(RUN) -m bandit --quiet -ll --configfile pyproject.toml --recursive tracker projects reports
	$(RUN) -m tests.repo.code_rules

format-check: ## Check that all code is formatted
	$(RUN) -m ruff format --check .

templates: ## Check the templates by djlint's rules
	$(RUN) -m djlint --lint --quiet templates

imports: ## Check the direction of imports
	$(CHECKS) .venv/bin/lint-imports --no-cache --no-logo

types: ## Check the types
	$(CHECKS) $(RUN) -m mypy

migrations-check: var/checks ## Check that the migrations match the models
	$(CHECKS) $(MANAGE) makemigrations --check --dry-run

deploy-check: var/checks ## Check the settings of a production machine; any warning fails
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

schema-check: var/checks ## Check the OpenAPI document; any warning fails
	$(CHECKS) $(MANAGE) spectacular --validate --fail-on-warn --file /dev/null

# --- Maintaining ---

format: ## Format the code and mend what ruff can mend
	$(RUN) -m ruff check --fix-only --quiet .
	$(RUN) -m ruff format .

messages: ## Bring locale/hi up to date with the texts of the code and the templates; new ones wait there for a translation
	@$(RUN) -m django makemessages --locale hi --extension html,py,svg,txt --ignore 'tests/*' --ignore 'var/*' \
		--no-location --no-obsolete --no-wrap
	@msgattrib --sort-output --no-wrap --output-file $(HINDI) $(HINDI)
	@sed -i '/^"POT-Creation-Date:/d' $(HINDI)
	@msgfmt --check --statistics --output-file /dev/null $(HINDI)

api-reference: var/checks ## Write docs/api-reference.md from the OpenAPI document
	@$(CHECKS) $(MANAGE) api_reference > var/checks/api-reference.md
	@mv var/checks/api-reference.md docs/api-reference.md

migrations: ## Write the migrations that changed models need
	$(MANAGE) makemigrations

lock: ## Lock the newest allowed libraries with hashes, into requirements.txt and requirements-dev.txt
	$(RUN) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" --output-file requirements.txt requirements.in
	$(RUN) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" --constraint requirements.txt \
		--output-file requirements-dev.txt requirements-dev.in

clean: ## Remove .venv and all caches; the data in var/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var/checks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

var/checks:
	@mkdir -p $@
