# Everything a fresh Debian machine with a Swift toolchain needs: `make demo`, `make test`.

CONFIG ?= conf/penstock.yaml
SWIFT ?= swift
# An import that Package.swift does not declare is an error: the strata hold (ARCHITECTURE.md).
CHECKED := --explicit-target-dependency-import-check error
DEBUG := .build/debug/penstock
RELEASE := .build-release/release/penstock
# The Swift runtime is linked in, whose calls then cost less, and code is inlined across our targets.
IN_EARNEST := -c release --static-swift-stdlib -Xswiftc -cross-module-optimization \
	--scratch-path .build-release
LONGEST_FILE := 300

# The tests' interpreter: the first that has what they import, else Debian's own. Asked when it is
# used, not before: deps-test may install what it looks for.
TEST_MODULES := pytest, requests, urllib3, h11
PYTHON ?= $(shell for python in python3 /usr/bin/python3; do \
	$$python -c 'import $(TEST_MODULES)' 2>/dev/null && echo $$python && exit; \
	done; echo /usr/bin/python3)

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
INSTALL := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get

# Installs those of the packages that are missing; asks for nothing and needs no root when none is.
define install
@missing=; for package in $(1); do \
  [ "$$(dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null)" = installed ] \
    || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
  command -v apt-get >/dev/null || { echo "install these first:$$missing" >&2; exit 1; }; \
  echo "installing$$missing"; \
  $(INSTALL) update -qq </dev/null \
    && $(INSTALL) install -y -qq --no-install-recommends $$missing </dev/null >/dev/null; \
fi
endef

# The Debian package of each command that is missing, for `install`.
missing = $(shell PATH="$$PATH:/usr/sbin"; for pair in $(1); do \
	command -v $${pair%%=*} >/dev/null || echo $$pair | cut -d= -f2; done)

.DEFAULT_GOAL := help
.PHONY: help deps deps-test deps-bench build release demo run test catalogue differential prove fuzz \
	test-asan test-tsan lint bench bench-engine

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps:  ## install what building and the demo need (only what is missing)
	@command -v $(SWIFT) >/dev/null || { \
	  echo "no swift in PATH: install Swift 6.3 or newer, https://www.swift.org/install" >&2; exit 1; }
	$(call install,libevent-dev libcurl4-openssl-dev libssl-dev libcrypt-dev zlib1g-dev libc6-dev \
	  tzdata ca-certificates \
	  $(call missing,git=git python3=python3 ld=binutils))

deps-test: deps  ## install what the tests need
	$(call install,$(call missing,node=nodejs curl=curl openssl=openssl valgrind=valgrind cc=gcc \
	  bash=bash nginx=nginx-light haproxy=haproxy gcore=gdb java=default-jdk-headless go=golang-go) \
	  python3-httpx python3-aiohttp)
	@$(PYTHON) -c 'import $(TEST_MODULES)' 2>/dev/null || $(MAKE) --no-print-directory deps-pytest

.PHONY: deps-pytest
deps-pytest:
	$(call install,python3 python3-pytest python3-requests python3-urllib3 python3-h11)

BENCH := .build-bench

deps-bench: deps  ## install what the benchmarks need; what PyPI has for them, into .build-bench
	$(call install,$(call missing,nginx=nginx-light haproxy=haproxy wrk=wrk openssl=openssl cc=gcc) \
	  $$(python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv))
	@$(MAKE) --no-print-directory $(BENCH)/client $(BENCH)/packages

$(BENCH)/client: benchmarks/rig/client.c
	@mkdir -p $(BENCH)
	cc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -o $@ $< -lssl -lcrypto -pthread

# Without PyPI the benchmarks run without these contenders, and say so.
$(BENCH)/packages: benchmarks/requirements.txt
	@mkdir -p $(BENCH)
	@{ python3 -m venv $(BENCH)/venv \
	  && grep -v '^#' $< | xargs -n 1 $(BENCH)/venv/bin/pip install -q --disable-pip-version-check \
	  && cp $< $@; } || echo "not everything came from PyPI: what is missing is left out" >&2

build: deps  ## build for debugging, into .build
	$(SWIFT) build $(CHECKED)

release: deps  ## build for use in earnest: .build-release/release/penstock
	$(SWIFT) build $(IN_EARNEST) --product penstock

demo: build  ## show it: the same load straight at an emulated API, then through Penstock
	@python3 benchmarks/demo.py $(DEBUG)

run: build  ## run the proxy on CONFIG=conf/penstock.yaml
	$(DEBUG) run --config $(CONFIG)

test: build deps-test  ## run every test
	$(SWIFT) test $(CHECKED)
	PENSTOCK=$(CURDIR)/$(DEBUG) $(PYTHON) -m pytest -q Tests/Wire
	PENSTOCK=$(CURDIR)/$(DEBUG) $(PYTHON) -m pytest -q Tests/Load

catalogue: build deps-test  ## run the adversarial catalogue: a line for each of its rows
	@PENSTOCK=$(CURDIR)/$(DEBUG) $(PYTHON) Tests/Wire/catalogue.py

COUNT ?= 100000
differential: build deps-test  ## COUNT mutated requests: h11, nginx and HAProxy must agree; SEED=
	@PENSTOCK=$(CURDIR)/$(DEBUG) $(PYTHON) Tests/Differential/run.py --count $(COUNT) \
	  $(if $(SEED),--seed $(SEED))

prove: deps-test  ## prove every limit at length: a million requests for each provider and delay
	PENSTOCK_PROVE=full $(SWIFT) test $(CHECKED) -c release -Xswiftc -enable-testing \
	  --scratch-path .build-prove --filter ProofTests

# Coverage and AddressSanitizer in all that the targets read; assertions stay in.
FUZZING := -c release --scratch-path .build-fuzz --sanitize fuzzer --sanitize address \
	-Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing -Xswiftc -assert-config -Xswiftc Debug
TIME ?= 60

fuzz: deps  ## fuzz each target of Tests/Fuzz for TIME=60 seconds, or FUZZ=NAME alone
	PENSTOCK_FUZZ=1 $(SWIFT) build $(FUZZING)
	python3 Tests/Fuzz/run.py --seconds $(TIME) $(FUZZ)

# Swift's report of a crash waits for itself inside a sanitizer's.
SANITIZED := SANITIZED=1 SWIFT_BACKTRACE=enable=no \
	ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:suppressions=$(CURDIR)/Tests/Sanitizers/address.supp \
	TSAN_OPTIONS=halt_on_error=0
# The wire tests meet an optimised binary: only there are values let go of after their last use.
SANITIZED_RELEASE := -c release --product penstock -Xswiftc -assert-config -Xswiftc Debug

test-asan: deps-test  ## run the Swift tests and Tests/Wire under AddressSanitizer
	$(SANITIZED) $(SWIFT) test --sanitize address --scratch-path .build-asan
	$(SWIFT) build --sanitize address --scratch-path .build-asan $(SANITIZED_RELEASE)
	$(SANITIZED) PENSTOCK=$(CURDIR)/.build-asan/release/penstock \
	  $(PYTHON) -m pytest -q -p no:cacheprovider Tests/Wire --ignore Tests/Wire/test_fairness.py

# ThreadSanitizer wants memory where it expects it: setarch -R keeps addresses in their place.
test-tsan: deps-test  ## run the Swift tests and the threaded part of Tests/Wire under ThreadSanitizer
	$(SWIFT) build --build-tests --sanitize thread --scratch-path .build-tsan
	$(SANITIZED) setarch -R $(SWIFT) test --skip-build --sanitize thread --scratch-path .build-tsan \
	  --skip ProofTests
	$(SWIFT) build --sanitize thread --scratch-path .build-tsan $(SANITIZED_RELEASE)
	$(SANITIZED) PENSTOCK=$(CURDIR)/.build-tsan/release/penstock setarch -R \
	  $(PYTHON) -m pytest -q -p no:cacheprovider $(THREADED)
THREADED := Tests/Wire/test_pool.py Tests/Wire/test_destinations.py Tests/Wire/test_tls_origin.py \
	Tests/Wire/test_connections.py Tests/Wire/test_round_trip.py Tests/Wire/test_authentication.py \
	Tests/Wire/test_workers.py

lint:  ## check format, file lengths, and that no Swift test sleeps
	$(SWIFT) format lint --strict -r Sources Tests benchmarks Package.swift
	@! grep -rn 'sleep(' Tests --include='*.swift' --include='*.py' \
	    --exclude-dir=Wire --exclude-dir=Load --exclude-dir=Differential --exclude-dir=__pycache__ \
	  || { echo "lint: a test sleeps; wait for what it waits for" >&2; exit 1; }
	@find Sources Tests benchmarks Package.swift -name '*.swift' -exec awk -v most=$(LONGEST_FILE) \
	    'FNR == most + 1 { print FILENAME ": longer than " most " lines"; bad = 1 } \
	     END { exit bad }' {} + >&2

bench: deps-bench release  ## measure against nginx, HAProxy, Envoy and others: 12 minutes; OPTIONS=--quick
	PATH="$$PATH:/usr/sbin" python3 benchmarks/compare.py --penstock $(RELEASE) $(OPTIONS)

bench-engine: deps  ## measure the admission engine alone, into benchmarks/ENGINE.md, and check counts
	$(call install,$(call missing,valgrind=valgrind objcopy=binutils))
	$(SWIFT) build $(IN_EARNEST) --product EngineBench
	.build-release/release/EngineBench > benchmarks/ENGINE.md
	python3 benchmarks/engine/count.py .build-release/release/EngineBench $(COUNTS) >> benchmarks/ENGINE.md
