# dondoc: `make` lists what there is to make. Needs Python 3.11 or newer with venv, git and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SHARED ?= ../shared

# Tests in which no day plays a part that others do not show, and those that set zones of their own.
TIMELESS := $(foreach name,permits confidential evidence reports_files proposal_pages api_proposals directives_correcting letter_pages refusals bulk history directives_shapes directives_readers directives_formats \
  directives_extract directives_apart directives_agencies directives_sheet register_names packaging boundaries layers docs \
  workflow_config workflow_i18n workflow_database notifications_wire faults_delivery faults_tick \
  letters_regressions letters_regressions_more letters_regressions_secret replies reach post_office acting \
  faults_links faults_links_pages faults_addresses faults_kills faults_web faults_sizes faults_guesses faults_words notifications_outbox cli time_zones \
  api api_acts api_confidential api_texts afar afar_guards afar_periods sign_in_guards hooks oidc \
  figures_text figures_tables figures_taken targets_figures targets_form targets_money targets_pages targets_record signed_letters report_pages,--ignore=tests/test_$(name).py) $(foreach name,acting_by_mail three_people pages_seen,--ignore=tests/walks/test_$(name).py)

# Pages and odd texts whose queries other tests put to PostgreSQL.
SHOWN := $(foreach name,proposal_pages letter_pages succession_pages duty_pages web sign_in_guards \
  faults_words faults_guesses faults_links_pages api_texts report_pages period_pages targets_pages,--ignore=tests/test_$(name).py)

.DEFAULT_GOAL := help
.PHONY: help demo test zones check accuracy bench translations lock clean

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 24

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "dondoc needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment. On Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run ## read two sample directives, replay 2025 with its reorganisation, show the reviews
	$(BIN)/dondoc demo demo

test: $(VENV)/.dev ## set up everything and run all tests, those on SQLite with coverage (a browser has its own pace)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m "not slow" -k "not postgresql" --ignore=tests/walks
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='workflow/*' --fail-under=95 --skip-covered
	$(BIN)/coverage report --omit='workflow/*,tests/*' --fail-under=85 --skip-covered
	$(BIN)/python -m pytest -m "not slow" -k "postgresql or walks" $(SHOWN)
	$(BIN)/python -m pytest -m slow

zones: $(VENV)/.dev ## run what depends on days where the host's day is another one (make test runs all under its own zone)
	TZ=Pacific/Kiritimati $(BIN)/python -m pytest -k "not postgresql and not browser and not phone" -m "not slow" $(TIMELESS)

check: $(VENV)/.dev ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

accuracy: $(VENV)/.dev ## measure reading, timing and names of agencies against documents read by hand
	$(BIN)/python -m benchmarks.accuracy $(SHARED)
	$(BIN)/python -m benchmarks.names $(SHARED)

bench: $(VENV)/.dev ## time cold commands, reading, 100,000 phrases, a succession of 700 agencies, durable moves, a morning's letters, sending, spreadsheets
	$(BIN)/python -m benchmarks.cold $(SHARED)
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.phrases
	$(BIN)/python -m benchmarks.succession
	$(BIN)/python -m benchmarks.moves $(SHARED)
	$(BIN)/python -m benchmarks.mornings $(SHARED)
	$(BIN)/python -m benchmarks.sending $(SHARED)
	$(BIN)/python -m benchmarks.sheets

translations: $(VENV)/.dev ## gather the sentences of the code and compile the catalogue
	$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output --project=dondoc -k N_ -k Refused -k BadInput -k NotPermitted -k NotFound -k Away -k Busy -k Overtaken -k translate -o $(VENV)/dondoc.pot workflow directives notifications reports web cli.py
	$(BIN)/pybabel -q update -D dondoc -l vi -i $(VENV)/dondoc.pot -d workflow/locales --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -f -D dondoc -d workflow/locales

lock: ## pin all dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra dev pyproject.toml -o requirements-dev.lock

clean: ## remove what was made
	rm -rf $(VENV) demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
