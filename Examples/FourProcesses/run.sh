#!/usr/bin/env bash
# Hawk split into its processes: gateway, API, workers, and a simulated model instead of DeepSeek. Ctrl-C ends them all.
#
# Addresses and files are Hawk's own settings (docs/settings.md), taken from the environment; SIMULATOR_LISTEN is the
# simulator's. HAWK_BIN names a folder of built programs; without it they are built first.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"

if [ -z "${HAWK_BIN:-}" ]; then
    swift build --package-path "$root" -c release
    HAWK_BIN="$(swift build --package-path "$root" -c release --show-bin-path)"
fi

export HAWK_DATA="${HAWK_DATA:-data}"
export HAWK_INNER_LISTEN="${HAWK_INNER_LISTEN:-127.0.0.1:2900}"
export HAWK_REGISTER_LISTEN="${HAWK_REGISTER_LISTEN:-127.0.0.1:1236}"
export HAWK_REGISTER="${HAWK_REGISTER:-$HAWK_REGISTER_LISTEN}"
export HAWK_API_LISTEN="${HAWK_API_LISTEN:-127.0.0.1:8080}"
export HAWK_GATEWAY_LISTEN="${HAWK_GATEWAY_LISTEN:-127.0.0.1:8282}"
export HAWK_GATEWAY_URL="${HAWK_GATEWAY_URL:-ws://$HAWK_GATEWAY_LISTEN}"
simulator="${SIMULATOR_LISTEN:-127.0.0.1:8000}"

# What the processes share: a secret between gateway and API, and the key that tokens are signed with.
umask 077
mkdir -p "$HAWK_DATA"
for name in secret auth-secret; do
    [ -s "$HAWK_DATA/$name" ] || head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"$HAWK_DATA/$name"
done
export HAWK_SECRET_FILE="$HAWK_DATA/secret" HAWK_AUTH_SECRET_FILE="$HAWK_DATA/auth-secret"

processes=()
start() {
    "$@" &
    processes+=($!)
}
stop() {
    trap - EXIT INT TERM
    [ ${#processes[@]} -eq 0 ] || kill "${processes[@]}" 2>/dev/null || true
    wait
}
trap stop EXIT
trap 'exit 0' INT TERM

start "$HAWK_BIN/deepseek-simulator" --listen "$simulator"
start "$HAWK_BIN/hawk-server"
start "$HAWK_BIN/hawk-api" --dev-sign-in
DEEPSEEK_BASE_URL="http://$simulator" DEEPSEEK_API_KEY="${DEEPSEEK_API_KEY:-simulated}" \
    start "$HAWK_BIN/hawk-queue" listen

wait -n || true
echo "one of the processes ended: stopping the others" >&2
exit 1
