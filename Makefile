# Every command of the course: `make` prints those that people use, `make help-all` all of them.
#   PYTHON       interpreter that creates .venv         make book PYTHON=python3.12
#   CONSTRAINTS  versions to install; none: /dev/null   make book CONSTRAINTS=/dev/null
#   PIP_ARGS     more arguments for the install         make book PIP_ARGS="--no-cache-dir"
#   ONLY         the notebooks to run or re-execute     make notebooks ONLY=book/1_rnn/loop_with_state.ipynb
#   SINCE        the branch that changes go to        make check SINCE=upstream/main
#   WITHOUT      chapters to leave out                  make book WITHOUT="4_gru 5_attention"
#   RUN          0: no Python in the pages; a folder with Pyodide: that one    make book RUN=0
#   VENV         the folder of the environment          make book VENV=.venv-other
#   COURSE_…     the repository that buttons point at    make book COURSE_REPOSITORY=https://host/owner/name
#   PYTHONS      the interpreters to try                make test-pythons PYTHONS="/usr/bin/python3"
#   FROM, TO     hand-ins and their marks               make grade FROM=handed_in TO=marks.csv
#   SECONDS      processor time of a hand-in            make grade FROM=handed_in TO=marks.csv SECONDS=30
#   LAB_DIR      the folder that JupyterLab opens       make lab LAB_DIR=book   (to edit the lessons)
#   LAB_ARGS     more arguments for JupyterLab          make lab LAB_ARGS=--allow-root   (in a container)
PYTHON      ?= python3
CONSTRAINTS ?= constraints.txt
PIP_ARGS    ?=
LAB_ARGS    ?=
LAB_DIR     ?= work
PYTHONS     ?=
ONLY        ?=
SINCE       ?=
VENV        ?= .venv
WITHOUT     ?=
RUN         ?=

BIN       := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY     := $(VENV)/.installed
WELCOME   := --LabApp.default_url=/lab/tree/welcome.ipynb
GREETING  := $(VENV)/etc/ipython/ipython_kernel_config.json
# A notebook that _toc.yml does not list, and what has an odd name, is a reader's and is not read.
PLAIN     := ! -path '*[!A-Za-z0-9_./-]*'
NOTEBOOKS := $(sort $(wildcard $(addsuffix .ipynb,$(shell sed -n 's/^ *-* *file: *//p' _toc.yml))))
CODE      := conftest.py $(wildcard src tests tools benchmarks sweeps) $(NOTEBOOKS)
TEXTS     := $(wildcard book/*.md book/*/*.md book/_static *.md *.toml *.yml) Makefile
# Tests of the book and its tools, not of the library: they need its pages, its notebooks or a browser.
BOOK_TESTS := archive book bundle check claim_rules claims colab execute falsify figures film forks jupyterlab living machines \
	nbval_strict pace page pages portable project readme rosetta run search solved teaching terms twice upgrade workflows
LIBRARY_TESTS := $(filter-out $(BOOK_TESTS:%=tests/test_%.py),$(sort $(wildcard tests/test_*.py)))
SOURCES    = $(shell find src tools \( -name __pycache__ -o -name '*.egg-info' \) -prune -o \
	-type f $(PLAIN) -print) $(NOTEBOOKS) $(shell find book -name '*.md' -type f $(PLAIN) -o -name '*.bib' \
	-o -path 'book/_static/*' -type f $(PLAIN))

# An environment that was copied, moved or lost its interpreter is made anew, not half used.
# The library is found, not imported: a slip in its sources is no reason to throw an environment away.
SOUND = import sys, pathlib, pip, importlib.util as u; s = u.find_spec('lessons_lib'); \
	sys.exit(sys.version_info < (3, 11) or not (s and s.origin) or \
	not any(pathlib.Path(s.origin).resolve().is_relative_to(pathlib.Path(p).resolve()) for p in ('.', 'src')))
ifneq ($(wildcard $(READY)),)
ifneq ($(shell $(BIN)/python -E -c "$(SOUND)" 2>/dev/null && echo sound),sound)
UNSOUND := is broken or belongs to another folder
endif
endif

# The reader's settings: none may stop a command or change an output. Python, pytest, Jupyter,
# IPython and matplotlib get none of theirs, and folders of their own, as the home may hold other
# kernels or not be writable. pip keeps its index, proxy and cache, not what sends packages elsewhere.
unexport $(filter-out PYTHON,$(filter PYTHON% PYTEST_% JUPYTER% IPYTHON% MPL% MATPLOTLIB%,$(.VARIABLES)))
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_DEPS PIP_REQUIRE_HASHES PIP_DRY_RUN FORCE_COLOR
export PIP_USER = 0
export PYTHONUTF8 = 1
export MPLCONFIGDIR = $(CURDIR)/$(VENV)/matplotlib
export IPYTHONDIR = $(CURDIR)/$(VENV)/ipython
export JUPYTER_CONFIG_DIR = $(CURDIR)/$(VENV)/jupyter/config
export JUPYTER_DATA_DIR = $(CURDIR)/$(VENV)/jupyter/data
export JUPYTER_RUNTIME_DIR = $(CURDIR)/$(VENV)/jupyter/runtime
export COURSE_RUN = $(RUN)
# One thread each: two notebooks side by side with unpinned threads took ten times as long.
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export MKL_NUM_THREADS = 1

# A command that fails points to the doctor.
OR_DOCTOR = || sh tools/upkeep/or_doctor.sh $$?

# For one make at a time: two would pull the environment and the pages from under each other.
LOCK = sh tools/upkeep/lock.sh $$PPID
PYTEST = $(BIN)/python -m pytest $(PYTEST_ARGS) -n logical --maxprocesses 8 \
	--dist loadscope --no-loadscope-reorder # the order of tools/upkeep/pace.py
OLDEST = .venv-oldest/bin/uv pip compile -q --no-header --no-annotate pyproject.toml
STRICT = $(PYTEST) --nbval --nbval-current-env --nbval-cell-timeout 120

ifneq ($(strip $(WITHOUT)),)
# A part of the course: the same commands, in a copy without these chapters.
PARTLY := book student solved zip test-lessons
ifneq ($(filter-out $(PARTLY),$(or $(MAKECMDGOALS),help)),)
$(error WITHOUT goes with $(PARTLY:%=make %): in the place of make $(MAKECMDGOALS))
endif
.PHONY: part $(PARTLY)
$(MAKECMDGOALS): part
	@$(MAKE) --no-print-directory -C _build/part WITHOUT= VENV="$(abspath $(VENV))" $@
part:
	@$(MAKE) -s --no-print-directory WITHOUT= $(READY)
	@$(BIN)/python -m tools.editions.part $(WITHOUT) --to _build/part
else

.PHONY: help help-all book book-zh translate epub check test test-portable test-twice falsify test-solved test-library test-lessons \
	test-pythons test-oldest test-newest test-wheel \
	rosetta notebooks sync student solved quiz slides grade lab work update progress doctor lint format bench sweep reproduce picture teaching chromium clean \
	publish launch links upgrade zip lighthouse always
.DEFAULT_GOAL := help

# The ten commands people use, and a way to the others.
USED := book lab notebooks sync format test student zip doctor clean help-all

help: # what `make` alone prints
	@$(MAKE) --no-print-directory help-all | awk -v used=" $(USED) " 'index(used, " " $$2 " ")'

book: $(READY) _build/.clean ## build the pages from the stored outputs, strictly, and print the path to open
	@$(LOCK)
	@$(if $(RUN),,$(BIN)/python -m tools.site.run.python $(PIP_ARGS))
	@mv _build/.clean _build/.started
	@NO_COLOR=1 $(BIN)/jupyter-book build . -W -n --keep-going -q >_build/log.txt 2>&1 \
		|| { cat _build/log.txt; false; } $(OR_DOCTOR)
	@mv _build/.started _build/.clean
	@echo "The book is built. Open: $(CURDIR)/_build/html/index.html"

book-zh: $(READY) ## the same book in Chinese: _build/zh_CN
	@$(LOCK)
	@$(BIN)/python -m tools.site.translate build zh_CN $(OR_DOCTOR)

translate: book ## bring the catalogues of the translations up to date, and say what is to translate
	@$(BIN)/python -m tools.site.translate $(OR_DOCTOR)

epub: $(READY) ## the book for an e-reader: _build/memory_in_sequences.epub
	@mkdir -p _build/epub
	@NO_COLOR=1 $(BIN)/jupyter-book build . -W -n --keep-going -q --builder custom --custom-builder epub \
		--path-output _build/epub >_build/epub/log.txt 2>&1 || { cat _build/epub/log.txt; false; } $(OR_DOCTOR)
	@mv _build/epub/_build/epub/*.epub _build/
	@echo "The book for an e-reader: $(CURDIR)/$$(ls _build/*.epub)"

check: lint chromium book ## in a minute or so, while you work: lint, the tests and lessons of what changed (SINCE=main)
	@$(BIN)/python -m tools.upkeep.check $(SINCE) $(OR_DOCTOR)

test: lint chromium book ## lint, unit tests, every notebook against its stored outputs, the built pages
	$(STRICT) tests $(NOTEBOOKS) $(OR_DOCTOR)

falsify: $(READY) ## see every claim fail under its falsifier, and record it (ONLY=…)
	@$(BIN)/python -m tools.notebooks.falsify $(ONLY) $(OR_DOCTOR)

test-twice: $(READY) ## the notebooks with every cell run twice in a row, and record it (ONLY=…)
	@$(BIN)/python -m tools.notebooks.twice $(ONLY) $(OR_DOCTOR)

test-portable: $(READY) ## the notebooks again, computed as other CPUs would (ONLY=…)
	@$(BIN)/python -m tools.notebooks.portable $(or $(ONLY),$(NOTEBOOKS)) $(OR_DOCTOR)

test-solved: solved ## the solved edition: every notebook, every check passed
	$(STRICT) _build/solved/*/*.ipynb $(OR_DOCTOR)

test-library: $(READY) ## the tests of the library alone: no pages, no browser
	$(PYTEST) $(LIBRARY_TESTS) $(OR_DOCTOR)

test-lessons: $(READY) ## notebooks against their stored outputs (ONLY=… for some of them)
	$(STRICT) $(or $(ONLY),$(NOTEBOOKS)) $(OR_DOCTOR)

test-pythons: ## book, library and three lessons under every Python found here (PYTHONS=… for some)
	@$(PYTHON) -m tools.upkeep.pythons $(PYTHONS)

test-oldest: ## the tests of the library on the oldest versions it allows, in .venv-oldest
	@rm -rf .venv-oldest && mkdir -p _build && $(PYTHON) -m venv .venv-oldest
	@.venv-oldest/bin/python -m pip install -qq --disable-pip-version-check $(PIP_ARGS) -c constraints.txt uv
	@cp constraints.txt _build/oldest.txt # uv keeps the pins of the file it writes, where they fit
	@$(OLDEST) --extra torch --resolution lowest-direct --no-deps -o _build/lowest.txt >/dev/null
	@$(OLDEST) --extra dev -c _build/lowest.txt -o _build/oldest.txt >/dev/null
	@$(MAKE) --no-print-directory VENV=.venv-oldest CONSTRAINTS=_build/oldest.txt \
		PYTEST_ARGS="-W ignore::DeprecationWarning" test-library

test-newest: ## everything on the newest versions of everything, in .venv-newest
	@rm -rf .venv-newest
	@$(MAKE) --no-print-directory VENV=.venv-newest CONSTRAINTS=/dev/null test

test-wheel: $(READY) ## the wheel in an environment with NumPy alone, in .venv-wheel
	@rm -rf .venv-wheel && mkdir -p _build && $(BIN)/python -m venv .venv-wheel
	@$(BIN)/python -m tools.upkeep.wheel .venv-wheel $(OR_DOCTOR)

rosetta: ## run other libraries' GRUs and LSTMs in .venv-rosetta, and store which form each one has
	@rm -rf .venv-rosetta && $(PYTHON) -m venv .venv-rosetta
	@.venv-rosetta/bin/python -m pip install -qq --disable-pip-version-check $(PIP_ARGS) -e '.[rosetta]'
	@.venv-rosetta/bin/python -m tools.rosetta

notebooks: $(READY) ## re-execute the notebooks in place (ONLY=… for some of them)
	@$(BIN)/python -m tools.notebooks.execute $(or $(ONLY),$(NOTEBOOKS)) $(OR_DOCTOR)

sync: $(READY) ## regenerate the starters of the exercises from their references
	@$(BIN)/python -m tools.editions sync $(NOTEBOOKS) $(OR_DOCTOR)

student: $(READY) ## the notebooks without solutions (ONLY=… for some), in _build/student, and student.zip to hand out
	@rm -rf _build/student
	@$(BIN)/python -m tools.editions strip $(or $(ONLY),$(NOTEBOOKS)) --to _build/student $(OR_DOCTOR)
	@$(BIN)/python -m tools.editions.student_zip _build/student $(OR_DOCTOR)

quiz: $(READY) ## the questions of the lessons for Moodle or Canvas: _build/quiz.gift
	@$(BIN)/python -m tools.editions.quiz --to _build/quiz.gift $(OR_DOCTOR)

slides: book ## the figures of each chapter as slides: _build/slides
	@$(BIN)/python -m tools.editions.slides --to _build/slides $(OR_DOCTOR)

grade: $(READY) ## the marks of a folder of hand-ins (FROM=folder TO=marks.csv, ONLY=…)
	@$(BIN)/python -m tools.grading "$$FROM" "$$TO" --only "$$ONLY" $(if $(SECONDS),--seconds $(SECONDS)) $(OR_DOCTOR)

solved: $(READY) ## the notebooks with every exercise solved, in _build/solved
	@rm -rf _build/solved
	@$(BIN)/python -m tools.editions solve $(or $(ONLY),$(NOTEBOOKS)) --to _build/solved $(OR_DOCTOR)

publish: export COURSE_PUBLISH = 1
publish: launch book student zip book-zh ## what the workflow publishes, for the repository it runs in
	@cp _build/*.zip _build/html/
	@rm -rf _build/html/zh && cp -R _build/zh_CN/_build/html _build/html/zh

launch: $(READY) ## the notebooks with the first cell for Colab, as the branch `launch`
	@rm -rf _build/launch
	@$(BIN)/python -m tools.editions.colab $(NOTEBOOKS) --to _build/launch --store $(OR_DOCTOR)

links: $(READY) ## follow every link to the web (needs the network)
	@$(BIN)/python -m tools.publish.links $(OR_DOCTOR)

upgrade: ## the newest versions: constraints.txt, every output, and the printed numbers that changed
	@rm -rf .venv-newest
	@$(MAKE) --no-print-directory VENV=.venv-newest CONSTRAINTS=/dev/null .venv-newest/.installed
	@.venv-newest/bin/python -m tools.upkeep.upgrade $(or $(ONLY),$(NOTEBOOKS))

lab: $(READY) $(GREETING) work ## open your copies of the lessons in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=$(LAB_DIR) $(if $(filter work,$(LAB_DIR)),$(WELCOME)) $(LAB_ARGS) $(OR_DOCTOR)

work: $(READY) # your copies of the lessons; what is there and yours stays
	@$(BIN)/python -m tools.editions.work $(OR_DOCTOR)

update: ## bring the newest course, and its lessons into your copies; your answers stay
	@git pull --ff-only
	@$(MAKE) --no-print-directory work

progress: $(READY) ## which exercises of your copies pass
	@$(BIN)/python -m tools.grading.progress $(OR_DOCTOR)

# A wheel brings it along; setuptools leaves it out of an environment that reads the sources in place.
$(GREETING): src/lessons_kit/ipython_kernel_config.json $(READY)
	@mkdir -p $(@D) && cp $< $@

doctor: ## say what is wrong with the environment, and what mends it
	@p=$(BIN)/python; test -x $$p || p=$(PYTHON); $$p -c 'import os, sys; sys.path[0] = os.path.abspath("src"); \
		from lessons_kit.doctor import main; sys.exit(main())'

lint: $(READY) ## ruff and codespell
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/ruff format --force-exclude --quiet --check $(CODE) || { $(BIN)/ruff format --force-exclude --check $(CODE); exit 1; }
	@$(BIN)/codespell $(CODE) $(TEXTS)

format: $(READY) ## let ruff rewrite the sources
	@$(BIN)/ruff check --fix --quiet $(CODE)
	@$(BIN)/ruff format --force-exclude $(CODE)

bench: $(READY) ## time the cells against torch.nn and the usual teaching versions
	$(BIN)/python -m benchmarks.speed $(OR_DOCTOR)

sweep: $(READY) ## compute what is missing of the sweeps (ONLY="gap cures" for some; long)
	$(BIN)/python -m sweeps $(ONLY) $(SWEEP_ARGS) $(OR_DOCTOR)

reproduce: $(READY) ## run N stored runs again, drawn at random, and compare
	$(BIN)/python -m sweeps.runner.reproduce --runs $(or $(N),20) $(OR_DOCTOR)

teaching: $(READY) ## the times, maps and schedules of the lessons, and the glossary's links
	@$(BIN)/python -m tools.upkeep.teaching $(OR_DOCTOR)

picture: $(READY) ## draw the picture of the README from the stored results
	$(BIN)/python -m tools.upkeep.readme_picture $(OR_DOCTOR)

zip: book ## the offline edition: pages and notebooks as one archive, in _build
	@$(BIN)/python -m tools.editions.archive $(OR_DOCTOR)

lighthouse: book chromium ## measure the built pages with Lighthouse (ONLY="book/3_lstm/carousel …" for some)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check $(PIP_ARGS) -c $(CONSTRAINTS) -e '.[lighthouse]'
	@$(BIN)/python -m tools.publish.lighthouse $(ONLY)

chromium: $(READY) # the tests look at the pages in a browser
	@$(BIN)/python -m tools.publish.browser

clean: ## remove the built pages and the caches (the environment stays)
	@$(LOCK)
	rm -rf _build .pytest_cache .ruff_cache .hypothesis

help-all: ## print every command
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

$(READY): constraints.txt pyproject.toml $(if $(UNSOUND),always)
	@$(LOCK)
	@VENV="$(VENV)" BIN="$(BIN)" PYTHON="$(PYTHON)" FOUND="$(UNSOUND)" sh tools/upkeep/venv.sh
	@echo "Installing the pinned packages into $(VENV) (a minute or two, once) …"
	@# Python compiles a module when it is first imported: to compile all of them takes as long as the rest
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check $(PIP_ARGS) -c $(CONSTRAINTS) -e '.[dev]'
	@$(BIN)/python -c "$(SOUND)" || { echo "pip put the packages elsewhere: take target, prefix and root" \
		"out of its settings ('$(BIN)/python -m pip config debug' names their files)." >&2; exit 1; }
	@$(BIN)/python -c 'import matplotlib.font_manager'
	@rm -f _build/.lock && touch $@

# Sphinx re-reads only changed pages: a cached build would stay green over a broken library, or keep
# the page of a file that is gone. A build that did not end leaves no .clean: the next starts anew.
_build/.clean: _config.yml _toc.yml $(READY) $(SOURCES) _build/.sources
	@$(LOCK)
	@find _build -mindepth 1 -maxdepth 1 ! -name .sources ! -name .lock -exec rm -rf {} + && touch $@

_build/.sources: always
	@mkdir -p _build && printf '%s\n' $(SOURCES) >_build/.listed
	@cmp -s _build/.listed $@ && rm _build/.listed || mv _build/.listed $@
endif
