# The commands of a checkout; each sets up .venv first when it must. CONTRIBUTING.md says when to use which.

BIN := .venv/bin
RUN := $(BIN)/python
LAKEFS := .cache/lakefs
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# What is imported is compiled once, even where the environment says not to: else each process compiles all of it again,
# which takes as long as everything that a short one does besides.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo dev lakefs test trainers check bench lock docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv, or bring it up to date
	@scripts/setup

demo: setup ## generate the demo project in demo/ and run it to a published release
	$(RUN) -m examples.quickstart demo/

dev: demo ## open the Dagster UI on the demo, on http://127.0.0.1:3000
	@mkdir -p demo/.dagster
	@cp dagster_project/dagster.yaml demo/.dagster/
	DAGSTER_HOME=$(CURDIR)/demo/.dagster PREFSTRATA_PROJECT=$(CURDIR)/demo PATH=$(CURDIR)/$(BIN):$$PATH \
		dagster dev --workspace workspace.yaml --host 127.0.0.1 --port 3000

lakefs: setup ## start a real lakeFS server on loopback and run the demo on it, in demo/lakefs
	scripts/lakefs-server start --dir $(LAKEFS) >/dev/null
	$(RUN) -m examples.quickstart demo/lakefs --lakefs $(LAKEFS)/server.json
	@echo 'the server still runs; to use it from this shell: eval "$$(scripts/lakefs-server env --dir $(LAKEFS))"'
	@echo "scripts/lakefs-server stop --dir $(LAKEFS) stops it"

# In the order of their folders: files with few tests and long ones would else come last, and the last of them alone.
test: ## every test this machine can run, by file on two processes; skipped ones say why
	@scripts/setup --spark
	$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST)

trainers: setup ## install the trainers themselves (5 GB, once), and try checkouts in them
	@scripts/trainers >/dev/null
	PREFSTRATA_REQUIRE=trainers $(RUN) -m pytest tests/integration/trainers $(PYTEST)

check: setup ## lint, format, types, who imports whom, licences, what may not be committed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(RUN) -m tools.licences
	$(RUN) -m tools.tree

bench: setup ## how fast and how good, against what
	$(RUN) -m benchmarks
	$(RUN) -m benchmarks.noise speed
	$(RUN) -m benchmarks.noise

lock: setup ## pin requirements/ anew
	$(COMPILE) pyproject.toml --upgrade --extra platform --extra privacy --group pyproject.toml:dev --no-build --output-file requirements/platform.txt
	$(COMPILE) pyproject.toml --upgrade --extra spark --constraints requirements/platform.txt --output-file requirements/spark.txt
	$(COMPILE) pyproject.toml --extra trl --group pyproject.toml:trainers --upgrade --output-file requirements/trainers.txt
	$(COMPILE) --group pyproject.toml:trainers-apart --upgrade --no-deps --output-file requirements/trainers-apart.txt
	$(COMPILE) --group pyproject.toml:peers --upgrade --no-build --output-file requirements/peers.txt

docs: setup ## write the generated pages of docs/reference/ anew
	$(RUN) -m tools.reference

clean: ## remove what the commands above made, .venv and demo/ too
	-scripts/lakefs-server stop --dir $(LAKEFS) 2>/dev/null
	rm -rf .venv demo .cache .artefacts build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
