#!/usr/bin/env bash
# Tries Examples/deploy for real: supervisord runs the programs and starts again what kill -9 ends, nginx proxies page, API,
# server-sent events and WebSocket with TLS to a real browser, and systemd finds nothing wrong with the units.
#
#   Tests/Conformance/deploy.sh [FOLDER OF BUILT PROGRAMS]
#
# Needs nginx, systemd-analyze, openssl, chromium with chromedriver, python3 with selenium; supervisor comes from PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin="${1:-}"
if [ -z "$bin" ]; then
    for program in hawk-server hawk-api hawk-queue deepseek-simulator; do
        swift build -c release --product "$program"
    done
    bin="$(swift build -c release --show-bin-path)"
fi
bin="$(cd "$bin" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

echo "== systemd"
mkdir "$work/units"
for unit in Examples/deploy/systemd/*.service; do
    # The programs are not where they would be installed, and here is no user hawk.
    sed -e "s|/usr/local/bin/|$bin/|" -e '/^User=\|^Group=/d' "$unit" >"$work/units/$(basename "$unit" | sed 's/@/@1/')"
done
systemd-analyze verify "$work"/units/*.service
echo "the units are as they should be"

command -v supervisord >/dev/null || {
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install -q supervisor
    export PATH="$PATH:$work/venv/bin"
}
python3 Tests/Conformance/deploy/try.py "$bin" "$work"
