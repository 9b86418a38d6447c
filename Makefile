# What a developer types. Each target sets up what it needs, and any of them twice is harmless.
# A setting goes behind the target and reaches the program as its environment: make run RATE=5000

.DEFAULT_GOAL := help
.PHONY: help setup up run show down test test-full bench lint
MAKEFLAGS += --no-print-directory

# The Node that set-up keeps in .tools comes first, as in bin/millrace.
export PATH := $(CURDIR)/.tools/node/bin:$(PATH)

help: ## this list
	@awk -F ' *## *' '/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Node, npm, the dependencies and the native transport, as far as they are missing
	@sh scripts/setup.sh

up: setup ## start a broker: Docker, else Java, else a simulated one (BROKER=docker|kafka|embedded, BROKER_PORT)
	@exec node scripts/broker/up.ts

# exec: the program takes the shell's place, so that Ctrl-C reaches nobody but it and make.
run: setup ## broker, topics, sample logins and the pipeline; with BROKERS=host:9092 your own cluster
	@[ -n "$$BROKERS" ] || node scripts/broker/up.ts && exec bin/millrace demo

show: setup ## the last results of each topic, and why records failed
	@exec bin/millrace show

down: ## stop the broker that this checkout started; its data stays
	@if [ -e .kafka/broker.json ] || [ -e .kafka/registry.json ]; then exec node scripts/broker/down.ts; else echo '✔ no broker of this checkout is running'; fi

test: setup ## lint, format, types, then unit, contract and integration tests
	@exec node scripts/check.ts

test-full: test ## and the tests that take longer
	@exec node .tools/npm/bin/npm-cli.js run --silent test:full

bench: setup ## throughput and latency, beside other Node clients, on a real Kafka
	@exec node .tools/npm/bin/npm-cli.js run --silent bench

lint: setup ## lint, format, types
	@exec node scripts/check.ts static
