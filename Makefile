# Deskloop: every command there is. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
# without the caches of compiled modules every start takes several times as long
export PYTHONDONTWRITEBYTECODE :=
DATA ?= ../shared/data
RUN := .venv/bin/python

.PHONY: help
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Run it
.PHONY: demo up status down logs follow install env
demo: install ## Start everything, file the demo tickets and show what becomes of each
	@$(RUN) -m local.demo
up: install ## Start everything, without tickets; returns when it is ready
	@$(RUN) -m local.up
status: install ## Show what runs
	@$(RUN) -m local.status
down: ## Stop everything; nothing is left running
	@if [ -x $(RUN) ]; then $(RUN) -m local.down; else echo "Nothing is running."; fi
logs: ## Follow the logs; NAME=ledger for one of them
	@tail -n 20 -F local/.state/logs/$(or $(NAME),*).log
follow: install ## What became of one ticket, step by step: TICKET=django-helpdesk:9
	@$(RUN) -m local.follow $(TICKET)
install: ## Install what is missing (make up and make demo do it by themselves)
	@$(PYTHON) local/bootstrap.py
env: install ## Make .env from .env.example, with new secrets where there are none
	@$(RUN) -m local.env_file

##@ Check it
.PHONY: test lint contract test-faults check-ends bench
test: lint ## Everything that must pass: lint, types, unit, services, workflows, end to end
	$(RUN) -m pytest -n auto --maxprocesses=4 -m "not n8n and not e2e" --cov --cov-report=term-missing:skip-covered --cov-fail-under=90
	$(RUN) -m pytest -m "n8n or e2e"
lint: install ## Format, lint, types, and who may import whom
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	.venv/bin/lint-imports
contract: install ## Check somebody's own step: STEP=classify URL=http://…
	@test -n "$(STEP)" -a -n "$(URL)" || { echo "usage: make contract STEP=classify URL=http://127.0.0.1:9000"; exit 2; }
	@$(RUN) -m tests.contract --step "$(STEP)" --url "$(URL)"
test-faults: install ## Kill, stop and overload the parts under load, show what became of each ticket; ONLY=helpdesk
	FAULTS_REPORT=1 $(RUN) -m pytest -m laboratory tests/faults $(if $(ONLY),-k "$(ONLY)")
check-ends: install ## Compare ledger and helpdesk ticket by ticket; ARGS="--json --lost-after 900"
	@$(RUN) -m local.check $(ARGS)
bench: install ## Measure time per ticket by step, memory and disk of the running system
	@$(RUN) -m bench

##@ Measure the local model
.PHONY: eval eval-intents eval-retrieval eval-injection eval-canary eval-pii eval-learning eval-replay eval-gate train
eval: eval-intents eval-retrieval eval-injection eval-pii ## Intents, retrieval, injection and personal data, one after the other; DATA=folder
eval-intents: install ## Category and intent, on labelled messages
	@$(RUN) -m evals intents --data "$(DATA)"
eval-retrieval: install ## Finding the right help section, and abstaining where there is none
	@$(RUN) -m evals retrieval --data "$(DATA)"
eval-injection: install ## Attempts to make the machine obey the ticket
	@$(RUN) -m evals injection --data "$(DATA)"
eval-canary: install ## Attacks against a model that obeys them: what they want said is never sent
	@$(RUN) -m evals canary --data "$(DATA)"
eval-pii: install ## Personal data found before text leaves
	@$(RUN) -m evals pii --data "$(DATA)"
eval-learning: install ## What is sent, and wrong, after so many corrections: DATA=tickets.csv [TRAIN=stream.csv]
	@$(RUN) -m evals.learning --data "$(DATA)" $(if $(TRAIN),--train "$(TRAIN)")
# both read one file of tickets, not a folder of sets; without DATA the golden set
TICKETS = $(if $(filter file,$(origin DATA)),evals/golden/larkspur.jsonl,$(DATA))
eval-replay: install ## What would become of past tickets: DATA=tickets.csv; docs/evaluate.md has more
	@$(RUN) -m evals replay --data "$(TICKETS)" $(if $(KNOWLEDGE),--knowledge "$(KNOWLEDGE)") \
		$(if $(CONFIG),--config "$(CONFIG)") $(if $(RUNNING),--running) $(if $(NO_LIFT),--no-lift) \
		$(if $(SHOW_TEXT),--show-text)
eval-gate: install ## Is a change better or worse on the golden set: A=old.env B=new.env; docs/evaluate.md
	@test -n "$(B)" || { echo "usage: make eval-gate B=new.env [A=old.env]; docs/evaluate.md"; exit 2; }
	@$(RUN) -m evals gate --data "$(TICKETS)" --b "$(B)" $(if $(A),--a "$(A)") \
		$(if $(KNOWLEDGE),--knowledge "$(KNOWLEDGE)") $(foreach each,$(ACCEPT),--accept $(each))
train: install ## Train the local classifier; FILES="your.csv more.csv" for your own examples
	@$(RUN) -m services.classify.local.train $(if $(FILES),--data $(FILES))

##@ Work on the database
.PHONY: schema corrections-report
corrections-report: install ## Which corrections somebody should look at, and why; CATEGORY=billing DAYS=90
	@$(RUN) -m local.corrections_report $(if $(CATEGORY),--category "$(CATEGORY)") $(if $(DAYS),--unused-days $(DAYS))
schema: install ## Write sql/schema.sql anew, after a migration was added
	@$(RUN) -m sql.migrate schema

##@ Keep it safe
.PHONY: backup restore forget audit
backup: install ## Back the services' database up into backups/ while it runs; FILE=, KEEP_DAYS=
	@$(RUN) -m local.backup take $(if $(FILE),--file "$(FILE)") $(if $(KEEP_DAYS),--keep-days $(KEEP_DAYS))
restore: install ## Put a back-up in its place, nothing is answered twice: FILE=backups/….zip, OLDER=1
	@test -n "$(FILE)" || { echo "usage: make restore FILE=backups/deskloop-….zip"; exit 2; }
	@$(RUN) -m local.backup restore "$(FILE)" $(if $(OLDER),--older)
forget: install ## Delete what a customer wrote, everywhere but in the helpdesk: REQUESTER=id-or-e-mail
	@test -n "$(REQUESTER)" || { echo "usage: make forget REQUESTER=name@example.org"; exit 2; }
	@$(RUN) -m local.privacy forget "$(REQUESTER)"
audit: install ## Known weaknesses of the packages that ship; accepted ones: config/audit/accepted.yaml
	@$(RUN) -m local.audit

##@ Work on the workflows
.PHONY: deploy-workflows export-workflows screenshots
deploy-workflows: install ## Bring the running n8n to n8n-workflows/; OVERWRITE=1 also what was edited
	@$(RUN) -m local.workflows_command deploy $(if $(OVERWRITE),--overwrite)
export-workflows: install ## Write what was edited in the running n8n to n8n-workflows/
	@$(RUN) -m local.workflows_command export
screenshots: install ## Take the pictures of the workflows for the docs
	@$(RUN) -m local.workflows_command screenshots
