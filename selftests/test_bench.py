#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of ipcshow-bench; run by selftests/qemu/vm. Output: KTAP.

	selftests/qemu/vm -- selftests/test_bench.py [-k WORD]
"""

import argparse
import sys

from bench_tool import calls, errors, facts, figures, output, plots
from common import ktap
from common.schema import load_meanwhile


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="WORD", default="", help="only checks with it in the name")
    arguments = parser.parse_args()

    checks = ktap.Checks()
    # Before anything has had all mechanisms measured.
    checks.add("nothing is left behind", errors.check_nothing_left)
    for part in (facts, figures, calls, output, plots, errors):
        part.register(checks)
    # The rest does without what this one takes away.
    checks.add("error: no module", errors.check_no_module)
    load_meanwhile()
    return checks.run(arguments.k)


if __name__ == "__main__":
    sys.exit(main())
