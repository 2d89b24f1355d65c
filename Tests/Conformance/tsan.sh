#!/usr/bin/env bash
# Runs the gateway's and the event loops' tests under the thread sanitizer, and fails on the first race.
#
#   Tests/Conformance/tsan.sh [FILTER]     'GatewayKitTests|ServerCoreTests|PlatformCoreTests' if nothing is said
#
# Builds into .build-tsan, which takes some minutes the first time. One test runs at a time: the sanitizer is slow, and
# all at once would miss deadlines. The overload test is left out: it measures memory, of which the sanitizer takes
# several times as much.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

require_swift
swift build --build-tests --sanitize=thread --scratch-path .build-tsan
swift test --skip-build --sanitize=thread --scratch-path .build-tsan --disable-xctest \
    --no-parallel --filter "${1:-GatewayKitTests|ServerCoreTests|PlatformCoreTests}" --skip OverloadTests
