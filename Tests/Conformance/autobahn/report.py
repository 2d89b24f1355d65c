"""Sums up a run of the Autobahn suite and says whether it passes.

usage: report.py SPEC INDEX NON_STRICT

SPEC is what the fuzzing client was given, INDEX the index.json that it wrote, NON_STRICT the cases that may be
NON-STRICT, one a line with the reason. A case passes when both its behaviour and its close are OK or INFORMATIONAL, or
NON-STRICT and listed. Cases that were asked for and have no result fail. Runs under Python 2.7.
"""
from __future__ import print_function

import collections
import json
import sys

from autobahntestsuite.case import CaseBasename, CaseCategories, CaseSetname, CaseSubCategories, Cases
from autobahntestsuite.caseset import CaseSet

PASSING = ("OK", "INFORMATIONAL")


def order(case):
    return [int(part) for part in case.split(".")]


def listed_reasons(path):
    reasons = {}
    with open(path) as lines:
        for line in lines:
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            case, _, reason = line.partition(" ")
            if not reason.strip():
                sys.exit("%s: %s is listed without a reason" % (path, case))
            reasons[case] = reason.strip()
    return reasons


def main(spec_path, index_path, list_path):
    with open(spec_path) as file:
        spec = json.load(file)
    with open(index_path) as file:
        results = next(iter(json.load(file).values()), {})
    reasons = listed_reasons(list_path)
    expected = CaseSet(
        CaseSetname, CaseBasename, Cases, CaseCategories, CaseSubCategories
    ).parseSpecCases(spec)

    behaviours = collections.Counter()
    groups = collections.defaultdict(collections.Counter)
    remarks, failures = [], 0
    for case in sorted(expected, key=order):
        result = results.get(case, {"behavior": "NO RESULT", "behaviorClose": "NO RESULT"})
        behaviour, close = result["behavior"], result["behaviorClose"]
        behaviours[behaviour] += 1
        groups[order(case)[0]][behaviour] += 1
        if behaviour in PASSING and close in PASSING:
            if behaviour == "INFORMATIONAL":
                remarks.append("%-10s %s: shows what the server does, nothing to pass" % (case, behaviour))
            if case in reasons:
                failures += 1
                remarks.append("%-10s %s, yet listed as NON-STRICT: take it off the list" % (case, behaviour))
        elif behaviour in PASSING + ("NON-STRICT",) and close in PASSING + ("NON-STRICT",) and case in reasons:
            remarks.append("%-10s NON-STRICT, accepted: %s" % (case, reasons[case]))
        else:
            failures += 1
            remarks.append("%-10s %s, close %s: FAILS" % (case, behaviour, close))

    print("cases   " + ", ".join("%d %s" % (count, name) for name, count in behaviours.most_common()))
    for group in sorted(groups):
        counts = groups[group].most_common()
        print("  %-5s " % group + ", ".join("%d %s" % (count, name) for name, count in counts))
    for remark in remarks:
        print(remark)
    print("FAILED: %d of %d cases" % (failures, len(expected)) if failures else "passed: %d cases" % len(expected))
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
