#!/usr/bin/env bash
# Builds the DocC pages of the four kits with the toolchain's docc, and fails where it warns or a public type stands in no group.
#
#   docs/docc.sh [DIRECTORY]      what `swift build` made: .build/debug unless given
#
# They are written to .build/docc, an archive per kit, which any web server serves:
#
#   python3 -m http.server --directory .build/docc/GatewayKit.doccarchive     http://127.0.0.1:8000/documentation/gatewaykit
set -euo pipefail
cd "$(dirname "$0")/.."
. Sources/Core/CSystem/install.sh

require_swift
bin=${1:-.build/debug}
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
target=$(swiftc -print-target-info | sed -n 's/.*"triple": "\(.*\)",.*/\1/p' | head -1)
include=(-I "$bin/Modules")
for library in Sources/Core/CSystem/C*/; do include+=(-I "$library"); done

for kit in GatewayKit JobQueueKit DeepSeekKit ChatAPIKit; do
    symbols=.build/docc/$kit.symbols
    rm -rf "$symbols"
    mkdir -p "$symbols"
    # What the standard library says of inherited members is not ours to check.
    swift symbolgraph-extract -module-name "$kit" "${include[@]}" -target "$target" -output-dir "$symbols" \
        -minimum-access-level public -skip-synthesized-members -skip-inherited-docs
    "$tools/docc" convert "Sources/$kit/$kit.docc" --additional-symbol-graph-dir "$symbols" \
        --output-path ".build/docc/$kit.doccarchive" --warnings-as-errors >"$symbols/said" 2>&1 || {
        cat "$symbols/said" >&2
        echo "The documentation of $kit has warnings." >&2
        exit 1
    }
    for type in $(grep -o '"pathComponents":\["[A-Za-z]*"\]' "$symbols/$kit.symbols.json" | cut -d'"' -f4 | sort -u); do
        grep -qx -- "- \`\`$type\`\`" "Sources/$kit/$kit.docc/$kit.md" || {
            echo "Sources/$kit/$kit.docc/$kit.md: $type stands in no group" >&2
            exit 1
        }
    done
    echo "$kit: .build/docc/$kit.doccarchive"
done
