# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Only git and a python3 with venv are required: tools/run_tests.py installs nox, which installs the rest. The sessions
# are in noxfile.py and antsibull-nox.toml.

PYTHON ?= python3
STEPS ?=
ARGS ?=
# What takes a minute, and finds most mistakes.
LINT = ansible-lint lint docs-check license-check extra-checks workflows fragments

.PHONY: help demo test simulator mutation sweep bench guide docs changelog lint sanity units integration

help:  ## list the commands
	@grep -hE '^[a-z ]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /: /'

demo:  ## show the lifecycle of an image on the simulator
	@$(PYTHON) tools/run_demo.py

test:  ## run every session of nox; STEPS="units lint" runs only these
	@$(PYTHON) tools/run_tests.py $(STEPS)

simulator:  ## run the simulator in the foreground; ARGS="--port 8080" passes options
	@$(PYTHON) tools/run_simulator.py $(ARGS)

mutation:  ## run mutation tests on the modules that only compute
	@$(PYTHON) tools/run_tests.py $@

sweep:  ## run the fault and crash sweeps and 50,000 random stories, and write docs/reliability.md
	@$(PYTHON) tools/run_tests.py $@

bench:  ## measure calls, time and memory of the modules, and write the tables into docs/speed.md
	@$(PYTHON) tools/run_tests.py measure

guide:  ## write the tables of the guide on state from tests/situations
	@$(PYTHON) tools/run_tests.py $@

docs:  ## build the documentation site, and print the address of its start page
	@$(PYTHON) tools/run_tests.py $@

changelog:  ## write the release notes of the version in galaxy.yml; see RELEASING.md
	@$(PYTHON) tools/run_tests.py $@

lint:  ## run the linters
	@$(PYTHON) tools/run_tests.py $(LINT)

sanity units integration:  ## run one session of the tests
	@$(PYTHON) tools/run_tests.py $@
