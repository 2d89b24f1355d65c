#!/usr/bin/env bash
# Counts the gateway's allocations: echo and fan-out allocate nothing per message once warm, so the counts of 10,000 and
# of 110,000 messages differ by less than 100. Linux with glibc only: the counter is loaded in front of its malloc.
#
#   Tests/Conformance/allocations.sh [--connections N] [--loops K]
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

require_swift
swift build -c release --product hawk-bench
directory="$(mktemp -d)"
trap 'rm -rf "$directory"' EXIT
cc -O2 -shared -fPIC -Wall -o "$directory/allocations.so" Tests/Conformance/allocations.c
"$(swift build -c release --show-bin-path)/hawk-bench" gateway --allocations "$directory/allocations.so" "$@"
