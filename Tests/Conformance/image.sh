#!/usr/bin/env bash
# Does what the Dockerfile's first stage does, without an engine for containers: the same files, the same commands; then the
# programs must need no library but those that its second stage installs, and start.
#
#   Tests/Conformance/image.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

require_swift
dockerfile=Examples/deploy/docker/Dockerfile
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
for source in $(sed -n 's/^COPY \([A-Z][A-Za-z.]*\) .*/\1/p' "$dockerfile"); do cp -r "$source" "$work"; done
cd "$work"
for program in hawk hawk-server hawk-api hawk-queue; do
    swift build -c release --static-swift-stdlib --product "$program"
    needed="$(ldd ".build/release/$program")"
    if grep -E 'libswift|libFoundation|not found' <<<"$needed"; then
        echo "FAILED: $program needs what the image has not" >&2
        exit 1
    fi
    ".build/release/$program" --version
done
