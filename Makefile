# `make` alone lists what there is. What the targets do is in .ci/.
ARGS ?=

.PHONY: help setup run test model economy soak faults fuzz oracle bench programs clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Installs what is missing: compiler, system packages, Node.js
	@.ci/setup

run: ## Builds everything and starts a development chain on ws://127.0.0.1:9944 (ARGS="--base-path data" keeps it)
	@.ci/start $(ARGS)

test: ## Checks everything that CI checks; .ci/test STEP repeats one step
	@.ci/test

model: ## Plays 10,000 random cases on the chain and in the model of the protocol, and counts what happened (CASES=…)
	@.ci/model $(ARGS)

economy: ## Simulates what holding the queue costs, and prints the tables of docs/economics.md (UPDATE=1 writes them)
	@.ci/economy $(ARGS)

soak: ## Sends 100,000 messages to each example and to a hostile program: they must not grow (TURNS=…)
	@.ci/soak $(ARGS)

faults: ## Breaks the code on purpose, a committed fault at a time, and sees that tests fail (ARGS="--help" says more)
	@.ci/faults $(ARGS)

fuzz: ## Looks for bytes that break a codec (ARGS="--help" says more)
	@.ci/fuzz $(ARGS)

oracle: ## Plays random modules on the chain's executor and in wasmtime for an hour (ARGS="--help" says more)
	@.ci/oracle $(ARGS)

bench: ## Measures the pallet inside a Wasm runtime, prints ratios (ARGS="--help" lists what)
	@.ci/bench $(ARGS)

programs: ## Builds the example programs to target/programs/*.wasm
	@.ci/programs

clean: ## Deletes what was built here: target/ and the node packages
	rm -rf target tests/e2e/node_modules
