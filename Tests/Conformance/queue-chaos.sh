#!/usr/bin/env bash
# Holds the queue's file and SQLite drivers to their promises: nothing lost, nothing done twice unawares.
#
#   Tests/Conformance/queue-chaos.sh [random] [kills] [errors] [full]     all of them if nothing is said
#
# random: 10,000 jobs (JOBS) while workers and pushers are killed with SIGKILL at random. The ordinary tests do the same
#         with 400.
# kills:  a short run of everything is killed at its first, second, … call of the system of each kind that changes
#         something, until a run ends unhurt; after each kill another process checks what is there (strace).
# errors: the same, but the call fails since the disk is full: said as `full`, and right when it is tried again (strace).
# full:   a disk of 8 MiB is filled to the last byte, and then gets space (mount, or user namespaces).
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

require_swift
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(random kills errors full)
swift build --product hawk-queue-chaos
chaos="$(swift build --show-bin-path)/hawk-queue-chaos"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# A new, empty directory for a run.
fresh() {
    rm -rf "$work/run"
    mkdir -p "$work/run/disk"
}

# Checks what a run left; of the file driver also that no file is left when no job is.
check() {
    "$chaos" check "$1" "$work/run" >"$work/check" 2>&1 || {
        cat "$work/check" "$work/run/log"
        fail "$2"
    }
    [ "$1" = file ] || return 0
    local left
    left=$(cd "$work/run/disk/queue" && find . \( -type f -o -type l \) ! -path './done/*' ! -path ./channels/other ! -name lock ! -name bell)
    [ -z "$left" ] || fail "$2: left behind: $left"
}

require_strace() {
    command -v strace >/dev/null && return
    fail "strace is missing (apt-get install strace)"
}

# The calls by which each driver changes something, as strace's expressions: kernels and libraries spell some differently.
calls() {
    case $1 in
    file) echo '/^fsync$ /^rename(at2?)?$ /^pwrite64$ /^unlink(at)?$ /^symlink(at)?$ /^mkdir(at)?$ /^rmdir$ /^truncate$ /^write$' ;;
    sqlite) echo '/^fdatasync$ /^fsync$ /^pwrite64$ /^ftruncate$ /^mknod(at)?$ /^unlink(at)?$ /^write$' ;;
    esac
}

# Runs the script with something injected at the nth call of a kind: n = 1, 2, … until a run is not touched. strace counts
# the calls of each thread by itself.
sweep() {
    local driver=$1 call=$2 what=$3 touched=$4 n=0 status
    while true; do
        n=$((n + 1))
        fresh
        status=0
        {
            timeout -k 5 60 strace -f -qq -o "$work/trace" -e "trace=$call" -e "inject=$call:$what:when=$n" \
                "$chaos" script "$driver" "$work/run" || status=$?
        } >"$work/script" 2>&1
        if ! grep -qE "$touched" "$work/trace"; then
            [ "$status" -eq 0 ] || { cat "$work/script"; fail "$driver $call: an unhurt script failed"; }
            break
        fi
        case $what:$status in
        signal=KILL:137 | error=ENOSPC:0) ;;
        *) cat "$work/script"; fail "$driver $call $what $n: the script ended with $status" ;;
        esac
        check "$driver" "$driver $call $what $n"
    done
    check "$driver" "$driver $call, unhurt"
    printf '%s %s %s: %d\n' "$driver" "$call" "$what" $((n - 1))
}

random() {
    for driver in file sqlite; do
        fresh
        "$chaos" run "$driver" "$work/run" "${JOBS:-10000}"
    done
}

kills() {
    require_strace
    for driver in file sqlite; do
        for call in $(calls "$driver"); do sweep "$driver" "$call" signal=KILL 'killed by SIGKILL'; done
    done
}

errors() {
    require_strace
    for driver in file sqlite; do
        # SQLite calls a sync that fails an input/output error, whatever the system says.
        local never='unlink|rmdir'
        [ "$driver" = file ] || never="$never|sync"
        for call in $(calls "$driver" | tr ' ' '\n' | grep -vE "$never"); do
            sweep "$driver" "$call" error=ENOSPC INJECTED
        done
    done
}

full() {
    if [ "$(id -u)" -ne 0 ]; then
        unshare -rm true 2>/dev/null || fail "a small disk needs root, or a system that lets users have namespaces"
    fi
    for driver in file sqlite; do
        fresh
        unshare $([ "$(id -u)" -eq 0 ] && echo -m || echo -rm) bash -euc '
            mount -t tmpfs -o size=8m,mode=0700 tmpfs "$3/disk"
            "$1" full "$2" "$3"
            "$1" check "$2" "$3"
        ' full "$chaos" "$driver" "$work/run"
    done
}

for part in "${parts[@]}"; do
    case $part in
    random | kills | errors | full)
        printf '\n== %s\n' "$part"
        began=$SECONDS
        "$part"
        echo "$((SECONDS - began)) s"
        ;;
    *) fail "there is no part $part" ;;
    esac
done
