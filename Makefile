# `make paper` and `make test` set up all they need on a fresh machine (python3 >= 3.11 with venv, make, git).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
SCALE ?= laptop
CORES ?= all
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# What a user's shell has set for other work decides nothing here: .venv has all that is needed, and `make paper` runs on
# this machine whatever profile (Slurm, conda) is meant for other workflows.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS BASH_ENV SNAKEMAKE_PROFILE PIP_TARGET PIP_PREFIX PIP_ROOT
export PIP_USER := 0
# A user without a name, as containers have: Python asks these variables first
ifneq ($(shell id -un >/dev/null 2>&1 || echo nameless),)
export LOGNAME ?= user-$(shell id -u)
export HOME ?= $(CURDIR)/.snakemake
endif
# Snakemake needs a folder for its cache, also where there is no home folder
CACHE := $(if $(shell [ -w "$${HOME-}" ] && echo yes),,XDG_CACHE_HOME="$(CURDIR)/.snakemake/cache")

# Packages with the hashes of the lock, and no others; what torch's CUDA build needs beside is in requirements-cuda.lock
LOCKED := $(BIN)/pip install --disable-pip-version-check --no-deps --require-hashes
# Torch's CPU build for Linux, x86-64 and Python 3.11, which may lie in a folder that pip knows (find-links). Pip is asked for
# it first: else it takes a file whose hash its index lists, the CUDA build. docs/running.md says what is known of it.
TORCH_CPU := torch==2.13.0 6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b

.PHONY: help setup latex paper unlock test test-slurm lint format docs lock bench clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 18

setup: .venv/installed ## make .venv and install the pinned packages into it

.venv/installed: requirements.lock requirements-cuda.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("error: Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another one with make PYTHON=...")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "error: this Python cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@echo '$(firstword $(TORCH_CPU)) --hash=sha256:$(lastword $(TORCH_CPU))' >.venv/torch.txt
	@$(LOCKED) --no-index -r .venv/torch.txt >.venv/torch.log 2>&1 || true # there is none: the index has another build
	@{ $(LOCKED) -r requirements.lock && { $(BIN)/pip check || $(LOCKED) -r requirements-cuda.lock; } \
	  && $(BIN)/pip install --no-deps -e . && $(BIN)/pip check; } >.venv/pip.log 2>&1 || { sh workflow/why_not_installed.sh >&2; exit 1; }
	@touch $@

latex: .venv/installed ## install the LaTeX packages that are missing (as root, with apt)
	@missing=$$(rankcollapse latex || true); \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing LaTeX: $$missing"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; } >.venv/latex.log 2>&1 \
	  || { tail -n 3 .venv/latex.log >&2; echo "warning: apt-get could not install LaTeX; going on without (.venv/latex.log)" >&2; }; \
	fi

paper: latex ## build everything at SCALE (default laptop), the paper included
	@$(CACHE) snakemake --cores $(CORES) --config scale=$(SCALE) || { code=$$?; \
	if [ -n "$$(ls .snakemake/locks 2>/dev/null)" ]; then \
	  echo "error: another Snakemake runs in this folder, or one was killed here. When none runs: make unlock, then make paper again" >&2; \
	fi; exit $$code; }
	@rankcollapse verify results/$(SCALE)/claims.json
	@reference=results/reference/$(SCALE)/claims.json; \
	if [ -f $$reference ]; then rankcollapse compare --brief results/$(SCALE)/claims.json $$reference; \
	else echo "there are no reference results of scale $(SCALE) to compare with"; fi
	@missing=$$(rankcollapse latex) || { echo "error: no paper without LaTeX ($$missing); all else is in results/$(SCALE)/" >&2; exit 1; }
	@echo "results/$(SCALE)/paper.pdf"

unlock: .venv/installed ## free this folder after a kill; make sure first that no Snakemake runs in it
	$(CACHE) snakemake --unlock --quiet all

test: .venv/installed ## run the tests
	pytest

test-slurm: .venv/installed ## run the graph on a one-node Slurm that the tests bring up (as root, on Debian)
	pytest -m slurm -n 0

lint: .venv/installed ## check style and layers: ruff, import-linter, snakefmt, snakemake --lint
	ruff check .
	ruff format --check .
	lint-imports --no-cache
	snakefmt --check .
	snakemake --lint

format: .venv/installed ## bring the code into the project's style
	ruff check --fix .
	ruff format .
	snakefmt .

environment.yml: requirements.lock # conda's copy of the pins
	sed -i -e '/^ *- pip:/q' $@
	sed -nE 's/^([a-z0-9._-]+==[0-9a-z.]+( ; [^\\]*[^\\ ])?).*/      - \1/p' requirements.lock >> $@

docs: .venv/installed environment.yml ## bring what the documentation takes from the code in step with it
	rankcollapse settings
	python docs/diagram.py
	python docs/manifest.py
	python docs/costs.py
	python docs/scales.py
	python docs/reduced.py

lock: ## resolve pyproject.toml into requirements.lock, for all systems; what is pinned stays as long as it fits
	mkdir -p .venv && $(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv==0.13.9
	sed -nE 's/^([a-z0-9._-]+==[0-9a-z.]+).*/\1/p' requirements.lock requirements-cuda.lock > .venv/lock/both # uv would keep hashes
	.venv/lock/bin/uv pip compile --quiet --no-config --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	  --extra dev --extra workflow --no-header --output-file .venv/lock/both pyproject.toml
	sed -i -e '/^$(firstword $(TORCH_CPU)) /a \    --hash=sha256:$(lastword $(TORCH_CPU)) \\' .venv/lock/both
	awk '/^[a-z]/ { cuda = /^(cuda|nvidia|triton)/ } { print > (cuda ? "requirements-cuda.lock" : "requirements.lock") }' .venv/lock/both
	$(MAKE) environment.yml

bench: .venv/installed ## measure speed, on a machine with nothing else to do
	OPENBLAS_NUM_THREADS=1 python benchmarks/bench.py $(if $(wildcard results/laptop/claims.json),--finished laptop)

clean: ## remove all results but the committed reference
	[ ! -d results ] || find results -mindepth 1 -maxdepth 1 ! -name reference -exec rm -rf {} +
