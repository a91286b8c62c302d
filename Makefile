# Two commands matter: `make demo` and `make test`. Both do all the set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench soak format connector live

help: ## Say what can be made.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

$(VENV)/.ready: requirements.txt requirements-dev.txt
	@PYTHON=$(PYTHON) sh .ci/install $(VENV)

demo: $(VENV)/.ready ## Start the sandbox and the product, and watch two chains.
	@exec $(BIN)/python manage.py demo $(ARGS)

serve: $(VENV)/.ready ## Start web, worker and beat for real use.
	@exec $(BIN)/python manage.py serve $(ARGS)

test: $(VENV)/.ready ## Run every test, on SQLite and on PostgreSQL.
	@BIN=$(BIN) sh .ci/test $(ARGS)

format: $(VENV)/.ready ## Format code and templates.
	@BIN=$(BIN) sh .ci/format

check: $(VENV)/.ready ## Formats, lints, types, layers, templates, docs, deployment.
	@BIN=$(BIN) sh .ci/check

bench: $(VENV)/.ready ## Measure, and rewrite the scorecard and the performance page.
	@$(BIN)/python -m benchmarks --write $(ARGS)

soak: $(VENV)/.ready ## Thousands of leads, random faults and kills: what is said wrongly?
	@$(BIN)/python -m benchmarks.soak $(ARGS)

connector: $(VENV)/.ready ## Begin a new connector: NAME=espocrm KIND=crm TITLE="EspoCRM".
	@$(BIN)/python -m workshop.connector "$(NAME)" "$(KIND)" --title "$(TITLE)"

live: $(VENV)/.ready ## Run the contract on a real account: TOOL=mailchimp.
	@$(BIN)/python -m workshop.live "$(TOOL)" $(ARGS)
