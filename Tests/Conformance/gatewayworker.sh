#!/usr/bin/env bash
# Runs Hawk against the real GatewayWorker of PHP, both ways, and compares them line by line.
#
#   Tests/Conformance/gatewayworker.sh DIR           everything, about two minutes after the build
#   Tests/Conformance/gatewayworker.sh DIR calls     one part: calls, client, cluster, workers, proof; or speed
#
# DIR holds PHP's packages side by side: GatewayClient, GatewayWorker, workerman and coroutine; where one is missing, the
# commands that fetch it are printed. SEEDS="1 2 3" and STEPS=300 are the random sequences. Needs php-cli 8.1 or newer with
# pcntl and posix. Transcripts: .build/gatewayworker.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

own=$PWD/Tests/Conformance/gatewayworker
work=$PWD/.build/gatewayworker
parts=(calls client cluster workers proof)
[ $# -ge 1 ] && [ -d "$1" ] || {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    exit 2
}
GATEWAYWORKER_SOURCES=$(cd "$1" && pwd)
export GATEWAYWORKER_SOURCES
[ $# -eq 1 ] || parts=("${@:2}")
seeds=${SEEDS:-1 2 3 4 5}
steps=${STEPS:-300}

step() { printf '\n== %s\n' "$*"; }

missing=0
for package in walkor/GatewayClient walkor/GatewayWorker walkor/workerman workerman-php/coroutine; do
    [ -d "$GATEWAYWORKER_SOURCES/${package#*/}" ] && continue
    [ $missing = 1 ] || echo "Packages are missing. Fetch them by:" >&2
    echo "    git clone https://github.com/$package $GATEWAYWORKER_SOURCES/${package#*/}" >&2
    missing=1
done
command -v php >/dev/null || { echo "php is missing (apt-get install php-cli)." >&2 && missing=1; }
[ $missing = 0 ] || exit 2

require_swift
step "hawk-server and the tests"
swift build --build-tests 2>&1 | tail -1
bin=$(swift build --show-bin-path)
rm -rf "$work"
mkdir -p "$work/tmp"
export TMPDIR=$work/tmp

version() { # of a package, as far as it says
    git -C "$GATEWAYWORKER_SOURCES/$1" describe --tags --always 2>/dev/null ||
        find "$GATEWAYWORKER_SOURCES/$1" -name '*.php' | LC_ALL=C sort | xargs cat | sha256sum | cut -c1-12
}
step "versions"
php -r 'echo "PHP ", PHP_VERSION, "\n";'
php -r 'require $argv[1]; echo "Workerman ", Workerman\Worker::VERSION, "\n";' "$own/load.php"
for package in GatewayClient GatewayWorker workerman coroutine; do echo "$package: $(version $package)"; done
git -C "$PWD" log -1 --format='Hawk %h' 2>/dev/null || true

# Processes: each in a group of its own, so that it ends with its children.
groups=()
start() { # LOG COMMAND...
    setsid "${@:2}" >"$work/$1.log" 2>&1 </dev/null &
    groups+=($!)
    last=$!
    disown
}
stop_all() {
    local group
    for group in ${groups[@]+"${groups[@]}"}; do kill -TERM -- "-$group" 2>/dev/null || true; done
    for group in ${groups[@]+"${groups[@]}"}; do
        for _ in $(seq 100); do
            kill -0 -- "-$group" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-$group" 2>/dev/null || true
    done
    groups=()
}
trap stop_all EXIT

# Ports that are free now: p0 … p7.
take_ports() {
    local ports
    ports=$(php -r 'for ($i = 0; $i < 8; $i++) { $s[] = stream_socket_server("tcp://127.0.0.1:0"); }
        foreach ($s as $one) echo explode(":", stream_socket_get_name($one, false))[1], " ";')
    read -r p0 p1 p2 p3 p4 p5 p6 p7 <<<"$ports"
}
await() { # PORT...: until something listens
    local port
    for port in "$@"; do
        for _ in $(seq 200); do
            if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue 2; fi
            sleep 0.05
        done
        echo "nothing listens on port $port" >&2
        return 1
    done
}
original() { # LOG PARTS REGISTER SOCKETS INNER SECRET
    start "$1" php "$own/original.php" start "$2" "$3" "$4" "$5" "$6"
}
hawk() { # LOG REGISTER SOCKETS INNER SECRET FLAGS...
    HAWK_SECRET=$5 start "$1" "$bin/hawk-server" --data "$work/tmp/$1" --gateway-listen "127.0.0.1:$3" \
        --inner-listen "127.0.0.1:$4" --register "127.0.0.1:$2" --register-listen "127.0.0.1:$2" "${@:6}"
}

results=()
status=0
result() { # WHAT OUTCOME
    case $2 in
    *FAILED*) status=1 ;;
    esac
    results+=("$(printf '%-58s %s' "$1" "$2")")
    echo "${results[-1]}"
}
compare() { # WHAT EXPECTED ACTUAL
    local differing
    differing=$(diff "$work/$2.txt" "$work/$3.txt" | grep -c '^[<>]' || true)
    if [ "$differing" = 0 ]; then
        result "$1" "$(wc -l <"$work/$2.txt") lines, equal"
    else
        result "$1" "FAILED: $differing differing lines, diff $work/$2.txt $work/$3.txt"
    fi
}

# 1. Every call of PHP's GatewayClient and random sequences, against the original and against hawk-server.
run_calls() {
    local seed secret mode loops
    for seed in $seeds; do
        secret=$([ $((seed % 2)) = 1 ] || echo s3cret)
        mode=$([ $((seed % 3)) != 0 ] || echo persistent)
        take_ports
        original "original-$seed" register+gateway+worker "$p0" "$p1" "$p2" "$secret"
        await "$p0" "$p1" "$p2"
        php "$own/calls.php" "127.0.0.1:$p0" "127.0.0.1:$p1" "$secret" "$seed" "$steps" "$mode" >"$work/calls-$seed.txt"
        stop_all
        for loops in 1 3; do
            take_ports
            hawk "hawk-$seed-$loops" "$p0" "$p1" "$p2" "$secret" --loops "$loops"
            await "$p0" "$p1" "$p2"
            php "$own/calls.php" "127.0.0.1:$p0" "127.0.0.1:$p1" "$secret" "$seed" "$steps" "$mode" \
                >"$work/calls-$seed-hawk-$loops.txt"
            stop_all
            compare "calls, seed $seed, loops $loops${secret:+, secret}${mode:+, $mode}" "calls-$seed" \
                "calls-$seed-hawk-$loops"
        done
    done
    result "static calls of GatewayClient that were made" "$(tail -n 1 "$work/calls-${seeds##* }.txt")"
}

# 2. Our RemoteGatewayClient against gateways of PHP's: the contract suite.
contract() { # WHAT REGISTER SECRET URL...
    local log="$work/contract-${1//[^A-Za-z]/-}.log" outcome=0
    HAWK_CONTRACT_REGISTER=127.0.0.1:$2 HAWK_CONTRACT_SECRET=$3 HAWK_CONTRACT_SOCKETS="${*:4}" \
        swift test --skip-build --filter 'GatewayKitTests.OriginalGatewayTests' >"$log" 2>&1 || outcome=$?
    local kept
    kept=$(grep -c '^kept: ' "$log" || true)
    if [ $outcome = 0 ] && [ "$kept" -gt 0 ]; then
        result "our client, $1" "$kept promises kept"
    else
        result "our client, $1" "FAILED, see $log"
    fi
}
run_client() {
    take_ports
    original client-first register+gateway+worker "$p0" "$p1" "$p2" s3cret
    await "$p0" "$p1" "$p2"
    original client-second gateway "$p0" "$p3" "$p4" s3cret
    await "$p3" "$p4"
    contract "two gateways of PHP's" "$p0" s3cret "ws://127.0.0.1:$p1/" "ws://127.0.0.1:$p3/"
    stop_all
    take_ports
    original client-mixed register+gateway+worker "$p0" "$p1" "$p2" ""
    await "$p0" "$p1" "$p2"
    hawk client-hawk "$p0" "$p3" "$p4" "" --register-listen off --loops 3
    await "$p3" "$p4"
    contract "a gateway of PHP's and one of Hawk's" "$p0" "" "ws://127.0.0.1:$p1/" "ws://127.0.0.1:$p3/"
    stop_all
}

# 3. One gateway of PHP's and one of Hawk's in one cluster; whoever is killed is dropped.
cluster() { # WHAT KILLED(0: PHP's, 1: Hawk's)
    local group=$3 outcome=0
    php "$own/cluster.php" "127.0.0.1:$p0" "127.0.0.1:$p1" "127.0.0.1:$p3" s3cret "$group" "$2" \
        >"$work/cluster-$2.txt" || outcome=$?
    cat "$work/cluster-$2.txt"
    if [ $outcome = 0 ]; then
        result "cluster, $1" "$(grep -c ^kept "$work/cluster-$2.txt") promises kept, $(tail -n 1 "$work/cluster-$2.txt")"
    else
        result "cluster, $1" "FAILED, see $work/cluster-$2.txt"
    fi
    stop_all
}
run_cluster() {
    local group
    take_ports
    HAWK_SECRET=s3cret start cluster-register "$bin/hawk-server" register --data "$work/tmp/register" \
        --register-listen "127.0.0.1:$p0"
    await "$p0"
    original cluster-php gateway "$p0" "$p1" "$p2" s3cret
    group=$last
    original cluster-worker worker "$p0" 0 0 s3cret
    hawk cluster-hawk "$p0" "$p3" "$p4" s3cret --register-listen off --loops 3
    await "$p1" "$p2" "$p3" "$p4"
    cluster "Hawk's Register, PHP's gateway killed" 0 "$group"
    take_ports
    original cluster-register register "$p0" 0 0 s3cret
    await "$p0"
    original cluster-php gateway+worker "$p0" "$p1" "$p2" s3cret
    hawk cluster-hawk "$p0" "$p3" "$p4" s3cret --register-listen off --loops 3
    group=$last
    await "$p1" "$p2" "$p3" "$p4"
    cluster "PHP's Register, Hawk's gateway killed" 1 "$group"
}

# 4. PHP's BusinessWorkers, their callbacks, and a restart of them under open sockets.
run_workers() {
    local loops
    take_ports
    original workers register+gateway+worker "$p0" "$p1" "$p2" s3cret
    await "$p0" "$p1" "$p2"
    sleep 1
    php "$own/workers.php" "127.0.0.1:$p1" >"$work/workers.txt"
    stop_all
    for loops in 1 3; do
        take_ports
        hawk "workers-hawk-$loops" "$p0" "$p1" "$p2" s3cret --loops "$loops" --business-workers
        original "workers-of-hawk-$loops" worker "$p0" 0 0 s3cret
        await "$p0" "$p1" "$p2"
        sleep 1
        php "$own/workers.php" "127.0.0.1:$p1" >"$work/workers-hawk-$loops.txt"
        compare "business workers' callbacks, loops $loops" workers "workers-hawk-$loops"
        stop_all
    done
    take_ports
    original reload register+gateway "$p0" "$p1" "$p2" ""
    await "$p0" "$p1" "$p2"
    php "$own/reload.php" "$p0" "127.0.0.1:$p1" "" >"$work/reload.txt"
    stop_all
    take_ports
    hawk reload-hawk "$p0" "$p1" "$p2" "" --loops 3 --business-workers
    await "$p0" "$p1" "$p2"
    php "$own/reload.php" "$p0" "127.0.0.1:$p1" "" >"$work/reload-hawk.txt"
    stop_all
    result "workers restarted, behind PHP's gateway (for comparison)" "$(cat "$work/reload.txt")"
    if grep -q 'there 10 were answered.*there 10 were greeted' "$work/reload-hawk.txt"; then
        result "workers restarted, behind hawk-server" "$(cat "$work/reload-hawk.txt")"
    else
        result "workers restarted, behind hawk-server" "FAILED: $(cat "$work/reload-hawk.txt")"
    fi
}

# 5. The lines of PHP in docs/moving-from-gatewayworker.md make the proof that the gateway makes.
run_proof() {
    take_ports
    hawk proof "$p0" "$p1" "$p2" s3cret
    await "$p0" "$p1" "$p2"
    if HAWK_SECRET=s3cret php "$own/proof.php" docs/moving-from-gatewayworker.md "127.0.0.1:$p1" >"$work/proof.txt"; then
        result "a proof by the lines of PHP in the documentation" "the same as the gateway's"
    else
        result "a proof by the lines of PHP in the documentation" "FAILED, see $work/proof.txt"
    fi
    stop_all
}

# 6. What a push to a uid costs the gateway, in rounds of the original and Hawk by turns. Not part of everything.
run_speed() {
    local round mode pushes fast=$bin
    swift build -c release --product hawk-server 2>&1 | tail -1
    bin=$(swift build -c release --show-bin-path)
    : >"$work/speed.txt"
    for round in 1 2 3 4 5; do
        for mode in persistent once; do
            pushes=$([ $mode = persistent ] && echo 50000 || echo 10000)
            for which in php hawk; do
                take_ports
                original "speed-register" register "$p0" 0 0 ""
                await "$p0"
                if [ $which = php ]; then
                    original speed-php gateway "$p0" "$p1" "$p2" ""
                else
                    hawk speed-hawk "$p0" "$p1" "$p2" "" --register-listen off --loops 1
                fi
                group=$last
                [ $which = hawk ] || original speed-worker worker "$p0" 0 0 ""
                await "$p1" "$p2"
                sleep 1
                echo "$mode $which $(php "$own/speed.php" "127.0.0.1:$p0" "127.0.0.1:$p1" "" "$group" $mode $pushes)" |
                    tee -a "$work/speed.txt"
                stop_all
            done
        done
    done
    bin=$fast
    for mode in persistent once; do
        result "gateway's time for a push, $mode, PHP's, Hawk's, ratio" "$(median $mode 3)"
        result "pushes per second, $mode, PHP's, Hawk's, ratio" "$(median $mode 4)"
    done
}
median() { # MODE FIELD
    awk -v mode="$1" -v field="$2" '$1 == mode { print $2, $field }' "$work/speed.txt" | sort -k1,1 -k2,2n |
        awk '{ n[$1]++; v[$1, n[$1]] = $2 } END { p = v["php", int((n["php"] + 1) / 2)]
            h = v["hawk", int((n["hawk"] + 1) / 2)]; printf "%s, %s, %.2f\n", p, h, h / p }'
}

for part in "${parts[@]}"; do
    step "$part"
    "run_$part"
done
step "result"
printf '%s\n' "${results[@]}"
[ $status = 0 ] && echo "all as with the original" || echo "FAILED"
exit $status
