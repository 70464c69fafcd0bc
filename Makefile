# Everything a contributor runs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-compile
PYTEST := $(BIN)/python -m pytest
JOBS ?= 2
.DEFAULT_GOAL := help

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# A machine without python3-venv must not keep half an environment.
$(BIN)/python:
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Install python3-venv first."; exit 1; }

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements/run.txt
	printf '%s\n' '$(CURDIR)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tbblearn.pth"
	printf '#!/bin/sh\nexec "%s" -m tbblearn.cli "$$@"\n' '$(CURDIR)/$(BIN)/python' > $(BIN)/tbblearn
	chmod +x $(BIN)/tbblearn
	touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	$(PIP) --require-hashes -r requirements/dev.txt
	touch $@

.PHONY: install
install: $(DEV_STAMP) ## Make .venv with everything for development

.PHONY: runtime
runtime: $(RUN_STAMP) ## Make .venv with what serving needs, and no more

.PHONY: demo
demo: $(RUN_STAMP) ## A county with 2,000 staff on http://127.0.0.1:5000
	$(BIN)/tbblearn demo

.PHONY: test
test: $(DEV_STAMP) browser check ## All that must be green before a commit is shared (under 10 minutes)
	$(PYTEST) -n $(JOBS) --dist loadfile

.PHONY: test-all
test-all: $(DEV_STAMP) browser check ## The full products: every language, width and theme (under 60 minutes)
	$(PYTEST) -n $(JOBS) --dist loadfile -m 'not proof'

.PHONY: proof
proof: $(DEV_STAMP) ## The long proofs of surveys and figures, told on a page; BHR2000=FILE adds the published golden values
	RECORD_PROOFS=yes $(PYTEST) -m proof tests/proof -s

CHECKS := check-types check-style check-layers check-templates check-catalogue
.PHONY: check
check: $(DEV_STAMP) ## Style, types, layers, templates, catalogue
	@$(MAKE) --no-print-directory -k -j $(JOBS) -O $(CHECKS)

.PHONY: $(CHECKS)
check-types:
	$(BIN)/mypy
check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
check-layers:
	$(BIN)/lint-imports
check-templates:
	$(BIN)/djlint --lint --quiet tbblearn
check-catalogue:
	$(PYTEST) -q tests/test_translations.py

.PHONY: words
words: $(DEV_STAMP) ## Collect the interface words again after a change of a page
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l --no-location --omit-header --no-wrap --sort-output -o .words.pot .
	$(BIN)/pybabel -q update --init-missing -i .words.pot -d translations -l en --no-fuzzy-matching --ignore-obsolete --no-wrap --omit-header
	$(BIN)/pybabel -q compile -f -d translations
	$(BIN)/pybabel -q compile -f -d translations -D checks
	rm .words.pot

.PHONY: bench
bench: $(DEV_STAMP) ## Speed, measured
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.waves
	$(BIN)/python -m benchmarks.staffing

.PHONY: browser
browser:
	@sh tests/pages/need-chromium.sh

.PHONY: lock
lock: ## Resolve the dependencies anew (needs uv; writes no address of an index)
	uv pip compile -q pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-annotate --no-header --universal -o requirements/dev.txt
	uv pip compile -q pyproject.toml -c requirements/dev.txt --generate-hashes --no-emit-index-url --no-annotate --no-header --universal -o requirements/run.txt

.PHONY: css
css: ## Build the stylesheet (needs npm)
	cd frontend && npm install --no-package-lock --no-audit --no-fund && npm run build
