#!/usr/bin/env bash
# Each kit alone: a package outside this one imports it and nothing else, is built where the headers of the libraries that
# the kit does not need are hidden, and runs; then its program is asked which libraries it needs and whose code it has.
#
#   Tests/Conformance/isolation.sh [KIT…]       all four, some minutes
#
# Headers are hidden in a mount namespace of the build's own, so root or user namespaces are needed; without them the
# programs are checked all the same, and it is said. Linux only; binutils are needed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

require_swift
if ! command -v readelf >/dev/null || ! command -v nm >/dev/null; then
    echo "readelf and nm are missing (apt-get install binutils)" >&2
    exit 1
fi
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a program uses of a kit, in a line.
use() {
    case "$1" in
    GatewayKit) echo 'print(Gateway(.init(listen: "127.0.0.1:0")).statistics.clients)' ;;
    JobQueueKit) echo 'print(try await JobQueue(store: try SQLiteJobStore(path: CommandLine.arguments[1])).counts().count)' ;;
    DeepSeekKit) echo 'try DeepSeekClient(apiKey: "k").validate(); print(0)' ;;
    ChatAPIKit)
        cat <<'SWIFT'
struct Nothing: JobDispatcher, PushClient, Authenticator {
    func dispatch(replyID: String, partition: String) async throws {}
    func push(_ text: String, toUid uid: String) async throws {}
    func bind(clientID: String, uid: String) async throws -> BindResult { .clientGone }
    func unbind(clientID: String, uid: String) async throws -> Bool { false }
    func uid(of request: ChatRequest) async throws -> String { "7" }
}
let store = try SQLiteChatStore(path: CommandLine.arguments[1])
let api = try ChatAPI(
    .init(proof: .notRequired), store: store, authenticator: Nothing(), dispatcher: Nothing(), pusher: Nothing()
)
let request = ChatRequest(method: "GET", path: "/healthz", headers: [("Host", "localhost")])
print(await api.respond(to: request).status - 200)
SWIFT
        ;;
    esac
}

# The libraries that a kit does without.
foreign() {
    case "$1" in
    GatewayKit) echo "sqlite3 curl" ;;
    JobQueueKit) echo "openssl curl zlib" ;;
    DeepSeekKit) echo "sqlite3 openssl" ;;
    ChatAPIKit) echo "curl zlib" ;;
    esac
}

headers() {
    case "$1" in
    sqlite3) echo /usr/include/sqlite3.h /usr/include/sqlite3ext.h ;;
    zlib) echo /usr/include/zlib.h /usr/include/zconf.h ;;
    *) ls -d /usr/include/"$1" /usr/include/*-linux-gnu*/"$1" 2>/dev/null ;;
    esac
}

sonames() {
    case "$1" in
    openssl) echo 'libssl|libcrypto' ;;
    zlib) echo 'libz' ;;
    *) echo "lib$1" ;;
    esac
}

# In the namespace: hides the headers, sees that they are hidden, builds.
if [ "${1:-}" = --hidden ]; then
    package=$2 && shift 2
    echo '#error "hidden: this kit does without it"' >"$package/hidden.h"
    for library in "$@"; do
        found=0
        for path in $(headers "$library"); do
            if [ -d "$path" ]; then
                mount -t tmpfs none "$path"
                found=1
            elif [ -e "$path" ]; then
                mount --bind "$package/hidden.h" "$path"
                found=1
            fi
        done
        [ $found = 1 ] || echo "   the headers of $library are not installed, so not to be hidden"
    done
    exec swift build --package-path "$package"
fi

enter=()
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    enter=(unshare -m)
elif unshare -rm true 2>/dev/null; then
    enter=(unshare -rm)
else
    echo "No mount namespace can be made here: headers are not hidden, only the programs are checked." >&2
fi

failed=0
fail() {
    echo "   FAILED: $*" >&2
    failed=1
}

# Makes a package that imports a kit alone.
make_package() {
    local kit=$1 package=$2
    mkdir -p "$package/Sources"
    cat >"$package/Package.swift" <<SWIFT
// swift-tools-version: 6.2
import PackageDescription
let package = Package(
    name: "alone",
    platforms: [.macOS("26.0")],
    dependencies: [.package(name: "hawk", path: "$root")],
    targets: [
        .executableTarget(
            name: "alone", dependencies: [.product(name: "$kit", package: "hawk")], path: "Sources"
        )
    ]
)
SWIFT
    printf 'import %s\n%s\n' "$kit" "$(use "$kit")" >"$package/Sources/main.swift"
}

# Builds a package with the headers of these libraries hidden, if they can be.
build() {
    local package=$1
    if [ ${#enter[@]} -gt 0 ]; then
        "${enter[@]}" "$BASH" "$root/Tests/Conformance/isolation.sh" --hidden "$@" >"$work/build.log" 2>&1
    else
        swift build --package-path "$package" >"$work/build.log" 2>&1
    fi
}

[ $# -gt 0 ] || set -- GatewayKit JobQueueKit DeepSeekKit ChatAPIKit
for kit in "$@"; do
    printf '== %s\n' "$kit"
    package=$work/$kit
    make_package "$kit" "$package"
    read -ra without <<<"$(foreign "$kit")"
    if ! build "$package" "${without[@]}"; then
        tail -30 "$work/build.log" >&2
        fail "does not build without ${without[*]}"
        continue
    fi
    before=$failed
    program=$package/.build/debug/alone
    [ "$("$program" "$package/file")" = 0 ] || fail "the program does not run"
    needed=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    echo "   needs $(grep -E 'libssl|libcrypto|libz|libcurl|libsqlite3' <<<"$needed" | xargs)"
    for library in "${without[@]}"; do
        if grep -qE "^($(sonames "$library"))\." <<<"$needed"; then fail "needs $library"; fi
    done
    nm "$program" >"$work/symbols"
    for other in GatewayKit JobQueueKit DeepSeekKit ChatAPIKit; do
        # A Swift symbol names its module by length and name.
        count=$(grep -c "\$s${#other}$other" "$work/symbols" || true)
        if [ "$other" = "$kit" ]; then
            [ "$count" -gt 0 ] || fail "has no symbol of its own kit"
        elif [ "$count" -gt 0 ]; then
            fail "has $count symbols of $other"
        fi
    done
    if [ ${#enter[@]} -gt 0 ] && [ $failed = "$before" ]; then
        echo "   builds and runs without the headers of ${without[*]}; no symbol of another kit"
    fi
done

if [ ${#enter[@]} -gt 0 ]; then
    # Whether hiding hides: what a kit does need must be missed.
    printf '== the proof of the proof\n'
    make_package JobQueueKit "$work/control"
    if build "$work/control" sqlite3; then fail "JobQueueKit builds where SQLite's headers are hidden"; fi
    grep -q 'hidden: this kit does without it' "$work/build.log" || fail "JobQueueKit fails for another reason"
    echo "   JobQueueKit does not build without the headers of sqlite3"
fi
[ $failed = 0 ] || exit 1
echo "Every kit stands alone."
