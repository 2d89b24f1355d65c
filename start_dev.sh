#!/usr/bin/env bash
# Builds Hawk and runs it on this machine: chat page, API, gateway, queue and, without a DeepSeek key, a simulated model.
# Settings are passed on: ./start_dev.sh --api-listen 127.0.0.1:9080
set -euo pipefail
cd "$(dirname "$0")"
. Sources/Core/CSystem/install.sh

require_swift
install_system_libraries
echo "Building Hawk (release; the first time takes a few minutes) …"
swift build -c release --product hawk
hawk="$(swift build -c release --show-bin-path)/hawk"

"$hawk" stop "$@"
exec "$hawk" start --dev-sign-in "$@"
