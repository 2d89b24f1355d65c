#!/usr/bin/env bash
# Holds a running hawk to its own description: schemathesis makes requests of every kind out of /openapi.json and checks
# that no answer is a 5xx, has an undocumented status, or is not as described.
#
#   Tests/Conformance/openapi.sh                      builds hawk and tries everything, some minutes
#   Tests/Conformance/openapi.sh --hawk FILE          tries this build of hawk
#   Tests/Conformance/openapi.sh --examples N         requests of each kind (100)
#
# Python 3 with venv is needed; schemathesis is installed into .build/openapi/venv the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."

own=$PWD/Tests/Conformance/openapi
work=$PWD/.build/openapi
hawk=
examples=100
while [ $# -gt 0 ]; do
    case "$1" in
    --hawk) hawk=${2:?--hawk needs a file} && shift 2 ;;
    --examples) examples=${2:?--examples needs a number} && shift 2 ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
    esac
done

mkdir -p "$work"
if ! cmp -s "$own/requirements.txt" "$work/installed.txt"; then
    python3 -m venv --clear "$work/venv"
    "$work/venv/bin/pip" install -q -r "$own/requirements.txt"
    cp "$own/requirements.txt" "$work/installed.txt"
fi
if [ -z "$hawk" ]; then
    swift build --product hawk
    hawk=$(swift build --show-bin-path)/hawk
fi
exec "$work/venv/bin/python" "$own/run.py" --hawk "$hawk" --examples "$examples" --work "$work"
