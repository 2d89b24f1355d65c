#!/usr/bin/env bash
# Builds the examples of this package, runs each on free ports and checks what it does. EmbedInHummingbird, which needs
# other packages, has a check.sh of its own.
#
#   Examples/check.sh [DIRECTORY]     DIRECTORY: programs that are built already
#
# Needs Python 3, of which only the standard library is used.
set -euo pipefail
unset "${!HAWK_@}" "${!DEEPSEEK_@}"  # settings of a site are none of the examples'
cd "$(dirname "$0")/.."
. Sources/Core/CSystem/install.sh

bin=${1:-}
if [ -z "$bin" ]; then
    require_swift
    for product in echo-server bench-server gateway-only push-from-anywhere queue-only deepseek deepseek-simulator \
        chat-api-in-my-server; do
        swift build --product "$product"
    done
    bin=$(swift build --show-bin-path)
fi
PYTHONDONTWRITEBYTECODE=1 exec python3 Examples/check/root.py "$bin"
