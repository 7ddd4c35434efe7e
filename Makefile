# `make help` lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help setup lock demo study part whole replicate experiments test check bench models verify publish
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PYTHON ?= python3
ifdef TORCH  # the packages for a backend, such as cpu, are in PyTorch's own index and have other hashes
INSTALL = uv pip install --python .venv/bin/python --torch-backend $(TORCH) --no-verify-hashes -r pyproject.toml --group dev -c requirements.lock
else ifneq ($(shell command -v uv 2>/dev/null),)
INSTALL = uv pip install --python .venv/bin/python --require-hashes -r requirements.lock
else
INSTALL = python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
endif
NO_GIT = git rev-parse --git-dir >/dev/null 2>&1 || { [ -d .dvc ] || dvc init --no-scm -q; dvc config --local core.no_scm true; }

help:  ## list these
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 13

setup: .venv/installed  ## make .venv and install what requirements.lock lists, with uv where it is found

.venv/installed: requirements.lock
	"$(PYTHON)" -m venv .venv
	$(INSTALL)
	@touch .venv/installed

lock:  ## write requirements.lock from pyproject.toml with uv, keeping the versions that still fit
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" -q -o requirements.lock

demo: setup  ## the whole pipeline and report on small digits, in .demo/
	python -m stages.commands.sandbox demo.yaml .demo
	@cd .demo && { [ -d .dvc ] || dvc init --no-scm -q; } && dvc config core.analytics false && RENDERER=pandoc python -m stages.commands.study
	@echo "The report is .demo/report/_output/index.html; on digits so small and few, some verdicts may differ between kinds of processor."

study: setup  ## the MNIST study: every stage that is out of date
	@$(NO_GIT)
	python -m stages.commands.study

part: setup  ## the stages of some models, for other machines to take over: make part MODELS="vae-04 vae-20"
	@$(NO_GIT)
	python -m stages.commands.part "$(MODELS)"

whole: setup  ## the study from the parts that several machines made; what none made runs here
	@$(NO_GIT)
	python -m stages.commands.patient --wait-for-lock repro --pull

replicate: setup  ## the study once more under another seed: make replicate SEED=1
	@$(NO_GIT)
	python -m stages.commands.replicate "$(SEED)"

experiments: setup  ## a page that compares DVC's experiments over the parameter in which they differ
	python -m stages.commands.experiments

test: setup  ## every test
	python -m pytest

check: setup  ## formatting, lint, types, which room imports which, workflows, tests
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-logo
	zizmor --offline --quiet --pedantic .github
	@if command -v actionlint >/dev/null; then actionlint; else echo "NOT CHECKED BY ACTIONLINT: see \`workflows\` in pyproject.toml"; fi
	python -m pytest

bench: setup  ## print the tables of accuracy and of speed
	python -m benchmarks.validate
	python -m benchmarks.speed
	python -m benchmarks.weights

models: setup  ## write the files of every model of params.yaml into dvc.yaml, under gather
	python -m stages.commands.models

verify: setup  ## compare every file with the committed study's hashes
	python -m stages.commands.verify

publish: setup  ## copy the pages to docs/, with the table of log likelihoods, and write the README's tables
	python -m stages.commands.publish
