#!/usr/bin/env bash
# Installs the C libraries that the module maps in this folder name, if they are missing. Sourced by start_dev.sh and
# test.sh: `install_system_libraries`. Further packages can be given as "name|why" arguments.

HAWK_DEBIAN_LIBRARIES=(
    "libssl-dev|OpenSSL: digests, tokens, TLS"
    "libsqlite3-dev|SQLite: conversations and the job queue"
    "zlib1g-dev|zlib: compresses WebSocket messages"
    "libcurl4-openssl-dev|libcurl: talks to the DeepSeek API"
)

install_system_libraries() {
    case "$(uname -s)" in
    Darwin) install_with_brew ;;
    Linux)
        if command -v apt-get >/dev/null; then
            install_with_apt "$@"
        else
            explain_other_package_managers
        fi
        ;;
    *)
        echo "Hawk runs on Linux, and on macOS for development; this is $(uname -s)." >&2
        return 1
        ;;
    esac
}

install_with_apt() {
    local missing=() entry name
    for entry in "${HAWK_DEBIAN_LIBRARIES[@]}" "$@"; do
        name=${entry%%|*}
        if ! dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then
            echo "missing: $name (${entry#*|})"
            missing+=("$name")
        fi
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "As root, run: apt-get install ${missing[*]}" >&2
            return 1
        }
        sudo=(sudo)
    fi
    echo "installing: ${missing[*]}"
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

install_with_brew() {
    command -v brew >/dev/null || {
        echo "Install Homebrew (https://brew.sh), then run this again: it brings openssl@3, sqlite, zlib and curl." >&2
        return 1
    }
    local formula
    for formula in openssl@3 sqlite zlib curl; do
        brew list --formula "$formula" >/dev/null 2>&1 || {
            echo "missing: $formula, installing it with brew"
            brew install --quiet "$formula"
        }
        PKG_CONFIG_PATH="$(brew --prefix "$formula")/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
    done
    export PKG_CONFIG_PATH
}

explain_other_package_managers() {
    local missing=() header
    for header in openssl/ssl.h sqlite3.h zlib.h curl/curl.h; do
        [ -e "/usr/include/$header" ] || [ -e "/usr/include/$(uname -m)-linux-gnu/$header" ] || missing+=("$header")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "These headers are missing: ${missing[*]}" >&2
    if command -v dnf >/dev/null; then
        echo "Run: sudo dnf install openssl-devel sqlite-devel zlib-devel libcurl-devel" >&2
    elif command -v yum >/dev/null; then
        echo "Run: sudo yum install openssl-devel sqlite-devel zlib-devel libcurl-devel" >&2
    else
        echo "Install the development packages of OpenSSL 3, SQLite, zlib and libcurl with your package manager." >&2
    fi
    return 1
}

require_swift() {
    command -v swift >/dev/null && return 0
    echo "There is no Swift toolchain on the PATH. Get Swift 6.2 or newer: https://www.swift.org/install/" >&2
    return 1
}
