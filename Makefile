# The conventional face of the CMake build.
#   make                 build for the newest server that has headers here, or PG_CONFIG=/path/to/pg_config
#   make install         into that server (DESTDIR is honoured)
#   make installcheck    the pgTAP tests, against the running server that PGHOST, PGPORT, PGUSER name
#   make demo            sample data through the whole path, on a private server
#   make test            every test suite; SUITE=pgtap TEST=name runs a part
#   make bench           measurements against plain SQL
#   make format          rewrites the C++ sources in the tree's format; make format-check only looks
#   make tidy            clang-tidy
#   make reference       writes docs/REFERENCE.md from the comments in the database
#   make clean
PG_CONFIG ?=
DESTDIR ?=
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
BUILD ?= build

# The scripts find the same build and server. CMake runs a make of its own, which must not see the flags of this one.
override BUILD := $(abspath $(BUILD))
export BUILD
ifneq ($(PG_CONFIG),)
export PG_CONFIG
endif
unexport DESTDIR
cmake = @env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL cmake

.PHONY: all build build-tests install installcheck demo test bench format format-check tidy reference clean \
  packages packages-test
.NOTPARALLEL:

all: build

# configure OPTIONS: quiet unless it fails.
configure = @mkdir -p '$(BUILD)' && \
  { cmake -S . -B '$(BUILD)' -DPG_CONFIG='$(PG_CONFIG)' $(1) >'$(BUILD)/configure.log' 2>&1 || \
  { cat '$(BUILD)/configure.log' >&2; exit 1; }; }

build:
	$(call configure)
	$(cmake) --build '$(BUILD)' -j $(JOBS) --target lifecycle_ledger extension_script

build-tests:
	$(call configure,-DWITH_TESTS=ON)
	$(cmake) --build '$(BUILD)' -j $(JOBS)

install: build
	@DESTDIR='$(DESTDIR)' cmake --install '$(BUILD)'

installcheck:
	@tests/run installcheck

packages:
	@scripts/bootstrap build

packages-test:
	@scripts/bootstrap test

demo: packages build
	@demo/run

test: packages-test build-tests
	@tests/run

bench: packages-test build-tests
	@bench/run

format:
	@scripts/format

format-check:
	@scripts/format --check

tidy: build-tests
	@scripts/tidy

reference: packages build
	@scripts/reference

clean:
	rm -rf '$(BUILD)' '$(BUILD)-sanitize'
