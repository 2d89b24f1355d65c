#!/usr/bin/env bash
# Fuzzes the parsers with libFuzzer and the address sanitizer; fails on the first broken promise.
#
#   Tests/Fuzz/run.sh                       every target for 2 seconds: half a minute in all, and the build
#   Tests/Fuzz/run.sh 600                   every target for 10 minutes
#   Tests/Fuzz/run.sh 600 frames request    these targets only
#   Tests/Fuzz/run.sh --keep                puts the smallest inputs that reach all code seen so far into Corpus/
#
# Begins with Seeds/ (written by hand, a file each) and Corpus/ (found, an archive for each target) and goes on with what
# it finds, which stays in .build/fuzz. A finding is kept there too, and the command that repeats it is printed. Targets
# are in hawk-fuzz/Targets: a file each, which says what has to hold.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    exit 2
}

keep="" seconds=2
case "${1:-}" in
--keep) keep=1 && shift ;;
[0-9]*) seconds=$1 && shift ;;
"") ;;
*) usage ;;
esac
own=Tests/Fuzz
work=.build/fuzz
all=$(sed -n '/static let all/,/^    \]/s/^ \{8\}//p' "$own/hawk-fuzz/FuzzTarget.swift" | tr -d ',' | xargs)
targets=${*:-$all}

require_swift
# Of several -sanitize flags the compiler obeys the last alone, so that one has to name both.
build=(--product hawk-fuzz -c release --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address --scratch-path .build-fuzz)
printf '== build (optimised and instrumented, in .build-fuzz)\n'
export HAWK_FUZZ=1
swift build "${build[@]}"
program="$(swift build "${build[@]}" --show-bin-path)/hawk-fuzz"
# With Swift's own backtraces a trap would not come through to libFuzzer.
export SWIFT_BACKTRACE=enable=no

gather_corpus() { # target: seeds and what was kept join what was found here before
    mkdir -p "$work/$1"
    cp "$own/Seeds/$1/"* "$work/$1/"
    if [ -e "$own/Corpus/$1.tar.gz" ]; then tar -xzf "$own/Corpus/$1.tar.gz" -C "$work/$1"; fi
}

keep_corpus() { # target
    rm -rf "$work/kept" && mkdir -p "$work/kept" "$own/Corpus"
    "$program" -set_cover_merge=1 -max_len=2048 "$work/kept" "$work/$1" >"$work/$1.log" 2>&1
    tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$work/kept" -cf - . | gzip -n9 >"$own/Corpus/$1.tar.gz"
    printf '   %s inputs, %s bytes\n' "$(find "$work/kept" -type f | wc -l)" "$(wc -c <"$own/Corpus/$1.tar.gz")"
}

failed=()
for target in $targets; do
    case " $all " in *" $target "*) ;; *) echo "no target $target; there are: $all" >&2 && exit 2 ;; esac
    gather_corpus "$target"
    export HAWK_FUZZ_TARGET=$target
    if [ -n "$keep" ]; then
        printf '== keep %s\n' "$target"
        keep_corpus "$target"
        continue
    fi
    printf '== %s, %s s\n' "$target" "$seconds"
    if "$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$work/$target-" "$work/$target" >"$work/$target.log" 2>&1; then
        if grep -q 'Is the code instrumented' "$work/$target.log"; then
            echo "$target: the build has no coverage, so nothing guides the fuzzer" >&2
            exit 1
        fi
        awk '/number_of_executed_units/ { inputs = $2 } /average_exec_per_sec/ { rate = $2 } /peak_rss_mb/ { rss = $2 }
            END { printf "   %d inputs, %d a second, at most %d MB\n", inputs, rate, rss }' "$work/$target.log"
    else
        failed+=("$target")
        grep -m 3 -E -A 3 'Fatal error|ERROR: ' "$work/$target.log" | cut -c 1-500 || true
        input=$(sed -n 's/.*Test unit written to //p' "$work/$target.log" | tail -1)
        printf '   FOUND: %s\n' "${input:-see $work/$target.log}"
        printf '   repeat: SWIFT_BACKTRACE=enable=no HAWK_FUZZ_TARGET=%s %s %s\n' "$target" "$program" "$input"
    fi
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "FAILED: ${failed[*]}" >&2
    exit 1
fi
