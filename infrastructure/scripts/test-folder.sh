#!/usr/bin/env bash
# Validates one folder of Terraform and runs its tests with mocks. `just test` calls it for each.
#
# With a data folder of its own, so that an environment stays connected to its state.
set -euo pipefail
cd "$(dirname "$0")/../$1"
export TF_DATA_DIR=.terraform-test

# Whole, once it is over: two run side by side.
if output=$({ terraform init -backend=false -input=false && terraform validate && terraform test; } 2>&1); then
  echo "$1: $(tail -n 1 <<< "$output")"
else
  printf '%s\n' "$output" >&2
  # What xargs takes for a failure of this folder alone, so that the others run too.
  exit 1
fi
