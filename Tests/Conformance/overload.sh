#!/usr/bin/env bash
# Pushes to 10,000 sockets of which half stop reading, under both slow policies: memory stays under a bound printed
# beforehand, every reader gets every byte, the others are told. The ordinary tests do the same with a few hundred.
#
#   Tests/Conformance/overload.sh [--sockets N] [--loops K]
#
# Needs as many descriptors as sockets; where the hard limit is lower, raise it as root first (ulimit -n).
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

require_swift
swift build -c release --product hawk-overload
overload="$(swift build -c release --show-bin-path)/hawk-overload"
for policy in drop close; do
    printf '\n== %s\n' "$policy"
    "$overload" --sockets 10000 --policy "$policy" "$@"
done
