#!/usr/bin/env bash
# Builds EmbedInHummingbird, starts it on a free port, tries each thing that it shows, and ends it.
#
# The first build takes some minutes and fetches Hummingbird and what that needs. Needs Python 3, of which only the standard
# library is used.
set -euo pipefail
cd "$(dirname "$0")"
. ../../Sources/Core/CSystem/install.sh

require_swift
swift build
PYTHONDONTWRITEBYTECODE=1 exec python3 ../check/hummingbird.py "$(swift build --show-bin-path)/embed-in-hummingbird"
