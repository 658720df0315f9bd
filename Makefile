# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Each command is a small script in tools/ that requires only git and a python3 with venv.

PYTHON ?= python3
STEPS ?=
ARGS ?=

.PHONY: help demo test simulator mutation sweep bench guide docs changelog lint sanity units integration

help:  ## list the commands
	@grep -hE '^[a-z ]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /: /'

demo:  ## show the lifecycle of an image on the simulator
	@$(PYTHON) tools/run_demo.py

test:  ## run every test; STEPS="units lint" runs only these
	@$(PYTHON) tools/run_tests.py $(STEPS)

simulator:  ## run the simulator in the foreground; ARGS="--port 8080" passes options
	@$(PYTHON) tools/run_simulator.py $(ARGS)

mutation:  ## run mutation tests on the modules that only compute
	@$(PYTHON) tools/run_mutation.py

sweep:  ## run the fault and crash sweeps and 50,000 random stories, and write docs/reliability.md
	@$(PYTHON) tools/run_sweep.py

bench:  ## measure calls, time and memory of the modules, and write the tables into docs/speed.md
	@$(PYTHON) tools/run_bench.py

guide:  ## write the tables of the guide on state from tests/situations
	@$(PYTHON) tools/run_guide.py

docs:  ## build the documentation site, and print the address of its start page
	@$(PYTHON) tools/run_docs.py

changelog:  ## write the release notes of the version in galaxy.yml; see RELEASING.md
	@$(PYTHON) tools/run_changelog.py

lint sanity units integration:  ## run one step of the tests
	@$(PYTHON) tools/run_tests.py $@
