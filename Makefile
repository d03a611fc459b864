# One command for each thing a person does here; `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := /bin/bash

VENV    := .venv
PEERS   := .venv-peers
PADDLE  := .venv-paddleocr
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet -c constraints.txt
HOSO    := $(BIN)/hoso
# Tests wait more than they compute: files of them side by side, each process with servers of its own.
WORKERS ?= 2
HOME_ARG = $(if $(INSTANCE),--home $(INSTANCE))

# SoftHSM2: the demonstration's token. poppler: `pdfsig`, the second opinion on signatures.
DEBIAN_RUN  := softhsm2 poppler-utils
# Fonts of the synthetic paper that models are trained and tested on (models/synthesis/fonts.py).
DEBIAN_FONTS := fonts-croscore fonts-dejavu fonts-freefont-ttf fonts-noto-core \
                fonts-open-sans fonts-roboto fonts-sil-charis fonts-texgyre
# A peer of benchmarks/reading.py.
DEBIAN_PEERS := tesseract-ocr tesseract-ocr-vie
# The page is tested in a real browser; `certutil` tells poppler whom to trust.
DEBIAN_TEST := $(DEBIAN_FONTS) chromium libnss3-tools

.PHONY: help setup run up down status demo test check format soak bench bench-peers paddleocr train clean debian-run debian-test

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: debian-run $(VENV)/.installed ## install what running needs (venv, pinned packages, Debian packages)

run: setup ## install, start everything, and watch three dossiers travel the whole path
	@$(HOSO) demo $(HOME_ARG) $(ARGS)

up: setup ## start the system and leave it running; prints the addresses
	@$(HOSO) up $(HOME_ARG) $(ARGS)

down: ## stop all of it; nothing is left behind
	@if [ -x $(HOSO) ]; then $(HOSO) down $(HOME_ARG); else echo "not installed, so nothing runs"; fi

test: debian-run debian-test $(VENV)/.installed-all ## run the tests (ARGS="tests/api -x" for some of them, WORKERS=0 for one after the other)
	@$(BIN)/python -m pytest -p no:cacheprovider -n $(WORKERS) --dist loadfile $(ARGS)

check: $(VENV)/.installed-all ## lint, format, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-all ## let ruff sort imports and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

soak: debian-run debian-test $(VENV)/.installed-all ## long runs and chaos
	@$(BIN)/python -m pytest -p no:cacheprovider -m soak -o timeout=3600 $(ARGS)

bench: setup ## pages a second through the whole system against the bare reader
	@$(BIN)/python -m benchmarks.end_to_end $(ARGS)

bench-peers: $(PEERS)/.installed ## other readers in an environment of their own, for `python -m benchmarks.reading`

paddleocr: debian-run $(PADDLE)/.installed ## Hoso with PaddleOCR as an engine, in an environment of its own (1.5 GB)

train: debian-run debian-test $(VENV)/.installed-all ## install what training needs (PyTorch, fonts, the starting weights)
	@echo "Ready. docs/training.md says how to train your own."

clean: down ## stop, then remove the environment, the instance and everything generated
	rm -rf $(VENV) $(PEERS) $(PADDLE) .hoso out build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

debian-run:
	@scripts/debian-packages $(DEBIAN_RUN)

debian-test:
	@scripts/debian-packages $(DEBIAN_TEST)

# --- the environment: each stamp is as new as what was installed from ------------------------------------------------

$(BIN)/python:
	@python=$$(PYTHON="$(PYTHON)" scripts/find-python) || exit 1; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || scripts/debian-packages python3.11-venv || exit 1; \
	echo "Making $(VENV) with $$($$python --version)"; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the pinned packages (some minutes the first time)"
	@$(INSTALL) -e .
	@$(BIN)/python -m hoso.embedded.seaweed
	@touch $@

# rapidocr holds the weights that training starts from. Only its files are wanted: its requirement opencv-python would
# overwrite opencv-python-headless, which is the same module.
$(VENV)/.installed-all: $(VENV)/.installed
	@echo "Installing what tests, checks and training need"
	@$(INSTALL) -e '.[dev,train]'
	@$(INSTALL) --no-deps rapidocr
	@touch $@

# Readers of others: their packages never touch ours.
$(PEERS)/.installed: benchmarks/peers.txt
	@scripts/debian-packages $(DEBIAN_PEERS)
	@python=$$(PYTHON="$(PYTHON)" scripts/find-python) || exit 1; [ -x $(PEERS)/bin/python ] || "$$python" -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check --no-input install --quiet -r benchmarks/peers.txt
	@touch $@

# PaddleX asks for opencv-contrib-python, which is the same module as our opencv-python-headless and wants a display's
# libraries: ours is written over it, so that both find one cv2.
$(PADDLE)/.installed: pyproject.toml constraints.txt constraints-paddleocr.txt
	@python=$$(PYTHON="$(PYTHON)" scripts/find-python) || exit 1; [ -x $(PADDLE)/bin/python ] || "$$python" -m venv $(PADDLE)
	@grep -viE '^(numpy|pyyaml)==' constraints.txt | cat - constraints-paddleocr.txt > $(PADDLE)/constraints.txt
	@$(PADDLE)/bin/python -m pip --disable-pip-version-check --no-input install --quiet -c $(PADDLE)/constraints.txt -e '.[paddleocr]'
	@$(PADDLE)/bin/python -m pip --disable-pip-version-check --no-input install --quiet --force-reinstall --no-deps \
		-c $(PADDLE)/constraints.txt opencv-python-headless
	@touch $@
