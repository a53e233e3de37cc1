# Everything a person types. Slow suites have a short form in `make test` and a long form as a target of their own.
.DEFAULT_GOAL := help
SHELL := /bin/bash
SWIFT_BUILD := swift build -c release
PYTEST := .venv/bin/python -m pytest

.PHONY: help
help: ## what can be made
	@echo "Callpoint. The two commands to know: make demo, make test. All of them:"
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: build
build: ## install what is missing and build the programs (.build/release)
	@scripts/setup build
	@$(SWIFT_BUILD)

.PHONY: demo
demo: build ## switchboard and kiosk on this machine; prints their addresses (PORT=, PANEL_PORT=; TURN=1: with a relay)
	@if [ -n "$(TURN)" ]; then scripts/setup relay; fi
	@TURN=$(TURN) scripts/demo

.PHONY: test
test: ## everything that must hold: lint, unit and simulation tests, browser and other stacks
	@scripts/setup test
	@scripts/test

.PHONY: test-unit
test-unit: ## the Swift tests alone
	@scripts/setup build
	@scripts/test unit

.PHONY: test-interop
test-interop: build ## the browser, the ancestor's server and other stacks alone
	@scripts/setup test
	@$(PYTEST) Tests/Interop

.PHONY: test-network
test-network: build ## calls across NATs, firewalls and a relay, in network namespaces (root)
	@scripts/setup test
	@$(PYTEST) Tests/Network

.PHONY: fuzz
fuzz: ## the long form of the hostile-input tests (CALLPOINT_FUZZ=100 times as many mutations)
	@CALLPOINT_FUZZ=$${CALLPOINT_FUZZ:-100} CALLPOINT_SEEDS=$${CALLPOINT_SEEDS:-100000} scripts/test unit

.PHONY: campaign
campaign: ## 10,000 simulated calls over every network profile (640 in `make test`)
	@CALLPOINT_CAMPAIGN=$${CALLPOINT_CAMPAIGN:-10000} scripts/campaign

.PHONY: soak
soak: build ## 2000 calls in a row (the short form in `make test` is 200)
	@scripts/setup test
	@CALLPOINT_CALLS=$${CALLPOINT_CALLS:-2000} $(PYTEST) Tests/Interop/test_soak.py

.PHONY: lint
lint: ## format and layering
	@scripts/test lint

.PHONY: format
format: ## swift format, in place
	@swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

.PHONY: bench
bench: build ## CPU, memory, set-up time and allocations beside the raw codecs, in one run; devices and display
	@scripts/setup test
	@$(SWIFT_BUILD) --product devices-bench && $(SWIFT_BUILD) --product display-bench
	@Benchmarks/run

.PHONY: bench-devices
bench-devices: ## what camera, sound and display cost and how far clocks stray, without the call
	@scripts/setup build
	@$(SWIFT_BUILD) --product devices-bench && .build/release/devices-bench
	@$(SWIFT_BUILD) --product display-bench && .build/release/display-bench

.PHONY: bench-peers
bench-peers: build ## Callpoint beside aiortc, GStreamer and Chromium as answerers, in one run (root)
	@scripts/setup bench
	@Benchmarks/peers/run

.PHONY: bench-network
bench-network: build ## the same across a cable that loses, delays and narrows, with tables for docs/network.md (root; three rounds, 2 h)
	@scripts/setup bench
	@Benchmarks/network/run

.PHONY: release
release: ## stripped binaries with the Swift library linked in, in dist/, and their sizes
	@scripts/setup build
	@scripts/release

.PHONY: deb
deb: ## packages for Debian 13 in dist/, built on any Debian amd64 machine (3 GiB of cache)
	@scripts/deb amd64

.PHONY: deb-test
deb-test: ## installs, removes and purges those packages in a bare Debian 13 (root)
	@scripts/deb-test amd64

.PHONY: arm64
arm64: ## the same packages for arm64
	@scripts/deb arm64

.PHONY: arm64-test
arm64-test: ## the unit tests as arm64 programs, emulated: the suites without sockets and real time
	@scripts/arm64-test

.PHONY: rig
rig: ## whole kiosk in an emulated machine with kernel devices: all scenarios, or SCENARIOS="call button" (root; ARCH=amd64|arm64)
	@scripts/setup test
	@scripts/rig $(SCENARIOS)

.PHONY: rig-short
rig-short: ## the rig's short set: call, button, camera and sound lost, processes killed
	@scripts/setup test
	@scripts/rig --tag short

.PHONY: screenshots
screenshots: build ## the pictures of the README, taken from a real call
	@scripts/setup test
	@.venv/bin/python scripts/screenshots.py

.PHONY: clean
clean: ## what was built and the Python environments
	@rm -rf .build .build-static .build-debian13-* .venv .venv-eio3 dist
