# make lesson   set up what is missing, then film the lesson
# make lessons  film both lessons
# make studio   open the page on which films are made without a command line
# make test     everything that is checked, by people and by machines alike
# make soak     what takes long by nature: many kills, many repetitions, faults put in on purpose
# make docs     build/docs: the documentation as a site that needs no network
# make gallery  draw the pictures of docs/gallery and of the guides anew, after the films have changed
# make setup    only set up
# make words    write scenes/locale/cnnreel.pot, the sentences that translators begin with
# make clean    remove films and caches; the virtual environment stays

PYTHON := .venv/bin/python
# programs that tests start find themselves compiled
export PYTHONDONTWRITEBYTECODE :=
# one more than there are cores, for many tests wait for programs that they start
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SETUP_INPUTS := pyproject.toml constraints.txt scripts/setup

.PHONY: lesson lessons studio test types tests soak docs gallery setup words clean

lesson: .venv/.ready
	$(PYTHON) render.py lesson lessons/handwritten-digits.toml -o out

lessons: lesson
	$(PYTHON) render.py lesson lessons/how-it-learns.toml -o out

studio: .venv/.ready-studio
	$(PYTHON) render.py studio

test: .venv/.ready-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(MAKE) --no-print-directory --jobs types tests docs

types: .venv/.ready-dev
	.venv/bin/mypy

tests: .venv/.ready-dev
	.venv/bin/pytest -n $(WORKERS) --dist worksteal

soak: .venv/.ready-dev
	$(PYTHON) tests/mutants.py
	.venv/bin/pytest -m soak

docs: .venv/.ready-dev
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict

gallery: .venv/.ready-dev
	$(PYTHON) scripts/gallery.py

setup: .venv/.ready

.venv/.ready: $(SETUP_INPUTS)
	scripts/setup

.venv/.ready-studio: $(SETUP_INPUTS)
	scripts/setup studio

.venv/.ready-dev: $(SETUP_INPUTS)
	scripts/setup dev

words:
	.venv/bin/pybabel -q extract -k say:1 -k say_many:1,2 -k marked:1 --no-default-keywords --omit-header --sort-output \
		--add-location=file -o scenes/locale/cnnreel.pot scenes cnnreel

clean:
	rm -rf out media build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
