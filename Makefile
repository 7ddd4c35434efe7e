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
	python -m stages.sandbox demo.yaml .demo
	@cd .demo && { [ -d .dvc ] || dvc init --no-scm -q; } && dvc config core.analytics false && RENDERER=pandoc python -m stages.study
	@echo "The report is .demo/report/_output/index.html"

study: setup  ## the MNIST study, whatever of it a change makes necessary
	@$(NO_GIT)
	python -m stages.study

test: setup  ## every test
	python -m pytest

check: setup  ## formatting, lint, types, tests
	ruff format --check .
	ruff check .
	mypy
	python -m pytest

bench: setup  ## print the tables of accuracy and of speed
	python -m benchmarks.accuracy
	python -m benchmarks.speed
	python -m benchmarks.weights

models: setup  ## make dvc.yaml's lists agree with the models of params.yaml and with the code's imports
	python -m stages.wiring

verify: setup  ## compare every file with the committed study's hashes
	python -m stages.verify

publish: setup  ## copy the rendered page and PDF to docs/
	python -m stages.publish
