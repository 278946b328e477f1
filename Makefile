MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# rustup's folder comes last: it helps where the login shell has not put it into the PATH.
export PATH := $(PATH):$(HOME)/.cargo/bin

# Where cargo puts the program.
TIDINGS := "$(or $(CARGO_TARGET_DIR),target)/debug/tidings"

# Formatting first, because it takes a second. Clippy and the documentation share what they compile.
define lint
cargo fmt --check
cargo clippy --all-targets --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

# `exec` leaves no shell between make and the program: Ctrl-C reaches the program once, a SIGTERM to make is passed on
# to it, and make waits until it has stopped its database.
.PHONY: demo
demo: demo-journey ## walk from sign-up to digest, then stay up to click around in (Ctrl-C stops)
	@exec $(TIDINGS) demo

.PHONY: demo-journey
demo-journey: build ## only the walk; fails when one of its steps fails
	@$(TIDINGS) demo --journey

.PHONY: test
test: setup-test ## everything a change has to pass
	$(lint)
	cargo test --locked

.PHONY: lint
lint: setup-build ## formatting, clippy and documentation, without the tests
	$(lint)

.PHONY: bench
bench: setup-bench ## measure; takes ten minutes and wants an idle machine
	cargo bench --locked

# Two programs: the one that is released, and one with points to kill it at. The tests themselves need no optimising.
.PHONY: faults
faults: setup-build ## kill, freeze and cut off the release build; most of an hour (F=F-1,F-15 for some)
	cargo build --release --locked
	cargo build --release --locked --features fault-points --target-dir target/fault-points
	TIDINGS_FAULTS=full TIDINGS_FAULTS_PROGRAM=target/release/tidings \
		TIDINGS_FAULTS_POINTS=target/fault-points/release/tidings F=$(F) \
		cargo test --locked --test faults -- --nocapture

.PHONY: schema
schema: setup-build ## write the database schema in src/ anew from the migrations
	TIDINGS_WRITE_SCHEMA=1 cargo test --locked --test it schema

.PHONY: build
build: setup-build
	@echo "building (the first time takes some minutes)"
	@start=$$(date +%s) && cargo build --locked && echo "built in $$(( $$(date +%s) - start )) seconds"

.PHONY: setup-build
setup-build:
	@.ci/setup build

.PHONY: setup-bench
setup-bench:
	@.ci/setup bench

.PHONY: setup-test
setup-test:
	@.ci/setup test
