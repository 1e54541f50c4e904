#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what ipcshow-diff prints; run by selftests/qemu/vm. Output: KTAP.

	selftests/qemu/vm -- selftests/test_diff.py [-k WORD]
"""

import argparse
import sys

from common import ktap
from common.schema import load_meanwhile
from diff import (areas, channels, errors, output, programs, repeated, resources, signals, threesomes,
                  truths, waiters)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="WORD", default="", help="only checks with it in the name")
    arguments = parser.parse_args()

    checks = ktap.Checks()
    for part in (truths, areas, repeated, channels, threesomes, signals, waiters, resources, output,
                 programs, errors):
        part.register(checks)
    # The rest does without what this one takes away, and the ring's keeper with it.
    checks.add("error: no module", errors.check_no_module)
    load_meanwhile()
    return checks.run(arguments.k)


if __name__ == "__main__":
    sys.exit(main())
