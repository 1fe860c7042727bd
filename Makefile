# Thin names over the CMake presets and tools/. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc)
PREFIX ?= /usr/share/flume
DEMO_SECONDS ?= 8
FUZZ_SECONDS := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60)
VERSION := $(shell sed -n 's/.*flume-cpp VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
SUITE_OPTIONS ?=

build_preset = cmake --preset $(1) --log-level=WARNING >/dev/null && ninja -C build/$(1) -j$(JOBS) $(2)

.PHONY: help deps deps-build deps-test deps-fuzz build demo test unit conformance asan tsan fuzz e2e parity docs format tidy bench endurance dist install clean

help: ## this list
	@awk -F ':[^#]*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install every Debian package that building and testing need (only those that are missing)
	@tools/install-deps build test fuzz

deps-build:
	@tools/install-deps build
deps-test:
	@tools/install-deps build test
deps-fuzz:
	@tools/install-deps build fuzz

build: deps-build ## release build; leaves a working bin/flume-ng
	@$(call build_preset,release,bin/flume-ng)
	@mkdir -p bin && ln -sfn ../build/release/bin/flume-ng bin/flume-ng

demo: build $(if $(HDFS),deps-test) ## the walk-through: generator -> exec -> memory -> hdfs, counted (DEMO_SECONDS=8; HDFS=1: on a real HDFS)
	@DEMO_SECONDS=$(DEMO_SECONDS) tools/demo

test: deps-test ## everything that CI runs; ends with `N passed, N failed`
	@for preset in release asan tsan; do \
	  started=$$(date +%s); \
	  if ! { cmake --preset $$preset --log-level=WARNING >/dev/null && ninja -C build/$$preset -j$(JOBS); }; then \
	    echo "FAILED: build of preset $$preset"; echo "0 passed, 1 failed"; exit 1; \
	  fi; \
	  echo "built $$preset in $$(( $$(date +%s) - started )) s"; \
	done
	@mkdir -p bin && ln -sfn ../build/release/bin/flume-ng bin/flume-ng
	@tools/run-tests --tier ci $(SUITE_OPTIONS)

unit: deps-test ## unit tests and fuzz corpora, release build
	@$(call build_preset,release,)
	@tools/run-tests unit corpus

conformance: deps-test ## what every channel and sink must do, release build
	@$(call build_preset,release,)
	@tools/run-tests conformance

asan: deps-test ## unit and conformance tests under AddressSanitizer and UBSan
	@$(call build_preset,asan,)
	@tools/run-tests unit-asan conformance-asan corpus-asan

tsan: deps-test ## unit and conformance tests under ThreadSanitizer
	@$(call build_preset,tsan,)
	@tools/run-tests unit-tsan conformance-tsan

fuzz: deps-fuzz ## every fuzz target for SECONDS=60
	@$(call build_preset,fuzz,)
	@tools/fuzz --seconds $(FUZZ_SECONDS)

e2e: build ## tests of the real program, release build
	@tools/run-tests e2e

parity: build deps-test ## the same flume.conf on Apache Flume 1.11 and on this version, outputs compared
	@tools/run-tests parity

docs: build ## write docs/reference anew from `flume-ng describe`
	@tools/generate-docs

format: deps-test ## format all C++ files
	@tools/check-format --fix

tidy: deps-test ## clang-tidy over all C++ files
	@cmake --preset release --log-level=WARNING >/dev/null
	@tools/check-tidy --all

bench: deps-test ## micro and macro benchmarks, printed as a table
	@$(call build_preset,release,)
	@benchmarks/run

endurance: deps-test deps-fuzz ## the long loops that CI leaves out
	@$(call build_preset,release,)
	@$(call build_preset,fuzz,)
	@tools/run-tests --tier endurance

dist: build ## dist/flume-<version>.tar.gz
	@tools/make-dist $(VERSION)

install: build ## install below PREFIX (and DESTDIR), as the archive unpacks
	@cmake --install build/release --prefix $(PREFIX) --strip

clean: ## remove what was built
	@rm -rf build bin dist
