# Everything a maintainer runs. The work itself is in scripts/dev/, so that it can
# be read, linted and run without make. GNU make 3.81 (macOS) and later.
# On Windows, without make: go run ./scripts/dev/build, then bin\labctl.exe up

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The flags of scripts/dev/build, so that the standard library is compiled once.
GO_RUN := CGO_ENABLED=0 go run -trimpath

.PHONY: help build lab test e2e lint cross bench fmt clean

help: ## show this list
	@echo 'make TARGET, where TARGET is'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/labctl and bin/labctl-plane; the first time takes minutes and shows how many
	@command -v go >/dev/null || { scripts/dev/say 'Go가 설치되어 있지 않습니다. https://go.dev/dl 에서 1.26 이상을 설치하세요.' \
	  'Go is not installed. Get 1.26 or later from https://go.dev/dl'; exit 69; }
	@test -e bin/.built || scripts/dev/say '빌드를 준비합니다. 처음이라면 30초쯤 걸립니다.' 'Preparing the build; about half a minute the first time.'
	@$(GO_RUN) ./scripts/dev/build

lab: build ## build, bring up the four-node lab, grade lesson 2.1 and say what to type next
	@scripts/dev/lab

test: build ## run every test, with the race detector where that is affordable
	@scripts/dev/test

e2e: ## do what the README says, from an empty clone and an empty home
	@scripts/dev/e2e

lint: ## golangci-lint, gofumpt, shellcheck, shfmt, go mod tidy, and labctl for macOS and Windows
	@scripts/dev/lint

cross: ## build labctl and labctl-plane for macOS and Windows (minutes the first time)
	@scripts/dev/cross ./cmd/labctl ./cmd/labctl-plane

bench: build ## measure: time to ready, memory, start-up, change to verdict
	@$(GO_RUN) ./scripts/dev/bench

fmt: ## format Go and shell sources
	@scripts/dev/lint --fix

clean: ## remove bin/; labs and progress stay (labctl destroy removes labs)
	@rm -rf bin dist
