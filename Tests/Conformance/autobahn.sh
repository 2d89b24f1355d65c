#!/usr/bin/env bash
# Runs the Autobahn WebSocket suite, all groups, against echo-server, and fails on whatever is not conforming.
#
#   Tests/Conformance/autobahn.sh                      everything, about five minutes
#   Tests/Conformance/autobahn.sh --cases '1.*,7.5.1'  some cases
#
# Reports: .build/autobahn/summary.txt and, a page for each case, .build/autobahn/reports/index.html.
# The suite needs Python 2.7, taken from the PATH, from pyenv, or from HAWK_PYTHON27; everything else is installed into
# an environment of its own under .build/autobahn the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

own=Tests/Conformance/autobahn
work=$PWD/.build/autobahn
cases='*'
while [ $# -gt 0 ]; do
    case "$1" in
    --cases)
        cases=${2:?--cases needs a pattern, as in --cases '1.*,7.5.1'}
        shift 2
        ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
    esac
done

step() { printf '\n== %s\n' "$*"; }

find_python27() {
    local candidate
    for candidate in "${HAWK_PYTHON27:-}" python2.7 python2 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/2.7*/bin/python2.7; do
        [ -n "$candidate" ] || continue
        # A pyenv shim exists for every version and refuses to run: so it is tried.
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (2, 7))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "The Autobahn suite needs Python 2.7 and there is none: not as python2.7 on the PATH, not under pyenv." >&2
    echo "Install it with 'pyenv install 2.7.18' or name one: HAWK_PYTHON27=/path/to/python2.7 $0" >&2
    return 1
}

# The environment is made anew when the list of packages changed or the last attempt was cut short.
make_environment() {
    if cmp -s "$own/requirements.txt" "$work/installed.txt"; then return; fi
    local python
    python=$(find_python27)
    command -v cc >/dev/null || {
        echo "A C compiler is missing: parts of the suite are built from source (apt-get install gcc)." >&2
        return 1
    }
    "$python" -m pip --version >/dev/null 2>&1 || {
        echo "$python has no pip: run '$python -m ensurepip'." >&2
        return 1
    }
    step "environment of Python 2.7 (once, about a minute)"
    rm -rf "$work/bootstrap" "$work/venv" "$work/installed.txt"
    mkdir -p "$work"
    {
        "$python" -m pip install -q --target "$work/bootstrap" virtualenv==20.15.1
        PYTHONPATH=$work/bootstrap "$python" -m virtualenv -q "$work/venv"
        "$work/venv/bin/pip" install -q setuptools==44.0.0 incremental==16.10.1
        "$work/venv/bin/pip" install -q --no-deps --no-build-isolation -r "$own/requirements.txt"
    } 2>"$work/pip.log" || {
        grep -v DEPRECATION "$work/pip.log" >&2
        return 1
    }
    cp "$own/requirements.txt" "$work/installed.txt"
}

require_swift
make_environment
python=$work/venv/bin/python

step "echo-server (release)"
swift build -c release --product echo-server
server="$(swift build -c release --show-bin-path)/echo-server"

step "cases $cases"
rm -rf "$work/reports" "$work/summary.txt"
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$python" - "$port" "$cases" "$work/reports" >"$work/spec.json" <<'PYTHON'
import json, sys
port, cases, reports = sys.argv[1:]
server = {"agent": "echo-server", "url": "ws://127.0.0.1:" + port}
print(json.dumps({
    "outdir": reports, "servers": [server], "cases": cases.split(","), "exclude-cases": [], "exclude-agent-cases": {},
}))
PYTHON
"$server" --port "$port" &
serving=$!
trap 'kill $serving 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    kill -0 $serving 2>/dev/null || { echo "echo-server ended" >&2 && exit 1; }
    sleep 0.1
done

# Names each group as it begins; what the client says goes to a file.
"$work/venv/bin/wstest" -m fuzzingclient -s "$work/spec.json" 2>&1 | tee "$work/client.log" |
    awk '/^Running test case ID/ { split($5, id, "."); group = id[1] "." id[2]
        if (id[1] != first) printf "%s%s:", first == "" ? "" : "\n", "group " id[1]
        if (group != last) printf " %s", group
        fflush(); first = id[1]; last = group } END { print "" }'
kill -0 $serving 2>/dev/null || { echo "echo-server ended during the run" >&2 && exit 1; }

step "result"
status=0
"$python" "$own/report.py" "$work/spec.json" "$work/reports/index.json" "$own/non-strict.txt" \
    >"$work/summary.txt" || status=$?
cat "$work/summary.txt"
echo "pages: .build/autobahn/reports/index.html"
exit $status
