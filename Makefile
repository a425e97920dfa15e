# Everything that people do with a checkout. `make` alone lists it.
# On a bare machine python3 (3.11 or newer) and make are enough; `.venv` holds the rest.

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
LAUNCH := $(RUN) -m aggregator.embedded
STAMP := .venv/installed
# The demo never plays on a database that somebody else uses.
OWN := env -u DATABASE_URL -u DATABASE_OWNER_URL -u REDIS_URL
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --quiet \
	--custom-compile-command "make requirements"
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?=
ONCE ?=
BENCH ?=
TESTS ?=
export HOST PORT ONCE BENCH
# Where the environment forbids it, each process would compile the project anew: a second every time.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help install browser demo run test check test-real screenshots bench growth throughput meta-model performance pages requirements format clean destroy

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 16

install: $(STAMP)  ## .venv with everything; done again when requirements-dev.txt changes

$(STAMP): requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(RUN) -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-dev.txt
	touch $@

demo: install  ## one whole round at http://localhost:8000 (ONCE=1: exit after it; DATA=flights|market)
	$(OWN) $(LAUNCH) exec --stack --fresh --home var/demo -- $(RUN) -m demo $(DATA)

run: install  ## the real server, on var/ (HOST=127.0.0.1 PORT=8000)
	$(LAUNCH) serve --home var

browser: install  ## a Chromium for the browser tests: CHROMIUM's, Debian's (installed for root), Playwright's
	@$(RUN) -m tests.browser.chromium

test: install browser  ## the whole suite on real databases (TESTS='tests/api -k upload' for a part)
	$(LAUNCH) exec --home var/test -- $(RUN) -m pytest -n 2 --no-loadscope-reorder $(TESTS)

check: install  ## format, lint, types, rooms, migrations, deployment, requirements
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(RUN) -W ignore manage.py makemigrations --check --dry-run
	$(RUN) -m pytest -q tests/wiring/test_settings.py tests/wiring/test_requirements.py

test-real: install  ## a round on the real data in DATA=FOLDER
	$(OWN) $(LAUNCH) exec --stack --fresh --home var/test-real --port 0 -- $(RUN) -m demo.real $(DATA)

screenshots: install browser  ## the README's pictures, of a round of the demo
	$(OWN) $(LAUNCH) exec --stack --fresh --home var/screens --port 0 -- $(RUN) -m tests.browser.readme

bench: install  ## this project against its peers, to var/bench.json (BENCH=quick: under a minute)
	$(OWN) $(LAUNCH) exec --fresh --home var/bench -- $(RUN) -m benchmarks

growth: install  ## time and memory as the crowd grows, to var/growth.json (half an hour)
	$(RUN) -m benchmarks.growth

meta-model: install  ## what every blend is worth on two data sets, to docs/meta-model.md (a quarter of an hour)
	$(RUN) -m benchmarks.meta_model

performance: install  ## docs/performance.md from what `make bench`, `make growth` and `make throughput` measured
	$(RUN) -m benchmarks.report

throughput: install  ## submissions scored and blended a second by 1 and by 2 workers, to var/throughput.json
	$(OWN) $(LAUNCH) exec --fresh --home var/throughput -- $(RUN) -m benchmarks.throughput

pages: install  ## how fast each page answers on a large database (seeds it first: about 5 minutes)
	$(OWN) $(LAUNCH) exec --stack --home var/pages --port 0 -- $(RUN) -m benchmarks.pages

requirements: install  ## pin again what pyproject.toml asks for
	$(COMPILE) --extra s3 --output-file requirements.txt
	$(COMPILE) --extra s3 --extra dev --constraint requirements.txt --output-file requirements-dev.txt

format: install  ## let ruff format and repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## stop and remove what the demo and the tests made, never var/ itself
	for home in demo test test-real screens pages bench throughput; do \
		test ! -d var/$$home || { $(LAUNCH) stop --home var/$$home && rm -rf var/$$home; } || exit 1; done

destroy:  ## delete the real server's data; asks for its name
	@printf 'This deletes %s/var with every round, upload and payment. Type var to go on: ' "$(CURDIR)"; \
	read -r name && test "$$name" = var || { echo 'Nothing was deleted.'; exit 1; }
	test ! -d var/run || $(LAUNCH) stop --home var
	rm -rf var
