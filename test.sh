#!/usr/bin/env bash
# Checks everything: format, a build without warnings, the documents, the browser tests, all Swift tests.
# HAWK_REQUIRE_BROWSER=1 makes a missing Chromium a failure (CI does); otherwise the browser tests are left out, and it
# is said.
set -euo pipefail
cd "$(dirname "$0")"
. Sources/Core/CSystem/install.sh

step() { printf '\n== %s\n' "$*"; }

step "system libraries"
require_swift
if [ -n "${HAWK_REQUIRE_BROWSER:-}" ]; then
    install_system_libraries "chromium|browser tests" "chromium-driver|browser tests" "python3-selenium|browser tests"
else
    install_system_libraries
fi

step "format"
swift format lint --strict --recursive --parallel Package.swift Sources Tests Examples

step "build without warnings"
swift build --build-tests -Xswiftc -warnings-as-errors
bin="$(swift build --show-bin-path)"

step "documents"
if command -v python3 >/dev/null; then
    docs/check-code.py "$bin"
    docs/screens.py --check --bin "$bin"
    docs/docc.sh "$bin"
else
    echo "left out: Python 3 is missing"
fi

step "browser"
python=""
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import selenium' 2>/dev/null; then python=$candidate && break; fi
done
if [ -n "$python" ] && command -v chromedriver >/dev/null; then
    "$python" Tests/Browser/run.py --hawk "$bin/hawk" --jobs=2
elif [ -n "${HAWK_REQUIRE_BROWSER:-}" ]; then
    echo "Chromium, its driver or Python's selenium is missing, and HAWK_REQUIRE_BROWSER is set." >&2
    exit 1
else
    echo "left out: Chromium, its driver or Python's selenium is missing (apt-get install chromium-driver python3-selenium)"
fi

# Tests that compute for long, or that block every thread, have processes of their own: those that watch the clock must not
# wait behind them.
long='DeepSeekKitTests|JobQueueKitTests|ChatAPIKitTests'
step "swift test"
swift test --skip-build --disable-xctest -Xswiftc -warnings-as-errors --skip "$long"
swift test --skip-build --disable-xctest -Xswiftc -warnings-as-errors --filter "$long" --skip BlockingHandlerTests
swift test --skip-build --disable-xctest -Xswiftc -warnings-as-errors --filter BlockingHandlerTests
