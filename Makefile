# Huiyin 回音. `make run` opens the dashboard, `make test` runs every test; both install what they need.
HOST ?= 127.0.0.1
PORT ?= 8501
ARGS ?=

.PHONY: help run test lint format bench bench-browser bench-signals clean

help:
	@echo "make run      install, load the demo register if there is no data, open http://$(HOST):$(PORT)"
	@echo "make test     install what the tests need, run them all (ARGS=\"-k closure\" for some)"
	@echo "make lint     ruff check, ruff format --check, mypy"
	@echo "make format   put every file into the house format"
	@echo "make bench    measure import, snapshot and pages against DuckDB and pandas (ARGS=\"--cases 1000000\")"
	@echo "make bench-browser    from a click to the page repainted, in a real browser, on the data of this installation"
	@echo "make bench-signals   early warning on invented cities: rises found and false alarms, beside other methods"
	@echo "make clean    remove what was installed; the data stays"

run:
	@sh setup.sh run
	@.venv/bin/huiyin serve --host "$(HOST)" --port "$(PORT)" $(ARGS)

test:
	@sh setup.sh test
	@.venv/bin/python tests/run.py $(ARGS)

# all three are run even when the first one finds something
lint:
	@sh setup.sh lint
	@failed=0; for check in "ruff check ." "ruff format --check ." "mypy"; do \
		echo "$$check"; .venv/bin/$$check || failed=1; done; exit $$failed

format:
	@sh setup.sh lint
	@.venv/bin/ruff check --fix --quiet .; .venv/bin/ruff format .

bench:
	@sh setup.sh bench
	@.venv/bin/huiyin bench $(ARGS)

bench-browser:
	@sh setup.sh bench
	@.venv/bin/huiyin bench --browser

bench-signals:
	@sh setup.sh test
	@.venv/bin/python -m tests.bench.signals $(ARGS)

clean:
	rm -rf .venv .uv .uv-cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
