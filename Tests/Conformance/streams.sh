#!/usr/bin/env bash
# 200 streams at once for a minute, 50 ms from word to word, then 1,000 random cancellations, against the simulator in a
# process of its own: descriptors, threads and open streams are those of the start afterwards, memory is flat, all other
# streams complete, and the median latency added per chunk is under 1 ms. The ordinary tests do it with a few dozen.
#
#   Tests/Conformance/streams.sh [--streams N] [--seconds S] [--cancellations N] [--pace MS]
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

require_swift
swift build -c release --product deepseek-simulator
swift build -c release --product deepseek-streams
bin="$(swift build -c release --show-bin-path)"
output="$(mktemp)"
"$bin/deepseek-simulator" --listen 127.0.0.1:0 >"$output" &
simulator=$!
trap 'kill "$simulator" 2>/dev/null; rm -f "$output"' EXIT
for _ in $(seq 100); do
    grep -q http "$output" && break
    sleep 0.1
done
"$bin/deepseek-streams" --url "$(grep -o 'http://[0-9.:]*' "$output")" "$@"
