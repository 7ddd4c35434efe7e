# `make help` lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help setup demo study test check bench models verify publish
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PYTHON ?= python3
NO_GIT = git rev-parse --git-dir >/dev/null 2>&1 || { [ -d .dvc ] || dvc init --no-scm -q; dvc config --local core.no_scm true; }

help:  ## list these
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: .venv/installed  ## make .venv and install what requirements.lock lists

.venv/installed: requirements.lock
	"$(PYTHON)" -m venv .venv
	python -m pip install -q --disable-pip-version-check -r requirements.lock
	@touch .venv/installed

demo: setup  ## the whole pipeline and report on small digits, in .demo/
	python -m stages.commands.sandbox demo.yaml .demo
	@cd .demo && { [ -d .dvc ] || dvc init --no-scm -q; } && dvc config core.analytics false && RENDERER=pandoc python -m stages.commands.study
	@echo "The report is .demo/report/_output/index.html"

study: setup  ## the MNIST study: every stage that is out of date
	@$(NO_GIT)
	python -m stages.commands.study

test: setup  ## every test
	python -m pytest

check: setup  ## formatting, lint, types, which room imports which, tests
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-logo
	python -m pytest

bench: setup  ## print the tables of accuracy and of speed
	python -m benchmarks.validate
	python -m benchmarks.speed
	python -m benchmarks.weights

models: setup  ## list the files of every model of params.yaml under gather in dvc.yaml
	python -m stages.commands.models

verify: setup  ## compare every file with the committed study's hashes
	python -m stages.commands.verify

publish: setup  ## copy the rendered page and PDF to docs/
	python -m stages.commands.publish
